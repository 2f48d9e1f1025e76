"""Figure 3.8: what a model of thermal propensity knows about inherent-state propensity."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_learned, draw_models, style
from softness.findings.figure_3_8_inherent_propensity import Findings

LOOKS = (
    ("trained on it, at each time", "black", "^", "-"),
    ("trained on thermal propensity", "#56b4e9", "v", "-"),
    ("thermal propensity, by the latter", "#d55e00", "s", ":"),
)


def plot(findings: Findings | None) -> Figure:
    """Pearson correlation of predicted and measured propensity against time, by both models."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN * 0.75, 2.9))
    axes = figure.subplots()
    axes.set_xlabel(r"$t\;\;(\tau)$")
    axes.set_ylabel("Pearson correlation")
    if findings is None:
        draw_models.write_note(axes, "no propensity was predicted")
        return figure
    predicted = "inherent-state" if findings.state == "inherent" else "thermal"
    source = ", published" if findings.published else ""
    model = f", {findings.model}" if findings.by_other_model else ""
    axes.set_title(f"{predicted} propensity{source}{model}", loc="left", fontsize=8)
    axes.set_title(f"$T = {findings.temperature:g}$", loc="right", fontsize=8)
    axes.set_xscale("log")
    _draw(axes, findings)
    draw_models.curve_legend(figure, axes)
    return figure


def _draw(axes: Axes, findings: Findings) -> None:
    ceiling, time = findings.ceiling, findings.time
    options = {"color": "0.5", "linestyle": "--", "label": "ceiling of all runs"}
    draw_learned.draw_curve(axes, time, ceiling, **options)
    axes.axvline(findings.training_time, color="0.8", linewidth=0.6, zorder=0)
    curves = findings.directly_trained, findings.thermal_trained, findings.thermal_on_thermal
    for place, (curve, (label, colour, marker, line)) in enumerate(zip(curves, LOOKS, strict=True)):
        if not np.isfinite(curve.value).any():
            continue
        # Beside each other on a logarithmic axis.
        times = time * 1.03 ** (place - 1)
        points = [curve[number] for number in range(len(time))]
        options = {"color": colour, "marker": marker, "linestyle": line, "label": label}
        draw_models.draw_points(axes, times, points, label, **options)
    shown = [curve[number] for curve in (*curves, ceiling) for number in range(len(time))]
    low, high = draw_models.limits(shown, 0.0)
    axes.set_ylim(low, min(high, 1.02))
