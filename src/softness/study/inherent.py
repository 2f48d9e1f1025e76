"""Settings of the rules of inherent states and of propensity, figure 3.8."""

import itertools
from collections.abc import Iterator
from typing import Any

from softness.configuration.simulated import snapshots_of
from softness.study.base import label
from softness.study.learning import Learning
from softness.study.simulations import Place, Simulation, Simulations, frames_of_replica

# A quench takes as long as this number of time steps: 3500 to 4000 of 2048 particles at T = 0.56,
# whether the tolerance is 1e-2 or 1e-4.
STEPS_OF_QUENCH = 3700


class Inherent(Simulations, Learning):
    """Runs of snapshots that are quenched, the propensity from them, and how it is learned."""

    # -- which snapshots ------------------------------------------------------------------

    @property
    def propensity_label(self) -> str:
        """Temperature of the propensity as it stands in file names."""
        return label(self.config["roles"]["propensity"])

    @property
    def inherent_snapshots(self) -> list[Place]:
        """Replica and number of the snapshots whose runs are quenched."""
        return self.places(self.config["inherent"]["snapshots"])

    @property
    def inherent_places(self) -> list[Place]:
        """Replica and frame of them."""
        return self.frames_at(self.inherent_snapshots, self.config["inherent"]["spacing"])

    @property
    def inherent_blocks(self) -> range:
        """Numbers of the blocks of each snapshot's runs."""
        own = self.config["inherent"]
        return range(-(-own["runs"] // own["runs_per_block"]))

    @property
    def published_snapshots(self) -> range:
        """Numbers of the snapshots of a published data set; none without one."""
        published = self.config["inherent"]["published"]
        return range(snapshots_of(published[0]) if published else 0)

    @property
    def published_temperature(self) -> float:
        """Temperature of the published data."""
        block, roles = self.config["inherent"], self.config["roles"]
        return block.get("published_temperature", roles["propensity"])

    def inherent_frames(self, replica: str) -> list[int]:
        """Frames of the snapshots of one run."""
        return frames_of_replica(self.inherent_places, replica)

    def published_files(self, snapshot: str) -> list[str]:
        """Files of one published snapshot, one a time."""
        return [
            each["files"][0 if "snapshots" in each else int(snapshot)]
            for each in self.config["inherent"]["published"]
        ]

    def _row(self, snapshot: str | int) -> dict[str, int]:
        """Which snapshot of a published file that holds several; nothing else."""
        published = self.config["inherent"]["published"]
        several = any("snapshots" in each for each in published)
        return {"row": int(snapshot)} if several else {}

    # -- settings of the rules ------------------------------------------------------------

    def inherent_propensity(
        self, replica: str | int, snapshot: str | int, block: str | int
    ) -> dict[str, Any]:
        """Settings of a block of runs of one snapshot that are quenched."""
        own = self.config["inherent"]
        first = int(block) * own["runs_per_block"]
        return self._run(self.propensity_label, replica, "inherent") | {
            "snapshot": int(snapshot),
            "frame": self.frame_of(snapshot, own["spacing"]),
            "runs": [first, min(first + own["runs_per_block"], own["runs"])],
            "times": own["times"],
            "force_tolerance": own["force_tolerance"],
        }

    def inherent_features(self, replica: str) -> dict[str, Any]:
        """Settings of the features of the snapshots of one run."""
        return self._features(self.propensity_label, replica)

    def published_propensity(self, snapshot: str) -> dict[str, Any]:
        """Settings of the propensity and the features of a published snapshot."""
        own = self.config["inherent"]
        return {
            "temperature": self.published_temperature,
            "snapshot": int(snapshot),
            "times": [each["time"] for each in own["published"]],
            "state": own["published_state"],
            "liquid": self.config["liquid"],
            "features": self.config["features"],
            **self._row(snapshot),
        }

    def propensity_scores(self) -> dict[str, Any]:
        """Settings of the models of propensity and of their scores."""
        own = self.config["inherent"]
        return {
            "seed": self.config["seed"],
            "places": self.inherent_places,
            "training_time": own["training_time"],
            "model": own["model"],
            "grid": self.config["regression"]["grids"].get(own["model"], {}),
        }

    def published_scores(self) -> dict[str, Any]:
        """Settings of the scores of published snapshots alone: nothing of our own runs."""
        kept = ("seed", "training_time", "model", "grid")
        found = self.propensity_scores()
        return {key: found[key] for key in kept} | {"places": []}

    def quench(self, temperature: str, replica: str | int) -> dict[str, Any]:
        """Settings of the inherent states of frames of one thermal run."""
        return self._run(temperature, replica, "quench") | {
            "frames": self.quenched_frames(temperature, replica),
            "force_tolerance": self.config["quench"]["force_tolerance"],
        }

    def quenched_frames(self, temperature: str, replica: str | int) -> list[int]:
        """Frames of a thermal run whose energy is minimised: the snapshots of propensity."""
        is_wanted = temperature == self.propensity_label and not self.of_files
        return self.inherent_frames(replica) if is_wanted else []

    # -- time steps -----------------------------------------------------------------------

    @property
    def steps_of_inherent_run(self) -> int:
        """Time steps of one run, and what its quenches take in time steps."""
        times = self.config["inherent"]["times"]
        run = round(times[-1] / self.config["engine"]["time_step"])
        return run + len(times) * STEPS_OF_QUENCH

    def inherent_steps(self, **wildcards: str | int) -> int:
        """Time steps of one block of runs."""
        first, last = self.inherent_propensity(**wildcards)["runs"]
        return self.steps_of_inherent_run * (last - first)

    def inherent_runtime(self, **wildcards: str) -> int:
        """Time to ask a scheduler for, in minutes."""
        settings = self.inherent_propensity(**wildcards)
        first, last = settings["runs"]
        return self._minutes_of_runs(last - first, self.steps_of_inherent_run, settings)

    def quench_runtime(self, **wildcards: str) -> int:
        """The same, of the inherent states of frames of one thermal run."""
        settings = self.quench(**wildcards)
        return self._minutes_of_runs(len(settings["frames"]), STEPS_OF_QUENCH, settings)

    @property
    def quenched_runs(self) -> list[tuple[str, int]]:
        """Temperature and replica of the thermal runs with frames whose energy is minimised."""
        places = itertools.product(self.labels, self.replicas)
        return [place for place in places if self.quenched_frames(*place)]

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs, those whose runs are quenched included."""
        yield from super().simulations()
        temperature = self.propensity_label
        for replica, snapshot in self.inherent_snapshots:
            folder = self.results / "inherent_propensity" / f"replica{replica}"
            for block in self.inherent_blocks:
                wildcards = {"replica": replica, "snapshot": snapshot, "block": block}
                settings = self.inherent_propensity(**wildcards)
                yield Simulation(
                    rule="inherent_propensity",
                    kind="inherent_propensity",
                    temperature=float(temperature),
                    number=(replica, snapshot, block),
                    steps=self.inherent_steps(**wildcards),
                    output=folder / f"snapshot{snapshot}" / f"block{block}.h5",
                    settings=settings,
                    source=self.thermal_run(temperature, replica),
                    gain=self._gain(settings),
                )
        yield from self.quenches()

    def quenches(self) -> Iterator[Simulation]:
        """Energy minimisations of frames of thermal runs."""
        for temperature, replica in self.quenched_runs:
            folder = self.results / "quench" / f"T{temperature}" / f"replica{replica}"
            settings = self.quench(temperature, replica)
            yield Simulation(
                rule="quench",
                kind="quench",
                temperature=float(temperature),
                number=(replica,),
                steps=len(settings["frames"]) * STEPS_OF_QUENCH,
                output=folder / "states.h5",
                settings=settings,
                source=None if self.of_files else self.thermal_run(temperature, replica),
                gain=self._gain(settings),
            )
