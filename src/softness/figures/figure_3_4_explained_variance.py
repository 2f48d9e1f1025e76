"""Figure 3.4: how much of the variance of the true logit p_r the models explain."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_models, style
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

NUMBER = "3.4"
LARGEST = 0.5

# By temperature from cold to hot, then by the name of the model.
Scores = dict[float, dict[str, Estimate]]

POOR = Statement(
    figure=NUMBER,
    name="explained variance, every model at every temperature",
    claim="At every temperature models explain less than half of the variance of logit p_r",
    source="below 0.5",
    below=LARGEST,
)
POOR_WITHOUT_NOISE = Statement(
    figure=NUMBER,
    name="explained variance over the noise ceiling, best model",
    claim="Ours: the same for the variance that is not noise of the finite number of runs",
    source="none",
    below=LARGEST,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the explained variance as it is, and over the noise ceiling.

    What is below a bound for the best model is so for every one, and every one is judged: the
    largest of several draws lies above the largest value.
    """
    tested = regressed.tested(data)
    if not tested:
        return [each.not_tested("no test snapshots") for each in (POOR, POOR_WITHOUT_NOISE)]
    scores = _scores(data)
    replicas = regressed.fewest_replicas(tested)
    return [
        learned.judged_all(
            statement,
            _members(scores, number),
            replicas,
            regressed.doubt(data, tested.values(), fewest=fewest),
        )
        for statement, number, fewest in (
            (POOR, regressed.EXPLAINED, regressed.FEWEST_EVENTS),
            (POOR_WITHOUT_NOISE, regressed.OVER_CEILING, regressed.FEWEST_WITHOUT_NOISE),
        )
    ]


def _scores(data: FigureData) -> Scores:
    return {
        temperature: {
            name: regressed.explained(data, NUMBER, snapshots, name)
            for name in regressed.names(data)
        }
        for temperature, snapshots in regressed.tested(data).items()
    }


def _members(scores: Scores, number: int) -> dict[str, Estimate]:
    """One of the scores of each model at each temperature."""
    return {
        f"{name} {learned.at(temperature)}": found[number]
        for temperature, by_name in scores.items()
        for name, found in by_name.items()
    }


def table(data: FigureData) -> pd.DataFrame:
    """Explained variance of each model at each temperature, as it is and over the ceiling.

    Where the interval is unknown it is the whole one, from 0 to 1; where a value is, the row is
    left out.
    """
    scores, tested = _scores(data), regressed.tested(data)
    rows = []
    for number, quantity in (
        (regressed.EXPLAINED, "explained variance"),
        (regressed.OVER_CEILING, "explained variance over the ceiling"),
        (regressed.CEILING, "noise ceiling"),
    ):
        for temperature, by_name in scores.items():
            for name, found in by_name.items():
                one = found[number]
                low, high = one.interval()
                rows.append(
                    {
                        "quantity": quantity,
                        "temperature": temperature,
                        "variable": name,
                        "snapshots": len(tested[temperature]),
                        "events_a_particle": regressed.events_a_particle(tested[temperature]),
                        "value": float(one.value),
                        "low": float(low),
                        "high": float(high),
                    }
                )
    columns = ["quantity", "temperature", "variable", "snapshots", "events_a_particle"]
    frame = pd.DataFrame(rows, columns=[*columns, "value", "low", "high"])
    frame = frame.dropna(subset=["value"]).reset_index(drop=True)
    return learned.with_full_intervals(frame)


def plot(data: FigureData) -> Figure:
    """Explained variance against temperature, as it is (a) and over the noise ceiling (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.7))
    panels = figure.subplots(1, 2)
    scores, names = _scores(data), regressed.names(data)
    _draw(panels[0], scores, names, regressed.EXPLAINED)
    _draw(panels[1], scores, names, regressed.OVER_CEILING)
    panels[0].set_ylabel("explained variance")
    panels[1].set_ylabel("explained variance / ceiling")
    for panel, letter in zip(panels, "ab", strict=True):
        panel.axhline(LARGEST, color="0.5", linestyle="--", linewidth=0.7, zorder=0)
        panel.set_xlabel(draw_models.TEMPERATURE)
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    draw_models.model_legend(figure, names)
    return figure


def _draw(axes: Axes, scores: Scores, names: list[str], number: int) -> None:
    shown = []
    for place, name in enumerate(names):
        found = [by_name[name][number] for by_name in scores.values()]
        if found:
            x = draw_models.dodged(list(scores), place, len(names))
            draw_models.draw_points(axes, x, found, name)
        shown += found
    if not shown:
        draw_models.say(axes, "no test snapshots")
    # Bars of few snapshots go on beyond the axis.
    axes.set_ylim(*draw_models.limits(shown, 0.0, LARGEST))
