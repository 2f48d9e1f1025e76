"""Run one snapshot many times, quench each run at a few times, add up how far particles moved.

Interrupted and typed again, it goes on after the last finished run; the finished file is the same.
"""

import argparse

from softness.files import tables
from softness.files.atomic import holding
from softness.simulate.inherent_propensity import InherentRuns, run_inherent
from softness.simulate.reads import arrays_of_frame
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
    settings, job = options.settings, simulation.Job(NAME, options)
    first, end = simulation.first_and_end(settings)
    quencher = job.run.create_engine(options.device)
    arrays = arrays_of_frame(options.trajectory, settings["frame"], job.run.liquid)
    folder, made_by = job.keep([options.output], arrays)
    runs = InherentRuns.from_settings(job.run, arrays["positions"], settings)
    taken = f"{folder}: another process is at runs {first} to {end - 1}: wait for it, or stop it"
    with holding(folder / ".runs", taken, span=(first, end)):
        found = run_inherent(folder, job.engine, quencher, runs, job.deadline)
        tables.write(options.output, found, made_by)


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
