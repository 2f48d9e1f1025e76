"""The figures of the study: one entry makes one rule, one module, a PNG, a PDF and a CSV.

Light to import: the workflow reads it while it plans, without a plotting package.
"""

import importlib
from dataclasses import dataclass
from types import ModuleType

from softness.errors import InputError


@dataclass(frozen=True)
class FigureEntry:
    """A figure of the dissertation.

    Attributes
    ----------
    number
        As in the dissertation.
    name
        Of its module in `softness.figures` and of its caption.
    title
        One line for the report.
    chapter
        Under which it stands in the report.
    tables
        Kinds of tables that it is drawn from: ``"pair_distribution"`` (one a run),
        ``"relaxation"`` (one a temperature), ``"displacement_map"`` (one a replica).
    """

    number: str
    name: str
    title: str
    chapter: str
    tables: tuple[str, ...]

    @property
    def module_name(self) -> str:
        """Dotted name of its module."""
        return f"softness.figures.{self.name}"

    def module(self) -> ModuleType:
        """Its module: ``plot(data)``, ``table(data)`` and ``claims(data)``."""
        return importlib.import_module(self.module_name)


FIGURES = (
    FigureEntry(
        number="1.1",
        name="figure_1_1_displacement_map",
        title="Displacements in a slab of the supercooled liquid",
        chapter="Chapter 1",
        tables=("displacement_map",),
    ),
    FigureEntry(
        number="1.2",
        name="figure_1_2_pair_distribution",
        title="Radial distribution functions from the fluid to the supercooled liquid",
        chapter="Chapter 1",
        tables=("pair_distribution", "relaxation"),
    ),
    FigureEntry(
        number="1.3",
        name="figure_1_3_self_scattering",
        title="Two-step relaxation of the self-intermediate scattering function",
        chapter="Chapter 1",
        tables=("relaxation",),
    ),
    FigureEntry(
        number="1.4",
        name="figure_1_4_relaxation_time",
        title="Super-Arrhenius growth of the relaxation time",
        chapter="Chapter 1",
        tables=("relaxation",),
    ),
)


def find(number: str) -> FigureEntry:
    """The entry of a figure by its number.

    Raises
    ------
    InputError
        If there is no such figure.
    """
    for entry in FIGURES:
        if entry.number == number:
            return entry
    known = ", ".join(entry.number for entry in FIGURES)
    raise InputError(f"figure {number!r} is not in the registry: choose one of {known}")
