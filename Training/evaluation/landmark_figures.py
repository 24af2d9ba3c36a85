"""Error of the landmark network on rendered people that no training saw, beside the average face as a guess.

    python -m evaluation.landmark_figures LANDMARKS_FOLDER [--people 96]
"""

import argparse
from pathlib import Path

import torch
from mini.landmark_data import crop_faces, render_faces, without_face
from mini.load import load_landmark_network
from mini.training_run import step_generator

SEED = 9200


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("landmarks", type=Path)
    parser.add_argument("--people", type=int, default=96)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    network = load_landmark_network(arguments.landmarks)
    crops, empty = [], []
    for step in range(arguments.people // 8):
        generator = step_generator(SEED, step)
        crops.append(crop_faces(render_faces(8, generator), generator))
        empty.append(without_face(crops[-1].image, generator))
    image, truth = torch.cat([crop.image for crop in crops]), torch.cat([crop.points for crop in crops])
    points, logits = network.split(network(image))
    eyes = (truth[:, 0:2].mean(1) - truth[:, 2:4].mean(1)).norm(dim=-1)[:, None]
    error = (points - truth).norm(dim=-1) / eyes * 100
    average = (truth.mean(0) - truth).norm(dim=-1) / eyes * 100
    groups = {"eyes": range(0, 4), "nose": range(4, 8), "mouth": range(8, 30), "jaw": range(30, 35)}
    for name, chosen in groups.items():
        print(f"{name}: {error[:, list(chosen)].mean():.1f} % of the distance between the eyes "
              f"(average face: {average[:, list(chosen)].mean():.1f})")
    missed = (logits < 0).float().mean() * 100
    invented = (network.split(network(torch.cat(empty)))[1] > 0).float().mean() * 100
    print(f"presence: {missed:.1f} % of faces missed, {invented:.1f} % of crops without a face accepted")


if __name__ == "__main__":
    main()
