"""Figure 1.1: mobile regions of the supercooled liquid cluster."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from softness import seeds
from softness.figures import style
from softness.files.records.dynamics import DisplacementMap
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement
from softness.uncertainty import bootstrap, widened

CLUSTERING = Statement(
    figure="1.1",
    name="Pearson correlation of neighbours' displacements",
    claim="Mobile particles are neighbours of mobile ones: the dynamics varies in space",
    source="regions of like displacement, no value given",
    above=0.1,
)
BEYOND_CHANCE = Statement(
    figure="1.1",
    name="the same, above 99 % of shuffles by",
    claim="The clustering is beyond what shuffled displacements give",
    source="as above",
    above=0.0,
)

# Thickness of the slab that is shown, in sigma_AA: about two layers of particles.
SLAB = 2.0


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the correlation itself, and on its distance to chance."""
    tables = data.displacement_map
    excess = [table.correlation - table.chance for table in tables]
    return [
        _judged(CLUSTERING, [table.correlation for table in tables], data),
        _judged(BEYOND_CHANCE, excess, data),
    ]


def _judged(statement: Statement, values: list[np.ndarray], data: FigureData) -> Claim:
    """Judge the mean over origins, which lie two relaxation times apart, and replicas."""
    mean = float(np.concatenate(values).mean())
    sums = [each[:, None] for each in values]
    counts = [np.ones_like(each) for each in sums]
    generator = seeds.stream(data.settings["seed"], "figure 1.1 bootstrap", 0.0)
    draws = bootstrap(sums, counts, lambda row: row[0], data.settings["draws"], generator)
    return statement.judge(mean, widened(draws, mean, [len(v) for v in values]), len(values))


def table(data: FigureData) -> pd.DataFrame:
    """Positions and displacements of the slab of the first replica."""
    first = data.displacement_map[0]
    positions, sizes = _slab(first)
    return pd.DataFrame(
        {
            "temperature": float(first.temperature),
            "lag": float(first.lag),
            "x": positions[:, 0],
            "y": positions[:, 1],
            "z": positions[:, 2],
            "displacement": sizes,
        }
    )


def _slab(table: DisplacementMap) -> tuple[np.ndarray, np.ndarray]:
    chosen = np.abs(table.positions[:, 2]) < SLAB / 2
    return table.positions[chosen], table.displacement[chosen]


def plot(data: FigureData) -> Figure:
    """A slab through the box; each A particle is coloured by how far it moved."""
    first = data.displacement_map[0]
    positions, sizes = _slab(first)
    half = float(first.box_length) / 2
    figure = Figure(figsize=(style.SINGLE_COLUMN + 0.8, 3.3))
    axes = figure.subplots()
    colours = style.mpl.colormaps["viridis"]
    scale = style.mpl.colors.Normalize(0, float(np.quantile(first.displacement, 0.98)))
    # Deep particles first, so that near ones lie on top.
    for number in np.argsort(positions[:, 2]):
        axes.add_patch(
            Circle(
                positions[number, :2],
                0.5,
                facecolor=colours(scale(sizes[number])),
                edgecolor="white",
                linewidth=0.3,
            )
        )
    axes.set_aspect("equal")
    axes.set_xlim(-half, half)
    axes.set_ylim(-half, half)
    axes.set_xlabel(r"$x\;/\;\sigma_{AA}$")
    axes.set_ylabel(r"$y\;/\;\sigma_{AA}$")
    axes.set_title(rf"$T = {float(first.temperature):g}$", loc="left", fontsize=9)
    mapped = style.mpl.cm.ScalarMappable(norm=scale, cmap=colours)
    label = rf"$|\Delta \mathbf{{r}}(t = {float(first.lag):g}\,\tau)|\;/\;\sigma_{{AA}}$"
    figure.colorbar(mapped, ax=axes, label=label, extend="max", shrink=0.85)
    return figure
