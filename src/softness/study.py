"""A study as the workflow sees it: its runs, the settings of each rule, and where results lie."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from softness.files.ensemble_counts import RUNS_PER_FILE
from softness.files.provenance import canonical_json
from softness.simulate.chain import Chain, segment_lengths
from softness.sources import syntax_digest

# Particle updates per second that any machine of the kind should reach: half of what one CPU core
# does with LAMMPS (docs/performance.md), and a cautious guess for a GPU.
LEAST_UPDATES_PER_SECOND = {"cpu": 0.7e6, "gpu": 4e6}

# Labelled sets from the tails of p_hop: which tails, and how their classifiers are named.
TAILS = {"extremes": "both", "high_tail": "high", "low_tail": "low"}
PREFIXES = {"extremes": "fluidity", "high_tail": "high_tail", "low_tail": "low_tail"}


@dataclass(frozen=True)
class Simulation:
    """One simulation job: what runs, how long, and the file that says it is done."""

    rule: str
    temperature: float
    number: tuple[int, ...]
    steps: int
    output: Path
    checkpoint: Path


class Study:
    """A checked configuration, cut into what each rule needs.

    Each rule is given its own settings alone, as one text, so that a change reruns what depends
    on it and nothing else.

    Parameters
    ----------
    config
        From `softness.configuration.checked`.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config
        self.results = Path("results") / config["study"]

    @cached_property
    def temperatures(self) -> list[float]:
        """Simulated temperatures, from cold to hot."""
        return sorted(entry["temperature"] for entry in self.config["temperatures"])

    @property
    def labels(self) -> list[str]:
        """Temperatures as they stand in file names, from cold to hot."""
        return [label(temperature) for temperature in self.temperatures]

    @property
    def replicas(self) -> range:
        """Numbers of the replicas."""
        return range(self.config["replicas"])

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

    def entry(self, temperature: str | float) -> Mapping[str, Any]:
        """Lengths of the runs at a temperature."""
        entries = self.config["temperatures"]
        return next(e for e in entries if e["temperature"] == float(temperature))

    # -- settings of the rules ------------------------------------------------------------

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

    def snapshots(self) -> list[tuple[str, int]]:
        """Temperature and number of each snapshot whose runs are counted."""
        return [
            (temperature, number)
            for temperature in self.ensemble_labels
            for number in self.snapshots_at(temperature)
        ]

    def snapshot_place(self, temperature: str, snapshot: str | int) -> tuple[int, int]:
        """Replica and frame of a snapshot: one replica after the other, evenly over its run."""
        number = self._ensemble(temperature)["snapshots"]
        replica, within = divmod(int(snapshot), number)
        duration = self.entry(temperature)["production"]
        frames = round(duration / self.config["thermal"]["frame_interval"])
        return replica, int((within + 0.5) / number * frames)

    def snapshot_trajectory(self, temperature: str, snapshot: str, block: str) -> str:
        """Thermal run that a snapshot is taken from."""
        replica, _ = self.snapshot_place(temperature, snapshot)
        return str(
            self.results / "thermal" / f"T{temperature}" / f"replica{replica}" / "trajectory.gsd"
        )

    def ensemble_blocks(self, temperature: str) -> range:
        """Numbers of the blocks of each snapshot's runs."""
        size = self.config["isoconfigurational"]["runs_per_block"]
        return range(-(-self._ensemble(temperature)["runs"] // size))

    def ensemble_runtime(self, temperature: str, snapshot: str, block: str) -> int:
        """Time to ask a scheduler for, in minutes."""
        first, last = self.isoconfigurational(temperature, snapshot, block)["runs"]
        own = self.config["isoconfigurational"]
        return self._minutes((last - first) * self.steps_of_run // own["workers"])

    def pair_distribution(self, temperature: str) -> dict[str, Any]:
        """Settings of g(r) of one run."""
        return {
            "temperature": float(temperature),
            "pair_distribution": self.config["pair_distribution"],
        }

    def self_scattering(self, temperature: str) -> dict[str, Any]:
        """Settings of F_s of one run."""
        return {
            "temperature": float(temperature),
            "self_scattering": self.config["self_scattering"],
        }

    @property
    def training_label(self) -> str:
        """The training temperature as it stands in file names."""
        return label(self.config["roles"]["training"])

    def displacement_map(self, replica: str) -> dict[str, Any]:
        """Settings of the map of displacements of one run, at the training temperature."""
        return {
            "temperature": self.config["roles"]["training"],
            "replica": int(replica),
            "seed": self.config["seed"],
            "displacement_map": self.config["displacement_map"],
        }

    def relaxation(self, temperature: str) -> dict[str, Any]:
        """Settings of the analysis of relaxation at one temperature."""
        return {
            "temperature": float(temperature),
            "seed": self.config["seed"],
            **self.config["relaxation"],
            **self.config["uncertainty"],
        }

    def equilibration_evidence(self) -> dict[str, Any]:
        """Settings of the evidence of equilibration; runs in the order of their files."""
        runs = [
            {"temperature": temperature, "replica": replica}
            for temperature in self.temperatures
            for replica in self.replicas
        ]
        return {
            "runs": runs,
            "wave_number": self.config["self_scattering"]["wave_number"],
            "crystal": self.config["equilibration"]["crystal"],
        }

    def van_hove(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the van Hove function of one run."""
        return self._at(temperature, replica) | {"van_hove": self.config["van_hove"]}

    def hop_indicator(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of p_hop of one run, which has no threshold."""
        return self._at(temperature, replica) | {"window": self.config["hop"]["window"]}

    def rearrangements(self) -> dict[str, Any]:
        """Settings of the events of one run."""
        return {"threshold": self.config["hop"]["threshold"]}

    def activated_samples(self, temperature: str) -> dict[str, Any]:
        """Settings of the samples that rearrange and that stay quiet."""
        return self._samples(temperature, "activated") | {"quiet": self.config["samples"]["quiet"]}

    def extreme_samples(self, kind: str, temperature: str) -> dict[str, Any]:
        """Settings of the samples from both tails of p_hop, or from one."""
        return self._samples(temperature, "extremes") | {
            "tails": TAILS[kind],
            "tail": self.config["samples"]["tail"],
        }

    def _at(self, temperature: str, replica: str | int) -> dict[str, Any]:
        return {"temperature": float(temperature), "replica": int(replica)}

    def _samples(self, temperature: str, size: str) -> dict[str, Any]:
        block = self.config["samples"]
        return {
            "temperature": float(temperature),
            "seed": self.config["seed"],
            "wanted": block[size],
            "folds": self.config["classifier"]["folds"],
            **{key: block[key] for key in ("method", "lead", "too_few")},
        }

    def sample_features(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the features of labelled samples of one run."""
        return self._at(temperature, replica) | {"features": self.config["features"]}

    def population_features(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the features of the population, and of those before events, of one run."""
        return self.sample_features(temperature, replica) | {
            "window": self.config["hop"]["window"],
            "lead": self.config["samples"]["lead"],
            "stride": self.config["barriers"]["stride"],
        }

    def train_classifier(self, name: str) -> dict[str, Any]:
        """Settings of a classifier."""
        block = self.config["classifier"]
        _, temperature = self.classifiers()[name]
        return {
            "temperature": float(temperature),
            "seed": self.config["seed"],
            **{key: block[key] for key in ("features", "penalty", "folds", "jackknife")},
        }

    def _planes(self) -> dict[str, Any]:
        block = self.config["classifier"]
        return {
            "seed": self.config["seed"],
            "features": block["features"],
            "random_directions": block["random_directions"],
        }

    def learned_values(self) -> dict[str, Any]:
        """Settings of the learned variables of one run."""
        return self._planes() | {"stride": self.config["barriers"]["stride"]}

    def accuracy(self, kind: str, temperature: str) -> dict[str, Any]:
        """Settings of the accuracies on one labelled set, and which classifier it trained."""
        own = [
            name
            for name, trained in self.classifiers().items()
            if trained == (kind, label(float(temperature)))
        ]
        return self._planes() | {
            "own": own[0] if own else None,
            "block_length": self.config["uncertainty"]["block_length"],
        }

    def distribution(self) -> dict[str, Any]:
        """Settings of the distributions of learned variables."""
        return {"block_length": self.config["uncertainty"]["block_length"]}

    def binned_counts(self) -> dict[str, Any]:
        """Settings of the counts in bins of learned variables."""
        return self.distribution() | {
            "bins": self.config["barriers"]["bins"],
            # Moments that lie closer together than this share an excursion.
            "window": self.config["hop"]["window"],
        }

    def barriers(self) -> dict[str, Any]:
        """Settings of the fits of barriers; the temperatures are those of their files."""
        return {
            "seed": self.config["seed"],
            "draws": self.config["uncertainty"]["draws"],
            "least_population": self.config["barriers"]["least_population"],
        }

    def snapshot_features(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the features of snapshots of one run."""
        return self.sample_features(temperature, replica) | {"orders": [0, 1, 2]}

    def neighbourhood(self) -> dict[str, Any]:
        """Settings of the reach of the neighbourhood."""
        return {"neighbourhood": self.config["regression"]["neighbourhood"]}

    def regress(self, model: str) -> dict[str, Any]:
        """Settings of the training of a regressor."""
        return self._target(self.regression_label, self.training_snapshots) | {
            "seed": self.config["seed"],
            "model": model,
        }

    def predict(self, temperature: str) -> dict[str, Any]:
        """Settings of the predictions of all models at one temperature."""
        at_training = temperature == self.regression_label
        return self._target(temperature, self.snapshots_at(temperature)) | {
            "training": list(self.training_snapshots) if at_training else [],
        }

    def _target(self, temperature: str, snapshots: Iterable[int]) -> dict[str, Any]:
        block = self.config["regression"]
        return {
            "places": [self.snapshot_place(temperature, snapshot) for snapshot in snapshots],
            "label": block["label"],
            "time": block["time"],
            "threshold": self.config["hop"]["threshold"],
            "order": 0,
        }

    # -- which snapshots are counted, and which train -------------------------------------

    @property
    def regression_label(self) -> str:
        """Training temperature of regressors as it stands in file names."""
        return label(self.config["roles"]["regression"])

    @property
    def ensemble_labels(self) -> list[str]:
        """Temperatures whose snapshots are counted, from cold to hot."""
        ensembles = self.config["isoconfigurational"]["ensembles"]
        return [label(temperature) for temperature in sorted(e["temperature"] for e in ensembles)]

    def snapshots_at(self, temperature: str) -> range:
        """Numbers of the snapshots of one temperature, those of the first replica first."""
        return range(len(self.replicas) * self._ensemble(temperature)["snapshots"])

    @property
    def training_snapshots(self) -> range:
        """Numbers of the snapshots that regressors are trained with.

        The others are all those of the last replicas, for tests.
        """
        replicas = len(self.replicas) - self.config["regression"]["test_replicas"]
        return range(replicas * self._ensemble(self.regression_label)["snapshots"])

    def snapshot_frames(self, temperature: str, replica: str | int) -> list[int]:
        """Frames of the snapshots of one run."""
        places = [self.snapshot_place(temperature, n) for n in self.snapshots_at(temperature)]
        return [frame for of_replica, frame in places if of_replica == int(replica)]

    # -- which classifier is trained and applied where ------------------------------------

    @property
    def transfer_label(self) -> str:
        """Temperature of the transfer test as it stands in file names."""
        return label(self.config["roles"]["transfer_test"])

    @property
    def fluidity_labels(self) -> list[str]:
        """Temperatures of fluidity as they stand in file names, from cold to hot."""
        return [label(temperature) for temperature in sorted(self.config["roles"]["fluidity"])]

    def labelled_sets(self) -> list[tuple[str, str]]:
        """Kind and temperature of each labelled set."""
        activated = dict.fromkeys([self.training_label, self.transfer_label])
        sets = [("activated", temperature) for temperature in activated]
        return sets + [(kind, t) for t in self.fluidity_labels for kind in TAILS]

    def labelled_at(self, temperature: str) -> list[str]:
        """Kinds of labelled sets at a temperature."""
        return [kind for kind, where in self.labelled_sets() if where == temperature]

    def classifiers(self) -> dict[str, tuple[str, str]]:
        """Kind and temperature of the labelled set that each classifier is trained with."""
        return {"softness": ("activated", self.training_label)} | {
            f"{PREFIXES[kind]}_{t}": (kind, t) for kind in TAILS for t in self.fluidity_labels
        }

    def variables(self) -> list[str]:
        """Classifiers whose values are computed everywhere; one-tail controls are not."""
        names = self.classifiers()
        return [name for name in names if name.startswith(("softness", "fluidity"))]

    def barrier_labels(self, limit: str) -> list[str]:
        """Temperatures of the fits of barriers: ``below`` the onset, or up to ``sensitivity``."""
        highest = self.config["roles"]["barrier_fit"][limit]
        wide = limit == "sensitivity"
        chosen = [t for t in self.temperatures if t < highest or (wide and t == highest)]
        return [label(temperature) for temperature in chosen]

    def figure(self) -> dict[str, Any]:
        """Settings of figures."""
        return {"seed": self.config["seed"], **self.config["uncertainty"]}

    def report(self) -> dict[str, Any]:
        """Settings of the report: the whole configuration, which it shows."""
        return dict(self.config)

    def parameter(self, rule: str, *arguments: str, **wildcards: str) -> str:
        """Settings of a rule as one text.

        Snakemake compares parameters as a set of values: a swap of two would go unnoticed.
        """
        return canonical_json(getattr(self, rule)(*arguments, **wildcards))

    def simulation_code(self, stage: str) -> str:
        """Digest of the code of a simulation stage, of the two engines only the chosen one."""
        return syntax_digest(f"softness.stages.{stage}", self.config["engine"]["name"])

    # -- what a run costs -----------------------------------------------------------------

    def simulations(self) -> Iterator[Simulation]:
        """All simulation jobs of the study, with their numbers of time steps."""
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
            )

    def blocks_of_runs(self) -> Iterator[Simulation]:
        """All jobs of isoconfigurational runs, which the figures do not yet ask for."""
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
        if simulation.output.exists() or chain.is_finished():
            return simulation.steps
        if simulation.rule == "isoconfigurational":
            files = len(list(simulation.checkpoint.glob("segment-*")))
            return min(files * RUNS_PER_FILE * self.steps_of_run, simulation.steps)
        finished = chain.finished_segments() or 0
        return sum(self.segments(simulation.rule, simulation.temperature)[:finished])

    def runtime(self, rule: str, temperature: str | float) -> int:
        """Time to ask a scheduler for, in minutes: from the job's own particles and steps."""
        return self._minutes(self.steps(rule, temperature))

    def _minutes(self, steps: int) -> int:
        updates = steps * self.config["liquid"]["particles"]
        seconds = updates / LEAST_UPDATES_PER_SECOND[self.config["engine"]["device"]]
        return 10 + round(seconds / 60)


def label(temperature: float) -> str:
    """A temperature as it stands in file names: ``"0.45"``, ``"1"``."""
    return f"{temperature:g}"
