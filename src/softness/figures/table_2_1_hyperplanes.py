"""Table 2.1: biases, spreads and directions of the hyperplanes."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from softness.barriers.cosines import covariance_cosine, plain_cosine
from softness.figures import typeset
from softness.files.records.learned import Classifier
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

COSINES_OF_SOURCE = {1.0: 0.8246, 1.2: 0.8071, 1.4: 0.6643, 1.8: 0.7104, 2.0: 0.7198}
TOLERANCE = 0.1

# Column of the table: its heading in HTML, in LaTeX and in the figure.
HEADINGS = {
    "temperature": ("T", "$T$"),
    "bias": ("b", "$b$"),
    "spread": ("&sigma;<sub>T</sub>", r"$\sigma_T$"),
    "best_bias": ("b<sup>best</sup>", r"$b^{best}$"),
    "cosine": ("cosine with S", r"$\hat{w}_S \cdot \hat{w}$"),
    "interval": ("95 % interval", r"95 % interval"),
    "covariance_cosine": ("cosine in the covariance", r"$\langle S, \mathcal{F}\rangle_C$"),
    "self_cosine": ("cosine of halves", r"$\hat{w}_1 \cdot \hat{w}_2$"),
    "ceiling": ("ceiling", "ceiling"),
}


def claims(data: FigureData) -> list[Claim]:
    """Verdict on the cosine with softness at each temperature of the source."""
    return [_claim(data, temperature) for temperature in COSINES_OF_SOURCE]


def _statement(temperature: float) -> Statement:
    source = COSINES_OF_SOURCE[temperature]
    return Statement(
        figure="T2.1",
        name=f"cosine with softness at T = {temperature:g}",
        claim="Classifiers trained above the onset point nearly the same way as softness",
        source=f"{source:g}",
        above=source - TOLERANCE,
        below=source + TOLERANCE,
    )


def _claim(data: FigureData, temperature: float) -> Claim:
    statement = _statement(temperature)
    trained = [each for each in data.fluidity if float(each.temperature) == temperature]
    if not trained:
        return statement.not_tested(f"T = {temperature:g} is no temperature of fluidity")
    softness, fluidity = data.softness[0], trained[0]
    replicas = min(len(each.left_out_weights) for each in (softness, fluidity))
    reason = learned.doubt(softness=[softness], fluidity=[fluidity])
    found = drawn_cosine(softness, fluidity, data.settings["draws"])
    return learned.judged(statement, found, replicas, reason)


def drawn_cosine(softness: Classifier, fluidity: Classifier, draws: int) -> Estimate:
    """Cosine of two hyperplanes, with draws from the delete-a-group jackknife of both.

    The draws are evenly spaced quantiles of Student's distribution: they have the jackknife's
    variance, and no randomness of their own.
    """
    value = plain_cosine(fluidity.weights, softness.weights)
    by_fluidity = [plain_cosine(row, softness.weights) for row in fluidity.jackknife_weights]
    by_softness = [plain_cosine(fluidity.weights, row) for row in softness.jackknife_weights]
    return Estimate(value, learned.jackknife_draws(value, [by_fluidity, by_softness], draws))


def self_cosine(classifier: Classifier) -> float:
    """Cosine between two models that share no sample; nan where there are none."""
    if len(classifier.half_weights) < 2:
        return float("nan")
    return plain_cosine(*classifier.half_weights)


def cosine_ceiling(first: Classifier, second: Classifier) -> float:
    """Cosine that two models of one and the same direction would have, for the noise of both.

    From halves of the samples, by the formula of Spearman and Brown for the whole.
    """
    halves = np.maximum([self_cosine(first), self_cosine(second)], 0.0)
    return float(np.sqrt(np.prod(2 * halves / (1 + halves))))


def table(data: FigureData) -> pd.DataFrame:
    """A row for softness, then one for each fluidity from cold to hot.

    Biases and spreads are in units of the decision function; ``best_bias`` is the most accurate
    one on the transfer set. Columns that are undefined are left out.
    """
    rows = [_row(data, SOFTNESS, data.softness[0])]
    for classifier in data.fluidity:
        name = learned.fluidity_name(float(classifier.temperature))
        rows.append(_row(data, name, classifier))
    return pd.DataFrame(rows).dropna(axis="columns")


def _row(data: FigureData, name: str, classifier: Classifier) -> dict[str, float | str]:
    softness, spread = data.softness[0], float(classifier.spread)
    found = drawn_cosine(softness, classifier, data.settings["draws"])
    # Softness is itself, whatever the samples.
    low, high = (1.0, 1.0) if name == SOFTNESS else found.interval()
    return {
        "variable": name,
        "temperature": float(classifier.temperature),
        "bias": float(classifier.bias),
        "spread": spread,
        "best_bias": learned.best_bias(data.transfer[0], name) * spread,
        "cosine": found.value,
        "low": float(low),
        "high": float(high),
        "covariance_cosine": covariance_cosine(
            classifier.weights / classifier.scale,
            softness.weights / softness.scale,
            softness.covariance,
        ),
        "self_cosine": self_cosine(classifier),
        "ceiling": 1.0 if name == SOFTNESS else cosine_ceiling(softness, classifier),
    }


def _cells(data: FigureData) -> tuple[list[str], list[list[str]]]:
    """Names of the columns to typeset, and the text of each row."""
    rows = table(data).to_dict("records")
    columns = [
        key for key in HEADINGS if key in rows[0] or (key == "interval" and "low" in rows[0])
    ]
    return columns, [[_text(row, column) for column in columns] for row in rows]


def _text(row: dict[str, float], column: str) -> str:
    if column == "temperature":
        return f"{row[column]:.2f}"
    if column != "interval":
        return f"{row[column]:.3f}"
    return "" if row["variable"] == SOFTNESS else f"{row['low']:.2f} to {row['high']:.2f}"


def html(data: FigureData) -> str:
    """The table as HTML."""
    columns, rows = _cells(data)
    return typeset.html([HEADINGS[column][0] for column in columns], rows)


def latex(data: FigureData) -> str:
    """The table as LaTeX, for the package booktabs."""
    columns, rows = _cells(data)
    return typeset.latex([HEADINGS[column][1] for column in columns], rows)


def plot(data: FigureData) -> Figure:
    """The table, typeset."""
    columns, rows = _cells(data)
    return typeset.picture([HEADINGS[column][1] for column in columns], rows)
