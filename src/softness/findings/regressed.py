"""Regressors: their names, test snapshots, scores and moments."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_expit

from softness import seeds
from softness.files.records.barriers import BarrierTable
from softness.files.records.regressed import Predictions, Regression
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.learning.regressors import REGRESSORS
from softness.learning.scores import logit_share, pearson
from softness.learning.targets import Target, counts_target, scores_by_snapshot
from softness.uncertainty import Estimate, bootstrap, widened

SVR, RIDGE = "svr", "ridge"
MODELS = (SOFTNESS, *REGRESSORS)
"""In the order of tables and legends."""


VARIANTS = SVR_CSD, SVR_FIRST, SVR_SECOND = "svr_csd", "svr_order1", "svr_order2"

ORDERS = re.compile(r"svr_order\d+")

FEATURES_KEPT = re.compile(r"svr_(\d+)_features")

RUNS_KEPT = re.compile(r"ridge_(\d+)_runs")

FEWEST_EVENTS = 1.0
"""Mean number of runs in which a particle rearranges, below which scores cannot be judged."""

FEWEST_WITHOUT_NOISE = 10.0
"""The same for scores over the noise ceiling: where fewer rearrange, the estimator of logit p_r
levels off, halves of the runs share that, and the ratio comes out too low (0.54 to 0.59 for 0.64 at
one to four events in a liquid whose answer is known, within 0.02 from ten on)."""

FEWEST_PARTICLES = 4
"""In a snapshot whose variance is to be explained: two bins of two."""

MEAN, SPREAD, SKEWNESS, KURTOSIS = range(4)

EXPLAINED, OVER_CEILING, CEILING = range(3)


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


def replicas_of(snapshots: Iterable[Snapshot]) -> int:
    """Number of replicas that some snapshots of one temperature come from."""
    return len({each.replica for each in snapshots})


def fewest_replicas(by_temperature: Mapping[float, Sequence[Snapshot]]) -> int:
    """The same, of the temperature with the fewest; 0 without temperatures."""
    return min(map(replicas_of, by_temperature.values()), default=0)


# Names of models


def names(data: FigureData) -> list[str]:
    """Names of the models, softness included, in the order of `MODELS`; without variants."""
    return _ordered(name for table in data.predictions for name in learned.names_of(table))


def names_with_barriers(table: BarrierTable) -> list[str]:
    """The same of the models that have barriers; without variants and random directions."""
    drawn = learned.random_names(table)
    return _ordered(name for name in learned.names_of(table) if name not in drawn)


def _ordered(found: Iterable[str]) -> list[str]:
    given = [name for name in dict.fromkeys(found) if not is_variant(name)]
    return [n for n in MODELS if n in given] + [n for n in given if n not in MODELS]


def is_variant(name: str) -> bool:
    """Whether a model differs from another one only in its labels, features or runs."""
    patterns = (ORDERS, FEATURES_KEPT, RUNS_KEPT)
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
    texts = [learned.doubt(softness=data.softness)] if softness else []
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

    Replicas are drawn, then snapshots of each: never particles. All calls for one figure and one
    temperature resample alike, so that their draws are paired.

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
    generator = seeds.stream(
        data.settings["seed"], f"figure {figure} bootstrap", snapshots[0].temperature
    )
    by_replica = ([given[group] for group in groups] for given in (sums, numbers))
    draws = bootstrap(*by_replica, statistic, data.settings["draws"], generator)
    return Estimate(value, widened(draws, value, [len(group) for group in groups]))


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
    values: Callable[[Snapshot], np.ndarray],
) -> Estimate:
    """(4,) mean, standard deviation, skewness and excess kurtosis over particles.

    Parameters
    ----------
    values
        Gives the (n,) values of the particles of a snapshot.
    """
    given = [values(each) for each in snapshots]
    # Powers of small numbers round less; equal values stay equal.
    centre = float(np.median(np.concatenate(given)))
    powers = np.array([[((x - centre) ** p).sum() for p in range(1, 5)] for x in given])
    sizes = np.array([[len(x)] for x in given], dtype=np.float64)
    found = resampled(data, figure, snapshots, powers, sizes, learned.standard_moments)
    shift = np.array([centre, 0.0, 0.0, 0.0])
    return Estimate(found.value + shift, found.draws + shift)


# Scores


def explained(data: FigureData, figure: str, snapshots: Sequence[Snapshot], name: str) -> Estimate:
    """(3,) mean explained variance of a model, the same over the noise ceiling, and the ceiling.

    See `explained_row` and `over_ceiling`.
    """
    rows = [explained_row(each.predicted[name], each.counts, each.runs) for each in snapshots]
    return mean_of(data, figure, snapshots, rows, over_ceiling)


def explained_row(predicted: np.ndarray, counts: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """(3,) explained variance, without what chance gives, and correlation of the halves of runs.

    All of one snapshot; nan where undefined, as where all particles have equally many events.
    """
    target = counts_target(counts.sum(axis=0), int(runs.sum()))
    if len(target) < FEWEST_PARTICLES or np.ptp(target.values) == 0:
        return np.full(3, np.nan)
    scores = scores_by_snapshot(predicted, target, np.zeros(len(target)))
    correlation = half_correlation(counts, runs)
    return np.array([scores.explained[0], scores.explained_corrected[0], correlation])


def half_correlation(counts: np.ndarray, runs: np.ndarray) -> float:
    """Correlation of the logits from the two halves of the runs; nan if one does not vary."""
    if runs.min() < 1:
        return float("nan")
    return pearson(*(logit_share(k, m) for k, m in zip(counts, runs, strict=True)))


def over_ceiling(mean: np.ndarray) -> np.ndarray:
    """Means of `explained_row` as explained variance, the same over the ceiling, and the ceiling.

    The ceiling is the reliability of the mean correlation of the halves (Spearman-Brown), and not
    the mean of the snapshots' ceilings: that is undefined where halves correlate negatively by
    chance, and would come out too high without them.
    """
    plain, corrected, halves = mean
    ceiling = 2 * halves / (1 + halves) if halves > 0 else np.nan
    return np.array([plain, corrected / ceiling, ceiling])
