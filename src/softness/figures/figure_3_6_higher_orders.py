"""Figure 3.6: features that average over neighbours do not explain more of the dynamics."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_models, style
from softness.findings import barrier_curves as curves
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.regressed import SVR, SVR_FIRST, SVR_SECOND, Snapshot
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

NUMBER = "3.6"
HIGHER = (SVR_FIRST, SVR_SECOND)

NO_GAIN = Statement(
    figure=NUMBER,
    name="explained variance with higher orders minus that without, at every temperature",
    claim="Features of higher order do not explain more of the variance of logit p_r",
    source="does not improve, no value given",
    below=0.03,
)
FLATTER = Statement(
    figure=NUMBER,
    name="slope of Delta E with orders 0 to 2 over that with order 0",
    claim="With features of higher order barriers vary less with x",
    source="less strongly, no value given",
    # A model that learned nothing has a slope of 0.
    above=0.5,
    below=1.0,
)

# By the name of the model, then by temperature from cold to hot.
Scores = dict[str, dict[float, Estimate]]


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on what higher orders add to the explained variance, and on slopes."""
    barriers = data.predicted_barriers[0]
    doubt = regressed.doubt_of_barriers(data, softness=False)
    return [
        _gain_claim(data),
        curves.claim_on_one(FLATTER, barriers, SVR_SECOND, curves.ENERGY, curves.slope, SVR, doubt),
    ]


def _gain_claim(data: FigureData) -> Claim:
    scores = _scores(data)
    plain = scores.get(SVR, {})
    gains = {
        f"{name} {learned.at(temperature)}": found - plain[temperature]
        for name in HIGHER
        for temperature, found in scores.get(name, {}).items()
        if temperature in plain
    }
    if not gains:
        return NO_GAIN.not_tested("needs SVR with and without higher orders, and test snapshots")
    tested = regressed.tested(data)
    doubt = regressed.doubt(data, tested.values(), softness=False)
    return learned.judged_all(NO_GAIN, gains, regressed.fewest_replicas(tested), doubt)


def _scores(data: FigureData) -> Scores:
    """Explained variance of each model at each temperature where it has predictions."""
    tested = regressed.tested(data)
    scores = {
        name: {
            temperature: _explained(data, snapshots, name)
            for temperature, snapshots in tested.items()
            if name in snapshots[0].predicted
        }
        for name in (SVR, *HIGHER)
    }
    return {name: found for name, found in scores.items() if found}


def _explained(data: FigureData, snapshots: Sequence[Snapshot], name: str) -> Estimate:
    return regressed.explained(data, NUMBER, snapshots, name)[regressed.EXPLAINED]


def table(data: FigureData) -> pd.DataFrame:
    """A row for each number: ``quantity``, ``variable``, ``place``, ``value``, ``low``, ``high``.

    ``place`` is x for barriers and entropies, the temperature for the explained variance. Intervals
    of barriers hold the common level of all bins; what has none is left out.
    """
    barriers = data.predicted_barriers[0]
    found = curves.frame(barriers, (SVR, *HIGHER))
    parts = [_long(found, quantity) for quantity in curves.QUANTITIES if not found.empty]
    rows = [
        (name, temperature, float(each.value), *map(float, each.interval()))
        for name, by_temperature in _scores(data).items()
        for temperature, each in by_temperature.items()
    ]
    explained = pd.DataFrame(rows, columns=["variable", "place", "value", "low", "high"])
    explained.insert(0, "quantity", "explained variance")
    explained = learned.with_full_intervals(explained.dropna(subset=["value"]))
    known = [each for each in (*parts, explained) if not each.empty]
    return learned.defined(pd.concat(known)) if known else explained


def _long(found: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """One of the quantities of `barrier_curves.frame`, under names that all have."""
    ends = {f"{quantity}_{end}": end for end in ("low", "high")}
    names = {"variable": "variable", "x": "place", quantity: "value", **ends}
    known = {old: new for old, new in names.items() if old in found}
    return found[list(known)].rename(columns=known).assign(quantity=quantity)


def plot(data: FigureData) -> Figure:
    """Delta E (a) and Sigma (b) against x, explained variance against temperature (c)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.4))
    panels = figure.subplots(1, 3)
    for panel, quantity in zip(panels, curves.QUANTITIES, strict=False):
        draw_models.draw_barriers(panel, data.predicted_barriers[0], (SVR, *HIGHER), quantity)
    _draw_scores(panels[2], _scores(data))
    for panel, letter in zip(panels, "abc", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    draw_models.curve_legend(figure, panels[0])
    return figure


def _draw_scores(axes: Axes, scores: Scores) -> None:
    shown = [each for found in scores.values() for each in found.values()]
    for place, (name, found) in enumerate(scores.items()):
        x = draw_models.dodged(list(found), place, len(scores))
        draw_models.draw_points(axes, x, list(found.values()), name)
    if not shown:
        draw_models.say(axes, "no test snapshots")
    # Bars of few snapshots go on beyond the axis.
    axes.set_ylim(*draw_models.limits(shown, 0.0))
    axes.set_xlabel(draw_models.TEMPERATURE)
    axes.set_ylabel("explained variance")
