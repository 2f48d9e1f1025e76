"""Figure 1.1: mobile regions of the supercooled liquid cluster."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness import seeds
from softness.findings.data import FigureData
from softness.uncertainty import Estimate, bootstrap
from softness.verdicts import Claim, Statement, above

CLUSTERING = Statement(
    figure="1.1",
    name="Pearson correlation of neighbours' displacements",
    claim="Mobile particles are neighbours of mobile ones: the dynamics varies in space",
    section="1.3",
    source="regions of like displacement, no value given",
    # Ours: large enough to be seen in a picture.
    rule=above(0.1),
)
BEYOND_CHANCE = Statement(
    figure="1.1",
    name="the same, above 99 % of shuffles by",
    claim="The clustering is beyond what shuffled displacements give",
    section="1.3",
    source="as above",
    rule=above(0.0),
)

# Thickness of the slab that is shown, in sigma_AA: about two layers of particles.
SLAB = 2.0


@dataclass(frozen=True)
class Findings:
    """A slab of the first replica, and how alike neighbours move in all of them.

    Attributes
    ----------
    temperature, lag
        In eps_AA / k_B and tau.
    edges
        (3,) of the box, in sigma_AA.
    positions, displacement
        (particles, 3) and (particles,) of the slab, in sigma_AA.
    fast
        Displacement that two in a hundred of all particles exceed, in sigma_AA.
    correlation, excess
        Mean over origins and replicas: of neighbours' displacements, and of what is beyond chance.
    """

    temperature: float
    lag: float
    edges: np.ndarray
    positions: np.ndarray
    displacement: np.ndarray
    fast: float
    correlation: Estimate
    excess: Estimate


def compute(data: FigureData) -> Findings:
    """The slab of the first replica, and the correlations of all."""
    tables, first = data.displacement_map, data.displacement_map[0]
    shown = np.abs(first.positions[:, 2]) < SLAB / 2
    return Findings(
        temperature=float(first.temperature),
        lag=float(first.lag),
        edges=np.broadcast_to(first.box_length, 3),
        positions=first.positions[shown],
        displacement=first.displacement[shown],
        fast=float(np.quantile(first.displacement, 0.98)),
        correlation=_mean([table.correlation for table in tables], data),
        excess=_mean([table.correlation - table.chance for table in tables], data),
    )


def _mean(values: list[np.ndarray], data: FigureData) -> Estimate:
    """Mean over origins, which lie two relaxation times apart, and replicas."""
    mean = float(np.concatenate(values).mean())
    sums = [each[:, None] for each in values]
    counts = [np.ones_like(each) for each in sums]
    generator = seeds.stream(data.settings["seed"], "figure 1.1 bootstrap", 0.0)
    draws = bootstrap(sums, counts, lambda row: row[0], data.settings["draws"], generator)
    return Estimate.of_bootstrap(mean, draws, [len(each) for each in values], "time origins")


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the correlation itself, and on its distance to chance."""
    return [CLUSTERING.judge(findings.correlation), BEYOND_CHANCE.judge(findings.excess)]


def table(findings: Findings) -> pd.DataFrame:
    """Positions and displacements of the slab of the first replica."""
    return pd.DataFrame(
        {
            "temperature": findings.temperature,
            "lag": findings.lag,
            **dict(zip("xyz", findings.positions.T, strict=True)),
            "displacement": findings.displacement,
        }
    )
