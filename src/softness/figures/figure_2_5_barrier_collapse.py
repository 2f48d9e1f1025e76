"""Figure 2.5: barriers and entropies of all classifiers collapse on softness."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softness.figures import draw_barriers, draw_learned, style
from softness.findings.barrier_curves import QUANTITIES, BarrierCurves
from softness.findings.figure_2_5_barrier_collapse import Findings
from softness.findings.learned import SOFTNESS

# Of fluidities, from cold to hot.
MARKERS = "osD^v"


def plot(findings: Findings) -> Figure:
    """Delta E and Sigma against x: fits below the onset above, with the wider range below."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 4.8))
    panels = figure.subplots(2, 2, sharex=True)
    for row, barriers in zip(panels, (findings.barriers, findings.wide), strict=True):
        for panel, quantity in zip(row, QUANTITIES, strict=True):
            _draw(panel, barriers, quantity, findings.fluidity)
    style.letter(panels.flat)
    for panel in panels[0]:
        panel.xaxis.label.set_visible(False)  # as below
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center")
    return figure


def _draw(axes: Axes, barriers: BarrierCurves, quantity: str, fluidity: dict[float, str]) -> None:
    draw_barriers.draw_random(axes, barriers, quantity)
    draw_barriers.draw_reference(axes, barriers, SOFTNESS, quantity, SOFTNESS, color="black")
    for number, (temperature, name) in enumerate(fluidity.items()):
        draw_barriers.draw_one(
            axes,
            barriers,
            name,
            quantity,
            color=style.fluidity_colour(temperature),
            marker=MARKERS[number % len(MARKERS)],
            label=draw_learned.fluidity_label(temperature),
        )
    draw_barriers.finish(axes, barriers, quantity, draw_learned.Z_SCORE)
    hottest = float(barriers.table.temperature.max())
    axes.set_title(rf"$T \leq {hottest:g}$", loc="right", fontsize=8)
