"""Settings of the rules of Chapter 4: softness in time, thermal cycles and their controls."""

from collections.abc import Iterator, Mapping
from typing import Any

from softness.study.base import label
from softness.study.learning import Learning
from softness.study.simulations import Place, Simulation, Simulations
from softness.study.speed import displacement_rate, gain_of_parting


def cycle_duration(settings: Mapping[str, Any]) -> float:
    """Length of one run through a cycle, or of its control, in tau."""
    return settings["before"] + 2 * settings["ramp"] + settings["hold"] + settings["after"]


def cycle_gain(settings: Mapping[str, Any]) -> float:
    """How many times as fast as LAMMPS a core does these runs in lanes: the less, the longer."""
    cold, warm = (displacement_rate(settings[name]) for name in ("temperature", "high"))
    # Half of each ramp is nearer to either end.
    at_low = settings["before"] + settings["ramp"] + settings["after"]
    return gain_of_parting(cold * at_low + warm * (settings["hold"] + settings["ramp"]))


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
    def cycle_snapshots(self) -> list[Place]:
        """Replica and number of the snapshots that cycles begin with."""
        return self.places(self.config["cycle"]["snapshots"])

    @property
    def pulses(self) -> range:
        """Numbers of the pulses."""
        return range(len(self.config["cycle"]["pulses"]))

    @property
    def cycle_runs(self) -> range:
        """Numbers of the runs of each snapshot."""
        return range(self.config["cycle"]["runs"])

    # -- settings of the rules ------------------------------------------------------------

    def cycle(self, pulse: str | int, replica: str | int, snapshot: str | int) -> dict[str, Any]:
        """Settings of the cycles of one snapshot through one pulse."""
        block = self.config["cycle"]
        times = {key: block[key] for key in ("before", "ramp", "after")}
        return self._cycle(replica, snapshot) | times | dict(block["pulses"][int(pulse)])

    def control(self, replica: str | int, snapshot: str | int) -> dict[str, Any]:
        """Settings of the controls of one snapshot: without a pulse, longer than the longest.

        They do not depend on the pulses: with other pulses they are kept, or continued.
        """
        block = self.config["cycle"]
        longest = max(pulse["hold"] for pulse in block["pulses"])
        time = cycle_duration({**block, "hold": longest}) + block["control_extra"]
        return self._cycle(replica, snapshot) | {
            **dict.fromkeys(("before", "ramp", "hold"), 0.0),
            "after": time,
            "high": self.config["roles"]["cycle"],
        }

    def _cycle(self, replica: str | int, snapshot: str | int) -> dict[str, Any]:
        block = self.config["cycle"]
        return self._run(self.cycle_label, replica, "cycle") | {
            "segment": block["segment"],
            "frame_interval": block["stride"] * self.config["thermal"]["frame_interval"],
            "snapshot": int(snapshot),
            "frame": self.frame_of(snapshot, block["spacing"]),
            "runs": [0, block["runs"]],
        }

    def cycle_runtime(self, rule: str, **wildcards: str) -> int:
        """Time to ask a scheduler for, in minutes."""
        settings = getattr(self, rule)(**wildcards)
        first, last = settings["runs"]
        return self._minutes_of_runs(last - first, self._cycle_steps(settings), settings)

    def _gain(self, settings: Mapping[str, Any]) -> float:
        return cycle_gain(settings) if "high" in settings else super()._gain(settings)

    def _cycle_steps(self, settings: dict[str, Any]) -> int:
        """Time steps of one run through a cycle, or of its control."""
        return round(cycle_duration(settings) / self.config["engine"]["time_step"])

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs of the study, thermal cycles and their controls included."""
        yield from super().simulations()
        for place in self.cycle_snapshots:
            yield self._cycle_job("control", "control", self.control(*place), place)
            for pulse in self.pulses:
                settings = self.cycle(pulse, *place)
                yield self._cycle_job("cycle", f"pulse{pulse}", settings, (pulse, *place))

    def _cycle_job(
        self, rule: str, branch: str, settings: dict[str, Any], number: tuple[int, ...]
    ) -> Simulation:
        replica, snapshot = settings["replica"], settings["snapshot"]
        first, last = settings["runs"]
        folder = self.results / "cycle" / branch / f"replica{replica}" / f"snapshot{snapshot}"
        return Simulation(
            rule=rule,
            kind="cycle",
            temperature=settings["temperature"],
            number=number,
            steps=(last - first) * self._cycle_steps(settings),
            output=folder / "history.h5",
            settings=settings,
            source=self.thermal_run(self.cycle_label, replica),
            gain=self._gain(settings),
        )

    def cycle_response(self, replica: str) -> dict[str, Any]:
        """Settings of the response of softness to a pulse."""
        return {
            "replica": int(replica),
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
