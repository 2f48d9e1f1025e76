"""Figure 1.2: g(r) hardly changes while the relaxation time grows a thousandfold."""

from matplotlib.figure import Figure

from softness.dynamics.pairs import PAIRS
from softness.figures import style
from softness.findings.figure_1_2_pair_distribution import Findings


def plot(findings: Findings) -> Figure:
    """A panel for each pair of species, three in a row."""
    number = len(next(iter(findings.values.values())))
    rows, columns = -(-number // 3), min(number, 3)
    width = style.DOUBLE_COLUMN if columns > 1 else style.SINGLE_COLUMN
    figure = Figure(figsize=(width, 2.5 * rows))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    distance = findings.distance
    for temperature, values in reversed(findings.values.items()):
        for panel, value in zip(panels, values, strict=True):
            panel.plot(distance, value, color=style.temperature_colour(temperature))
    for panel, pair in zip(panels, PAIRS, strict=False):
        panel.axhline(1, color="0.7", linewidth=0.6, zorder=0)
        panel.set_xlim(0.5, min(4.0, distance[-1]))
        panel.set_ylim(bottom=0)
        panel.set_xlabel(r"$r\;/\;\sigma_{AA}$")
        panel.set_ylabel(rf"$g_{{{pair}}}(r)$")
    style.letter(panels)
    style.temperature_legend(figure, findings.values, loc="outside right center")
    return figure
