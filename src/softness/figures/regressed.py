"""What the figures of regressors share: their looks, test snapshots, scores and moments."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.special import log_expit

from softness import seeds
from softness.figures import barrier_curves, learned, style
from softness.figures.data import FigureData
from softness.figures.figure_2_3_fluidity_distributions import standard_moments
from softness.figures.learned import SOFTNESS, Drawn
from softness.files.records.barriers import BarrierTable
from softness.files.records.regressed import Predictions, Regression
from softness.learning.scores import logit_share, pearson
from softness.learning.targets import Target, counts_target, scores_by_snapshot
from softness.uncertainty import bootstrap, widened

SVR, RIDGE = "svr", "ridge"
Z_SCORE = r"$x = (y - \langle y \rangle_{tr})\;/\;\sigma_{tr}$"
LN_P = r"$\ln\,p_r$"
TEMPERATURE = r"$T\;\;(\epsilon_{AA}/k_B)$"

LOOKS = {
    SOFTNESS: ("$S$", "black", "o"),
    SVR: ("SVR", "#0072b2", "s"),
    RIDGE: ("RR", "#d55e00", "^"),
    "rbf_svr": ("rbfSVR", "#009e73", "D"),
    "mlp": ("MLP", "#aa3377", "v"),
    "mlp_h": ("MLP$_H$", "#cc79a7", "<"),
    "mlp_d": ("MLP$_D$", "#661144", ">"),
    "binomial": ("binomial", "#b58900", "P"),
    "boosting": ("boosting", "#56b4e9", "X"),
}
"""Label, colour and marker of each model, the same in all figures; in the order of legends."""

SVR_CSD, SVR_FIRST, SVR_SECOND = "svr_csd", "svr_order1", "svr_order2"
VARIANT_LOOKS = {
    SVR_CSD: ("SVR, CSD", "#d55e00", "^"),
    SVR_FIRST: ("SVR, orders 0 and 1", "#009e73", "D"),
    SVR_SECOND: ("SVR, orders 0 to 2", "#d55e00", "^"),
}
"""The same of models that only differ from SVR in labels or features; each has its own figure."""

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

# Horizontal room of the models beside each other, as a share of the least distance of two points,
# and at most of the whole range.
DODGE, LARGEST_DODGE = 0.8, 0.03
# Free space beside the outermost points, and bars that are cut, as shares of the range of values.
MARGIN, LONG_BAR = 0.05, 0.4


@dataclass(frozen=True)
class Snapshot:
    """Particles of one snapshot, and what models say of them that were not trained with it.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    replica, number
        Which one.
    counts
        (2, n) runs of each half in which the particle rearranged.
    runs
        (2,) runs of each half.
    predicted
        (n,) output of each model by name: logit p_r, of softness w.F - b.
    """

    temperature: float
    replica: int
    number: int
    counts: np.ndarray
    runs: np.ndarray
    predicted: Mapping[str, np.ndarray]

    @property
    def target(self) -> Target:
        """The true logit p_r, from all runs."""
        return counts_target(self.counts.sum(axis=0), int(self.runs.sum()))


class Unit(Protocol):
    """What errors come from: one snapshot of a replica at a temperature."""

    @property
    def temperature(self) -> float:
        """In eps_AA / k_B."""

    @property
    def replica(self) -> int:
        """Number of the replica."""


@dataclass(frozen=True)
class Place:
    """A snapshot without its particles, for errors: a `Unit`."""

    temperature: float
    replica: int


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
    """The same, of the temperature with the fewest."""
    return min(map(replicas_of, by_temperature.values()))


# Names of models


def names(data: FigureData) -> list[str]:
    """Names of the models, softness included, in the order of `LOOKS`; without variants."""
    return _ordered(name for table in data.predictions for name in learned.names_of(table))


def names_with_barriers(table: BarrierTable) -> list[str]:
    """The same of the models that have barriers; without variants and random directions."""
    drawn = learned.random_names(table)
    return _ordered(name for name in learned.names_of(table) if name not in drawn)


def _ordered(found: Iterable[str]) -> list[str]:
    given = [name for name in dict.fromkeys(found) if not is_variant(name)]
    return [n for n in LOOKS if n in given] + [n for n in given if n not in LOOKS]


def is_variant(name: str) -> bool:
    """Whether a model differs from another one only in its labels, features or runs."""
    patterns = (ORDERS, FEATURES_KEPT, RUNS_KEPT)
    return name in VARIANT_LOOKS or any(each.fullmatch(name) for each in patterns)


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


def look(name: str) -> tuple[str, str, str]:
    """Label, colour and marker of a model."""
    return (LOOKS | VARIANT_LOOKS).get(name, (name, "0.5", "*"))


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
) -> Drawn:
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
    return Drawn(value, widened(draws, value, [len(group) for group in groups]))


def mean_of(
    data: FigureData,
    figure: str,
    snapshots: Sequence[Unit],
    rows: Any,
    statistic: Callable[[np.ndarray], Any] = lambda mean: mean,
) -> Drawn:
    """A statistic of the mean of (snapshots, ...) numbers; those that are nan do not count."""
    rows = np.asarray(rows, dtype=np.float64)
    defined = np.isfinite(rows)
    return resampled(
        data, figure, snapshots, np.where(defined, rows, 0.0), defined.astype(float), statistic
    )


def part(found: Drawn, number: int) -> Drawn:
    """One number of several."""
    return Drawn(found.value[number], found.draws[:, number])


def moments(
    data: FigureData,
    figure: str,
    snapshots: Sequence[Snapshot],
    values: Callable[[Snapshot], np.ndarray],
) -> Drawn:
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
    found = resampled(data, figure, snapshots, powers, sizes, standard_moments)
    shift = np.array([centre, 0.0, 0.0, 0.0])
    return Drawn(found.value + shift, found.draws + shift)


# Scores


def explained(data: FigureData, figure: str, snapshots: Sequence[Snapshot], name: str) -> Drawn:
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


# Drawing


def dodged(x: np.ndarray, number: int, count: int) -> np.ndarray:
    """Places of one of several series beside each other."""
    x = np.asarray(x, dtype=np.float64)
    distances = np.diff(np.unique(x))
    narrow = LARGEST_DODGE * (np.ptp(x) or x.max())
    room = min(DODGE * distances.min(), narrow) if len(distances) else narrow
    return x + room * ((number + 0.5) / count - 0.5)


def draw_points(
    axes: Axes, x: np.ndarray, found: Sequence[Drawn], name: str, **options: Any
) -> None:
    """Values of a model with their 95 % intervals, and a thin line through them."""
    _, colour, marker = look(name)
    options = {"color": colour, "marker": marker, **options}
    value = np.array([float(each.value) for each in found])
    low, high = np.array([each.bounds() for each in found]).T
    # The interval of a skewed distribution can lie beside the value.
    ends = np.maximum([value - low, high - value], 0)
    axes.errorbar(
        x,
        value,
        yerr=ends,
        markersize=3.5,
        linewidth=0.5,
        elinewidth=0.7,
        **options,
    )


def limits(found: Iterable[Drawn], *included: float) -> tuple[float, float]:
    """Range of an axis that holds all values and some others, and bars unless they are long."""
    found = list(found)
    values = np.array([float(each.value) for each in found] + list(included))
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    span = (high - low) or 1.0
    ends = np.array([low, high, *(end for each in found for end in each.bounds())])
    ends = np.clip(ends[np.isfinite(ends)], low - LONG_BAR * span, high + LONG_BAR * span)
    return ends.min() - MARGIN * span, ends.max() + MARGIN * span


def barrier_figure(
    table: BarrierTable, names: Sequence[str], random_directions: bool = False
) -> Figure:
    """Delta E (a) and Sigma (b) by several models, with the error of the first one.

    Parameters
    ----------
    names
        Of the models; those without barriers are left out.
    random_directions
        Whether they are shown behind the models.
    """
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.6))
    panels = figure.subplots(1, 2)
    quantities = barrier_curves.AXIS_LABELS
    for panel, quantity, letter in zip(panels, quantities, "ab", strict=True):
        if random_directions:
            barrier_curves.draw_random(panel, table, quantity)
        draw_barriers(panel, table, names, quantity)
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    curve_legend(figure, panels[0])
    return figure


def curve_legend(figure: Figure, axes: Axes, **options: Any) -> None:
    """Which curve of an axes is which, beside the panels."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside right center", **options)


def draw_barriers(axes: Axes, table: BarrierTable, names: Sequence[str], quantity: str) -> None:
    """Delta E or Sigma by those of several models that have it, with the error of the first."""
    known = [name for name in names if not barrier_curves.lacks(table, [name])]
    for number, name in enumerate(known):
        label, colour, marker = look(name)
        options = {"label": label, "color": colour, "marker": marker, "markersize": 3}
        if number:
            barrier_curves.draw_one(axes, table, name, quantity, **options)
        else:
            barrier_curves.draw_reference(axes, table, name, quantity, **options)
    barrier_curves.finish(axes, table, known, quantity, Z_SCORE)
    if not known:
        say(axes, "no such models")


def model_legend(figure: Figure, shown: Iterable[str], loc: str = "outside right center") -> None:
    """Which colour and marker is which model."""
    handles = []
    for name in shown:
        label, colour, marker = look(name)
        handles.append(
            Line2D([], [], color=colour, marker=marker, markersize=3.5, linewidth=0.5, label=label)
        )
    if handles:
        figure.legend(handles=handles, loc=loc)


def say(axes: Axes, text: str) -> None:
    """Text in an axes that has nothing to show."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color="0.4")
