"""Learned variables: their names, accuracies, onsets, and ln P of their bins."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from softness import seeds
from softness.barriers.fit import FORMS, METHODS, log_prefactor
from softness.files.records.barriers import BarrierTable
from softness.files.records.learned import Accuracies, Classifier
from softness.findings import weighted
from softness.findings.data import FigureData
from softness.learning.scores import balanced_accuracy, held_out_right, middle_of_maxima
from softness.uncertainty import Estimate, Units, bootstrap, combined, interval
from softness.verdicts import between

SOFTNESS = "softness"

CHANCE = 0.5

ARRHENIUS, KRAMERS = FORMS.index("arrhenius"), FORMS.index("kramers")

BINOMIAL = METHODS.index("binomial")

NO_STRENGTH = "strength of g includes 0"

# A bin whose curvature is undefined in more of its draws than this does not count.
LEAST_DEFINED = 0.9


# Names of variables


def fluidity_name(temperature: float) -> str:
    """Name of the fluidity that was trained at a temperature."""
    return f"fluidity_{temperature:g}"


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
    return [name for name in names_of(table) if is_random(name)]


def is_random(name: str) -> bool:
    """Whether a variable is a random direction."""
    return name.startswith("random_")


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


def accuracy(
    data: FigureData,
    figure: str,
    table: Accuracies,
    right: np.ndarray,
    statistic: Callable[[np.ndarray], Any] = lambda share: share,
) -> Estimate:
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
    return Estimate.of_bootstrap(value, draws, [blocks] * replicas)


def _generator(data: FigureData, figure: str, temperature: float) -> np.random.Generator:
    return seeds.stream(data.settings["seed"], f"figure {figure} bootstrap", temperature)


def curve(data: FigureData, figure: str, table: Accuracies, name: str) -> Estimate:
    """(biases,) accuracy of a variable at each bias."""
    return accuracy(data, figure, table, table.right[place(table, name)])


def held_out_accuracy(data: FigureData, figure: str, table: Accuracies, *names: str) -> Estimate:
    """Accuracy with a bias chosen on other replicas than it is judged on.

    Of several variables the best one is chosen in the same way, so that it cannot flatter either.
    """
    right = np.concatenate([table.right[place(table, name)] for name in names], axis=-1)
    return accuracy(data, figure, table, held_out_right(right, table.samples))


def best_bias(data: FigureData, figure: str, table: Accuracies, name: str) -> Estimate:
    """() bias with the highest accuracy, in units of the standard deviation of w.F."""
    right = table.right[place(table, name)]
    return accuracy(data, figure, table, right, lambda share: table.bias[middle_of_maxima(share)])


# Moments, and errors of directions


def standard_moments(powers: np.ndarray) -> np.ndarray:
    """(4,) mean, deviation, skewness, excess kurtosis from the means of the powers 1 to 4."""
    mean, second, third, fourth = powers
    variance = second - mean**2
    central_third = third - 3 * mean * second + 2 * mean**3
    central_fourth = fourth - 4 * mean * third + 6 * mean**2 * second - 3 * mean**4
    skewness, kurtosis = central_third / variance**1.5, central_fourth / variance**2 - 3
    return np.array([mean, np.sqrt(variance), skewness, kurtosis])


def jackknifed(
    value: float, without_one: Sequence[list[float]], replicas: int, draws: int
) -> Estimate:
    """A number, from its values without one group of each of several sets of samples.

    Draws are evenly spaced quantiles of Student's distribution: they have the jackknife's variance,
    and no randomness of their own. All nan if a set has a single group.

    Parameters
    ----------
    without_one
        Values without each group, for each set.
    replicas
        Fewest replicas that a set comes from.
    """
    groups = min(map(len, without_one))
    error = np.sqrt(sum(map(_jackknife_variance, without_one))) if groups > 1 else np.nan
    units = Units(replicas, groups, "groups of samples")
    return Estimate(value, student_draws(value, error, groups - 1, draws), units)


def student_draws(value: float, error: float, freedom: int, draws: int) -> np.ndarray:
    """(draws,) evenly spaced quantiles of Student's distribution about a value."""
    levels = (np.arange(draws) + 0.5) / draws
    return value + error * student.ppf(levels, max(freedom, 1))


def _jackknife_variance(values: list[float]) -> float:
    """Variance of a number from its values without one group of samples each."""
    return (len(values) - 1) * float(np.var(values))


# Onset and curvature


def onset(table: BarrierTable, name: str) -> Estimate:
    """T0 of a variable."""
    variable = place(table, name)
    return Estimate(float(table.onset[variable]), table.onset_draws[:, variable], units_of(table))


def units_of(table: BarrierTable) -> Units:
    """What was resampled behind barriers: replicas, and blocks of the temperature with fewest."""
    return Units.of([int(table.blocks.min())] * int(table.replicas))


def onset_doubt(table: BarrierTable, names: Iterable[str]) -> str:
    """Why the onset of some variable is undefined; empty if all are defined."""
    unknown = [name for name in names if not _has_strength(table, name)]
    return NO_STRENGTH + " for " + ", ".join(unknown) if unknown else ""


def _has_strength(table: BarrierTable, name: str) -> bool:
    low, high = interval(table.strength_draws[:, place(table, name)])
    return low > 0 or high < 0


STRAIGHT = between(-0.2, 0.2)
"""Relative changes of a barrier over the fitted temperatures at which ln P counts as straight."""


def curvature_effect(table: BarrierTable, name: str, form: int) -> Estimate:
    """How much the barrier of a bin grows from the hottest to the coldest temperature of the fit.

    Relative to the barrier of the straight line; mean over bins, weighted by the inverse variance.
    The local slope of ln P = Sigma - E / T + c / T^2 is a barrier of E - 2 c / T.

    Parameters
    ----------
    form
        Number in `FORMS` of the form whose departure from a straight line counts.
    """
    variable = place(table, name)
    hot, cold = 1 / table.temperature.max(), 1 / table.temperature.min()
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = -2 * (cold - hot) / table.energy[form, BINOMIAL, variable]
    effect = unit * table.curvature[form, variable]
    draws = unit * table.curvature_draws[:, form, variable]
    enough = np.isfinite(draws).mean(axis=0) > LEAST_DEFINED
    used = np.isfinite(effect) & np.isfinite(table.value[variable]) & enough
    weights = weighted.inverse_variance(draws[:, used])
    value = weighted.mean(effect[used], weights)
    return Estimate(value, weighted.mean(draws[:, used], weights), units_of(table))


# Series over temperatures


def at(temperature: float) -> str:
    """A member of a claim about several temperatures."""
    return f"at T = {temperature:g}"


def steps(by_temperature: Mapping[float, Estimate]) -> dict[str, Estimate]:
    """From each temperature to the next one, as members of a claim."""
    return {
        f"from T = {cold:g} to {warm:g}": by_temperature[warm] - by_temperature[cold]
        for cold, warm in pairwise(sorted(by_temperature))
    }


def trend(by_temperature: Mapping[float, Estimate]) -> Estimate:
    """Slope of a series along its temperatures, of one step on average.

    Values count by the inverse of their variance; temperatures by their order, since what grows
    over a wide range of T does so at no common rate.
    """
    series = [by_temperature[temperature] for temperature in sorted(by_temperature)]
    weights = np.array([weighted.inverse_variance(each.draws) for each in series])
    weights = weights if weights.any() else np.ones(len(series))
    order = np.arange(len(series), dtype=np.float64)

    def slope(values: Sequence[np.ndarray], axis: int) -> np.ndarray:
        return weighted.slope(order, np.stack(values, axis=-1), weights)

    return combined(slope, series)


# Probabilities and barriers by bin


def centres(table: "BarrierTable | BinProbabilities") -> np.ndarray:
    """(bins,) middle of each bin, common to all variables."""
    return (table.edges[:-1] + table.edges[1:]) / 2


@dataclass(frozen=True)
class BinProbabilities:
    """P of the bins of a variable against temperature, with its fits and where these meet.

    Attributes
    ----------
    temperature
        (temperatures,) at which P was counted.
    edges
        (bins + 1,) of the bins.
    rows
        P with its interval and its fit: a row for each temperature and bin with events and a fit.
        The interval is nan where too few resampled data sets have events.
    energy, entropy
        (bins,) of the binomial fit to each bin.
    form
        Of the fit, as its number in `FORMS`.
    onset, onset_doubt
        T0, and why it is undefined.
    """

    temperature: np.ndarray
    edges: np.ndarray
    rows: pd.DataFrame
    energy: np.ndarray
    entropy: np.ndarray
    form: int
    onset: Estimate
    onset_doubt: str

    def fitted(self, temperatures: np.ndarray) -> np.ndarray:
        """(temperatures, bins) P of the fits."""
        return _fitted(self.energy, self.entropy, self.form, temperatures)


def bin_probabilities(table: BarrierTable, name: str, form: int) -> BinProbabilities:
    """P of the bins of a variable, with fits of a form."""
    variable = place(table, name)
    return BinProbabilities(
        temperature=table.temperature,
        edges=table.edges,
        rows=_rows(table, name, form),
        energy=table.energy[form, BINOMIAL, variable],
        entropy=table.entropy[form, BINOMIAL, variable],
        form=form,
        onset=onset(table, name),
        onset_doubt=onset_doubt(table, [name]),
    )


def _fitted(
    energy: np.ndarray, entropy: np.ndarray, form: int, temperatures: np.ndarray
) -> np.ndarray:
    prefactor = log_prefactor(temperatures, FORMS[form])[:, None]
    return np.exp(prefactor + entropy - energy / np.asarray(temperatures)[:, None])


def _rows(table: BarrierTable, name: str, form: int) -> pd.DataFrame:
    """`BinProbabilities.rows`."""
    variable = place(table, name)
    energy = table.energy[form, BINOMIAL, variable]
    entropy = table.entropy[form, BINOMIAL, variable]
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
        "energy": energy,
        "entropy": entropy,
        "fitted": _fitted(energy, entropy, form, table.temperature),
    }
    flat = {key: np.broadcast_to(each, shape).ravel() for key, each in columns.items()}
    rows = pd.DataFrame({"variable": name, **flat})
    return rows.dropna(subset=["probability", "value", "fitted"]).reset_index(drop=True)
