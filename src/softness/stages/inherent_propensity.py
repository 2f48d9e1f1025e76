"""Run one snapshot many times, quench each run at a few times, add up how far particles moved.

Interrupted and typed again, it goes on after the last finished run; the finished file is the same.
"""

import argparse
from pathlib import Path

from softness.files import tables
from softness.files.snapshot import snapshot_positions
from softness.simulate.chain import Chain
from softness.simulate.deadline import Deadline
from softness.simulate.inherent_propensity import InherentRuns, run_inherent
from softness.simulate.settings import RunSettings
from softness.stages import command

NAME = "inherent_propensity"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    command.add_device(parser)
    parser.add_argument("--trajectory", type=Path, required=True, help="thermal run (GSD)")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder of the runs so far")
    parser.add_argument("--output", type=Path, required=True, help="sums to write (HDF5)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    run = RunSettings.from_settings(settings)
    engine, quencher = (run.create_engine(options.device) for _ in range(2))
    made_by = command.provenance(
        NAME, settings, [options.trajectory], (engine.name, engine.version)
    )
    positions = snapshot_positions(options.trajectory, settings["frame"])
    runs = InherentRuns.from_settings(run, positions, settings)
    deadline = Deadline.of_job(options.wall_time)
    what = made_by.what_decides(engine.name)
    with Chain(options.checkpoint, what, deadline).locked() as chain:
        if chain.recover([options.output]):
            return
        tables.write(options.output, run_inherent(chain, engine, quencher, runs), made_by)
        chain.finish([options.output])


if __name__ == "__main__":
    command.run(arguments(), main)
