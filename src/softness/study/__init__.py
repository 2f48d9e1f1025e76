"""A study as the workflow sees it: its runs, the settings of each rule, and where results lie."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from softness.simulate.store import Store
from softness.study.base import label
from softness.study.dynamics import Dynamics
from softness.study.kept import KeptSimulations
from softness.study.memory import Memory
from softness.study.scored_states import ScoredStates
from softness.study.simulations import Simulation
from softness.study.state_softness import StateSoftness
from softness.study.taken_in import TakenIn

__all__ = ["Simulation", "Study", "label"]


class Study(TakenIn, Dynamics, ScoredStates, StateSoftness, Memory):
    """A checked configuration, cut into what each rule needs.

    Each rule is given its own settings alone, as one text, so that a change reruns what depends
    on it and nothing else.

    Parameters
    ----------
    config
        From `softness.configuration.checked`.
    """

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs; of given trajectories, minimisations of their frames alone."""
        if not self.of_files:
            yield from super().simulations()
        elif self.has_potential:
            yield from self.quenches()

    @cached_property
    def kept(self) -> KeptSimulations:
        """Its simulations on the disk, of any version of the engine."""
        return KeptSimulations(self.config, Store())

    def refuse_other_versions(self, versions: Mapping[str, str]) -> None:
        """Stop if simulations are kept of another version of an engine, which is not accepted.

        Parameters
        ----------
        versions
            Of the engines that are here, by their names; others are not looked at.

        Raises
        ------
        InputError
            With the option that accepts it.
        """
        KeptSimulations(self.config, Store(), versions).refuse_other_versions(self.all_simulations)

    def steps_of(self, simulation: Simulation) -> int:
        """Time steps that one simulation has done, by its results and the pointer beside them."""
        if simulation.output.exists():
            return simulation.steps
        folder = self.kept.started(simulation)
        return self.kept.steps_in(folder, simulation) if folder else 0

    def figure(self, *kinds: str) -> dict[str, Any]:
        """Settings of a figure that is drawn from tables of some kinds."""
        liquid = {"other_liquid": True} if self.of_other_liquid else {}
        fit = self.config["relaxation"] if "relaxation" in kinds else {}
        return {"seed": self.config["seed"], **self.config["uncertainty"], **fit, **liquid}

    @property
    def of_other_liquid(self) -> bool:
        """Whether its liquid is not the dissertation's, so that numbers of it say nothing."""
        return self.of_files and not self.config["trajectories"]["same_liquid"]

    def report(self) -> dict[str, Any]:
        """Settings of the report: the whole configuration, which it shows."""
        return dict(self.config)
