"""Table 3.1: directions, means and spreads of the regressors, and how well they predict."""

import re
from collections.abc import Mapping

from matplotlib.figure import Figure

from softness.figures import draw_models, typeset
from softness.findings.table_3_1_models import Findings

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


def _cells(findings: Findings) -> tuple[list[str], list[list[str]]]:
    """Names of the columns that have any value, and the text of each row."""
    rows = [_texts(name, numbers) for name, numbers in findings.numbers.items()]
    columns = [key for key in HEADINGS if any(row[key] != typeset.EMPTY for row in rows)]
    return columns, [[row[column] for column in columns] for row in rows]


def _texts(name: str, numbers: Mapping[str, float]) -> dict[str, str]:
    """Text of a row by column."""
    texts = {
        "model": draw_models.look_of(name)[0],
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


def html(findings: Findings) -> str:
    """The table as HTML."""
    columns, rows = _cells(findings)
    return typeset.html(
        [HEADINGS[column][0] for column in columns], [[_as_html(cell) for cell in r] for r in rows]
    )


def _as_html(cell: str) -> str:
    """The label of a model without the signs of LaTeX."""
    return re.sub(r"\$_(\w)\$", r"<sub>\1</sub>", cell).replace("$", "")


def latex(findings: Findings) -> str:
    """The table as LaTeX, for the package booktabs."""
    columns, rows = _cells(findings)
    return typeset.latex([HEADINGS[column][1] for column in columns], rows)


def plot(findings: Findings) -> Figure:
    """The table, typeset."""
    columns, rows = _cells(findings)
    return typeset.picture([HEADINGS[column][1] for column in columns], rows)
