"""Settings of the rules of figure 5.1: states of structure, and how well each predicts."""

from collections.abc import Iterator
from typing import Any

from softness.files.states import CAGE, THERMAL
from softness.learning.regressors import REGRESSORS
from softness.study.base import label
from softness.study.inherent import STEPS_OF_QUENCH, Inherent
from softness.study.regression import Regressions
from softness.study.simulations import Simulation


class ScoredStates(Regressions, Inherent):
    """Features of states of structure, of our own snapshots and of published ones."""

    @property
    def scored_states(self) -> list[str]:
        """States of our own snapshots whose features are scored."""
        return self.config["states"]["scored"]

    @property
    def published_states(self) -> list[str]:
        """The same of published snapshots, which have no short runs."""
        return [state for state in self.scored_states if state != CAGE]

    @property
    def _scored_orders(self) -> list[int]:
        """All orders of the features of states."""
        return list(range(max(self.config["states"]["orders"]) + 1))

    def state_file(self, state: str, replica: str | int, temperature: str = "") -> list[str]:
        """The state file of one run, by default of the snapshots; none for frames as they are."""
        folder = self.results / "states" / state / f"T{temperature or self.propensity_label}"
        return [] if state == THERMAL else [str(folder / f"replica{replica}.gsd")]

    def state_features(self, state: str, replica: str) -> dict[str, Any]:
        """Settings of the features of the snapshots of one run, from any state."""
        return self.inherent_features(replica) | {"orders": self._scored_orders}

    def published_state(self, snapshot: str | int) -> dict[str, Any]:
        """Settings of the inherent state of a published snapshot."""
        return {
            **self._run(label(self.published_temperature), snapshot),
            **self._row(snapshot),
            "force_tolerance": self.config["quench"]["force_tolerance"],
        }

    def published_features(self, state: str, snapshot: str) -> dict[str, Any]:
        """Settings of the features of a published snapshot, from any state."""
        kept = ("temperature", "snapshot", "liquid", "features")
        found = self.published_propensity(snapshot)
        own = {key: found[key] for key in kept} | {"orders": self._scored_orders}
        return own | self._row(snapshot)

    def state_scores(self) -> dict[str, Any]:
        """Settings of the scores of states of our own snapshots."""
        own = self.config["states"]
        known = REGRESSORS[own["model"]].defaults
        return {key: own[key] for key in ("orders", "model", "centred")} | {
            "grid": {key: values for key, values in own["grid"].items() if key in known},
            "seed": self.config["seed"],
            "places": self.inherent_places,
            "training_time": self.config["inherent"]["training_time"],
        }

    def state_scores_published(self) -> dict[str, Any]:
        """The same of published ones: nothing of our own runs."""
        return self.state_scores() | {"places": []}

    def published_state_runtime(self) -> int:
        """Time to ask a scheduler for, in minutes."""
        return self._minutes(STEPS_OF_QUENCH)

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs, inherent states of published snapshots included."""
        yield from super().simulations()
        for snapshot in self.published_snapshots:
            yield Simulation(
                rule="published_state",
                kind="quench",
                temperature=self.published_temperature,
                number=(snapshot,),
                steps=STEPS_OF_QUENCH,
                output=self.results / "states" / "published" / f"snapshot{snapshot}.gsd",
                settings=self.published_state(snapshot),
            )
