// Written by scripts/list-mini.py.
#include <stddef.h>
#include <stdint.h>

_Alignas(64) const uint8_t CMini_articulation_config_json[] = {
#embed "../../Models/mini/articulation/config.json"
};
const size_t CMini_articulation_config_json_count = sizeof CMini_articulation_config_json;

_Alignas(64) const uint8_t CMini_articulation_model_safetensors[] = {
#embed "../../Models/mini/articulation/model.safetensors"
};
const size_t CMini_articulation_model_safetensors_count = sizeof CMini_articulation_model_safetensors;

_Alignas(64) const uint8_t CMini_landmarks_config_json[] = {
#embed "../../Models/mini/landmarks/config.json"
};
const size_t CMini_landmarks_config_json_count = sizeof CMini_landmarks_config_json;

_Alignas(64) const uint8_t CMini_landmarks_model_safetensors[] = {
#embed "../../Models/mini/landmarks/model.safetensors"
};
const size_t CMini_landmarks_model_safetensors_count = sizeof CMini_landmarks_model_safetensors;

_Alignas(64) const uint8_t CMini_motion_config_json[] = {
#embed "../../Models/mini/motion/config.json"
};
const size_t CMini_motion_config_json_count = sizeof CMini_motion_config_json;

_Alignas(64) const uint8_t CMini_motion_model_safetensors[] = {
#embed "../../Models/mini/motion/model.safetensors"
};
const size_t CMini_motion_model_safetensors_count = sizeof CMini_motion_model_safetensors;

_Alignas(64) const uint8_t CMini_motion_scheduler_config_json[] = {
#embed "../../Models/mini/motion/scheduler_config.json"
};
const size_t CMini_motion_scheduler_config_json_count = sizeof CMini_motion_scheduler_config_json;

_Alignas(64) const uint8_t CMini_painter_articulation_embedding_safetensors[] = {
#embed "../../Models/mini/painter/articulation_embedding.safetensors"
};
const size_t CMini_painter_articulation_embedding_safetensors_count = sizeof CMini_painter_articulation_embedding_safetensors;

_Alignas(64) const uint8_t CMini_painter_config_json[] = {
#embed "../../Models/mini/painter/config.json"
};
const size_t CMini_painter_config_json_count = sizeof CMini_painter_config_json;

_Alignas(64) const uint8_t CMini_painter_diffusion_pytorch_model_safetensors[] = {
#embed "../../Models/mini/painter/diffusion_pytorch_model.safetensors"
};
const size_t CMini_painter_diffusion_pytorch_model_safetensors_count = sizeof CMini_painter_diffusion_pytorch_model_safetensors;

_Alignas(64) const uint8_t CMini_presenters_amara_mp4[] = {
#embed "../../Models/mini/presenters/amara.mp4"
};
const size_t CMini_presenters_amara_mp4_count = sizeof CMini_presenters_amara_mp4;

_Alignas(64) const uint8_t CMini_presenters_henrik_mp4[] = {
#embed "../../Models/mini/presenters/henrik.mp4"
};
const size_t CMini_presenters_henrik_mp4_count = sizeof CMini_presenters_henrik_mp4;

_Alignas(64) const uint8_t CMini_presenters_isolde_mp4[] = {
#embed "../../Models/mini/presenters/isolde.mp4"
};
const size_t CMini_presenters_isolde_mp4_count = sizeof CMini_presenters_isolde_mp4;

_Alignas(64) const uint8_t CMini_presenters_mei_mp4[] = {
#embed "../../Models/mini/presenters/mei.mp4"
};
const size_t CMini_presenters_mei_mp4_count = sizeof CMini_presenters_mei_mp4;

_Alignas(64) const uint8_t CMini_presenters_pip_mp4[] = {
#embed "../../Models/mini/presenters/pip.mp4"
};
const size_t CMini_presenters_pip_mp4_count = sizeof CMini_presenters_pip_mp4;

_Alignas(64) const uint8_t CMini_presenters_presenters_json[] = {
#embed "../../Models/mini/presenters/presenters.json"
};
const size_t CMini_presenters_presenters_json_count = sizeof CMini_presenters_presenters_json;

_Alignas(64) const uint8_t CMini_presenters_tomas_mp4[] = {
#embed "../../Models/mini/presenters/tomas.mp4"
};
const size_t CMini_presenters_tomas_mp4_count = sizeof CMini_presenters_tomas_mp4;
