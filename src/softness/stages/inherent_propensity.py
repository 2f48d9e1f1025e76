"""Run one snapshot many times, minimise its energy at a few times, add up how far particles moved.

If it is interrupted, run it again: it resumes after the last finished run, and the finished file is
the same.
"""

import argparse

from softness.files import tables
from softness.files.atomic import holding
from softness.simulate.inherent_propensity import InherentRuns, run_inherent
from softness.simulate.reads import arrays_of_frame
from softness.simulate.settings import RunSettings
from softness.stages import command
from softness.stages.shared import simulation

NAME = "inherent_propensity"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    command.add_file(parser, "--trajectory", "thermal run (GSD)")
    command.add_file(parser, "--output", "sums to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings, job = options.settings, simulation.Job(NAME, options, RunSettings.create_batch)
    first, end = simulation.first_and_end(settings)
    quencher = job.run.create_batch(options.device)
    arrays = arrays_of_frame(options.trajectory, settings["frame"], job.run.liquid)
    folder, made_by = job.keep([options.output], arrays)
    runs = InherentRuns.from_settings(job.run, arrays["positions"], settings)
    taken = f"another process is already working on runs {first} to {end - 1}: wait, or stop it"
    with holding(folder / ".runs", f"{folder}: {taken}", span=(first, end)):
        found = run_inherent(folder, job.engine, quencher, runs, job.deadline)
        tables.write(options.output, found, made_by)


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
