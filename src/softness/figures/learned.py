"""What the figures of learned variables share: their names, resampled values, and lines of ln P."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from softness import seeds
from softness.barriers.fit import FORMS, METHODS, log_prefactor
from softness.barriers.resample import percentile_interval
from softness.figures import style
from softness.figures.data import FigureData
from softness.files.records.barriers import BarrierTable
from softness.files.records.learned import Accuracies, Classifier
from softness.learning.scores import balanced_accuracy, held_out_right, most_accurate
from softness.report.claims import Claim, Statement
from softness.uncertainty import bootstrap, interval, widened

SOFTNESS = "softness"
CHANCE = 0.5
Z_SCORE = r"$x = (\mathbf{w}\cdot\mathbf{F} - b^{best})\;/\;\sigma$"
ARRHENIUS, KRAMERS = FORMS.index("arrhenius"), FORMS.index("kramers")
BINOMIAL = METHODS.index("binomial")
NO_STRENGTH = "strength of g includes 0"

# A bin whose curvature is undefined in more of its draws than this does not count.
LEAST_DEFINED = 0.9

# An onset above this many times the hottest fitted temperature would squeeze the data: not drawn.
FARTHEST_ONSET = 3.0
# Free space beside the outermost points, as a share of the axis.
MARGIN = 0.04


@dataclass(frozen=True)
class Drawn:
    """A value (...) with (draws, ...) bootstrap draws of it."""

    value: Any
    draws: np.ndarray

    def __sub__(self, other: "Drawn") -> "Drawn":
        """Difference, paired draw by draw."""
        return Drawn(self.value - other.value, self.draws - other.draws)

    def size(self) -> "Drawn":
        """Absolute value."""
        return Drawn(np.abs(self.value), np.abs(self.draws))

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """(...) lower and upper end of the 95 % interval."""
        return percentile_interval(self.draws)


def combined(statistic: Callable[..., Any], found: Iterable[Drawn]) -> Drawn:
    """A statistic, such as ``np.median``, over several values, draw by draw.

    Not for the largest or the smallest: that of several draws lies beyond that of the values, by as
    much as the values scatter (`judged_all`).
    """
    found = list(found)
    value = statistic([each.value for each in found], axis=0)
    return Drawn(value, statistic([each.draws for each in found], axis=0))


# Names of variables


def fluidity_name(temperature: float) -> str:
    """Name of the fluidity that was trained at a temperature."""
    return f"fluidity_{temperature:g}"


def fluidity_label(temperature: float) -> str:
    """The same as a formula."""
    return rf"$\mathcal{{F}}^{{\,{temperature:.1f}}}$"


def fluidity_member(temperature: float) -> str:
    """The same in a note of a claim."""
    return f"F^{temperature:.1f}"


def fluidity_temperatures(data: FigureData) -> list[float]:
    """Temperatures of fluidity, from cold to hot."""
    return [float(classifier.temperature) for classifier in data.fluidity]


def names_of(table: Any) -> list[str]:
    """Names of the variables of a table."""
    return table.names.astype(str).tolist()


def random_names(table: Any) -> list[str]:
    """Names of the random directions of a table."""
    return [name for name in names_of(table) if name.startswith("random_")]


def place(table: Any, name: str) -> int:
    """Number of a variable of a table."""
    return names_of(table).index(name)


# Doubts and tables


def doubt(
    softness: Sequence[Classifier] = (),
    fluidity: Sequence[Classifier] = (),
    sets: Sequence[Accuracies] = (),
) -> str:
    """Which of the classifiers and labelled sets lack samples; empty if none does."""
    trained = [(SOFTNESS, each) for each in softness]
    trained += [(f"fluidity at T = {float(each.temperature):g}", each) for each in fluidity]
    texts = [f"{name} trained with {_found(c)}" for name, c in trained if not bool(c.complete)]
    texts += [
        f"set at T = {float(each.temperature):g} has {_found(each)}"
        for each in sets
        if each.found.min() < each.wanted
    ]
    return "; ".join(texts)


def _found(table: Classifier | Accuracies) -> str:
    return f"{int(table.found.min())} of {int(table.wanted)} samples"


def defined(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that are wholly defined, without columns that are defined nowhere."""
    frame = frame.replace([np.inf, -np.inf], np.nan).dropna(axis="columns", how="all")
    return frame.dropna().reset_index(drop=True)


def with_full_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of shares in which an interval that is undefined is the whole one, from 0 to 1."""
    return frame.fillna({"low": 0.0, "high": 1.0})


# Accuracies


def replicas_of(sets: Iterable[Accuracies]) -> int:
    """Fewest replicas of several labelled sets."""
    return min(table.samples.shape[1] for table in sets)


def accuracy(
    data: FigureData,
    figure: str,
    table: Accuracies,
    right: np.ndarray,
    statistic: Callable[[np.ndarray], Any] = lambda share: share,
) -> Drawn:
    """A statistic of the balanced accuracy, from resampled replicas and blocks.

    All calls for one figure and one set resample it alike, so that their draws are paired. A block
    is drawn with its samples of both classes; how many it has of each does not count.

    Parameters
    ----------
    right
        (classes, replicas, blocks, ...) right answers.
    statistic
        Takes the accuracy (...): the mean over the classes of the share of right answers.
    """
    samples = table.samples
    value = statistic(balanced_accuracy(right.sum(axis=(1, 2)), samples.sum(axis=(1, 2))))

    def where_defined(shares: np.ndarray) -> Any:
        share = shares.mean(axis=0)
        return statistic(share) if np.isfinite(share).all() else np.full_like(value, np.nan)

    numbers = samples.reshape(samples.shape + (1,) * (right.ndim - 3))
    by_block = (np.moveaxis(each, 0, 2) for each in (right, numbers))
    generator = _generator(data, figure, float(table.temperature))
    draws = bootstrap(*by_block, where_defined, data.settings["draws"], generator)
    _, replicas, blocks = samples.shape
    return Drawn(value, widened(draws, value, [blocks] * replicas))


def _generator(data: FigureData, figure: str, temperature: float) -> np.random.Generator:
    return seeds.stream(data.settings["seed"], f"figure {figure} bootstrap", temperature)


def curve(data: FigureData, figure: str, table: Accuracies, name: str) -> Drawn:
    """(biases,) accuracy of a variable at each bias."""
    return accuracy(data, figure, table, table.right[place(table, name)])


def held_out_accuracy(data: FigureData, figure: str, table: Accuracies, *names: str) -> Drawn:
    """Accuracy with a bias chosen on other replicas than it is judged on.

    Of several variables the best one is chosen in the same way, so that it cannot flatter either.
    """
    right = np.concatenate([table.right[place(table, name)] for name in names], axis=-1)
    return accuracy(data, figure, table, held_out_right(right, table.samples))


def best_bias(table: Accuracies, name: str) -> float:
    """Bias with the highest accuracy, in units of the spread."""
    return float(table.bias[best_place(table, name)])


def best_place(table: Accuracies, name: str) -> int:
    """Its place on the grid of biases."""
    return most_accurate(table.right[place(table, name)], table.samples)


def draw_curve(
    axes: Axes, x: np.ndarray, found: Drawn, band: Drawn | None = None, **options: Any
) -> None:
    """A line with its 95 % interval as a band, or with that of other draws."""
    (line,) = axes.plot(x, found.value, **options)
    low, high = (band or found).bounds()
    axes.fill_between(
        x, low, high, color=line.get_color(), alpha=0.2, linewidth=0, zorder=line.get_zorder()
    )


def draw_curves(
    axes: Axes, curves: Mapping[float, tuple[np.ndarray, Drawn]], **options: Any
) -> None:
    """Lines by training temperature, with bands at the coldest and the hottest one.

    More bands would cover each other. Colder lines, which usually lie above, come last.

    Parameters
    ----------
    curves
        x and value at each temperature.
    """
    for temperature in sorted(curves, reverse=True):
        x, found = curves[temperature]
        look = {"color": style.fluidity_colour(temperature), **options}
        if temperature in (min(curves), max(curves)):
            draw_curve(axes, x, found, **look)
        else:
            axes.plot(x, found.value, **look)


def draw_chance(axes: Axes) -> None:
    """The accuracy of a guess."""
    axes.axhline(CHANCE, color="0.5", linestyle="--", linewidth=0.7, zorder=0)


# Onset and curvature


def onset(table: BarrierTable, name: str) -> Drawn:
    """T0 of a variable."""
    variable = place(table, name)
    return Drawn(float(table.onset[variable]), table.onset_draws[:, variable])


def onset_doubt(table: BarrierTable, names: Iterable[str]) -> str:
    """Why the onset of some variable is undefined; empty if all are defined."""
    unknown = [name for name in names if not _has_strength(table, name)]
    return NO_STRENGTH + " for " + ", ".join(unknown) if unknown else ""


def _has_strength(table: BarrierTable, name: str) -> bool:
    low, high = interval(table.strength_draws[:, place(table, name)])
    return low > 0 or high < 0


def mean_curvature(table: BarrierTable, name: str) -> Drawn:
    """Mean over bins of the curvature of ln P in 1/T, weighted by its inverse variance."""
    curvature, draws, weights, _ = _curvatures(table, name)
    return Drawn(_mean(curvature, weights), _mean(draws, weights))


def curvature_slope(table: BarrierTable, name: str) -> Drawn:
    """Slope of the curvature against the variable, weighted likewise."""
    curvature, draws, weights, x = _curvatures(table, name)
    return Drawn(_slope(x, curvature, weights), _slope(x, draws, weights))


def _curvatures(
    table: BarrierTable, name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Curvature of the bins that count, (draws, bins) draws, weights, and the variable."""
    variable = place(table, name)
    curvature, draws = table.curvature[variable], table.curvature_draws[:, variable]
    enough = np.isfinite(draws).mean(axis=0) > LEAST_DEFINED
    used = np.isfinite(curvature) & np.isfinite(table.value[variable]) & enough
    curvature, draws = curvature[used], draws[:, used]
    return curvature, draws, 1 / np.nanvar(draws, axis=0), table.value[variable, used]


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the last axis of what is defined; nan if nothing is."""
    weights = np.where(np.isfinite(values), weights, 0.0)
    total = weights.sum(axis=-1)
    weighted = (weights * np.nan_to_num(values)).sum(axis=-1)
    return np.divide(weighted, total, out=np.full(total.shape, np.nan), where=total > 0)


def _slope(x: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Slope of the weighted straight line through what is defined; nan with fewer than two."""
    weights = np.where(np.isfinite(values), weights, 0.0)
    centre = np.nan_to_num(_mean(np.where(weights > 0, x, np.nan), weights))
    away = np.where(weights > 0, x - centre[..., None], 0.0)
    square = (weights * away**2).sum(axis=-1)
    product = (weights * away * np.nan_to_num(values)).sum(axis=-1)
    return np.divide(product, square, out=np.full(square.shape, np.nan), where=square > 0)


def judged(statement: Statement, found: Drawn, replicas: int, reason: str = "") -> Claim:
    """The verdict on a drawn value, which a reason for doubt leaves inconclusive."""
    return statement.judge(float(found.value), found.draws, replicas, doubt=reason)


def judged_all(
    statement: Statement, members: Mapping[str, Drawn], replicas: int, reason: str = ""
) -> Claim:
    """The verdict on each of several drawn values, by name."""
    values = {name: (float(found.value), found.draws) for name, found in members.items()}
    return statement.judge_all(values, replicas, doubt=reason)


def at(temperature: float) -> str:
    """A member of a claim about several temperatures."""
    return f"at T = {temperature:g}"


# Probabilities and barriers by bin


def centres(table: BarrierTable) -> np.ndarray:
    """(bins,) middle of each bin, common to all variables."""
    return (table.edges[:-1] + table.edges[1:]) / 2


def fitted(table: BarrierTable, name: str, form: int, temperatures: np.ndarray) -> np.ndarray:
    """(temperatures, bins) P of the binomial fit to each bin."""
    variable = place(table, name)
    energy = table.energy[form, BINOMIAL, variable]
    entropy = table.entropy[form, BINOMIAL, variable]
    prefactor = log_prefactor(temperatures, FORMS[form])[:, None]
    return np.exp(prefactor + entropy - energy / np.asarray(temperatures)[:, None])


def probabilities(table: BarrierTable, name: str, form: int) -> pd.DataFrame:
    """P with its interval and its fit: a row for each temperature and bin with events and a fit.

    The interval is nan where too few resampled data sets have events.
    """
    variable = place(table, name)
    shape = table.events[:, variable].shape
    events, trials = table.events[:, variable], table.trials[:, variable]
    columns = {
        "temperature": table.temperature[:, None],
        "value": table.value[variable],
        "bin": centres(table),
        "events": events,
        "trials": trials,
        "probability": np.divide(events, trials, out=np.full(shape, np.nan), where=events > 0),
        "low": table.probability_low[:, variable],
        "high": table.probability_high[:, variable],
        "energy": table.energy[form, BINOMIAL, variable],
        "entropy": table.entropy[form, BINOMIAL, variable],
        "fitted": fitted(table, name, form, table.temperature),
    }
    flat = {key: np.broadcast_to(each, shape).ravel() for key, each in columns.items()}
    rows = pd.DataFrame({"variable": name, **flat})
    return rows.dropna(subset=["probability", "value", "fitted"]).reset_index(drop=True)


def bin_colours() -> Colormap:
    """Blue to red for low to high values, dark enough in the middle for white paper."""
    colours = style.mpl.colormaps["coolwarm"](np.linspace(0, 1, 65))[:, :3]
    return LinearSegmentedColormap.from_list("dark_coolwarm", 0.82 * colours)


def bin_scale(table: BarrierTable) -> Normalize:
    """Range of the colours: that of the bins."""
    return Normalize(float(table.edges[0]), float(table.edges[-1]))


def draw_probabilities(axes: Axes, table: BarrierTable, name: str, form: int) -> None:
    """P of each bin against 1/T, with dotted fits that go on to T0 where it is defined."""
    colours, scale = bin_colours(), bin_scale(table)
    numbers = probabilities(table, name, form)
    warmest = np.nanmax([table.temperature.max(), _drawn_onset(table, name)])
    inverse = np.linspace(1 / warmest, 1 / table.temperature.min(), 100)
    lines = fitted(table, name, form, 1 / inverse)
    for number, middle in enumerate(centres(table)):
        rows = numbers[numbers["bin"] == middle]
        if rows.empty:
            continue
        colour = colours(scale(middle))
        _draw_points(axes, rows, color=colour)
        axes.plot(inverse, lines[:, number], color=colour, linestyle=":", linewidth=0.8)
    margin = MARGIN * np.ptp(inverse)
    axes.set_xlim(inverse[0] - margin, inverse[-1] + margin)
    axes.set_yscale("log")
    axes.set_xlabel(r"$1/T\;\;(k_B/\epsilon_{AA})$")
    if np.isfinite(_drawn_onset(table, name)):
        _mark_onset(axes, onset(table, name), FARTHEST_ONSET * table.temperature.max())


def _draw_points(axes: Axes, rows: pd.DataFrame, **options: Any) -> None:
    value = rows["probability"].to_numpy()
    low, high = (rows[key].to_numpy() for key in ("low", "high"))
    axes.errorbar(
        1 / rows["temperature"],
        value,
        # The interval of a skewed distribution can lie beside the value.
        yerr=np.maximum([value - low, high - value], 0),
        linestyle="none",
        marker="o",
        markersize=3,
        elinewidth=0.7,
        **options,
    )


def _drawn_onset(table: BarrierTable, name: str) -> float:
    """T0 if it is defined and near enough to be shown, else nan."""
    found = onset(table, name).value
    near = 0 < found < FARTHEST_ONSET * table.temperature.max()
    return found if near and not onset_doubt(table, [name]) else float("nan")


def _mark_onset(axes: Axes, found: Drawn, farthest: float) -> None:
    """1/T0 as a line, its interval as a band, as far as it is below a temperature."""
    low, high = interval(found.draws)
    if low > 0:
        left, right = axes.get_xlim()
        axes.axvspan(1 / high, 1 / low, color="0.92", linewidth=0, zorder=0)
        axes.set_xlim(min(left, 1 / min(1.05 * high, farthest)), right)
    axes.axvline(1 / found.value, color="0.4", linewidth=0.8, zorder=0.5)
    # All lines of ln P fall from here to the right: the lower left corner is free.
    axes.annotate(
        rf"$T_0 = {found.value:.2f}$",
        (1 / found.value, 0.03),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        fontsize=8,
    )


def bin_colourbar(figure: Figure, axes: Any, table: BarrierTable, label: str) -> Colorbar:
    """Which colour is which bin."""
    mapped = style.mpl.cm.ScalarMappable(norm=bin_scale(table), cmap=bin_colours())
    return figure.colorbar(mapped, ax=axes, label=label, aspect=30)
