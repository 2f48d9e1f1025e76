"""Tables as HTML, as LaTeX and as a picture: rows of text under headings."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from softness.figures import style

Rows = Sequence[Sequence[str]]

EMPTY = "\N{EN DASH}"
"""Text of a cell that has no value."""


def html(headings: Sequence[str], rows: Rows) -> str:
    """The table as HTML.

    Parameters
    ----------
    headings
        Of the columns, as HTML.
    rows
        Text of each cell; a hyphen is a minus sign.
    """
    head = _html_row("th", headings)
    body = "\n".join(_html_row("td", [_signed(cell) for cell in row]) for row in rows)
    return f"<table>\n<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"


def _html_row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _signed(cell: str) -> str:
    """A cell with a minus sign where there is a hyphen."""
    return cell.replace("-", "\N{MINUS SIGN}")


def latex(headings: Sequence[str], rows: Rows) -> str:
    """The table as LaTeX, for the package booktabs; headings as LaTeX."""
    head = [heading.replace(" %", r"\,\%") for heading in headings]
    body = [[cell.replace("-", "$-$").replace(EMPTY, "--") for cell in row] for row in rows]
    lines = [rf"\begin{{tabular}}{{{'r' * len(headings)}}}", r"\toprule"]
    lines += [_latex_row(head), r"\midrule", *map(_latex_row, body), r"\bottomrule"]
    return "\n".join([*lines, r"\end{tabular}", ""])


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def picture(headings: Sequence[str], rows: Rows) -> Figure:
    """The table, drawn; headings as LaTeX."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 0.24 * (len(rows) + 2)))
    axes = figure.subplots()
    axes.set_xlim(0, len(headings))
    axes.set_ylim(len(rows) + 0.1, -1.1)
    axes.axis("off")
    for height, cells in enumerate([headings, *rows], start=-1):
        for place, cell in enumerate(cells):
            text = cell if height < 0 else _signed(cell)
            axes.text(place + 0.5, height + 0.5, text, ha="center", va="center", fontsize=8)
    for height, width in ((-1, 1.0), (0, 0.5), (len(rows), 1.0)):
        axes.axhline(height, color="black", linewidth=width)
    return figure
