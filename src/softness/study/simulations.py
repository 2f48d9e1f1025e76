"""Simulations of a study: their settings, their time steps, and how many are done."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from softness.physics import lock
from softness.simulate.identity import place_of
from softness.study.base import Base, label
from softness.study.speed import gain, whole_batches

# Particle updates per second that any machine of the kind should reach: half of what one CPU core
# does with LAMMPS (docs/performance.md), and a cautious guess for a GPU.
LEAST_UPDATES_PER_SECOND = {"cpu": 0.7e6, "gpu": 4e6}

# Of runs of one snapshot: the engine of the study. The other choice is lanes.
SAME = "same"

# Settings of the engine that change no number: where it runs, and what was made before.
NO_NUMBERS = ("device", "accepted_versions")

Place = tuple[int, int]
"""A replica, and the number of a snapshot within it, or the frame where that lies."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """One simulation job: what runs, how long, and the file that says it is done.

    Attributes
    ----------
    rule, kind
        Of the workflow, and of simulation.
    temperature
        In eps_AA/k_B.
    number
        What tells it from others of its rule and temperature.
    steps
        Time steps.
    output
        The file that says it is done.
    settings
        Of the job.
    source
        The simulation that it starts from.
    gain
        Run-steps in lanes in the time of one step of a core (`softness.study.speed`).
    """

    rule: str
    kind: str
    temperature: float
    number: tuple[int, ...]
    steps: int
    output: Path
    settings: Mapping[str, Any] = field(repr=False)
    source: "Simulation | None" = None
    gain: float = 1.0

    @property
    def is_in_lanes(self) -> bool:
        """Whether it runs in lanes, on a CPU core whatever the device of the study."""
        return self.settings["engine"]["name"] == lock.LANES

    @property
    def starts(self) -> int:
        """Number of configurations that runs of it start from."""
        return len(self.settings["frames"]) if self.kind == "cage" else 1

    @property
    def runs(self) -> int:
        """Number of runs from each of them, of a simulation of many runs; or of quenches."""
        if self.kind == "quench":
            return len(self.settings["frames"])
        runs = self.settings["runs"]
        return runs if self.kind == "cage" else runs[1] - runs[0]

    @property
    def place(self) -> str:
        """Temperature, replica and snapshot, as in the names of folders of kept simulations."""
        return place_of(self.settings)


class Simulations(Base):
    """Equilibration, thermal runs, and isoconfigurational ensembles of their snapshots."""

    @property
    def seed_label(self) -> str:
        """The seed temperature as it stands in file names."""
        return label(self.config["equilibration"]["seed_temperature"])

    @property
    def seed_pattern(self) -> str:
        """Regular expression of the seed temperature's label."""
        return re.escape(self.seed_label)

    @property
    def other_pattern(self) -> str:
        """Regular expression of the labels of all other temperatures."""
        others = [re.escape(name) for name in self.labels if name != self.seed_label]
        return "|".join(others) or "none"

    def physics(self, kind: str) -> int:
        """Version of the physics of a kind of simulation: another one makes all its jobs due."""
        return lock.versions()[kind]

    def _run(self, temperature: str, replica: str | int, block: str = "") -> dict[str, Any]:
        """What all simulations depend on. The device is not part of it: it changes no physics.

        A block of the configuration may have an engine of its own.
        """
        config = self.config
        engine = {key: value for key, value in config["engine"].items() if key not in NO_NUMBERS}
        return {
            "engine": engine | {"name": self.engine_of(block)},
            "liquid": config["liquid"],
            "seed": config["seed"],
            "temperature": float(temperature),
            "replica": int(replica),
        }

    def engine_of(self, block: str) -> str:
        """Name of the engine of what a block of the configuration is about."""
        chosen = self.config.get(block, {}).get("engine", SAME)
        return self.config["engine"]["name"] if chosen == SAME else chosen

    def is_in_lanes(self, block: str) -> bool:
        """Whether what a block is about is done in lanes: on CPU cores, whatever the device."""
        return self.engine_of(block) == lock.LANES

    @property
    def has_gpu(self) -> bool:
        """Whether some simulations are done on a GPU, if they are not in lanes."""
        return bool(self.all_simulations) and self.config["engine"]["device"] == "gpu"

    @property
    def has_lanes(self) -> bool:
        """Whether some simulations are done in lanes."""
        return lock.LANES in self.engines

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of simulations whose code counts."""
        return tuple({each.kind for each in self.all_simulations}) if self.of_files else lock.KINDS

    @property
    def engines(self) -> list[str]:
        """Names of all engines of its simulations, each once."""
        used = (each.settings["engine"]["name"] for each in self.all_simulations)
        return list(dict.fromkeys(used))

    def equilibrate(self, temperature: str, replica: str | int) -> dict[str, Any]:
        """Settings of an equilibration."""
        block = self.config["equilibration"]
        settings = self._run(temperature, replica) | {
            "duration": self.entry(temperature)["equilibrate"],
            "segment": block["segment"],
            "sample_interval": block["sample_interval"],
        }
        if label(float(temperature)) == self.seed_label:
            settings["cooling"] = block["cooling"]
        return settings

    def thermal(self, temperature: str, replica: str | int) -> dict[str, Any]:
        """Settings of a thermal run."""
        block = self.config["thermal"]
        return self._run(temperature, replica) | {
            "duration": self.entry(temperature)["production"],
            "segment": block["segment"],
            "frame_interval": block["frame_interval"],
            "burst": block["burst"],
        }

    def isoconfigurational(
        self, temperature: str, replica: str | int, snapshot: str | int, block: str | int
    ) -> dict[str, Any]:
        """Settings of a block of runs of one snapshot."""
        own = self.config["isoconfigurational"]
        ensemble, size = self._ensemble(temperature), own["runs_per_block"]
        runs, first = ensemble["runs"], int(block) * size
        return self._run(temperature, replica, "isoconfigurational") | {
            "snapshot": int(snapshot),
            "frame": self.frame_of(snapshot, ensemble["spacing"]),
            "runs": [first, min(first + size, runs)],
            "of": runs,
            "duration": own["duration"],
            "frame_interval": self.config["thermal"]["frame_interval"],
            "hop_window": self.config["hop"]["window"],
            "csd_window": self.config["csd"]["window"],
        }

    def ensemble(self, temperature: str) -> dict[str, Any]:
        """Settings of the sum of the blocks of one snapshot."""
        return {"runs": self._ensemble(temperature)["runs"]}

    def _ensemble(self, temperature: str | float) -> Mapping[str, Any]:
        return next(e for e in self.ensembles if e["temperature"] == float(temperature))

    @property
    def ensembles(self) -> list[Mapping[str, Any]]:
        """Ensembles of runs of snapshots, from cold to hot; none of given trajectories."""
        found = [] if self.of_files else self.config["isoconfigurational"]["ensembles"]
        return sorted(found, key=lambda each: each["temperature"])

    @property
    def ensemble_labels(self) -> list[str]:
        """Temperatures whose snapshots are counted, from cold to hot."""
        return [label(each["temperature"]) for each in self.ensembles]

    def snapshots(self) -> list[tuple[str, Place]]:
        """Temperature, and replica and number, of each snapshot whose runs are counted."""
        return [
            (temperature, place)
            for temperature in self.ensemble_labels
            for place in self.snapshots_at(temperature)
        ]

    def snapshots_at(self, temperature: str) -> list[Place]:
        """Replica and number of the snapshots of one temperature."""
        return self.places(self._ensemble(temperature)["snapshots"])

    def places(self, number: int) -> list[Place]:
        """Replica and number of snapshots, one replica after the other."""
        return list(itertools.product(self.replicas, range(number)))

    def snapshot_spacings(self) -> dict[float, float]:
        """Smallest time between snapshots of one run that start runs, by temperature."""
        if self.of_files:
            return {}
        blocks = [(each["temperature"], each) for each in self.ensembles]
        roles = self.config["roles"]
        for role, name in (("cycle", "cycle"), ("propensity", "inherent")):
            if name in self.config and role in roles:
                blocks.append((roles[role], self.config[name]))
        found: dict[float, float] = {}
        for temperature, block in blocks:
            if block["snapshots"] > 1:
                spacing = float(block["spacing"])
                found[temperature] = min(spacing, found.get(temperature, spacing))
        return found

    def frame_of(self, snapshot: str | int, spacing: float) -> int:
        """Frame of a thermal run at which a snapshot lies, in the middle of its part of the run.

        Neither a longer run nor more snapshots move it.

        Parameters
        ----------
        snapshot
            Its number within the replica.
        spacing
            From one to the next, in tau.
        """
        return round((int(snapshot) + 0.5) * spacing / self.config["thermal"]["frame_interval"])

    def frames_at(self, places: list[Place], spacing: float) -> list[Place]:
        """Replica and frame of each of some snapshots."""
        return [(replica, self.frame_of(number, spacing)) for replica, number in places]

    def snapshot_places(self, temperature: str) -> list[Place]:
        """Replica and frame of the snapshots of one temperature."""
        spacing = self._ensemble(temperature)["spacing"]
        return self.frames_at(self.snapshots_at(temperature), spacing)

    def snapshot_frames(self, temperature: str, replica: str | int) -> list[int]:
        """Frames of the snapshots of one run."""
        return frames_of_replica(self.snapshot_places(temperature), replica)

    def ensemble_blocks(self, temperature: str) -> range:
        """Numbers of the blocks of each snapshot's runs."""
        size = self.config["isoconfigurational"]["runs_per_block"]
        return range(-(-self._ensemble(temperature)["runs"] // size))

    def ensemble_runtime(self, **wildcards: str) -> int:
        """Time to ask a scheduler for, in minutes."""
        settings = self.isoconfigurational(**wildcards)
        first, last = settings["runs"]
        return self._minutes_of_runs(last - first, self.steps_of_run, settings)

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs of the study, with their numbers of time steps."""
        yield from self._equilibrations.values()
        yield from self._thermal_runs.values()
        yield from self._blocks_of_runs()

    @cached_property
    def _equilibrations(self) -> dict[tuple[str, int], Simulation]:
        """By temperature and replica; the seed temperature first."""
        found: dict[tuple[str, int], Simulation] = {}
        others = [name for name in self.labels if name != self.seed_label]
        for temperature, replica in itertools.product([self.seed_label, *others], self.replicas):
            is_seed = temperature == self.seed_label
            found[temperature, replica] = self._single(
                "equilibrate_seed" if is_seed else "equilibrate",
                "equilibrate",
                temperature,
                replica,
                None if is_seed else found[self.seed_label, replica],
            )
        return found

    @cached_property
    def _thermal_runs(self) -> dict[tuple[str, int], Simulation]:
        return {
            place: self._single("thermal", "thermal", *place, source)
            for place, source in self._equilibrations.items()
        }

    def _single(
        self, rule: str, kind: str, temperature: str, replica: int, source: Simulation | None
    ) -> Simulation:
        """A job that is one run."""
        file = "trajectory.gsd" if kind == "thermal" else "state.h5"
        return Simulation(
            rule=rule,
            kind=kind,
            temperature=float(temperature),
            number=(replica,),
            steps=self.steps(kind, temperature),
            output=self.results / kind / f"T{temperature}" / f"replica{replica}" / file,
            settings=getattr(self, kind)(temperature, replica),
            source=source,
        )

    def thermal_run(self, temperature: str, replica: int) -> Simulation:
        """The thermal run that snapshots are taken from."""
        return self._thermal_runs[temperature, replica]

    def thermal_trajectory(self, temperature: str, replica: str | int) -> str:
        """Its frames."""
        return str(self.thermal_run(temperature, int(replica)).output)

    def _blocks_of_runs(self) -> Iterator[Simulation]:
        for temperature, (replica, snapshot) in self.snapshots():
            folder = self.results / "isoconfigurational" / f"T{temperature}"
            folder = folder / f"replica{replica}" / f"snapshot{snapshot}"
            for block in self.ensemble_blocks(temperature):
                settings = self.isoconfigurational(temperature, replica, snapshot, block)
                first, last = settings["runs"]
                yield Simulation(
                    rule="isoconfigurational",
                    kind="isoconfigurational",
                    temperature=float(temperature),
                    number=(replica, snapshot, block),
                    steps=(last - first) * self.steps_of_run,
                    output=folder / f"block{block}.h5",
                    settings=settings,
                    source=self.thermal_run(temperature, replica),
                    gain=self._gain(settings),
                )

    @property
    def steps_of_run(self) -> int:
        """Time steps of one isoconfigurational run."""
        duration = self.config["isoconfigurational"]["duration"]
        return round(duration / self.config["engine"]["time_step"])

    def steps(self, rule: str, temperature: str | float) -> int:
        """Time steps of one simulation job."""
        entry = self.entry(temperature)
        time = entry["production" if rule == "thermal" else "equilibrate"]
        if rule == "equilibrate" and label(float(temperature)) == self.seed_label:
            cooling = self.config["equilibration"]["cooling"]
            time += cooling["melt"] + cooling["quench"]
        return round(time / self.config["engine"]["time_step"])

    def total_steps(self) -> int:
        """Time steps of all simulations."""
        return sum(simulation.steps for simulation in self.all_simulations)

    @cached_property
    def all_simulations(self) -> tuple[Simulation, ...]:
        """What `simulations` gives."""
        return tuple(self.simulations())

    @cached_property
    def _by_output(self) -> dict[str, Simulation]:
        return {str(each.output): each for each in self.all_simulations}

    def simulation_of(self, outputs: Iterable[str]) -> Simulation | None:
        """The simulation that a job with these output files does; none if it does not simulate."""
        return next((self._by_output[name] for name in outputs if name in self._by_output), None)

    def runtime(self, rule: str, temperature: str | float) -> int:
        """Time to ask a scheduler for, in minutes: from the job's own particles and steps."""
        return self._minutes(self.steps(rule, temperature))

    def _minutes_of_runs(self, runs: int, steps: int, settings: Mapping[str, Any]) -> int:
        """The same, of a job of some runs of so many steps each, in lanes or not."""
        if settings["engine"]["name"] != lock.LANES:
            return self._minutes(runs * steps)
        return self._minutes(whole_batches(runs) * steps / self._gain(settings), "cpu")

    def _gain(self, settings: Mapping[str, Any]) -> float:
        """How many times as fast as the engine of the study lanes are, with these settings."""
        return gain(settings["temperature"], self.config["liquid"]["particles"])

    def _minutes(self, steps: float, device: str = "") -> int:
        updates = steps * self.config["liquid"]["particles"]
        seconds = updates / LEAST_UPDATES_PER_SECOND[device or self.config["engine"]["device"]]
        return 10 + round(seconds / 60)


def frames_of_replica(places: list[Place], replica: str | int) -> list[int]:
    """Frames of the snapshots that are in one replica."""
    return [frame for of_replica, frame in places if of_replica == int(replica)]
