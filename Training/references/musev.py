"""MuseV's UNet with the key names of TMElyralab/MuseV 43370a6, musev/models/unet_3d_condition.py, around diffusers' UNet.

Clips are [B, F, C, H, W] here; B clips of F frames each are a batch of B * F pictures inside. Upstream's AdaIN, which returns its input, and its second
self-attention under guidance, whose result it drops, are left out. Upstream has 32 groups in all temporal norms; so have these with the published
`norm_num_groups`. Equal to upstream's own code with its fork of diffusers (abf2f8b) within rounding, in double precision, on random weights.
"""

from types import SimpleNamespace

import diffusers
import torch
from torch import Tensor, nn
from torch.nn import functional


def attend(attention: nn.Module, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention without the last product; all are [N, L, C]."""
    heads = [x.unflatten(2, (attention.heads, -1)).transpose(1, 2) for x in (query, key, value)]
    return functional.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2)


def through(attention: nn.Module, x: Tensor, context: Tensor, image: Tensor | None = None, scale: float = 1, face: Tensor | None = None,
            face_scale: float = 1) -> Tensor:
    """One of diffusers' attentions, with the tokens of an image prompt and of a face beside the context."""
    query = attention.to_q(x)
    attended = attend(attention, query, attention.to_k(context), attention.to_v(context))
    if image is not None and scale > 0:
        attended = attended + scale * attend(attention, query, attention.to_k_ip(image), attention.to_v_ip(image))
    if face is not None and face_scale > 0:
        attended = attended + face_scale * attend(attention, query, attention.ip_adapter_face_to_k_ip(face), attention.ip_adapter_face_to_v_ip(face))
    return attention.to_out[0](attended)


def without_epsilon(network: nn.Module) -> None:
    """Upstream hands its transformer blocks' `final_dropout`, False, to their `norm_eps`: two of the three norms of a block have 0 for it."""
    for module in network.modules():
        if isinstance(module, diffusers.models.attention.BasicTransformerBlock):
            module.norm1.eps = module.norm3.eps = 0.0


def clips(x: Tensor, frames: int) -> Tensor:
    """[B * F, C, H, W] -> [B, C, F, H, W]."""
    return x.unflatten(0, (-1, frames)).transpose(1, 2)


def pictures(x: Tensor) -> Tensor:
    """[B, C, F, H, W] -> [B * F, C, H, W]."""
    return x.transpose(1, 2).flatten(0, 1)


class TemporalConvLayer(nn.Module):
    def __init__(self, channels: int, groups: int):
        super().__init__()
        for stage in (1, 2, 3, 4):
            dropout = [nn.Dropout(0)] if stage > 1 else []
            convolution = nn.Conv3d(channels, channels, (3, 1, 1), padding=(1, 0, 0))
            setattr(self, f"conv{stage}", nn.Sequential(nn.GroupNorm(groups, channels), nn.SiLU(), *dropout, convolution))
        self.temporal_weight = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor, frames: int) -> Tensor:
        y = self.conv4(self.conv3(self.conv2(self.conv1(clips(x, frames)))))
        return x + self.temporal_weight.abs() * pictures(y)


class TransformerTemporalModel(nn.Module):
    def __init__(self, channels: int, positions: int, heads: int, groups: int):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels)
        self.frame_emb_proj = nn.Linear(positions, channels)
        self.transformer_blocks = nn.ModuleList([diffusers.models.attention.BasicTransformerBlock(
            channels, heads, channels // heads, double_self_attention=True)])
        self.proj_out = nn.Linear(channels, channels)
        self.temporal_weight = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor, positions: Tensor, frames: int) -> Tensor:
        normed = self.norm(clips(x, frames))
        size = normed.shape
        tokens = self.proj_in(normed.permute(0, 3, 4, 2, 1).flatten(0, 2)) + self.frame_emb_proj(functional.silu(positions))
        block = self.transformer_blocks[0]
        for norm, attention in ((block.norm1, block.attn1), (block.norm2, block.attn2)):
            own = norm(tokens)
            tokens = tokens + through(attention, own, own)
        tokens = self.proj_out(tokens + block.ff(block.norm3(tokens)))
        y = tokens.unflatten(0, (size[0], size[3], size[4])).permute(0, 4, 3, 1, 2)
        return x + self.temporal_weight.abs() * pictures(y)


class ReferEmbFuseAttention(nn.Module):
    def __init__(self, channels: int, heads: int):
        super().__init__()
        self.heads = heads
        self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels, bias=False) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(channels, channels), nn.Dropout(0)])

    def forward(self, x: Tensor, reference: Tensor, frames: int) -> Tensor:
        """x [B * F, C, H, W], reference [B * R, C, h, w]."""
        own = x.flatten(2).transpose(1, 2)
        other = reference.flatten(2).transpose(1, 2).reshape(x.shape[0] // frames, -1, x.shape[1]).repeat_interleave(frames, 0)
        return x + through(self, own, torch.cat([other, own], 1)).transpose(1, 2).unflatten(2, x.shape[2:])


class UNet3D(nn.Module):
    """diffusers' UNet with MuseV's layers put in; `referencenet` is the larger of the two variants."""

    def __init__(self, referencenet: bool, **configuration):
        super().__init__()
        base = diffusers.UNet2DConditionModel(**configuration)
        self.config, self.referencenet = base.config, referencenet
        self.time_proj, groups = base.time_proj, base.config.norm_num_groups
        for name in ("conv_in", "time_embedding", "down_blocks", "mid_block", "up_blocks", "conv_norm_out", "conv_out"):
            setattr(self, name, getattr(base, name))
        widths, heads, cross = base.config.block_out_channels, base.config.attention_head_dim, base.config.cross_attention_dim
        self.frame_embedding = diffusers.models.embeddings.TimestepEmbedding(widths[0], 4 * widths[0])
        if not referencenet:
            self.transformer_in = TransformerTemporalModel(widths[0], 4 * widths[0], heads, groups)
        else:
            self.first_refer_emb_attns = ReferEmbFuseAttention(widths[0], heads)
            self.mid_block_refer_emb_attns = ReferEmbFuseAttention(widths[-1], heads)
        blocks = [*zip(self.down_blocks, widths), (self.mid_block, widths[-1]), *zip(self.up_blocks, reversed(widths))]
        for block, width in blocks:
            attentions = getattr(block, "attentions", [])
            block.temp_convs = nn.ModuleList(TemporalConvLayer(width, groups) for _ in block.resnets)
            if len(attentions):
                block.temp_attentions = nn.ModuleList(TransformerTemporalModel(width, 4 * widths[0], heads, groups) for _ in attentions)
            for attention in (transformer.transformer_blocks[0].attn2 for transformer in attentions if referencenet):
                attention.to_k_ip, attention.to_v_ip = (nn.Linear(cross, width, bias=False) for _ in range(2))
        if referencenet:
            for block, width in zip(self.down_blocks, widths):
                count = len(block.resnets) + (block.downsamplers is not None)
                block.refer_emb_attns = nn.ModuleList(ReferEmbFuseAttention(width, heads) for _ in range(count))
        without_epsilon(self)

    def forward(self, latents: Tensor, timestep: float, text: Tensor, *, image: Tensor | None = None, image_scale: float = 1,
                face: Tensor | None = None, face_scale: float = 1, references: list[Tensor] | None = None, control: list[Tensor] | None = None, condition_frames: list[int] = (),
                motion_speed: float = 8, skip_temporal_layers: bool = False) -> Tensor:
        """latents [B, F, 4, H, W], text [B, L, D], image and face [B, T, D]; references (of B * R pictures) and control end with the middle's."""
        frames = latents.shape[1]
        given = list(condition_frames) if frames > 1 else []
        time = functional.silu(self.time_embedding(self.time_proj(torch.tensor([timestep])).to(latents.dtype)))
        time = time.repeat(len(latents), frames, 1)
        places = torch.arange(frames)
        if self.referencenet:
            time[:, given] = 0
            places = (places * motion_speed).long()
        places = self.frame_embedding(self.time_proj(places).to(latents.dtype))
        places = functional.silu(places) if self.referencenet else places
        c = SimpleNamespace(frames=frames, given=given, time=time.flatten(0, 1), places=places, skip=skip_temporal_layers, image_scale=image_scale,
                            text=text.repeat_interleave(frames, 0), image=None if image is None else image.repeat_interleave(frames, 0),
                            face=None if face is None else face.repeat_interleave(frames, 0), face_scale=face_scale)

        x = self.conv_in(latents.flatten(0, 1))
        if not self.referencenet and not c.skip:
            x = self.transformer_in(x, places, frames)
        if references is not None:
            x = self.first_refer_emb_attns(x, references[0], frames)
        skips = [x]
        for index, block in enumerate(self.down_blocks):
            # The count is wrong for the last block, and published weights were trained with it.
            count = len(block.resnets) + (block is not self.down_blocks[-1])
            features = None if references is None else references[1 + count * index:1 + count * (index + 1)]
            for number in range(len(block.resnets)):
                x = self.layer(block, number, x, c)
                x = x if features is None else block.refer_emb_attns[number](x, features[number], frames)
                skips.append(x)
            if block.downsamplers is not None:
                x = block.downsamplers[0](x)
                x = x if features is None else block.refer_emb_attns[-1](x, features[-1], frames)
                skips.append(x)
        if control is not None:
            skips = [skip + residual for skip, residual in zip(skips, control)]
        for number in range(2):
            x = self.layer(self.mid_block, number, x, c)
        x = x if references is None else self.mid_block_refer_emb_attns(x, references[-1], frames)
        x = x if control is None else x + control[-1]
        for block in self.up_blocks:
            for number in range(len(block.resnets)):
                x = self.layer(block, number, torch.cat([x, skips.pop()], 1), c)
            if block.upsamplers is not None:
                x = block.upsamplers[0](x, skips[-1].shape[2:])
        return self.conv_out(functional.silu(self.conv_norm_out(x))).unflatten(0, (-1, frames))

    def layer(self, block: nn.Module, number: int, x: Tensor, c: SimpleNamespace) -> Tensor:
        x = self.resnet(block.resnets[number], x, c.time)
        x = x if c.skip else block.temp_convs[number](x, c.frames)
        attentions = getattr(block, "attentions", [])
        if number >= len(attentions):
            return x
        x = self.transformer(attentions[number], x, c)
        return x if c.skip else block.temp_attentions[number](x, c.places, c.frames)

    @staticmethod
    def resnet(resnet: nn.Module, x: Tensor, time: Tensor) -> Tensor:
        """diffusers' block, with a time that went through its SiLU before."""
        y = resnet.conv1(functional.silu(resnet.norm1(x))) + resnet.time_emb_proj(time)[:, :, None, None]
        y = resnet.conv2(functional.silu(resnet.norm2(y)))
        return y + (x if resnet.conv_shortcut is None else resnet.conv_shortcut(x))

    @staticmethod
    def transformer(transformer: nn.Module, x: Tensor, c: SimpleNamespace) -> Tensor:
        block = transformer.transformer_blocks[0]
        tokens = transformer.proj_in(transformer.norm(x)).flatten(2).transpose(1, 2)
        own = block.norm1(tokens)
        seen = own.unflatten(0, (-1, c.frames))  # [B, F, L, C]
        if c.given:
            given = seen[:, c.given].flatten(1, 2)[:, None].expand(-1, c.frames, -1, -1)
            seen = torch.cat([seen, given], 2)
        tokens = tokens + through(block.attn1, own, seen.flatten(0, 1))
        tokens = tokens + through(block.attn2, block.norm2(tokens), c.text, c.image, c.image_scale, c.face, c.face_scale)
        tokens = tokens + block.ff(block.norm3(tokens))
        return x + transformer.proj_out(tokens.transpose(1, 2).unflatten(2, x.shape[2:]))


class ImageProjModel(nn.Module):
    """IP-Adapter's ip_adapter/ip_adapter.py."""

    def __init__(self, width: int, tokens: int, channels: int):
        super().__init__()
        self.tokens = tokens
        self.proj = nn.Linear(width, tokens * channels)
        self.norm = nn.LayerNorm(channels)

    def forward(self, embedding: Tensor) -> Tensor:
        return self.norm(self.proj(embedding).unflatten(1, (self.tokens, -1)))


class ReferenceNet2D(diffusers.UNet2DConditionModel):
    """musev/models/referencenet.py: the first half of a UNet, whose pictures on the way down and at its end are what it gives."""

    def __init__(self, **configuration):
        super().__init__(**configuration)
        self.up_blocks = self.conv_norm_out = self.conv_out = None
        without_epsilon(self)

    def forward(self, latents: Tensor, text: Tensor) -> list[Tensor]:
        time = self.time_embedding(self.time_proj(torch.zeros(1)).to(latents.dtype))
        x = self.conv_in(latents)
        features = [x]
        for block in self.down_blocks:
            extra = {"encoder_hidden_states": text} if getattr(block, "has_cross_attention", False) else {}
            x, made = block(x, time, **extra)
            features += made
        return features + [self.mid_block(x, time, encoder_hidden_states=text)]
