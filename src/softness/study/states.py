"""Settings of the rules of states of structure other than the frames themselves."""

from collections.abc import Iterator
from typing import Any

from softness.study.inherent import Inherent
from softness.study.simulations import Simulation, frames_of_replica


class States(Inherent):
    """Which frames have a state, and how it is found."""

    def cage_frames(self, temperature: str, replica: str | int) -> list[int]:
        """Frames of one thermal run whose cages are wanted: the snapshots of the propensity."""
        is_wanted = temperature == self.propensity_label
        return frames_of_replica(self.inherent_places, replica) if is_wanted else []

    def cage(self, temperature: str, replica: str | int) -> dict[str, Any]:
        """Settings of the cages of frames of one thermal run."""
        own = self.config["cage"]
        return self._run(temperature, replica, "cage") | {
            "frames": self.cage_frames(temperature, replica),
            **{name: own[name] for name in ("runs", "start", "duration", "frame_interval")},
        }

    @property
    def steps_of_cage_run(self) -> int:
        """Time steps of one run."""
        return round(self.config["cage"]["duration"] / self.config["engine"]["time_step"])

    def cage_runtime(self, temperature: str, replica: str | int) -> int:
        """Time to ask a scheduler for, in minutes."""
        settings = self.cage(temperature, replica)
        steps = len(settings["frames"]) * self.steps_of_cage_run
        return self._minutes_of_runs(settings["runs"], steps, settings)

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs, cages included."""
        yield from super().simulations()
        folder = self.results / "states" / "cage"
        for (temperature, replica), source in self._thermal_runs.items():
            settings = self.cage(temperature, replica)
            if settings["frames"]:
                yield Simulation(
                    rule="cage",
                    kind="cage",
                    temperature=float(temperature),
                    number=(replica,),
                    steps=len(settings["frames"]) * settings["runs"] * self.steps_of_cage_run,
                    output=folder / f"T{temperature}" / f"replica{replica}.gsd",
                    settings=settings,
                    source=source,
                    gain=self._gain(settings),
                )
