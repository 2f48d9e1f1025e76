"""Figure 3.5: how few features are enough: barriers and predicted variance by their number."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from softness.figures import draw_barriers, draw_models, style
from softness.files.records.barriers import BarrierTable
from softness.findings import barrier_curves as curves
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.regressed import FEATURES_KEPT, Snapshot
from softness.learning.scores import variance_ratio
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

NUMBER = "3.5"
ENOUGH = 64
FEW = (4, 8, 16)
# Numbers whose ratio is below this have no labels of their own on the axis.
LABELS_APART = 1.5

PLAIN, OVER_CEILING = range(2)
QUANTITIES = {PLAIN: "eta", OVER_CEILING: "eta over the ceiling"}

SATURATED = Statement(
    figure=NUMBER,
    name="eta of the most features minus that of 64",
    claim="The share of the true variance that is predicted saturates with the number of features",
    source="quickly saturates, no value given",
    below=0.05,
)
ALIKE = Statement(
    figure=NUMBER,
    name="relative difference of the slope of Delta E, 4 and 8 features from 16",
    claim="Up to 16 features barriers as a function of x change little",
    source="barely changes, no value given",
    above=-0.25,
    below=0.25,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on what the last features add, and on slopes with few features."""
    doubt = regressed.doubt_of_barriers(data, softness=False)
    *fewer, most = (f"svr_{number}_features" for number in FEW)
    members = dict(zip((f"{number} features" for number in FEW), fewer, strict=False))
    return [
        _saturation_claim(data),
        curves.claim_on_all(
            ALIKE,
            data.predicted_barriers[0],
            members,
            curves.ENERGY,
            curves.slope_difference,
            most,
            doubt,
        ),
    ]


def _saturation_claim(data: FigureData) -> Claim:
    snapshots = regressed.at_training(data)
    if not snapshots:
        return SATURATED.not_tested(regressed.no_test_snapshots(data))
    found = _etas(data)
    if ENOUGH not in found or max(found) == ENOUGH:
        return SATURATED.not_tested(f"needs models of {ENOUGH} and of more features")
    gain = (found[max(found)] - found[ENOUGH])[PLAIN]
    doubt = regressed.doubt(data, [snapshots], softness=False)
    most = float(found[max(found)].value[PLAIN])
    if not most > SATURATED.below:
        text = f"eta is {most:.2g} with all features: nothing could be gained"
        doubt = "; ".join(filter(None, [doubt, text]))
    return learned.judged(SATURATED, gain, regressed.replicas_of(snapshots), doubt)


def _etas(data: FigureData) -> dict[int, Estimate]:
    """(2,) eta and the same over the ceiling by number of features, from few to many."""
    snapshots = regressed.at_training(data)
    names = sorted({name for each in snapshots for name in each.predicted})
    found = {}
    for name in names:
        if match := FEATURES_KEPT.fullmatch(name):
            rows = [_row(each, name) for each in snapshots]
            found[int(match[1])] = regressed.mean_of(data, NUMBER, snapshots, rows, _over_ceiling)
    return dict(sorted(found.items()))


def _row(snapshot: Snapshot, name: str) -> np.ndarray:
    """(2,) eta and the correlation of the halves of the runs; nan where undefined."""
    truth = snapshot.target.values
    if len(truth) < regressed.FEWEST_PARTICLES or np.ptp(truth) == 0:
        return np.full(2, np.nan)
    halves = regressed.half_correlation(snapshot.counts, snapshot.runs)
    return np.array([variance_ratio(snapshot.predicted[name], truth), halves])


def _over_ceiling(mean: np.ndarray) -> np.ndarray:
    """Means of `_row` as eta, and over the reliability that the halves tell (Spearman-Brown)."""
    eta, halves = mean
    return np.array([eta, eta * (1 + halves) / (2 * halves) if halves > 0 else np.nan])


def table(data: FigureData) -> pd.DataFrame:
    """A row for each number: ``quantity``, ``features``, ``x``, ``value``, ``low``, ``high``.

    ``x`` is that of the bin for barriers and entropies, and 0 for eta. Intervals of barriers hold
    the common level of all bins; what has none is left out.
    """
    barriers = data.predicted_barriers[0]
    rows = [
        (quantity, number, *row)
        for number, name in regressed.variants(barriers, FEATURES_KEPT).items()
        for quantity in curves.QUANTITIES
        for row in _curve_rows(barriers, name, quantity)
    ]
    for number, found in _etas(data).items():
        for place, quantity in QUANTITIES.items():
            one = found[place]
            rows.append((quantity, number, 0.0, float(one.value), *map(float, one.interval())))
    frame = pd.DataFrame(rows, columns=["quantity", "features", "x", "value", "low", "high"])
    return learned.defined(frame)


def _curve_rows(barriers: BarrierTable, name: str, quantity: str) -> list[tuple[float, ...]]:
    found = curves.curve(barriers, name, quantity)
    numbers = zip(learned.centres(barriers), found.value, *found.interval(), strict=True)
    return [tuple(map(float, row)) for row in numbers]


def plot(data: FigureData) -> Figure:
    """Delta E (a) and Sigma (b) against x, eta against the number of features (c)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.4))
    panels = figure.subplots(1, 3)
    for panel, quantity in zip(panels, curves.QUANTITIES, strict=False):
        _draw_curves(panel, data, quantity)
    _draw_etas(panels[2], _etas(data))
    for panel, letter in zip(panels, "abc", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    draw_models.curve_legend(figure, panels[0], title="features $M$")
    return figure


def _draw_curves(axes: Axes, data: FigureData, quantity: str) -> None:
    barriers = data.predicted_barriers[0]
    found = regressed.variants(barriers, FEATURES_KEPT)
    for (number, name), colour in zip(found.items(), _colours(len(found)), strict=True):
        options = {"color": colour, "label": f"{number}", "marker": "o"}
        draw_barriers.draw_one(axes, barriers, name, quantity, **{**options, "markersize": 2})
    draw_barriers.finish(axes, barriers, found.values(), quantity, draw_models.Z_SCORE)
    if not found:
        draw_models.say(axes, "no such models")


def _colours(count: int) -> np.ndarray:
    """(count, 4) from dark for the fewest features to light for the most."""
    return style.LEARNED_COLOURS(np.linspace(0, 1, count))


def _draw_etas(axes: Axes, found: dict[int, Estimate]) -> None:
    looks = {PLAIN: ("black", "o", r"$\eta$"), OVER_CEILING: ("0.5", "s", r"$\eta$ / ceiling")}
    parts = {place: [each[place] for each in found.values()] for place in looks}
    for place, (colour, marker, label) in looks.items():
        if found:
            # Beside each other.
            x = np.array(list(found)) * (1 + 0.05 * place)
            options = {"color": colour, "marker": marker, "label": label}
            draw_models.draw_points(axes, x, parts[place], "", **options)
    axes.set_ylim(*draw_models.limits([each for part in parts.values() for each in part], 0.0))
    axes.set_xlabel("number of features $M$")
    axes.set_ylabel(r"$\eta = \mathrm{Var}(\hat{y})\,/\,\mathrm{Var}(y)$")
    if not found:
        draw_models.say(axes, "no such models")
        return
    axes.set_xscale("log", base=2)
    labelled = _labelled(list(found))
    axes.set_xticks(labelled, [f"{number}" for number in labelled])
    axes.minorticks_off()
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.legend(loc="lower right")


def _labelled(numbers: list[int]) -> list[int]:
    """The numbers with labels, the largest first, that do not stand too near to each other."""
    kept: list[int] = []
    for number in sorted(numbers, reverse=True):
        if not kept or kept[-1] >= LABELS_APART * number:
            kept.append(number)
    return kept
