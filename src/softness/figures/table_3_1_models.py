"""Table 3.1: directions, means and spreads of the regressors, and how well they predict."""

import re
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from softness.barriers.cosines import covariance_cosine, plain_cosine
from softness.figures import draw_models, typeset
from softness.files.records.regressed import Regression
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import RIDGE, SVR, Snapshot
from softness.learning.scores import pearson
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

NUMBER = "T3.1"
TEMPERATURE_OF_SOURCE = 0.45
LABEL_OF_SOURCE = ("instant", 25.0, 0.2)
TOLERANCE, WIDE_TOLERANCE = 0.1, 0.3

COSINES_OF_SOURCE = {SVR: 0.13264, RIDGE: 0.75145}
COSINE_OF_BOTH = 0.4
PEARSONS_OF_SOURCE = {SVR: 0.36, RIDGE: 0.38}
MEANS_OF_SOURCE = {SVR: -8.41951, RIDGE: -8.33924, "rbf_svr": -8.47193, "mlp": -8.29172}
BIASES_OF_SOURCE = {SVR: -8.36, RIDGE: -8.29, "rbf_svr": -8.85}
SPREADS_OF_SOURCE = {SVR: 1.01994, RIDGE: 0.86906, "rbf_svr": 0.86576, "mlp": 0.78949}

# Column of the table: its heading in HTML, and in LaTeX and the figure.
HEADINGS = {
    "model": ("model", "model"),
    "cosine": ("cosine with S", r"$\hat{w}_S \cdot \hat{w}$"),
    "settings": ("over all settings", "over all settings"),
    "correlation": ("correlation with S", r"$\rho(S, y)$"),
    "mean": ("&lang;ln p<sub>r</sub>&rang;", r"$\langle \ln p_r \rangle$"),
    "bias": ("b", "$b$"),
    "spread": ("&sigma;", r"$\sigma$"),
    "pearson": ("Pearson with truth", r"$\rho(y^{true}, y)$"),
    "interval": ("95 % interval", r"95 % interval"),
}


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on directions, means, spreads and correlations of the source's models."""
    return [
        *(_cosine_claim(data, name) for name in COSINES_OF_SOURCE),
        _claim_of_both(data),
        *(_pearson_claim(data, name) for name in PEARSONS_OF_SOURCE),
        *(_moment_claim(data, name, regressed.MEAN) for name in MEANS_OF_SOURCE),
        *(_bias_claim(data, name) for name in BIASES_OF_SOURCE),
        *(_moment_claim(data, name, regressed.SPREAD) for name in SPREADS_OF_SOURCE),
    ]


def _near(name: str, claim: str, value: float, tolerance: float) -> Statement:
    """A statement that a quantity has the source's value."""
    return Statement(
        figure=NUMBER,
        name=name,
        claim=claim,
        source=f"{value:g}",
        above=value - tolerance,
        below=value + tolerance,
    )


def _incomparable(data: FigureData, labels: bool = False) -> str:
    """Why the source's values are of something else; empty if they are not.

    Parameters
    ----------
    labels
        Whether the scale of p_r matters as well, which depends on what counts as rearranged.
    """
    if not np.isclose(regressed.training_temperature(data), TEMPERATURE_OF_SOURCE):
        return f"needs training at T = {TEMPERATURE_OF_SOURCE:g}"
    record = data.regression[0]
    found = str(record.label.astype(str)), float(record.time), float(record.threshold)
    if labels and found != LABEL_OF_SOURCE:
        label, time, threshold = LABEL_OF_SOURCE
        return f"needs labels that are {label}, at {time:g} tau, with p_hop > {threshold:g}"
    return ""


# Directions


def _cosine_claim(data: FigureData, name: str) -> Claim:
    statement = _near(
        f"cosine of {name} with softness",
        "Planes of regression are not orthogonal to that of softness",
        COSINES_OF_SOURCE[name],
        TOLERANCE,
    )
    if reason := _incomparable(data):
        return statement.not_tested(reason)
    record = regressed.record_of(data, name)
    if record is None or not len(record.weights):
        return statement.not_tested(f"no weights of {name}")
    replicas, doubt = _confidence(data, [record])
    replicas = min(replicas, len(data.softness[0].left_out_weights))
    doubt = "; ".join(filter(None, [learned.doubt(softness=data.softness), doubt]))
    return learned.judged(statement, drawn_cosine(data, record), replicas, doubt)


def _claim_of_both(data: FigureData) -> Claim:
    statement = _near(
        f"cosine of {RIDGE} with {SVR}",
        "Directions that predict almost equally well can differ",
        COSINE_OF_BOTH,
        TOLERANCE,
    )
    if reason := _incomparable(data):
        return statement.not_tested(reason)
    records = [regressed.record_of(data, name) for name in (RIDGE, SVR)]
    if any(record is None or not len(record.weights) for record in records):
        return statement.not_tested(f"no weights of {RIDGE} or {SVR}")
    found = _cosine_of_both(data, *records)
    return learned.judged(statement, found, *_confidence(data, records))


def _confidence(data: FigureData, records: Sequence[Regression]) -> tuple[int, str]:
    """Replicas behind the training of some models, and why they cannot decide."""
    replicas = min(len(record.left_out_weights) for record in records)
    return replicas, regressed.doubt_of_barriers(data, softness=False)


def near_equal(record: Regression) -> list[int]:
    """Numbers of the settings that validate as well as the chosen ones, within one standard error.

    The error is that of the difference, paired over the snapshots of the validation. The chosen
    settings come first, alone if there is a single snapshot.
    """
    chosen, scores = int(record.chosen), record.scores
    behind = scores[chosen] - scores
    number = behind.shape[1]
    if number < 2:
        return [chosen]
    error = behind.std(axis=1, ddof=1) / np.sqrt(number)
    # What is nan is not near.
    near = np.flatnonzero(behind.mean(axis=1) <= error)
    return [chosen, *(int(each) for each in near if each != chosen)]


def drawn_cosine(data: FigureData, record: Regression) -> Estimate:
    """Plain cosine of the chosen plane with softness.

    The draws are those of the settings that validate equally well, all alike, each with the error
    of softness (delete-a-group jackknife) and of the regressor (without one replica or snapshot).
    """
    softness, draws = data.softness[0], data.settings["draws"]
    plane, chosen = embedded(data, softness.weights, record), record.weights[int(record.chosen)]
    by_snapshot = [cosine(row, plane) for row in record.jackknife_weights]
    by_group = [embedded(data, row, record) for row in softness.jackknife_weights]
    by_softness = [cosine(chosen, row) for row in by_group]
    found = [cosine(weights, plane) for weights in record.weights[near_equal(record)]]
    parts = [learned.jackknife_draws(each, [by_snapshot, by_softness], draws) for each in found]
    # The chosen settings come first.
    return Estimate(found[0], np.concatenate(parts))


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """Plain cosine of two planes; nan if one of them gives all particles the same."""
    return plain_cosine(first, second) if first.any() and second.any() else float("nan")


def embedded(data: FigureData, weights: np.ndarray, record: Regression) -> np.ndarray:
    """(features,) weights of softness among the features of a regressor, in its unit.

    Softness may see fewer features; the others have no weight.
    """
    softness = data.softness[0]
    columns = record.columns.astype(str).tolist()
    places = [columns.index(name) for name in softness.columns.astype(str)]
    found = np.zeros(len(columns))
    found[places] = weights / softness.scale * record.scale[places]
    return found


def _cosine_of_both(data: FigureData, first: Regression, second: Regression) -> Estimate:
    """Plain cosine of two regressors.

    The draws are those of pairs of settings that validate equally well, each with the error from
    leaving out one replica or snapshot: the same for both, since both were trained with it.
    """
    unit = second.scale / first.scale
    pairs = product(near_equal(first), near_equal(second))
    # The chosen settings of both come first.
    found = [cosine(first.weights[a] * unit, second.weights[b]) for a, b in pairs]
    planes = zip(first.jackknife_weights, second.jackknife_weights, strict=True)
    by_snapshot = [cosine(one * unit, other) for one, other in planes]
    draws = data.settings["draws"]
    parts = [learned.jackknife_draws(each, [by_snapshot], draws) for each in found]
    return Estimate(found[0], np.concatenate(parts))


def cosines_of_settings(data: FigureData, record: Regression) -> np.ndarray:
    """(settings,) plain cosines with softness, of the grid's settings that give a plane."""
    plane = embedded(data, data.softness[0].weights, record)
    found = np.array([cosine(weights, plane) for weights in record.weights])
    return found[np.isfinite(found)]


# Predictions


def _pearson_claim(data: FigureData, name: str) -> Claim:
    statement = _near(
        f"Pearson correlation of {name} with the true logit",
        "Predictions at the training temperature correlate with the truth",
        PEARSONS_OF_SOURCE[name],
        TOLERANCE,
    )
    snapshots = regressed.at_training(data)
    if reason := _incomparable(data) or _lacking(data, name):
        return statement.not_tested(reason)
    doubt = regressed.doubt(data, [snapshots], softness=False)
    found = _pearson(data, snapshots, name)
    return learned.judged(statement, found, regressed.replicas_of(snapshots), doubt)


def _lacking(data: FigureData, name: str) -> str:
    """Why a model cannot be judged by its predictions; empty if it can."""
    if name not in regressed.names(data):
        return f"no predictions of {name}"
    return "" if regressed.at_training(data) else regressed.no_test_snapshots(data)


def _moment_claim(data: FigureData, name: str, moment: int) -> Claim:
    statement = (
        _near(
            f"mean ln p_r of {name}",
            "Mean of the predicted ln p_r at the training temperature",
            MEANS_OF_SOURCE[name],
            WIDE_TOLERANCE,
        )
        if moment == regressed.MEAN
        else _near(
            f"standard deviation of {name}",
            "Standard deviation of the predicted ln p_r at the training temperature",
            SPREADS_OF_SOURCE[name],
            WIDE_TOLERANCE,
        )
    )
    if reason := _incomparable(data, labels=True) or _lacking(data, name):
        return statement.not_tested(reason)
    snapshots = regressed.at_training(data)
    doubt = regressed.doubt(data, [snapshots], softness=False)
    found = _moments(data, snapshots, name)[moment]
    return learned.judged(statement, found, regressed.replicas_of(snapshots), doubt)


def _pearson(data: FigureData, snapshots: list[Snapshot], name: str) -> Estimate:
    """Mean over snapshots of the correlation of predicted and true logit p_r."""
    rows = [pearson(each.predicted[name], each.target.values) for each in snapshots]
    return regressed.mean_of(data, NUMBER, snapshots, rows)


def _correlation(data: FigureData, snapshots: list[Snapshot], name: str) -> Estimate:
    """Mean over snapshots of the correlation of a model and softness over particles."""
    rows = [pearson(each.predicted[name], each.predicted[SOFTNESS]) for each in snapshots]
    return regressed.mean_of(data, NUMBER, snapshots, rows)


def _moments(data: FigureData, snapshots: list[Snapshot], name: str) -> Estimate:
    """Mean, standard deviation and more of the predicted ln p_r."""
    return regressed.moments(
        data, NUMBER, snapshots, lambda each: regressed.log_probability(each.predicted[name])
    )


def _bias_claim(data: FigureData, name: str) -> Claim:
    statement = _near(
        f"bias of {name}",
        "Bias b of logit p_r = w.F + b",
        BIASES_OF_SOURCE[name],
        WIDE_TOLERANCE,
    )
    if reason := _incomparable(data, labels=True):
        return statement.not_tested(reason)
    record = regressed.record_of(data, name)
    if record is None or not np.isfinite(record.intercept):
        return statement.not_tested(f"no bias of {name}")
    value, without_one = table_bias(record), record.left_out_intercept.tolist()
    found = Estimate(value, learned.jackknife_draws(value, [without_one], data.settings["draws"]))
    return learned.judged(statement, found, *_confidence(data, [record]))


def table_bias(record: Regression) -> float:
    """Bias b of logit p_r = w.F + b (equation 3.4); nan of a model that has none."""
    return float(record.intercept)


# The table


def table(data: FigureData) -> pd.DataFrame:
    """A row for each number that is known of a model: ``variable``, ``quantity``, ``value``.

    ``cosine_of_settings_low`` and ``_high`` are the range over the whole grid of settings, other
    ``_low`` and ``_high`` the ends of the 95 % interval. ``covariance_cosine`` is the cosine in the
    metric of the covariance of the training set, ``correlation`` the same over test particles.
    The variable ``runs`` is no model: how many runs and particles there are at the temperature of
    the training, and which share of particles never rearranges in them.
    """
    numbers = {name: _numbers(data, name) for name in regressed.names(data)}
    numbers["runs"] = _numbers_of_runs(data)
    rows = [
        {"variable": name, "quantity": quantity, "value": value}
        for name, by_quantity in numbers.items()
        for quantity, value in by_quantity.items()
    ]
    return pd.DataFrame(rows, columns=["variable", "quantity", "value"])


def _numbers_of_runs(data: FigureData) -> dict[str, float]:
    """Runs and particles, and the share of particles without events."""
    counts = regressed.count_particles(data)
    if not counts:
        return {}
    snapshots = regressed.all_at_training(data)
    rows = [(each.counts.sum(axis=0) == 0).mean() for each in snapshots]
    share = regressed.mean_of(data, NUMBER, snapshots, rows)
    found = counts | _with_interval("share_without_events", share)
    return {quantity: value for quantity, value in found.items() if np.isfinite(value)}


def _numbers(data: FigureData, name: str) -> dict[str, float]:
    """The numbers that are known of a model, by their quantity."""
    found = _numbers_of_plane(data, name) | _numbers_of_predictions(data, name)
    return {quantity: value for quantity, value in found.items() if np.isfinite(value)}


def _numbers_of_plane(data: FigureData, name: str) -> dict[str, float]:
    record = regressed.record_of(data, name)
    if name == SOFTNESS:
        return {"cosine": 1.0}
    if record is None or not len(record.weights):
        return {}
    found = _with_interval("cosine", drawn_cosine(data, record))
    found["bias"] = table_bias(record)
    all_settings = cosines_of_settings(data, record)
    if len(all_settings):
        found["cosine_of_settings_low"] = float(all_settings.min())
        found["cosine_of_settings_high"] = float(all_settings.max())
    plane = embedded(data, data.softness[0].weights, record)
    chosen = record.weights[int(record.chosen)]
    if chosen.any() and plane.any():
        found["covariance_cosine"] = covariance_cosine(
            chosen / record.scale, plane / record.scale, record.covariance
        )
    return found


def _numbers_of_predictions(data: FigureData, name: str) -> dict[str, float]:
    snapshots = regressed.at_training(data)
    if not snapshots:
        return {}
    found = _with_interval("pearson", _pearson(data, snapshots, name))
    if name == SOFTNESS:
        return found
    if SOFTNESS in regressed.names(data):
        found |= _with_interval("correlation", _correlation(data, snapshots, name))
    moments = _moments(data, snapshots, name)
    found |= _with_interval("mean", moments[regressed.MEAN])
    return found | _with_interval("spread", moments[regressed.SPREAD])


def _with_interval(quantity: str, found: Estimate) -> dict[str, float]:
    low, high = found.interval()
    return {
        quantity: float(found.value),
        f"{quantity}_low": float(low),
        f"{quantity}_high": float(high),
    }


def _cells(data: FigureData) -> tuple[list[str], list[list[str]]]:
    """Names of the columns that have any value, and the text of each row."""
    rows = [_texts(name, _numbers(data, name)) for name in regressed.names(data)]
    columns = [key for key in HEADINGS if any(row[key] != typeset.EMPTY for row in rows)]
    return columns, [[row[column] for column in columns] for row in rows]


def _texts(name: str, numbers: Mapping[str, float]) -> dict[str, str]:
    """Text of a row by column."""
    texts = {
        "model": draw_models.look(name)[0],
        "settings": _range(numbers, "cosine_of_settings"),
        "interval": _range(numbers, "pearson"),
    }
    for column in HEADINGS:
        if column not in texts:
            texts[column] = f"{numbers[column]:.3f}" if column in numbers else typeset.EMPTY
    return texts


def _range(numbers: Mapping[str, float], quantity: str) -> str:
    if not {f"{quantity}_low", f"{quantity}_high"} <= set(numbers):
        return typeset.EMPTY
    return f"{numbers[f'{quantity}_low']:.2f} to {numbers[f'{quantity}_high']:.2f}"


def html(data: FigureData) -> str:
    """The table as HTML."""
    columns, rows = _cells(data)
    return typeset.html(
        [HEADINGS[column][0] for column in columns], [[_as_html(cell) for cell in r] for r in rows]
    )


def _as_html(cell: str) -> str:
    """The label of a model without the signs of LaTeX."""
    return re.sub(r"\$_(\w)\$", r"<sub>\1</sub>", cell).replace("$", "")


def latex(data: FigureData) -> str:
    """The table as LaTeX, for the package booktabs."""
    columns, rows = _cells(data)
    return typeset.latex([HEADINGS[column][1] for column in columns], rows)


def plot(data: FigureData) -> Figure:
    """The table, typeset."""
    columns, rows = _cells(data)
    return typeset.picture([HEADINGS[column][1] for column in columns], rows)
