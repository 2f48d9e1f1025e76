"""Simulations of a study: their settings, their time steps, and how many are done."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from softness.files.ensemble_counts import runs_done
from softness.simulate.chain import Chain, segment_lengths
from softness.sources import syntax_digest
from softness.study.base import Base, label

# Particle updates per second that any machine of the kind should reach: half of what one CPU core
# does with LAMMPS (docs/performance.md), and a cautious guess for a GPU.
LEAST_UPDATES_PER_SECOND = {"cpu": 0.7e6, "gpu": 4e6}


@dataclass(frozen=True)
class Simulation:
    """One simulation job: what runs, how long, and the file that says it is done.

    `segments` are the time steps from one saved state to the next; none where finished runs are
    counted instead.
    """

    rule: str
    temperature: float
    number: tuple[int, ...]
    steps: int
    output: Path
    checkpoint: Path
    segments: tuple[int, ...] = ()


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

    def _run(self, temperature: str, replica: str | int) -> dict[str, Any]:
        """What all simulations depend on. The device is no part of it: it changes no physics."""
        config = self.config
        engine = {key: value for key, value in config["engine"].items() if key != "device"}
        return {
            "engine": engine,
            "liquid": config["liquid"],
            "seed": config["seed"],
            "temperature": float(temperature),
            "replica": int(replica),
        }

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

    def isoconfigurational(self, temperature: str, snapshot: str, block: str) -> dict[str, Any]:
        """Settings of a block of runs of one snapshot."""
        own = self.config["isoconfigurational"]
        runs, size = self._ensemble(temperature)["runs"], own["runs_per_block"]
        first = int(block) * size
        replica, frame = self.snapshot_place(temperature, snapshot)
        return self._run(temperature, replica) | {
            "snapshot": int(snapshot),
            "frame": frame,
            "runs": [first, min(first + size, runs)],
            "duration": own["duration"],
            "frame_interval": self.config["thermal"]["frame_interval"],
            "hop_window": self.config["hop"]["window"],
            "csd_window": self.config["csd"]["window"],
        }

    def _ensemble(self, temperature: str | float) -> Mapping[str, Any]:
        ensembles = self.config["isoconfigurational"]["ensembles"]
        return next(e for e in ensembles if e["temperature"] == float(temperature))

    @property
    def ensemble_labels(self) -> list[str]:
        """Temperatures whose snapshots are counted, from cold to hot."""
        ensembles = self.config["isoconfigurational"]["ensembles"]
        return [label(temperature) for temperature in sorted(e["temperature"] for e in ensembles)]

    def snapshots(self) -> list[tuple[str, int]]:
        """Temperature and number of each snapshot whose runs are counted."""
        return [
            (temperature, number)
            for temperature in self.ensemble_labels
            for number in self.snapshots_at(temperature)
        ]

    def snapshots_at(self, temperature: str) -> range:
        """Numbers of the snapshots of one temperature, those of the first replica first."""
        return range(len(self.replicas) * self._ensemble(temperature)["snapshots"])

    def snapshot_place(self, temperature: str, snapshot: str | int) -> tuple[int, int]:
        """Replica and frame of a snapshot whose runs are counted."""
        number = self._ensemble(temperature)["snapshots"]
        return self.spread_place(temperature, number, snapshot)

    def spread_place(self, temperature: str, number: int, snapshot: str | int) -> tuple[int, int]:
        """Replica and frame of a snapshot: one replica after the other, evenly over its run.

        Parameters
        ----------
        temperature
            Of the thermal runs.
        number
            Snapshots of each replica.
        snapshot
            Which one of all.
        """
        replica, within = divmod(int(snapshot), number)
        duration = self.entry(temperature)["production"]
        frames = round(duration / self.config["thermal"]["frame_interval"])
        return replica, int((within + 0.5) / number * frames)

    def thermal_trajectory(self, temperature: str, replica: int) -> str:
        """Frames of a thermal run."""
        folder = self.results / "thermal" / f"T{temperature}" / f"replica{replica}"
        return str(folder / "trajectory.gsd")

    def snapshot_frames(self, temperature: str, replica: str | int) -> list[int]:
        """Frames of the snapshots of one run."""
        places = [self.snapshot_place(temperature, n) for n in self.snapshots_at(temperature)]
        return [frame for of_replica, frame in places if of_replica == int(replica)]

    def snapshot_trajectory(self, temperature: str, snapshot: str, block: str) -> str:
        """Thermal run that a snapshot is taken from."""
        return self.thermal_trajectory(temperature, self.snapshot_place(temperature, snapshot)[0])

    def ensemble_blocks(self, temperature: str) -> range:
        """Numbers of the blocks of each snapshot's runs."""
        size = self.config["isoconfigurational"]["runs_per_block"]
        return range(-(-self._ensemble(temperature)["runs"] // size))

    def ensemble_runtime(self, temperature: str, snapshot: str, block: str) -> int:
        """Time to ask a scheduler for, in minutes."""
        first, last = self.isoconfigurational(temperature, snapshot, block)["runs"]
        own = self.config["isoconfigurational"]
        return self._minutes((last - first) * self.steps_of_run // own["workers"])

    def simulation_code(self, stage: str) -> str:
        """Digest of the code of a simulation stage, of the two engines only the chosen one."""
        return syntax_digest(f"softness.stages.{stage}", self.config["engine"]["name"])

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs of the study, with their numbers of time steps."""
        yield from self._runs()
        yield from self._blocks_of_runs()

    def _runs(self) -> Iterator[Simulation]:
        files = {"equilibrate": "state.h5", "thermal": "trajectory.gsd"}
        for temperature, replica, rule in itertools.product(
            self.temperatures, self.replicas, files
        ):
            folder = self.results / rule / f"T{label(temperature)}" / f"replica{replica}"
            yield Simulation(
                rule=rule,
                temperature=temperature,
                number=(replica,),
                steps=self.steps(rule, temperature),
                output=folder / files[rule],
                checkpoint=folder / "checkpoint",
                segments=tuple(self.segments(rule, temperature)),
            )

    def _blocks_of_runs(self) -> Iterator[Simulation]:
        for temperature, snapshot in self.snapshots():
            folder = self.results / "isoconfigurational" / f"T{temperature}" / f"snapshot{snapshot}"
            for block in self.ensemble_blocks(temperature):
                first, last = self.isoconfigurational(temperature, snapshot, block)["runs"]
                yield Simulation(
                    rule="isoconfigurational",
                    temperature=float(temperature),
                    number=(snapshot, block),
                    steps=(last - first) * self.steps_of_run,
                    output=folder / f"block{block}.h5",
                    checkpoint=folder / f"block{block}_checkpoint",
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

    def segments(self, rule: str, temperature: str | float) -> list[int]:
        """Time steps of each segment of one simulation job."""
        step = self.config["engine"]["time_step"]
        block = self.config["thermal" if rule == "thermal" else "equilibration"]
        approach = []
        if rule == "equilibrate" and label(float(temperature)) == self.seed_label:
            approach = [round(block["cooling"][part] / step) for part in ("melt", "quench")]
        hold = self.steps(rule, temperature) - sum(approach)
        return approach + segment_lengths(hold, round(block["segment"] / step))

    def total_steps(self) -> int:
        """Time steps of all simulations."""
        return sum(simulation.steps for simulation in self.simulations())

    def steps_done(self) -> dict[Simulation, int]:
        """Time steps that each simulation has done, by what lies on the disk."""
        return {simulation: self.steps_of(simulation) for simulation in self.simulations()}

    def steps_of(self, simulation: Simulation) -> int:
        """Time steps that one simulation has done."""
        chain = Chain(simulation.checkpoint, {})
        if simulation.rule == "isoconfigurational":
            done = min(runs_done(simulation.checkpoint) * self.steps_of_run, simulation.steps)
        else:
            done = sum(simulation.segments[: chain.finished_segments() or 0])
        # Last: a run that ends just now removes what was counted.
        is_finished = simulation.output.exists() or chain.is_finished()
        return simulation.steps if is_finished else done

    def runtime(self, rule: str, temperature: str | float) -> int:
        """Time to ask a scheduler for, in minutes: from the job's own particles and steps."""
        return self._minutes(self.steps(rule, temperature))

    def _minutes(self, steps: int) -> int:
        updates = steps * self.config["liquid"]["particles"]
        seconds = updates / LEAST_UPDATES_PER_SECOND[self.config["engine"]["device"]]
        return 10 + round(seconds / 60)
