"""Figure 3.1: predicted ln p_r is distributed nearly as a Gaussian, and as softness."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import RIDGE, SVR, Snapshot
from softness.learning.scores import divergence_of_equals, jensen_shannon_divergence, pearson
from softness.uncertainty import Estimate, combined
from softness.verdicts import Claim, Statement, Trend, above, below, between, every

NUMBER = "3.1"
BINS = 40
LARGEST_DIVERGENCE = 0.05
LABELS = {SVR: "SVR", RIDGE: "RR"}
LIKE_RANDOM = "random directions"

SYMMETRIC = Statement(
    figure=NUMBER,
    name="skewness of ln p_r by SVR at every temperature",
    claim="At every temperature ln p_r by SVR is distributed nearly as a Gaussian: no skewness",
    section="3.3.1",
    source="very nearly Gaussian, no value given",
    # As of fluidity in figure 2.3.
    rule=every(between(-0.3, 0.3)),
)
NO_TAILS = Statement(
    figure=NUMBER,
    name="excess kurtosis of ln p_r by SVR at every temperature",
    claim="At every temperature ln p_r by SVR is distributed nearly as a Gaussian: no heavy tails",
    section="3.3.1",
    source="very nearly Gaussian, no value given",
    rule=every(between(-0.5, 0.5)),
)
MOVES_RIGHT = Statement(
    figure=NUMBER,
    name="step of the mean of ln p_r by SVR from one temperature to the next",
    claim="The distribution of ln p_r by SVR moves to the right with temperature",
    section="3.3.1",
    source="moves to the right",
    rule=Trend(),
)
CORRELATED = Statement(
    figure=NUMBER,
    name="Pearson correlation of SVR with softness",
    claim="At the training temperature what SVR predicts is strongly correlated with softness",
    section="3.3.1",
    source="strongly correlated, no value given",
    # Half of the variance in common; the dissertation gives no number.
    rule=above(0.7),
)
LIKE_SOFTNESS = Statement(
    figure=NUMBER,
    name="divergence of {} from softness",
    claim="The standardised distributions of {} and softness are the same (bit, Jensen-Shannon)",
    section="3.3.1",
    source="of the order of 1e-2",
    rule=below(LARGEST_DIVERGENCE),
)
RANDOM_UNLIKE = Statement(
    figure=NUMBER,
    name="median divergence of random directions from softness",
    claim=(
        "Control: a random direction is not distributed as softness is; where it is, that a model "
        "is distributed so says nothing about the model"
    ),
    section="",
    source="none",
    rule=above(LARGEST_DIVERGENCE),
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
        (BINS, BINS) fraction of particles per unit of softness and of ln p_r.
    """

    temperature: float
    softness_edges: np.ndarray
    edges: np.ndarray
    density: np.ndarray


@dataclass(frozen=True)
class Likeness:
    """How alike models and softness are at the training temperature.

    Attributes
    ----------
    correlation
        Mean over snapshots of the Pearson correlation of SVR with softness; None without SVR.
    divergences
        Mean over snapshots of that of the standardised distributions of a model and of softness,
        in bit, by the name of the model; of random directions their median.
    constant
        Models that say the same of all particles.
    floor
        Mean divergence of as many particles, drawn twice from one distribution.
    doubt, doubt_of_divergences
        Why the correlation and divergences cannot decide; empty if they can.
    """

    correlation: Estimate | None
    divergences: dict[str, Estimate]
    constant: list[str]
    floor: float
    doubt: str
    doubt_of_divergences: str


@dataclass(frozen=True)
class Findings:
    """Distributions of ln p_r by one model.

    Attributes
    ----------
    name
        The model: SVR, as in the dissertation; another one where there is none.
    edges
        (BINS + 1,) of ln p_r, common to all temperatures.
    densities, moments, means
        (BINS,) fraction of particles per unit of ln p_r, (4,) moments without offsets of replicas,
        and the mean with one origin for all temperatures, by temperature from cold to hot.
    doubt
        Why they cannot decide; empty if they can.
    joint, likeness
        With softness; None where there is none.
    lacking
        Why there is none.
    """

    name: str
    edges: np.ndarray
    densities: dict[float, np.ndarray]
    moments: dict[float, Estimate]
    means: dict[float, Estimate]
    doubt: str
    joint: Joint | None
    likeness: Likeness | None
    lacking: str


def compute(data: FigureData) -> Findings:
    """Distributions at all temperatures, and the joint one with softness."""
    tested, snapshots = regressed.tested(data), regressed.at_training(data)
    names = regressed.names(data)
    name = SVR if SVR in names else [*regressed.regressors(data), *names][0]
    values = {t: _values(each, name) for t, each in tested.items()}
    whole = [np.concatenate(each) for each in values.values()]
    edges = _even_edges(np.concatenate(whole)) if whole else np.zeros(0)
    known = bool(snapshots) and SOFTNESS in names
    return Findings(
        name=name,
        edges=edges,
        densities={t: _density(np.concatenate(each), edges) for t, each in values.items()},
        moments={t: regressed.moments(data, NUMBER, each, values[t]) for t, each in tested.items()},
        means={t: _mean(data, each, name) for t, each in tested.items()},
        # The models owe to the training temperature whatever they know.
        doubt=regressed.doubt(data, filter(None, [snapshots]), softness=False),
        joint=_joint(snapshots, name) if known else None,
        likeness=_likeness(data, snapshots) if known else None,
        lacking="needs softness" if snapshots else regressed.no_test_snapshots(data),
    )


def _values(snapshots: Sequence[Snapshot], name: str) -> list[np.ndarray]:
    """(n,) ln p_r of a model for the particles of each snapshot; softness as it is."""
    values = regressed.about_own_means(snapshots, name)
    return values if name == SOFTNESS else [regressed.log_probability(each) for each in values]


def _mean(data: FigureData, snapshots: Sequence[Snapshot], name: str) -> Estimate:
    """Mean ln p_r of a model over the particles of all snapshots."""
    values = regressed.aligned(data, snapshots, name)
    values = values if name == SOFTNESS else map(regressed.log_probability, values)
    return regressed.moments(data, NUMBER, snapshots, list(values))[regressed.MEAN]


def _even_edges(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    room = 0.0 if high > low else 0.5
    return np.linspace(low - room, high + room, BINS + 1)


def _density(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(bins,) fraction of particles per unit of ln p_r."""
    return np.histogram(values, edges)[0] / len(values) / np.diff(edges)


def _joint(snapshots: Sequence[Snapshot], name: str) -> Joint:
    softness, values = (np.concatenate(_values(snapshots, each)) for each in (SOFTNESS, name))
    edges = _even_edges(softness), _even_edges(values)
    counts, *_ = np.histogram2d(softness, values, edges)
    areas = np.multiply.outer(*map(np.diff, edges))
    return Joint(snapshots[0].temperature, *edges, counts / len(values) / areas)


def _likeness(data: FigureData, snapshots: Sequence[Snapshot]) -> Likeness:
    def compared(name: str, measure: Callable[[np.ndarray, np.ndarray], float]) -> Estimate:
        rows = [measure(each.predicted[name], each.predicted[SOFTNESS]) for each in snapshots]
        return regressed.mean_of(data, NUMBER, snapshots, rows)

    models = [name for name in (SVR, RIDGE) if name in snapshots[0].predicted]
    random = [name for name in snapshots[0].predicted if learned.is_random(name)]
    divergences = {name: compared(name, _divergence) for name in models}
    if random:
        of_each = [compared(name, _divergence) for name in random]
        divergences[LIKE_RANDOM] = combined(np.median, of_each)
    sizes = [len(each.predicted[SOFTNESS]) for each in snapshots]
    floor = float(np.mean([divergence_of_equals(size, size) for size in sizes]))
    doubt = regressed.doubt(data, [snapshots])
    few = f"so few particles of one distribution have {floor:.2g}"
    return Likeness(
        correlation=compared(SVR, pearson) if SVR in models else None,
        divergences=divergences,
        constant=[name for name in models if regressed.is_constant(snapshots, name)],
        floor=floor,
        doubt=doubt,
        doubt_of_divergences=doubt or (few if floor >= LARGEST_DIVERGENCE else ""),
    )


def _divergence(first: np.ndarray, second: np.ndarray) -> float:
    if first.std() == 0 or second.std() == 0:
        return float("nan")
    return jensen_shannon_divergence(first, second)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the shape of all distributions, on their order, and on their likeness."""
    return [*_shape_claims(findings), *_likeness_claims(findings)]


def _shape_claims(findings: Findings) -> list[Claim]:
    moments, doubt = findings.moments, findings.doubt
    if findings.name != SVR or not moments:
        statements = (SYMMETRIC, NO_TAILS, MOVES_RIGHT)
        return [each.not_tested("needs SVR and test snapshots") for each in statements]

    def each(moment: int) -> dict[str, Estimate]:
        return {learned.at(t): found[moment] for t, found in moments.items()}

    means = findings.means
    moves = MOVES_RIGHT.not_tested("needs two temperatures")
    if len(means) > 1:
        moves = MOVES_RIGHT.judge_trend(learned.trend(means), learned.steps(means), doubt)
    return [
        SYMMETRIC.judge_every(each(regressed.SKEWNESS), doubt),
        NO_TAILS.judge_every(each(regressed.KURTOSIS), doubt),
        moves,
    ]


def _likeness_claims(findings: Findings) -> list[Claim]:
    found = findings.likeness
    models = {name: _of(LIKE_SOFTNESS, label) for name, label in LABELS.items()}
    statements = models | {LIKE_RANDOM: RANDOM_UNLIKE}
    if not found:
        return [each.not_tested(findings.lacking) for each in (CORRELATED, *statements.values())]
    correlated = CORRELATED.not_tested("no predictions by SVR")
    if SVR in found.constant:
        correlated = CORRELATED.not_tested("SVR says the same of all particles")
    elif found.correlation:
        correlated = CORRELATED.judge(found.correlation, found.doubt)
    claims = [correlated]
    for name, statement in statements.items():
        if name in found.constant:
            claims.append(statement.not_tested(f"{LABELS[name]} says the same of all particles"))
        elif name in found.divergences:
            claims.append(statement.judge(found.divergences[name], found.doubt_of_divergences))
        else:
            claims.append(statement.not_tested(f"no predictions by {LABELS.get(name, name)}"))
    return claims


def _of(statement: Statement, label: str) -> Statement:
    """A statement about a model, whose label stands for ``{}``."""
    texts = {key: getattr(statement, key).format(label) for key in ("name", "claim")}
    return replace(statement, **texts)


def table(findings: Findings) -> pd.DataFrame:
    """Panel a: density of ln p_r at each temperature. Panel b: joint density with softness.

    ``softness`` and ``value`` are the middle of the bin, ``softness`` is 0 in panel a. Columns
    ``divergence_of_`` a model, or of random directions in the median, hold that from softness at
    the training temperature, ``correlation_with_softness`` is that of SVR, ``floor`` the divergence
    of equal distributions of as many particles; they are left out where unknown.
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
    if likeness := findings.likeness:
        for name, found in likeness.divergences.items():
            rows[f"divergence_of_{name.replace(' ', '_')}"] = float(found.value)
        rows["floor"] = likeness.floor
        if likeness.correlation:
            rows["correlation_with_softness"] = float(likeness.correlation.value)
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
    _, *shape = findings.moments[temperature].value.tolist()
    moments = float(findings.means[temperature].value), *shape
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
