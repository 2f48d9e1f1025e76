"""Settings of the rules of Chapter 4: softness in time, thermal cycles and their controls."""

from collections.abc import Iterator, Mapping
from typing import Any

from softness.simulate.chain import segment_lengths
from softness.study.base import label
from softness.study.learning import Learning
from softness.study.simulations import Simulation, Simulations


def cycle_duration(settings: Mapping[str, Any]) -> float:
    """Length of one run through a cycle, or of its control, in tau."""
    return settings["before"] + 2 * settings["ramp"] + settings["hold"] + settings["after"]


class Memory(Simulations, Learning):
    """Decay of softness in equilibrium, and its response to pulses of temperature."""

    # -- which snapshots and pulses -------------------------------------------------------

    @property
    def cycle_label(self) -> str:
        """Low temperature of the cycles as it stands in file names."""
        return label(self.config["roles"]["cycle"])

    @property
    def decay_labels(self) -> list[str]:
        """Temperatures whose decay of softness is followed."""
        return [label(temperature) for temperature in self.config["roles"]["decay"]]

    @property
    def cycle_snapshots(self) -> range:
        """Numbers of the snapshots that cycles begin with, those of the first replica first."""
        return range(len(self.replicas) * self.config["cycle"]["snapshots"])

    @property
    def pulses(self) -> range:
        """Numbers of the pulses."""
        return range(len(self.config["cycle"]["pulses"]))

    @property
    def cycle_runs(self) -> range:
        """Numbers of the runs of each snapshot."""
        return range(self.config["cycle"]["runs"])

    def cycle_place(self, snapshot: str | int) -> tuple[int, int]:
        """Replica and frame of a snapshot: one replica after the other, evenly over its run."""
        return self.spread_place(self.cycle_label, self.config["cycle"]["snapshots"], snapshot)

    def cycle_trajectory(self, snapshot: str) -> str:
        """Thermal run that a snapshot is taken from."""
        return self.thermal_trajectory(self.cycle_label, self.cycle_place(snapshot)[0])

    # -- settings of the rules ------------------------------------------------------------

    def cycle(self, pulse: str | int, snapshot: str | int) -> dict[str, Any]:
        """Settings of the cycles of one snapshot through one pulse."""
        return self._cycle(snapshot) | dict(self.config["cycle"]["pulses"][int(pulse)])

    def control(self, snapshot: str | int) -> dict[str, Any]:
        """Settings of the controls of one snapshot: without a pulse, longer than the longest."""
        block = self.config["cycle"]
        return self._cycle(snapshot) | {
            "high": self.config["roles"]["cycle"],
            "hold": max(pulse["hold"] for pulse in block["pulses"]),
            "after": block["after"] + block["control_extra"],
        }

    def _cycle(self, snapshot: str | int) -> dict[str, Any]:
        block = self.config["cycle"]
        replica, frame = self.cycle_place(snapshot)
        return self._run(self.cycle_label, replica) | {
            **{key: block[key] for key in ("before", "ramp", "after", "segment")},
            "frame_interval": self.config["thermal"]["frame_interval"],
            "snapshot": int(snapshot),
            "frame": frame,
            "runs": [0, block["runs"]],
        }

    def cycle_runtime(self, rule: str, **wildcards: str) -> int:
        """Time to ask a scheduler for, in minutes."""
        return self._minutes(sum(self._cycle_segments(getattr(self, rule)(**wildcards))))

    def _cycle_segments(self, settings: dict[str, Any]) -> tuple[int, ...]:
        """Time steps of each segment of one job of cycles, or of controls."""
        step = self.config["engine"]["time_step"]
        duration = round(cycle_duration(settings) / step)
        of_run = segment_lengths(duration, round(settings["segment"] / step))
        first, last = settings["runs"]
        return tuple(of_run) * (last - first)

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs of the study, thermal cycles and their controls included."""
        yield from super().simulations()
        for snapshot in self.cycle_snapshots:
            yield self._cycle_job("control", self.control(snapshot), (snapshot,))
            for pulse in self.pulses:
                yield self._cycle_job("cycle", self.cycle(pulse, snapshot), (pulse, snapshot))

    def _cycle_job(
        self, rule: str, settings: dict[str, Any], number: tuple[int, ...]
    ) -> Simulation:
        segments = self._cycle_segments(settings)
        branch = "control" if rule == "control" else f"pulse{number[0]}"
        folder = self.results / "cycle" / branch / f"snapshot{number[-1]}"
        return Simulation(
            rule=rule,
            temperature=settings["temperature"],
            number=number,
            steps=sum(segments),
            output=folder / "history.h5",
            checkpoint=folder / "checkpoint",
            segments=segments,
        )

    def cycle_response(self, snapshot: str) -> dict[str, Any]:
        """Settings of the response of softness to a pulse."""
        return {
            "replica": self.cycle_place(snapshot)[0],
            "features": self.config["features"],
            "bins": self.config["memory"]["bins"],
        }

    def softness_decay(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the decay of softness in one thermal run."""
        return self._at(temperature, replica) | {
            "features": self.config["features"],
            **self.config["memory"],
            "block_length": self.config["uncertainty"]["block_length"],
        }
