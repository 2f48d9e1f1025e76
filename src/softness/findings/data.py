"""What a figure is drawn from: tables of the study and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from softness.files.records.barriers import BarrierTables
from softness.files.records.dynamics import DynamicsTables, PairDistributions, RelaxationTable
from softness.files.records.hops import HopTables
from softness.files.records.learned import LearnedTables
from softness.files.records.memory import MemoryTables
from softness.files.records.propensity import PropensityTables
from softness.files.records.regressed import RegressedTables
from softness.files.records.states import StateTables


@dataclass(frozen=True)
class FigureData(
    DynamicsTables,
    HopTables,
    LearnedTables,
    BarrierTables,
    RegressedTables,
    PropensityTables,
    StateTables,
    MemoryTables,
):
    """Tables by kind, and the settings of the figure. Where temperatures vary: from cold to hot.

    Attributes
    ----------
    settings
        ``seed``, ``draws`` and ``block_length`` (in tau_alpha) for resampling.
    """

    settings: Mapping[str, Any] = field(kw_only=True)

    def temperatures(self) -> list[float]:
        """Temperatures of the tables, from cold to hot."""
        tables = [*self.pair_distribution, *self.relaxation]
        return sorted({float(table.temperature) for table in tables})

    def pair_distributions_at(self, temperature: float) -> list[PairDistributions]:
        """g(r) of each replica at a temperature."""
        return [t for t in self.pair_distribution if float(t.temperature) == temperature]

    def relaxation_at(self, temperature: float) -> RelaxationTable | None:
        """Relaxation at a temperature; None where it was not measured."""
        for table in self.relaxation:
            if np.isclose(float(table.temperature), temperature):
                return table
        return None

    def relaxation_time_at(self, temperature: float) -> float:
        """tau_alpha at a temperature, in tau; nan where it is unknown."""
        table = self.relaxation_at(temperature)
        return float(table.relaxation_time) if table else float("nan")


KINDS = {
    name: get_args(hint)[0]
    for name, hint in get_type_hints(FigureData).items()
    if get_origin(hint) is Sequence
}
"""What the tables of each kind hold: a kind is an attribute beside its record."""
