"""What a study takes, before anything runs: jobs, time steps, hours and disk, rule by rule.

Jobs are those of Snakemake's own plan and steps those of the study, so both are exact. Simulations
that are kept on the disk, of whatever study, cost nothing. Hours of simulation follow from a rate,
measured now or given; hours of analysis from benchmarks of this study where there are any, else
from measured constants (softness/planning/seconds.py); disk from formulas
(softness/planning/disk.py).
"""

import argparse
import json
import math
import os
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from softness import configuration
from softness.errors import InputError
from softness.planning import statistics
from softness.planning.disk import RULES as DISK_RULES
from softness.planning.disk import job_bytes
from softness.planning.jobs import PlannedJob, planned_jobs
from softness.planning.kept import simulated_anew
from softness.planning.rate import (
    MEASURED_SECONDS,
    Rate,
    given_rate,
    measured_or_assumed_rate,
    measured_rate,
)
from softness.planning.schedule import Task, wall_seconds
from softness.planning.seconds import measured_seconds, modelled_seconds
from softness.planning.sizes import Sizes
from softness.simulate.progress import format_duration
from softness.study import Simulation, Study

SOURCES = {
    "rate": "the rate of the engine",
    "lanes": "the rate of lanes on one core, a batch that is not full like a full one",
    "benchmarks": "jobs of this study that have run (its folder of benchmarks)",
    "constants": "measured in small studies and extrapolated (softness/planning/seconds.py)",
    "guess": "a guess: a rule that the plan does not know",
}
FIGURES = "figures"
INDENT = {"initial_indent": "    ", "subsequent_indent": "    "}

GUESSED = (
    "probability: a guess, exp(6.1 - 5.95/T) at one moment, about four times too high at T=0.45;\n"
    "give --probability where it is known"
)
GIVEN = (
    "probability: as given at the coldest temperature; above it by the Arrhenius law of the guess"
)


@dataclass(frozen=True)
class Cost:
    """What one job takes; steps are those to do and those that are kept."""

    job: PlannedJob
    steps: int
    kept: int
    seconds: float
    on_gpu: bool
    disk: float
    source: str


@dataclass
class Row:
    """What the jobs of one rule take, or all."""

    rule: str
    jobs: int = 0
    steps: int = 0
    kept: int = 0
    core_hours: float = 0.0
    gpu_hours: float = 0.0
    disk: float = 0.0
    sources: set[str] = field(default_factory=set)

    def add(self, cost: Cost) -> None:
        """Count one more job."""
        hours = cost.seconds / 3600
        self.jobs += 1
        self.steps += cost.steps
        self.kept += cost.kept
        self.disk += cost.disk
        self.sources.add(cost.source)
        if cost.on_gpu:
            self.gpu_hours += hours
        else:
            self.core_hours += hours

    @property
    def hours(self) -> float:
        """Of whatever the rule holds."""
        return self.core_hours + self.gpu_hours

    def as_dict(self) -> dict[str, Any]:
        """For machines; bytes and hours, without rounding."""
        return {
            "rule": self.rule,
            "jobs": self.jobs,
            "steps": self.steps,
            "steps_kept": self.kept,
            "core_hours": self.core_hours,
            "gpu_hours": self.gpu_hours,
            "bytes": round(self.disk),
            "time_from": sorted(self.sources),
        }


@dataclass(frozen=True)
class Plan:
    """A study before it runs.

    Attributes
    ----------
    study
        The study.
    rate
        Of its engine.
    cores
        Of this machine, for the wall time.
    rows
        One for each rule, the most expensive first.
    wall, chain
        Seconds on so many cores, and of the longest chain of jobs.
    events, events_from
        Expected in isoconfigurational runs, and where their probability is from.
    """

    study: Study
    rate: Rate
    cores: int
    rows: list[Row]
    wall: float
    chain: float
    events: list[statistics.Events]
    events_from: str

    @property
    def total(self) -> Row:
        """All rules together."""
        return _summed("total", self.rows)

    @property
    def simulations(self) -> list[Row]:
        """Rules of simulation, the most expensive first."""
        return [row for row in self.rows if row.steps or row.kept]

    @property
    def has_gpu(self) -> bool:
        """Whether simulations run on GPUs."""
        return self.study.config["engine"]["device"] == "gpu"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes besides the configuration."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = __doc__
    parser.epilog = (
        "examples:\n"
        "  python -m softness plan config/laptop.yaml\n"
        "  python -m softness plan config/dissertation.yaml --rate 1500\n"
        "Without --rate and --measure the engine is timed for five seconds if it is here; else\n"
        "the least that a machine should do is assumed, and the output says so."
    )
    rate = parser.add_mutually_exclusive_group()
    rate.add_argument(
        "--rate",
        type=float,
        metavar="STEPS_PER_SECOND",
        help="time steps a second of one process with the liquid of the study, on one core or GPU",
    )
    rate.add_argument(
        "--measure",
        type=float,
        nargs="?",
        const=MEASURED_SECONDS,
        metavar="SECONDS",
        help="time the configured engine now, and lanes if the study uses them, so long each "
        "(default 5); an error if they are not here",
    )
    parser.add_argument(
        "--cores", type=int, default=os.cpu_count() or 1, help="for the wall time; default all"
    )
    parser.add_argument(
        "--probability",
        type=float,
        metavar="P",
        help="that a particle rearranges in a run, at the coldest temperature of the ensembles; "
        "default: an Arrhenius guess, right within a factor of about four",
    )
    parser.add_argument("--json", action="store_true", help="for machines, with stable keys")


def command(options: argparse.Namespace) -> int:
    """Print the plan of a configuration."""
    if options.cores < 1:
        raise InputError(f"--cores {options.cores}: give 1 or more")
    if options.probability is not None and not 0 < options.probability <= 1:
        raise InputError(f"--probability {options.probability:g}: give more than 0, at most 1")
    config = configuration.load(options.config)
    rate = _rate(config, options)
    jobs = planned_jobs(options.config)
    made = make_plan(Study(config), jobs, rate, options.cores, options.probability)
    print(json.dumps(as_dict(made), indent=2) if options.json else as_text(made))
    return 0


def _rate(config: dict[str, Any], options: argparse.Namespace) -> Rate:
    if options.rate is not None:
        return given_rate(config, options.rate)
    if options.measure is not None:
        return measured_rate(config, options.measure, with_lanes=Study(config).has_lanes)
    return measured_or_assumed_rate(config)


def make_plan(
    study: Study,
    jobs: Sequence[PlannedJob],
    rate: Rate,
    cores: int,
    probability: float | None = None,
) -> Plan:
    """Estimate what the jobs of a study take.

    Parameters
    ----------
    study
        The study.
    jobs
        From `softness.planning.jobs.planned_jobs`.
    rate
        Of its engine.
    cores
        For the wall time.
    probability
        As in `softness.planning.statistics.expected_events`.
    """
    costs = _costs(study, jobs, rate)
    rows: dict[str, Row] = {}
    for cost in costs:
        rows.setdefault(cost.job.rule, Row(cost.job.rule)).add(cost)
    tasks = [_task(cost) for cost in costs]
    return Plan(
        study=study,
        rate=rate,
        cores=cores,
        rows=sorted(rows.values(), key=_by_cost),
        wall=wall_seconds(tasks, cores),
        chain=wall_seconds(tasks),
        events=statistics.expected_events(study, probability),
        events_from=GIVEN if probability is not None else GUESSED,
    )


def _costs(study: Study, jobs: Iterable[PlannedJob], rate: Rate) -> list[Cost]:
    simulations = {str(simulation.output): simulation for simulation in study.all_simulations}
    sizes = Sizes(study)
    found = []
    for job in jobs:
        simulation = next((simulations[o] for o in job.outputs if o in simulations), None)
        found.append(_simulated(sizes, job, simulation, rate) if simulation else _cost(sizes, job))
    return found


def _simulated(sizes: Sizes, job: PlannedJob, simulation: Simulation, rate: Rate) -> Cost:
    """What is left of a simulation."""
    kept = sizes.study.kept.steps(simulation)
    steps, in_lanes = simulation.steps - kept, simulation.is_in_lanes
    return Cost(
        job=job,
        steps=steps,
        kept=kept,
        seconds=rate.seconds(simulation, steps),
        on_gpu=sizes.config["engine"]["device"] == "gpu" and not in_lanes,
        disk=job_bytes(sizes, job.rule, job.wildcards),
        source="lanes" if in_lanes else "rate",
    )


def _cost(sizes: Sizes, job: PlannedJob) -> Cost:
    """What a job of analysis takes."""
    disk = job_bytes(sizes, job.rule, job.wildcards)
    measured = measured_seconds(job)
    if measured is not None:
        return Cost(job, 0, 0, measured, False, disk, "benchmarks")
    seconds, source = modelled_seconds(sizes, job.rule, job.wildcards)
    return Cost(job, 0, 0, seconds, False, disk, source)


def _by_cost(row: Row) -> tuple[float, str]:
    """The most expensive first; an hour of a GPU counts like one of a core."""
    return -row.hours, row.rule


def _task(cost: Cost) -> Task:
    return Task(cost.job.inputs, cost.job.outputs, cost.seconds, cost.job.threads)


def _summed(name: str, rows: Iterable[Row]) -> Row:
    total = Row(name)
    for row in rows:
        total.jobs += row.jobs
        total.steps += row.steps
        total.kept += row.kept
        total.core_hours += row.core_hours
        total.gpu_hours += row.gpu_hours
        total.disk += row.disk
        total.sources |= row.sources
    return total


def halvings(plan: Plan) -> list[dict[str, Any]]:
    """What halving each part of the simulations saves, and what it does to the statistics.

    Returns
    -------
    list of dict
        With ``part``, ``saves_hours``, of these ``saves_gpu_hours``, ``width_factor`` (none where
        no interval is left) and ``consequence``; what saves the most first, replicas last.
    """
    saved: dict[str, float] = defaultdict(float)
    on_gpu: dict[str, float] = defaultdict(float)
    for row in plan.simulations:
        (part, _) = statistics.parts_of([row.rule])
        saved[part] += row.hours / 2
        on_gpu[part] += row.gpu_hours / 2
    replicas = plan.study.config["replicas"]
    lost = replicas - replicas // 2
    saved = dict(sorted(saved.items(), key=lambda each: -each[1]))
    share = lost / replicas if replicas > 1 else 0.0
    saved[statistics.REPLICAS] = plan.total.hours * share
    on_gpu[statistics.REPLICAS] = plan.total.gpu_hours * share
    found = []
    for part, hours in saved.items():
        factor = statistics.width_factor(part, replicas)
        found.append(
            {
                "part": part,
                "saves_hours": hours,
                "saves_gpu_hours": on_gpu[part],
                "width_factor": factor if math.isfinite(factor) else None,
                "consequence": statistics.consequence(part, replicas),
            }
        )
    return found


def as_dict(plan: Plan) -> dict[str, Any]:
    """The plan for machines."""
    return {
        "study": plan.study.config["study"],
        "engine": plan.study.config["engine"]["name"],
        "device": plan.study.config["engine"]["device"],
        "particles": plan.rate.particles,
        "rate": {
            "steps_per_second": plan.rate.steps_per_second,
            "particle_updates_per_second": plan.rate.updates_per_second,
            "source": plan.rate.source,
        },
        "lanes": _lanes_rates(plan),
        "rules": [row.as_dict() for row in plan.rows],
        "total": {key: value for key, value in plan.total.as_dict().items() if key != "rule"},
        "cores": plan.cores,
        "wall_hours": None if plan.has_gpu else plan.wall / 3600,
        "longest_chain_hours": plan.chain / 3600,
        "unknown_disk": _unknown(plan),
        "events": [
            {
                "temperature": each.temperature,
                "runs": each.runs,
                "probability": each.probability,
                "events_per_particle": each.events,
                "share_without_event": each.without,
            }
            for each in plan.events
        ],
        "halving": halvings(plan),
    }


def _lanes_rates(plan: Plan) -> dict[str, float]:
    """Run-steps a second of one core in lanes, by temperature; none without lanes."""
    if not plan.study.has_lanes:
        return {}
    return {name: plan.rate.in_lanes(float(name)) for name in plan.study.ensemble_labels}


def _unknown(plan: Plan) -> list[str]:
    """Rules of simulation whose room on the disk is not known."""
    return [row.rule for row in plan.simulations if row.rule not in DISK_RULES]


def as_text(plan: Plan) -> str:
    """The plan for people."""
    parts = [_heading(plan), _table(plan), _notes(plan), _events_text(plan), _advice(plan)]
    return "\n\n".join(part for part in parts if part)


def _heading(plan: Plan) -> str:
    config, rate = plan.study.config, plan.rate
    said = (
        f"Study {config['study']}: {config['replicas']} replicas of {rate.particles} particles, "
        f"{(plan.total.steps + plan.total.kept) * config['engine']['time_step']:,.0f} tau in all\n"
        f"Rate: {rate.steps_per_second:,.0f} steps/s of {config['engine']['name']} = "
        f"{rate.updates_per_second / 1e6:.2f} million particle updates/s ({rate.remark})"
    )
    lanes = [f"{speed:,.0f} at T={name}" for name, speed in _lanes_rates(plan).items()]
    if lanes:
        text = f"Lanes: run-steps/s of one core {rate.lanes_remark}: {', '.join(lanes)}"
        said += "\n" + textwrap.fill(text, 100, subsequent_indent="  ")
    return said


def _table(plan: Plan) -> str:
    """Aligned columns; all figures in one row, the total last."""
    drawn = [row for row in plan.rows if row.rule.startswith(("figure_", "table_"))]
    rows = [row for row in plan.rows if row not in drawn]
    rows += [_summed(FIGURES, drawn)] if drawn else []
    rows.sort(key=_by_cost)
    head = ["rule", "jobs", "MD steps (10^6)", "core hours"]
    head += ["GPU hours"] if plan.has_gpu else []
    head += ["disk (GB)", "time from"]
    lines = [head] + [_cells(plan, row) for row in [*rows, plan.total]]
    lines[-1][-1] = ""
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    last = len(head) - 1
    shown = [
        "  ".join(
            cell.ljust(width) if column in (0, last) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([*shown[:-1], "-" * max(map(len, shown)), shown[-1]])


def _cells(plan: Plan, row: Row) -> list[str]:
    cells = [row.rule, str(row.jobs), f"{row.steps / 1e6:,.2f}" if row.steps else "-"]
    cells.append(f"{row.core_hours:,.3f}")
    if plan.has_gpu:
        cells.append(f"{row.gpu_hours:,.1f}" if row.gpu_hours else "-")
    return [*cells, f"{row.disk / 1e9:,.3f}", ", ".join(sorted(row.sources))]


def _notes(plan: Plan) -> str:
    used = plan.total.sources
    notes = [f"{name}: {meaning}" for name, meaning in SOURCES.items() if name in used]
    notes += [f"disk of {rule}: not known, hardly counted" for rule in _unknown(plan)]
    total = plan.total
    if total.kept:
        share = f"{total.kept / 1e6:,.2f} of {(total.kept + total.steps) / 1e6:,.2f}"
        notes.append(f"kept on the disk: {share} million steps; the table has what is left")
    notes += simulated_anew(plan.study)
    chain = f"the longest chain of jobs takes {format_duration(plan.chain)}"
    if plan.has_gpu:
        notes.append(f"wall time: depends on the GPUs in use; {chain}")
    else:
        wall = format_duration(plan.wall)
        notes.append(f"wall time: {wall} on {plan.cores} cores, nothing else running; {chain}")
    return "\n".join(notes)


def _events_text(plan: Plan) -> str:
    if not plan.events:
        return ""
    label = plan.study.config["regression"]["label"]
    lines = [f"Expected events of a particle in the runs of a snapshot (label: {label})"]
    lines.append("     T       runs  probability     events  without any")
    for each in plan.events:
        without = f"{100 * each.without:.1f} %" if each.without > 0.0005 else "< 0.1 %"
        lines.append(
            f"{each.temperature:6g}  {each.runs:9,d}  {each.probability:11.2g}  "
            f"{each.events:9,.1f}  {without:>11}"
        )
    lines.append(plan.events_from)
    return "\n".join(lines)


def _advice(plan: Plan) -> str:
    simulated = plan.simulations
    if not simulated:
        return ""
    first = plan.rows[0]
    total, share = plan.total, 100 * first.hours / plan.total.hours
    hours = f"{total.core_hours:,.1f} core hours"
    if plan.has_gpu:
        hours += f" and {total.gpu_hours:,.1f} GPU hours, counted alike"
    lines = [f"{first.rule} dominates: {share:.0f} % of {hours}."]
    if first not in simulated:
        lines[0] += f" Of the simulations it is {simulated[0].rule}."
    lines.append("Halving")
    found = halvings(plan)
    width = max(len(each["part"]) for each in found)
    for each in found:
        saved = format_duration(3600 * each["saves_hours"])
        if plan.has_gpu:
            saved += f", {format_duration(3600 * each['saves_gpu_hours'])} of it on GPUs"
        lines.append(f"  {each['part'].ljust(width)}  saves {saved}")
        lines.append(textwrap.fill(each["consequence"], 96, **INDENT))
    return "\n".join(lines)
