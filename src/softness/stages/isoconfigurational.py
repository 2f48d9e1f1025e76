"""Run a block of an isoconfigurational ensemble: many runs of one snapshot, counted in memory.

A block is a job for one core. Finished runs are not done again, whatever block they belonged to.
"""

import argparse

from softness import seeds
from softness.files import tables
from softness.files.atomic import holding
from softness.files.ensemble_counts import EnsembleCounts
from softness.simulate.block import Block, counts_of, run_block
from softness.simulate.isoconfigurational import Ensemble, InBatches, RunProtocol
from softness.simulate.reads import arrays_of_frame
from softness.simulate.settings import RunSettings
from softness.simulate.store import publish
from softness.stages import command
from softness.stages.shared import simulation

NAME = "isoconfigurational"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    command.add_file(parser, "--trajectory", "thermal run (GSD)")
    command.add_file(parser, "--output", "counts to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    job = simulation.Job(NAME, options, RunSettings.create_batch)
    first, end = simulation.first_and_end(settings)
    arrays = arrays_of_frame(options.trajectory, settings["frame"], job.run.liquid)
    folder, made_by = job.keep([options.output], arrays)
    ensemble = Ensemble(
        run=job.run,
        protocol=RunProtocol.from_settings(settings, job.run.time_step),
        positions=arrays["positions"],
        snapshot=seeds.snapshot_key(job.run.replica, settings["snapshot"]),
    )
    block, runner = Block(first, end, settings["of"]), InBatches(job.engine, ensemble)
    taken = f"another process is already working on runs {first} to {end - 1}: wait, or stop it"
    with holding(folder / ".runs", f"{folder}: {taken}", span=(first, end)):
        parts = run_block(folder, block, ensemble, runner, made_by, job.deadline)
        if len(parts) == 1:
            # A damaged one is named here, where it is kept.
            tables.read(parts[0], EnsembleCounts)
            publish(parts[0], options.output)
        else:
            tables.write(options.output, counts_of(parts, ensemble), made_by)


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
