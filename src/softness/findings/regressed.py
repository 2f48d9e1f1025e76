"""Regressors: their names, test snapshots, scores and moments."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_expit

from softness import seeds
from softness.barriers.zscore import varies
from softness.files.records.barriers import BarrierTable
from softness.files.records.regressed import Predictions, Regression
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.learning.regressors import REGRESSORS
from softness.learning.targets import Target, counts_target
from softness.uncertainty import Estimate, bootstrap

SVR, RIDGE, RBF_SVR, NETWORK = "svr", "ridge", "rbf_svr", "mlp"
MODELS = (SOFTNESS, *REGRESSORS)
"""In the order of tables and legends."""

VARIANTS = SVR_CSD, SVR_RADIAL = "svr_csd", "svr_radial"
SVR_FIRST, SVR_SECOND = "svr_order1", "svr_order2"

ORDERS = re.compile(r"svr_order\d+")

FEATURES_KEPT = re.compile(r"svr_(\d+)_features")

RUNS_KEPT = re.compile(r"ridge_(\d+)_runs")

RELABELLED = re.compile(r"svr(_csd)?_(t|cutoff_)([\d.]+)")
"""Labels of another time or cut-off: of the CSD or not, what is changed, and to what."""

FEWEST_EVENTS = 1.0
"""Mean number of runs in which a particle rearranges, below which scores cannot be judged."""

FEWEST_WITHOUT_NOISE = 10.0
"""The same for scores over the noise ceiling: where fewer rearrange, the estimator of logit p_r
levels off, halves of the runs share that, and the ratio comes out too low (0.54 to 0.59 for 0.64 at
one to four events in a liquid whose answer is known, within 0.02 from ten on)."""

MEAN, SPREAD, SKEWNESS, KURTOSIS = range(4)


@dataclass(frozen=True)
class Unit:
    """What errors come from: one snapshot of a replica.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    replica
        Number of the replica.
    """

    temperature: float
    replica: int


@dataclass(frozen=True)
class Snapshot(Unit):
    """Particles of one snapshot, and what models say of them that were not trained with it.

    Attributes
    ----------
    number
        Which snapshot of the replica.
    counts
        (2, n) runs of each half in which the particle rearranged.
    runs
        (2,) runs of each half.
    predicted
        (n,) output of each model by name: logit p_r, of softness w.F - b.
    """

    number: int
    counts: np.ndarray
    runs: np.ndarray
    predicted: Mapping[str, np.ndarray]

    @property
    def target(self) -> Target:
        """The true logit p_r, from all runs."""
        return counts_target(self.counts.sum(axis=0), int(self.runs.sum()))


def unseen_snapshots(table: Predictions) -> list[Snapshot]:
    """The snapshots of one temperature whose models were not trained with them."""
    return _snapshots(table, ~table.seen.astype(bool))


def all_snapshots(table: Predictions) -> list[Snapshot]:
    """The snapshots of one temperature, for what is said without a model."""
    return _snapshots(table, np.ones(len(table.seen), dtype=bool))


def _snapshots(table: Predictions, chosen: np.ndarray) -> list[Snapshot]:
    found = []
    for replica in np.unique(table.replica[chosen]):
        own = chosen & (table.replica == replica)
        found += [_snapshot(table, own, number) for number in np.unique(table.snapshot[own])]
    return found


def _snapshot(table: Predictions, of_replica: np.ndarray, number: int) -> Snapshot:
    chosen = np.flatnonzero(of_replica & (table.snapshot == number))
    return Snapshot(
        temperature=float(table.temperature),
        replica=int(table.replica[chosen[0]]),
        number=int(number),
        counts=table.counts[:, chosen],
        runs=table.runs,
        predicted=dict(zip(learned.names_of(table), table.predicted[:, chosen], strict=True)),
    )


def tested(data: FigureData) -> dict[float, list[Snapshot]]:
    """Test snapshots by temperature, from cold to hot; temperatures without any are left out."""
    found = {float(table.temperature): unseen_snapshots(table) for table in data.predictions}
    return {temperature: each for temperature, each in sorted(found.items()) if each}


def training_temperature(data: FigureData) -> float:
    """Temperature of the snapshots that the models were trained with."""
    return float(data.regression[0].temperature)


def at_training(data: FigureData) -> list[Snapshot]:
    """Test snapshots at the training temperature; empty if there are none."""
    own = _table_at_training(data)
    return unseen_snapshots(own) if own else []


def all_at_training(data: FigureData) -> list[Snapshot]:
    """All snapshots at the training temperature; empty if there are none."""
    own = _table_at_training(data)
    return all_snapshots(own) if own else []


def _table_at_training(data: FigureData) -> Predictions | None:
    for table in data.predictions:
        if float(table.temperature) == training_temperature(data):
            return table
    return None


def no_test_snapshots(data: FigureData) -> str:
    """Why something about the training temperature cannot be tested."""
    return f"no test snapshots {learned.at(training_temperature(data))}"


def about_own_means(snapshots: Sequence[Snapshot], name: str) -> list[np.ndarray]:
    """(n,) output of a model for each snapshot of one temperature, without offsets of replicas.

    Each replica is judged by a model of its own. Away from the training temperature these models
    differ by offsets, which pooled values must not hold: the mean over the particles of a replica
    is taken for that of all.
    """
    own = by_replica(snapshots, name)
    whole = np.concatenate(list(own.values())).mean()
    return [each.predicted[name] - own[each.replica].mean() + whole for each in snapshots]


def aligned(data: FigureData, snapshots: Sequence[Snapshot], name: str) -> list[np.ndarray]:
    """(n,) output of a model for each snapshot, with one origin for the models of all replicas.

    As `about_own_means`, but the mean of a replica is that at the training temperature: the same
    shift at all temperatures, so that the mean may differ from one to the other.
    """
    own = by_replica([each for each in at_training(data) if name in each.predicted], name)
    means = {replica: values.mean() for replica, values in own.items()}
    whole = np.concatenate(list(own.values())).mean() if own else 0.0
    return [each.predicted[name] + whole - means.get(each.replica, whole) for each in snapshots]


def by_replica(snapshots: Iterable[Snapshot], name: str) -> dict[int, np.ndarray]:
    """(n,) output of a model for the particles of each replica; each has a model of its own."""
    parts: dict[int, list[np.ndarray]] = {}
    for each in snapshots:
        parts.setdefault(each.replica, []).append(each.predicted[name])
    return {replica: np.concatenate(values) for replica, values in parts.items()}


def is_constant(snapshots: Iterable[Snapshot], name: str) -> bool:
    """Whether a model says the same of all particles of each replica: it learned nothing."""
    return not any(map(varies, by_replica(snapshots, name).values()))


# Names of models


def names(data: FigureData) -> list[str]:
    """Names of the models, softness included, in the order of `MODELS`.

    Without variants and random directions.
    """
    return _ordered(name for table in data.predictions for name in learned.names_of(table))


def names_with_barriers(table: BarrierTable) -> list[str]:
    """The same of the models that have barriers."""
    return _ordered(learned.names_of(table))


def _ordered(found: Iterable[str]) -> list[str]:
    names = dict.fromkeys(found)
    given = [name for name in names if not (is_variant(name) or learned.is_random(name))]
    return [n for n in MODELS if n in given] + [n for n in given if n not in MODELS]


def is_variant(name: str) -> bool:
    """Whether a model differs from another one only in its labels, features or runs."""
    patterns = (ORDERS, FEATURES_KEPT, RUNS_KEPT, RELABELLED)
    return name in VARIANTS or any(each.fullmatch(name) for each in patterns)


def variants(table: BarrierTable | Predictions, pattern: re.Pattern[str]) -> dict[int, str]:
    """Names of the models with fewer features or runs by their number, from few to many.

    Parameters
    ----------
    pattern
        `FEATURES_KEPT` or `RUNS_KEPT`.
    """
    matches = [pattern.fullmatch(name) for name in learned.names_of(table)]
    return dict(sorted((int(each[1]), each[0]) for each in matches if each))


def regressors(data: FigureData) -> list[str]:
    """The same without softness."""
    return [name for name in names(data) if name != SOFTNESS]


def record_of(data: FigureData, name: str) -> Regression | None:
    """How a model came about; None if there is no record of it."""
    for record in data.regression:
        if str(record.name.astype(str)) == name:
            return record
    return None


def log_probability(logit: np.ndarray) -> np.ndarray:
    """Return ln p of a logit."""
    return log_expit(logit)


# Doubts


def count_particles(data: FigureData) -> dict[str, int]:
    """Runs, particles and those that never rearrange, in all snapshots of the training temperature.

    Counts alone: whether a model has seen a snapshot does not matter.
    """
    snapshots = all_at_training(data)
    if not snapshots:
        return {}
    events = np.concatenate([each.counts.sum(axis=0) for each in snapshots])
    return {
        "runs": int(snapshots[0].runs.sum()),
        "particles": len(events),
        "particles_without_events": int((events == 0).sum()),
    }


def events_a_particle(snapshots: Sequence[Snapshot]) -> float:
    """Mean number of runs in which a particle rearranges."""
    return float(np.concatenate([each.counts for each in snapshots], axis=1).sum(axis=0).mean())


def doubt(
    data: FigureData,
    snapshots: Iterable[Sequence[Snapshot]],
    softness: bool = True,
    fewest: float = FEWEST_EVENTS,
) -> str:
    """Why values cannot decide: samples of softness that lack, events that are too rare.

    Parameters
    ----------
    snapshots
        Those of each temperature that counts.
    softness
        Whether softness counts as well.
    fewest
        Mean number of runs in which a particle must rearrange.
    """
    texts = [learned.doubt(softness=data.softness_all)] if softness else []
    for each in snapshots:
        mean = events_a_particle(each)
        if mean < fewest:
            texts.append(f"{mean:.2g} events a particle {learned.at(each[0].temperature)}")
    return "; ".join(filter(None, texts))


def doubt_of_barriers(data: FigureData, softness: bool = True) -> str:
    """The same of barriers: models owe what they know to the training temperature."""
    return doubt(data, filter(None, [at_training(data)]), softness)


# Numbers of snapshots and their errors


def resampled(
    data: FigureData,
    figure: str,
    snapshots: Sequence[Unit],
    sums: np.ndarray,
    numbers: np.ndarray,
    statistic: Callable[[np.ndarray], Any] = lambda mean: mean,
) -> Estimate:
    """A statistic of a mean over snapshots of one temperature, from resampled ones.

    Replicas are drawn, then snapshots of each: never particles. All calls for one figure resample
    alike, so that their draws are paired. So are those of different temperatures: each replica is
    judged by a model of its own, whose offset must not enter the steps between them.

    Parameters
    ----------
    sums, numbers
        (snapshots, ...) sum of the measured values in a snapshot, and their number.
    statistic
        Takes the mean (...).
    """
    replica = np.array([each.replica for each in snapshots])
    groups = [np.flatnonzero(replica == number) for number in np.unique(replica)]
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(statistic(sums.sum(axis=0) / numbers.sum(axis=0)))
    generator = seeds.stream(data.settings["seed"], f"figure {figure} bootstrap", 0.0)
    grouped = ([given[group] for group in groups] for given in (sums, numbers))
    draws = bootstrap(*grouped, statistic, data.settings["draws"], generator)
    return Estimate.of_bootstrap(value, draws, [len(group) for group in groups], "snapshots")


def mean_of(
    data: FigureData,
    figure: str,
    snapshots: Sequence[Unit],
    rows: Any,
    statistic: Callable[[np.ndarray], Any] = lambda mean: mean,
) -> Estimate:
    """A statistic of the mean of (snapshots, ...) numbers; those that are nan do not count."""
    rows = np.asarray(rows, dtype=np.float64)
    defined = np.isfinite(rows)
    return resampled(
        data, figure, snapshots, np.where(defined, rows, 0.0), defined.astype(float), statistic
    )


def moments(
    data: FigureData,
    figure: str,
    snapshots: Sequence[Snapshot],
    values: Sequence[np.ndarray],
) -> Estimate:
    """(4,) mean, standard deviation, skewness and excess kurtosis over particles.

    Parameters
    ----------
    values
        (n,) of the particles of each snapshot.
    """
    # Powers of small numbers round less; equal values stay equal.
    centre = float(np.median(np.concatenate(values)))
    powers = np.array([[((x - centre) ** p).sum() for p in range(1, 5)] for x in values])
    sizes = np.array([[len(x)] for x in values], dtype=np.float64)
    found = resampled(data, figure, snapshots, powers, sizes, learned.standard_moments)
    shift = np.array([centre, 0.0, 0.0, 0.0])
    return found.map(lambda each: each + shift)
