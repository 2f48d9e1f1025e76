"""Figure 5.2: barriers by softness of thermal and of inherent structure."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from softness.files.records.barriers import BarrierTable
from softness.files.records.learned import Accuracies
from softness.files.states import THERMAL
from softness.findings import barrier_curves as curves
from softness.findings import learned
from softness.findings.barrier_curves import ENERGY, ENTROPY, BarrierCurves
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.uncertainty import Estimate
from softness.verdicts import SAME_SLOPE, Claim, Statement, above, below, equal

NUMBER = "5.2"

ALL_FRAMES = "thermal, all frames"
"""Softness as Chapter 2 has it, from events and samples at all frames."""

SAME_ONSET = 0.15
"""Difference of T0 up to which two are one: what figure 1.6 allows beside the dissertation's."""

STEEPER = Statement(
    figure=NUMBER,
    name="slope of Delta E by {} structure over the slope by thermal structure",
    claim="Softness of inherent structure carries steeper barriers than that of thermal structure",
    section="",
    source="none",
    rule=above(1.0),
)
ENTROPIES = Statement(
    figure=NUMBER,
    name="slope of Sigma by {} structure over the slope by thermal structure",
    claim="So it does steeper entropic contributions",
    section="",
    source="none",
    rule=above(1.0),
)
ONSET = Statement(
    figure=NUMBER,
    name="T0 by {} structure minus T0 by thermal structure",
    claim="Both structures cease to matter at one onset",
    section="",
    source="none",
    rule=equal(0.0, SAME_ONSET),
)
FRAMES = Statement(
    figure=NUMBER,
    name="slope of Delta E by thermal structure of the compared frames over that of all frames",
    claim="Control: the frames that are compared give the barriers of all frames",
    section="",
    source="none",
    rule=SAME_SLOPE,
)
RANDOM_SLOPES = Statement(
    figure=NUMBER,
    name="median size of the ratio of slopes of random directions",
    claim="Control: a random direction of thermal structure carries no such barriers",
    section="",
    source="none",
    rule=below(curves.MOST_OF_RANDOM),
)


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
        training=learned.held_out_accuracy(data, NUMBER, training, name),
        transfer=learned.held_out_accuracy(data, NUMBER, transfer, name),
        energy=curves.steepness(table, name),
        entropy=curves.steepness(table, name, ENTROPY),
        onset=learned.onset(table, name),
        onset_doubt=learned.onset_doubt(table, [name]),
    )


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on each state beside the thermal one, and on the controls."""
    table, thermal = findings.barriers.table, findings.states[0]
    members = {state.name: state.variable for state in findings.others}
    lines = [
        claim
        for statement, quantity in ((STEEPER, ENERGY), (ENTROPIES, ENTROPY))
        for claim in curves.claims_on_each(statement, table, members, quantity, curves.ratio)
    ]
    for state in findings.others:
        doubt = thermal.onset_doubt or state.onset_doubt
        lines.append(ONSET.of(state.name).judge(state.onset - thermal.onset, doubt))
    return [
        *lines,
        _on_frames(findings),
        curves.claim_on_random(RANDOM_SLOPES, table, curves.ratio),
    ]


def _on_frames(findings: Findings) -> Claim:
    """Whether the frames that are compared stand for all."""
    table, energy = findings.barriers.table, findings.barriers.by_name[SOFTNESS][ENERGY].values
    found = curves.ratio(learned.centres(table), energy, findings.all_frames_energy, 1.0)
    return FRAMES.judge(found)


def table(findings: Findings) -> pd.DataFrame:
    """Delta E and Sigma with intervals: a row for each state, or random direction, and bin."""
    rows = curves.frame(findings.barriers)
    return rows.assign(state=rows["variable"].map(state_of)) if len(rows) else rows
