"""What a figure is drawn from: tables of the study and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from softness.files.records.barriers import BarrierTable
from softness.files.records.dynamics import (
    DisplacementMap,
    EquilibrationEvidence,
    PairDistributions,
    RelaxationTable,
    VanHove,
)
from softness.files.records.hops import Rearrangements
from softness.files.records.learned import Accuracies, Classifier, Distribution
from softness.files.records.memory import CycleResponse, SoftnessDecay
from softness.files.records.propensity import PropensityScores
from softness.files.records.regressed import (
    MatchedThreshold,
    Predictions,
    Regression,
    SnapshotShares,
)


@dataclass(frozen=True)
class FigureData:
    """Tables by kind, and the settings of the figure. Where temperatures vary: from cold to hot.

    Attributes
    ----------
    pair_distribution, van_hove
        One a run.
    rearrangements
        Events, one a run at the coldest temperature.
    relaxation
        One a temperature.
    displacement_map
        One a replica, at the training temperature.
    softness
        The classifier of activated dynamics, alone in its list.
    softness_all
        The same with all structure functions, which Chapter 3 compares with.
    fluidity
        The classifiers of extremes, one a temperature.
    training, transfer, extremes
        Accuracies on the labelled sets of the training temperature, of the one of the transfer
        test (one each), and of each fluidity temperature.
    distribution
        Of learned variables, one a temperature.
    barriers, wide_barriers
        Fitted to the temperatures below the onset, and to those of the sensitivity test as well
        (one each).
    regression
        How the regressors came about, one a model.
    predictions
        Of all models beside the counted runs, one a temperature.
    predicted_barriers
        Of softness, of all regressors and of random directions, by events soon after (one).
    shares
        Of particles that rearrange in the counted runs, one a temperature.
    csd_threshold
        Where a threshold of the CSD flags as many samples as that of p_hop (one).
    propensity_scores
        How well propensity is predicted, at each time and in each snapshot (one).
    softness_decay
        Softness of groups of particles after time origins, one a run.
    cycle_response
        Softness through thermal cycles and controls, one a snapshot and pulse.
    evidence
        Whether runs were in equilibrium (one).
    settings
        ``seed``, ``draws`` and ``block_length`` (in tau_alpha) for resampling.
    """

    settings: Mapping[str, Any]
    pair_distribution: Sequence[PairDistributions] = ()
    relaxation: Sequence[RelaxationTable] = ()
    displacement_map: Sequence[DisplacementMap] = ()
    van_hove: Sequence[VanHove] = ()
    rearrangements: Sequence[Rearrangements] = ()
    softness: Sequence[Classifier] = ()
    softness_all: Sequence[Classifier] = ()
    fluidity: Sequence[Classifier] = ()
    training: Sequence[Accuracies] = ()
    transfer: Sequence[Accuracies] = ()
    extremes: Sequence[Accuracies] = ()
    distribution: Sequence[Distribution] = ()
    barriers: Sequence[BarrierTable] = ()
    wide_barriers: Sequence[BarrierTable] = ()
    regression: Sequence[Regression] = ()
    predictions: Sequence[Predictions] = ()
    predicted_barriers: Sequence[BarrierTable] = ()
    shares: Sequence[SnapshotShares] = ()
    csd_threshold: Sequence[MatchedThreshold] = ()
    propensity_scores: Sequence[PropensityScores] = ()
    softness_decay: Sequence[SoftnessDecay] = ()
    cycle_response: Sequence[CycleResponse] = ()
    evidence: Sequence[EquilibrationEvidence] = ()

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
"""What the tables of each kind hold: a kind is declared by an attribute of `FigureData`."""
