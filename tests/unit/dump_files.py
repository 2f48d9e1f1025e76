"""LAMMPS text dumps, written as LAMMPS writes them."""

import numpy as np

from softness import periodic

WRAPPED = "id type x y z ix iy iz"


def frame_text(step, positions, types, length, columns=WRAPPED, low=0.0, order=None, number="%.9g"):
    """One frame; types are 0 and 1, the file's are 1 and 2."""
    order = np.arange(len(positions)) if order is None else order
    low, edges = np.broadcast_to(low, 3), np.broadcast_to(length, 3)
    # The box of a dump need not have the origin in its middle.
    wrapped, images = periodic.wrap(positions - low - length / 2, length)
    wrapped = wrapped + low + length / 2
    values = {"id": np.arange(len(positions)) + 1, "type": types + 1, "vx": positions[:, 0]}
    for axis, name in enumerate("xyz"):
        values[name] = wrapped[:, axis]
        values[f"i{name}"] = images[:, axis]
        values[f"{name}s"] = (wrapped[:, axis] - low[axis]) / edges[axis]
        values[f"{name}u"] = positions[:, axis]
        values[f"{name}su"] = (positions[:, axis] - low[axis]) / edges[axis]
    names = columns.split()
    rows = [
        " ".join(
            str(values[n][i]) if values[n].dtype.kind == "i" else number % values[n][i]
            for n in names
        )
        for i in order
    ]
    bounds = "\n".join(f"{a:.16e} {a + edge:.16e}" for a, edge in zip(low, edges, strict=True))
    return (
        f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{len(positions)}\n"
        f"ITEM: BOX BOUNDS pp pp pp\n{bounds}\nITEM: ATOMS {columns}\n"
        + "".join(f"{row} \n" for row in rows)
    )


def write_dump(path, walk, types, length, interval=200, **options):
    """A whole dump; returns its path."""
    rng = np.random.default_rng(7)
    path.write_text(
        "".join(
            frame_text(
                interval * i, walk[i], types, length, order=rng.permutation(len(types)), **options
            )
            for i in range(len(walk))
        )
    )
    return path
