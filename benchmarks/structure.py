"""Structural features beside freud and numpy, on one core, in one run.

    python benchmarks/structure.py [--particles 4096] [--repeats 5]

Both sides compute the 100 radial and 35 angular features of the A particles of one frame and get
the same numbers; the largest difference is printed. Times are the best of the repeats.
"""

# ruff: noqa: E402 - thread counts are read when a library is imported
import os

for library in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
import time
from collections.abc import Callable

import freud
import numpy as np

from softness.structure.angular import DEGREES, SHELLS, angular_features
from softness.structure.averaged import averaged_features
from softness.structure.radial import RADII, radial_features

freud.parallel.set_num_threads(1)
WIDTH = 0.2
REACH = RADII[-1] + 5 * WIDTH
CUTOFF = 2.37


def frame(particles: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Shake a cubic lattice, 80 % A, density 1.2, until it has the neighbours of a liquid."""
    box_length = (particles / 1.2) ** (1 / 3)
    rng = np.random.default_rng(0)
    cells = int(np.ceil(particles ** (1 / 3)))
    sites = np.stack(np.meshgrid(*3 * [np.arange(cells)], indexing="ij"), axis=-1).reshape(-1, 3)
    sites = sites[rng.permutation(len(sites))[:particles]] * (box_length / cells)
    positions = sites + rng.normal(scale=0.1, size=sites.shape)
    types = (np.arange(particles) >= round(0.8 * particles)).astype(np.int64)
    return positions, types, box_length


def best_time(function: Callable, repeats: int) -> tuple[float, np.ndarray]:
    """Shortest wall time in seconds, and the result; one call beforehand compiles."""
    result = function()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - begin)
    return min(times), result


def freud_neighbours(positions: np.ndarray, box_length: float, centres: np.ndarray):
    """Neighbours of the centres up to the reach of the radial features."""
    box = freud.box.Box.cube(box_length)
    points = box.wrap(positions)
    query = freud.locality.AABBQuery(box, points).query(
        points[centres], {"mode": "ball", "r_max": REACH}
    )
    return query.toNeighborList()


def numpy_gaussians(neighbours, types: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Gaussians of all radii on the list, one radius at a time."""
    distance = np.asarray(neighbours.distances, dtype=np.float64)
    i, j = neighbours.query_point_indices, neighbours.point_indices
    # The list pairs every centre with itself.
    others = centres[i] != j
    distance, row, species = distance[others], i[others], types[j[others]]
    features = np.empty((len(centres), 2 * len(RADII)))
    for k, radius in enumerate(RADII):
        gaussian = np.exp(-((distance - radius) ** 2) / (2 * WIDTH**2))
        sums = np.bincount(2 * row + species, gaussian, 2 * len(centres)).reshape(-1, 2)
        features[:, k], features[:, len(RADII) + k] = sums[:, 0], sums[:, 1]
    return features


def freud_steinhardt(positions: np.ndarray, box_length: float, centres: np.ndarray) -> np.ndarray:
    """Q_l of all shells; freud knows no other centres than all particles."""
    box = freud.box.Box.cube(box_length)
    points = box.wrap(positions)
    shells = []
    for inner in SHELLS:
        steinhardt = freud.order.Steinhardt(l=DEGREES.tolist())
        neighbours = {"r_min": inner, "r_max": inner + 0.5, "exclude_ii": True}
        order = steinhardt.compute((box, points), neighbors=neighbours).particle_order
        shells.append(np.nan_to_num(order)[centres])
    return np.concatenate(shells, axis=1)


def main() -> None:
    """Time both sides and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--particles", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    positions, types, box_length = frame(arguments.particles)
    centres = np.flatnonzero(types == 0)
    everything = np.arange(len(types))
    few, many = arguments.repeats, 4 * arguments.repeats

    freud_list, neighbours = best_time(
        lambda: freud_neighbours(positions, box_length, centres), few
    )
    gaussians, radial_there = best_time(lambda: numpy_gaussians(neighbours, types, centres), few)
    steinhardt, angular_there = best_time(
        lambda: freud_steinhardt(positions, box_length, centres), few
    )
    radial, radial_here = best_time(lambda: radial_features(positions, types, box_length), many)
    angular, angular_here = best_time(
        lambda: angular_features(positions, box_length, centres), many
    )
    # Averages need the features of every particle, so they are compared with those.
    radial_all, all_radial = best_time(
        lambda: radial_features(positions, types, box_length, everything), many
    )
    angular_all, all_angular = best_time(lambda: angular_features(positions, box_length), many)
    features = np.hstack([all_radial, all_angular])
    average = [
        best_time(lambda n=n: averaged_features(features, positions, box_length, CUTOFF, n), many)[
            0
        ]
        for n in (1, 2)
    ]

    print(f"N = {len(types)}, {len(centres)} centres, one core, best of {few} and {many} repeats\n")
    print("| features | freud and numpy (s) | softness (s) | ratio |")
    print("|---|---|---|---|")
    for name, there, here in (
        ("100 radial", freud_list + gaussians, radial),
        ("35 angular", steinhardt, angular),
        ("all 135", freud_list + gaussians + steinhardt, radial + angular),
    ):
        print(f"| {name} | {there:.3f} | {here:.4f} | {there / here:.0f} |")
    print()
    print("| step, all N particles | softness (s) | share of the features |")
    print("|---|---|---|")
    whole = radial_all + angular_all
    print(f"| 135 features | {whole:.4f} | 1.00 |")
    for order, seconds in enumerate(average, start=1):
        print(f"| averages of order {order} | {seconds:.4f} | {seconds / whole:.2f} |")
    print()
    for name, here, there in (
        ("radial", radial_here, radial_there),
        ("angular", angular_here, angular_there),
    ):
        difference = np.abs(here - there)
        print(
            f"Largest difference, {name}: {difference.max() / there.max():.1e} of the largest; "
            f"median {np.median(difference) / there.max():.1e}."
        )


if __name__ == "__main__":
    main()
