"""Softness of states of structure: accuracies, barriers and onsets, and what they are named."""

from collections.abc import Sequence
from dataclasses import dataclass

from softness.files.records.barriers import BarrierTable
from softness.files.records.learned import Accuracies
from softness.files.states import THERMAL
from softness.findings import barrier_curves as curves
from softness.findings import learned
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.uncertainty import Estimate

ALL_FRAMES = "thermal, all frames"
"""Softness as Chapter 2 has it, from events and samples at all frames."""

FIGURE = "5.2"
"""Whose name is in the key of the random stream: the table shows the same numbers."""


@dataclass(frozen=True)
class State:
    """What softness of one state of structure is worth.

    Attributes
    ----------
    name
        Of the state.
    variable
        Of its softness.
    samples
        Of each class at the training temperature.
    training, transfer
        () accuracies at the temperatures of training, cross-validated, and of the transfer test, by
        planes that never saw the replica, with a bias chosen on other replicas.
    energy, entropy
        () slopes of Delta E and Sigma with x.
    onset
        () T0.
    onset_doubt
        Why T0 is undefined; empty if it is not.
    """

    name: str
    variable: str
    samples: int
    training: Estimate
    transfer: Estimate
    energy: Estimate
    entropy: Estimate
    onset: Estimate
    onset_doubt: str

    @property
    def numbers(self) -> dict[str, Estimate]:
        """Its estimates by what they are of."""
        return {
            "accuracy at training": self.training,
            "accuracy at transfer": self.transfer,
            "slope of Delta E": self.energy,
            "slope of Sigma": self.entropy,
            "T0": self.onset,
        }


@dataclass(frozen=True)
class Findings:
    """Barriers by softness of each state.

    Attributes
    ----------
    barriers
        Curves, that of thermal structure first.
    states
        The states in the same order.
    all_frames
        Softness of thermal structure at all frames; its draws are independent of the others.
    all_frames_energy
        (bins,) Delta E by it.
    """

    barriers: BarrierCurves
    states: Sequence[State]
    all_frames: State
    all_frames_energy: Estimate

    @property
    def all_states(self) -> list[State]:
        """The states, and thermal structure at all frames last."""
        return [*self.states, self.all_frames]

    @property
    def others(self) -> list[State]:
        """The states that are compared with the thermal one."""
        return [state for state in self.states if state.name != THERMAL]


def state_of(variable: str) -> str:
    """The state of a softness; that of a random direction is thermal."""
    if learned.is_random(variable):
        return THERMAL
    return variable.removeprefix(SOFTNESS).removeprefix("_") or THERMAL


def compute(data: FigureData) -> Findings:
    """Barriers, onsets and accuracies of each state."""
    table = data.state_barriers[0]
    names = [name for name in learned.names_of(table) if not learned.is_random(name)]
    names.sort(key=lambda name: name != SOFTNESS)
    sets = {
        kind: {name: each for each in found for name in learned.names_of(each)}
        for kind, found in (("training", data.state_training), ("transfer", data.state_transfer))
    }
    states = [
        _state(data, state_of(name), name, table, sets["training"][name], sets["transfer"][name])
        for name in names
    ]
    whole = data.barriers[0]
    return Findings(
        barriers=curves.curves_of(table, names, random_directions=True),
        states=states,
        all_frames=_state(data, ALL_FRAMES, SOFTNESS, whole, data.training[0], data.transfer[0]),
        all_frames_energy=curves.curve(whole, SOFTNESS, ENERGY),
    )


def _state(
    data: FigureData,
    state: str,
    name: str,
    table: BarrierTable,
    training: Accuracies,
    transfer: Accuracies,
) -> State:
    return State(
        name=state,
        variable=name,
        samples=int(min(training.found.min(), training.wanted)),
        training=learned.held_out_accuracy(data, FIGURE, training, name),
        transfer=learned.held_out_accuracy(data, FIGURE, transfer, name),
        energy=curves.steepness(table, name),
        entropy=curves.steepness(table, name, ENTROPY),
        onset=learned.onset(table, name),
        onset_doubt=learned.onset_doubt(table, [name]),
    )
