"""Figure 3.1: predicted ln p_r is distributed nearly as a Gaussian, and as softness."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import SVR, Snapshot
from softness.learning.scores import divergence_of_equals, jensen_shannon_divergence
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement

NUMBER = "3.1"
BINS = 40
LARGEST_DIVERGENCE = 0.05
NEEDS_BOTH = "needs SVR and softness"

SYMMETRIC = Statement(
    figure=NUMBER,
    name="skewness at every temperature",
    claim="At every temperature ln p_r by SVR is distributed nearly as a Gaussian: no skewness",
    source="very nearly Gaussian, no value given",
    above=-0.3,
    below=0.3,
)
NO_TAILS = Statement(
    figure=NUMBER,
    name="excess kurtosis at every temperature",
    claim="At every temperature ln p_r by SVR is distributed nearly as a Gaussian: no heavy tails",
    source="very nearly Gaussian, no value given",
    above=-0.5,
    below=0.5,
)
MOVES_RIGHT = Statement(
    figure=NUMBER,
    name="every step of the mean with T",
    claim="The distribution of ln p_r by SVR moves to the right with temperature",
    source="shifts to the right",
    above=0.0,
)
LIKE_SOFTNESS = Statement(
    figure=NUMBER,
    name="divergence from softness",
    claim="The standardised distributions of SVR and softness are the same (bit, Jensen-Shannon)",
    source="of the order of 1e-2",
    below=LARGEST_DIVERGENCE,
)


@dataclass(frozen=True)
class Joint:
    """Softness and ln p_r of the particles of the training temperature.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    softness_edges, edges
        (BINS + 1,) of softness and of ln p_r.
    density
        (BINS, BINS) share of particles per unit of softness and of ln p_r.
    divergence
        Mean over snapshots of that of the standardised distributions, in bit.
    floor
        Mean divergence of as many particles, drawn twice from one distribution.
    replicas
        Number of replicas.
    doubt
        Why the divergence cannot decide; empty if it can.
    """

    temperature: float
    softness_edges: np.ndarray
    edges: np.ndarray
    density: np.ndarray
    divergence: Estimate
    floor: float
    replicas: int
    doubt: str


@dataclass(frozen=True)
class Findings:
    """Distributions of ln p_r by one model.

    Attributes
    ----------
    name
        The model: SVR, as in the source; another one where there is none.
    edges
        (BINS + 1,) of ln p_r, common to all temperatures.
    densities, moments
        (BINS,) share of particles per unit of ln p_r, and (4,) moments, by temperature from cold
        to hot.
    replicas
        Fewest replicas of a temperature.
    doubt
        Why the moments cannot decide; empty if they can.
    joint
        With softness; None where there is none.
    lacking
        Why there is none.
    """

    name: str
    edges: np.ndarray
    densities: dict[float, np.ndarray]
    moments: dict[float, Estimate]
    replicas: int
    doubt: str
    joint: Joint | None
    lacking: str


def compute(data: FigureData) -> Findings:
    """Distributions at all temperatures, and the joint one with softness."""
    tested, snapshots = regressed.tested(data), regressed.at_training(data)
    names = regressed.names(data)
    name = SVR if SVR in names else [*regressed.regressors(data), *names][0]
    values = {t: _values(each, name) for t, each in tested.items()}
    edges = _even_edges(np.concatenate(list(values.values()))) if tested else np.zeros(0)
    lacking = NEEDS_BOTH if snapshots else regressed.no_test_snapshots(data)
    return Findings(
        name=name,
        edges=edges,
        densities={t: _density(each, edges) for t, each in values.items()},
        moments={
            t: regressed.moments(data, NUMBER, each, lambda one: _values([one], name))
            for t, each in tested.items()
        },
        replicas=regressed.fewest_replicas(tested),
        # The models owe to the training temperature whatever they know.
        doubt=regressed.doubt(data, filter(None, [snapshots]), softness=False),
        joint=_joint(data, snapshots, name) if snapshots and SOFTNESS in names else None,
        lacking=lacking,
    )


def _values(snapshots: list[Snapshot], name: str) -> np.ndarray:
    """(particles,) ln p_r of a model; softness as it is."""
    values = np.concatenate([each.predicted[name] for each in snapshots])
    return values if name == SOFTNESS else regressed.log_probability(values)


def _even_edges(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    room = 0.0 if high > low else 0.5
    return np.linspace(low - room, high + room, BINS + 1)


def _density(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(bins,) share of particles per unit of ln p_r."""
    return np.histogram(values, edges)[0] / len(values) / np.diff(edges)


def _joint(data: FigureData, snapshots: list[Snapshot], name: str) -> Joint:
    softness, values = _values(snapshots, SOFTNESS), _values(snapshots, name)
    edges = _even_edges(softness), _even_edges(values)
    counts, *_ = np.histogram2d(softness, values, edges)
    areas = np.multiply.outer(*map(np.diff, edges))
    sizes = [len(each.predicted[name]) for each in snapshots]
    floor = float(np.mean([divergence_of_equals(size, size) for size in sizes]))
    doubt = regressed.doubt(data, [snapshots])
    if floor >= LARGEST_DIVERGENCE:
        doubt = doubt or f"so few particles of one distribution have {floor:.2g}"
    rows = [_divergence(each.predicted[name], each.predicted[SOFTNESS]) for each in snapshots]
    return Joint(
        temperature=snapshots[0].temperature,
        softness_edges=edges[0],
        edges=edges[1],
        density=counts / len(values) / areas,
        divergence=regressed.mean_of(data, NUMBER, snapshots, rows),
        floor=floor,
        replicas=regressed.replicas_of(snapshots),
        doubt=doubt,
    )


def _divergence(first: np.ndarray, second: np.ndarray) -> float:
    if first.std() == 0 or second.std() == 0:
        return float("nan")
    return jensen_shannon_divergence(first, second)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the shape of all distributions, on their order, and on their likeness."""
    joint = findings.joint
    if not joint or findings.name != SVR:
        likeness = LIKE_SOFTNESS.not_tested(NEEDS_BOTH if joint else findings.lacking)
    else:
        given = (joint.divergence, joint.replicas, joint.doubt)
        likeness = learned.judged(LIKE_SOFTNESS, *given)
    return [*_shape_claims(findings), likeness]


def _shape_claims(findings: Findings) -> list[Claim]:
    moments = findings.moments
    if findings.name != SVR or not moments:
        statements = (SYMMETRIC, NO_TAILS, MOVES_RIGHT)
        return [each.not_tested("needs SVR and test snapshots") for each in statements]

    def claim(statement: Statement, members: dict[str, Estimate]) -> Claim:
        return learned.judged_all(statement, members, findings.replicas, findings.doubt)

    def each(moment: int) -> dict[str, Estimate]:
        return {learned.at(t): found[moment] for t, found in moments.items()}

    steps = {
        f"from T = {cold:g} to {warm:g}": (moments[warm] - moments[cold])[regressed.MEAN]
        for cold, warm in pairwise(moments)
    }
    return [
        claim(SYMMETRIC, each(regressed.SKEWNESS)),
        claim(NO_TAILS, each(regressed.KURTOSIS)),
        claim(MOVES_RIGHT, steps) if steps else MOVES_RIGHT.not_tested("needs two temperatures"),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Panel a: density of ln p_r at each temperature. Panel b: joint density with softness.

    ``softness`` and ``value`` are the middle of the bin, ``softness`` is 0 in panel a.
    ``divergence_from_softness`` is that at the training temperature, ``floor`` what equal
    distributions of as many particles have; they are left out where unknown.
    """
    joint, value = findings.joint, _middles(findings.edges)
    parts = [
        _rows(findings, "a", temperature, 0.0, value, density)
        for temperature, density in findings.densities.items()
    ]
    if not parts:
        return pd.DataFrame(columns=["panel", "variable", "temperature", "value", "density"])
    if joint:
        across, along = np.nonzero(joint.density)
        softness, value = _middles(joint.softness_edges)[across], _middles(joint.edges)[along]
        density = joint.density[across, along]
        parts.append(_rows(findings, "b", joint.temperature, softness, value, density))
    rows = pd.concat(parts, ignore_index=True)
    if joint:
        rows["divergence_from_softness"] = float(joint.divergence.value)
        rows["floor"] = joint.floor
    return rows.replace([np.inf, -np.inf], np.nan).dropna(axis="columns")


def _middles(edges: np.ndarray) -> np.ndarray:
    return (edges[:-1] + edges[1:]) / 2


def _rows(
    findings: Findings,
    panel: str,
    temperature: float,
    softness: np.ndarray | float,
    value: np.ndarray,
    density: np.ndarray,
) -> pd.DataFrame:
    keys = ("mean", "standard_deviation", "skewness", "excess_kurtosis")
    moments = findings.moments[temperature].value.tolist()
    return pd.DataFrame(
        {
            "panel": panel,
            "variable": findings.name,
            "temperature": temperature,
            "softness": softness,
            "value": value,
            "density": density,
            **dict(zip(keys, moments, strict=True)),
        }
    )
