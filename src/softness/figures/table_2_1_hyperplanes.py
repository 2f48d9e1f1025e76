"""Table 2.1: biases, spreads and directions of the hyperplanes."""

from matplotlib.figure import Figure

from softness.figures import typeset
from softness.findings.learned import SOFTNESS
from softness.findings.table_2_1_hyperplanes import Findings, table

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


def _cells(findings: Findings) -> tuple[list[str], list[list[str]]]:
    """Names of the columns to typeset, and the text of each row."""
    rows = table(findings).to_dict("records")
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


def html(findings: Findings) -> str:
    """The table as HTML."""
    columns, rows = _cells(findings)
    return typeset.html([HEADINGS[column][0] for column in columns], rows)


def latex(findings: Findings) -> str:
    """The table as LaTeX, for the package booktabs."""
    columns, rows = _cells(findings)
    return typeset.latex([HEADINGS[column][1] for column in columns], rows)


def plot(findings: Findings) -> Figure:
    """The table, typeset."""
    columns, rows = _cells(findings)
    return typeset.picture([HEADINGS[column][1] for column in columns], rows)
