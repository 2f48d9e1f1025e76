"""What a figure is drawn from: tables of the study and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from softness.files.records import DisplacementMap, PairDistributions, RelaxationTable


@dataclass(frozen=True)
class FigureData:
    """Tables by kind, and the settings of the figure.

    Attributes
    ----------
    pair_distribution
        One a run.
    relaxation
        One a temperature, from cold to hot.
    displacement_map
        One a replica, at the training temperature.
    settings
        ``seed``, ``draws`` and ``block_length`` (in tau_alpha) for resampling.
    """

    settings: Mapping[str, Any]
    pair_distribution: Sequence[PairDistributions] = ()
    relaxation: Sequence[RelaxationTable] = ()
    displacement_map: Sequence[DisplacementMap] = ()

    def temperatures(self) -> list[float]:
        """Temperatures of the tables, from cold to hot."""
        tables = [*self.pair_distribution, *self.relaxation]
        return sorted({float(table.temperature) for table in tables})

    def pair_distributions_at(self, temperature: float) -> list[PairDistributions]:
        """g(r) of each replica at a temperature."""
        return [t for t in self.pair_distribution if float(t.temperature) == temperature]

    def relaxation_time_at(self, temperature: float) -> float:
        """tau_alpha at a temperature; nan if there is no table."""
        for table in self.relaxation:
            if float(table.temperature) == temperature:
                return float(table.relaxation_time)
        return float("nan")

    def relaxation_times(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(n,) temperatures from cold to hot, (n,) tau_alpha, (n, draws) its bootstrap draws."""
        return (
            np.array([float(t.temperature) for t in self.relaxation]),
            np.array([float(t.relaxation_time) for t in self.relaxation]),
            np.array([t.relaxation_time_draws for t in self.relaxation]),
        )
