"""Table 5.1: accuracies, slopes and onsets by softness of each state of structure."""

import numpy as np
from matplotlib.figure import Figure

from softness.figures import typeset
from softness.findings.state_softness import Findings, State
from softness.uncertainty import Estimate

# Quantity of a state: its heading in HTML and in LaTeX.
HEADINGS = {
    "accuracy at training": ("accuracy at training", "accuracy at training"),
    "accuracy at transfer": ("accuracy at transfer", "accuracy at transfer"),
    "slope of Delta E": ("slope of &Delta;E", r"slope of $\Delta E$"),
    "slope of Sigma": ("slope of &Sigma;", r"slope of $\Sigma$"),
    "T0": ("T<sub>0</sub>", "$T_0$"),
}
FIRST = ("structure", "samples")


def _rows(findings: Findings) -> list[list[str]]:
    return [_cells(state) for state in findings.all_states]


def _cells(state: State) -> list[str]:
    return [state.name, str(state.samples), *(_text(found) for found in state.numbers.values())]


def _text(found: Estimate) -> str:
    """A value with half of the length of its interval."""
    low, high = found.interval()
    if not np.isfinite([found.value, low, high]).all():
        return typeset.EMPTY
    return f"{found.value:.3f} ({(high - low) / 2:.3f})"


def html(findings: Findings) -> str:
    """The table as HTML."""
    return typeset.html([*FIRST, *(names[0] for names in HEADINGS.values())], _rows(findings))


def latex(findings: Findings) -> str:
    """The table as LaTeX, for the package booktabs."""
    return typeset.latex([*FIRST, *(names[1] for names in HEADINGS.values())], _rows(findings))


def plot(findings: Findings) -> Figure:
    """The table, typeset."""
    return typeset.picture([*FIRST, *(names[1] for names in HEADINGS.values())], _rows(findings))
