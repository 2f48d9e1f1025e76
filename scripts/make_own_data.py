"""Make the small data set of docs/own-data.md: a liquid at four temperatures, as extended XYZ.

Two runs of 500 particles at each temperature, with a frame every tau: python
scripts/make_own_data.py [FOLDER]. It takes about a minute.
"""

import sys
from pathlib import Path

from softness import engines, periodic
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start

TEMPERATURES = (0.80, 0.72, 0.65, 0.60)
REPLICAS = 2
PARTICLES = 500
HOT = 2.0
SETTLE, PRODUCTION = 20, 120  # in tau, at each temperature
STEPS = 200  # of 0.005 tau, in a tau


def main(folder):
    """Cool each replica from one temperature to the next, and write a file at each."""
    folder.mkdir(parents=True, exist_ok=True)
    liquid = kob_andersen(PARTICLES)
    for replica in range(REPLICAS):
        generator = stream(1, "own data", HOT, replica)
        engine = engines.create("lammps", liquid)
        start = random_start(liquid, generator)
        engine.load(start, liquid.types, maxwell_boltzmann(generator, PARTICLES, HOT))
        engine.ramp(HOT, HOT, 10 * STEPS)
        hotter = HOT
        for temperature in TEMPERATURES:
            engine.ramp(hotter, temperature, 10 * STEPS)
            engine.run(SETTLE * STEPS)
            with (folder / f"T{temperature:.2f}_{replica}.xyz").open("w") as file:
                for time in range(PRODUCTION):
                    file.write(frame(liquid, engine.positions(), time))
                    engine.run(STEPS)
            hotter = temperature


def frame(liquid, positions, time):
    """A frame of extended XYZ: positions in the box, and how many boxes each particle has left."""
    edge = liquid.box_length
    lattice = f"{edge:.9f} 0 0 0 {edge:.9f} 0 0 0 {edge:.9f}"
    columns = "species:S:1:pos:R:3:image:I:3"
    lines = [f"{len(positions)}", f'Lattice="{lattice}" Properties={columns} Time={time}']
    for kind, place, image in zip(liquid.types, *periodic.wrap(positions, edge), strict=True):
        x, y, z = place
        i, j, k = image
        lines.append(f"{liquid.species[kind]} {x:.6f} {y:.6f} {z:.6f} {i} {j} {k}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "own-data"))
