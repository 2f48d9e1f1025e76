"""Estimate what a study costs before it runs: jobs, time steps, hours and disk space of each rule.

Jobs come from Snakemake's own plan and steps from the study, so both are exact. Simulations
that are kept on the disk, of whatever study, cost nothing. Hours of simulation follow from a rate,
measured now or given; hours of analysis from benchmarks of this study where there are any, else
from measured constants (softness/planning/seconds.py); disk from formulas
(softness/planning/disk.py).
"""

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from softness import configuration
from softness.environment import check_checkout
from softness.errors import InputError
from softness.planning import statistics
from softness.planning.costs import Cost, Plan, Row, by_cost
from softness.planning.disk import job_bytes
from softness.planning.jobs import PlannedJob, planned_jobs
from softness.planning.rate import (
    MEASURED_SECONDS,
    Rate,
    assumed_rate,
    given_rate,
    measured_or_assumed_rate,
    measured_rate,
)
from softness.planning.schedule import Task, wall_seconds
from softness.planning.seconds import measured_seconds, modelled_seconds
from softness.planning.sizes import Sizes
from softness.planning.text import GIVEN, GUESSED, as_dict, as_text
from softness.study import Simulation, Study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes besides the configuration."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = __doc__
    parser.epilog = (
        "examples:\n"
        "  softness plan config/laptop.yaml\n"
        "  softness plan config/dissertation.yaml --rate 1500\n"
        "Without --rate and --measure the engine is timed for five seconds if it is installed;\n"
        "else a minimum rate is assumed, and the output names it."
    )
    rate = parser.add_mutually_exclusive_group()
    rate.add_argument(
        "--rate",
        type=float,
        metavar="STEPS_PER_SECOND",
        help="time steps per second of one process with this liquid, on the GPU, or on one core "
        "while all are busy",
    )
    rate.add_argument(
        "--measure",
        type=float,
        nargs="?",
        const=MEASURED_SECONDS,
        metavar="SECONDS",
        help="time the configured engine now, and lanes if the study uses them, for SECONDS each "
        "(default 5); fails if one of them is unavailable",
    )
    parser.add_argument(
        "--cores",
        type=int,
        default=os.cpu_count() or 1,
        help="cores, for the wall time and for timing the engine on all at once; default: all",
    )
    parser.add_argument(
        "--probability",
        type=float,
        metavar="P",
        help="probability that a particle rearranges in a run, at the coldest temperature of the "
        "ensembles; default: an Arrhenius guess, right within a factor of about four",
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON with stable keys, for scripts"
    )
    parser.set_defaults(function=command)


def command(options: argparse.Namespace) -> int:
    """Print the plan of a configuration."""
    if options.cores < 1:
        raise InputError(f"--cores {options.cores}: give 1 or more")
    if options.probability is not None and not 0 < options.probability <= 1:
        raise InputError(f"--probability {options.probability:g}: give more than 0, at most 1")
    config = configuration.load(options.config)
    check_checkout()
    study = Study(config)
    rate = rate_of(study, options.cores, options.rate, options.measure)
    jobs = planned_jobs(options.config)
    made = make_plan(study, jobs, rate, options.cores, options.probability)
    print(json.dumps(as_dict(made), indent=2) if options.json else as_text(made))
    return 0


def rate_of(
    study: Study, cores: int, given: float | None = None, seconds: float | None = None
) -> Rate:
    """The rate of the engine of a study, and of its lanes.

    Parameters
    ----------
    study
        The study.
    cores
        That run it.
    given
        Time steps per second, if they are known.
    seconds
        How long to time it, if it has to be here; else it is timed briefly, or assumed.
    """
    config = study.config
    if not study.all_simulations:
        return assumed_rate(config, "since nothing is simulated")
    if given is not None:
        return given_rate(config, given)
    if seconds is not None:
        return measured_rate(config, seconds, study.has_lanes, cores)
    return measured_or_assumed_rate(config, cores)


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
        rows=sorted(rows.values(), key=by_cost),
        wall=wall_seconds(tasks, cores),
        chain=wall_seconds(tasks),
        events=statistics.expected_events(study, probability),
        events_from=GIVEN if probability is not None else GUESSED,
    )


def seconds_left(config: Path, study: Study, rate: Rate, cores: int) -> float:
    """Wall time of what is left of a study, on so many cores.

    Parameters
    ----------
    config
        Its configuration.
    study, rate, cores
        As of `make_plan`.
    """
    due = [job for job in planned_jobs(config, everything=False) if job.is_due]
    return wall_seconds([_task(cost) for cost in _costs(study, due, rate)], cores)


def _costs(study: Study, jobs: Iterable[PlannedJob], rate: Rate) -> list[Cost]:
    sizes = Sizes(study)
    found = []
    for job in jobs:
        simulation = study.simulation_of(job.outputs)
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


def _task(cost: Cost) -> Task:
    job = cost.job
    return Task(job.inputs, job.outputs, cost.seconds, job.threads, job.priority)
