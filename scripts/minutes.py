"""Print planned and measured core minutes of a finished study by part, for docs/performance.md.

    .venv/bin/python scripts/minutes.py config/laptop.yaml --rate 1000

Measured are the benchmarks beside the results; planned is what `softness plan` says before a study
has run, at a rate of its engine in time steps per second of one core. The study must have run in
one go: a benchmark has the last attempt of a job alone.
"""

import argparse
from collections import defaultdict
from pathlib import Path

from softness import configuration
from softness.errors import InputError
from softness.planning.jobs import PlannedJob, planned_jobs
from softness.planning.rate import Rate, given_rate
from softness.planning.seconds import measured_seconds, planned_seconds
from softness.planning.sizes import Sizes
from softness.study import Study


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=Path, help="configuration of the study")
    parser.add_argument(
        "--rate", type=float, required=True, metavar="STEPS_PER_SECOND", help="as softness plan has"
    )
    options = parser.parse_args()
    try:
        study = Study(configuration.load(options.config))
        rate = given_rate(study.config, options.rate)
        print(table(study, planned_jobs(options.config), rate))
    except InputError as error:
        raise SystemExit(f"error: {error}") from error


def table(study: Study, jobs: list[PlannedJob], rate: Rate) -> str:
    """Lines of Markdown: parts in the order of the graph, then all.

    Raises
    ------
    InputError
        If a job has no benchmark: it has not run.
    """
    sizes = Sizes(study)
    rows: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for job in jobs:
        measured = measured_seconds(job)
        if measured is None:
            raise InputError(f"{job.outputs[0]}: was not timed: run the study first")
        simulation = study.simulation_of(job.outputs)
        planned = planned_seconds(sizes, rate, job.rule, job.wildcards, simulation)
        rows[job.part].append((planned, measured))
    rows["all"] = [pair for pairs in rows.values() for pair in pairs]
    lines = ["| part | jobs | planned, core minutes | measured |", "|---|---|---|---|"]
    for part, pairs in rows.items():
        planned, measured = (sum(column) / 60 for column in zip(*pairs, strict=True))
        lines.append(
            f"| {part.replace('_', ' ')} | {len(pairs)} | {planned:.1f} | {measured:.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
