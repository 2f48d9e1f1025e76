"""Run one replica at constant temperature and write its trajectory and its bursts (GSD).

Interrupted and typed again, it goes on where it was; the finished files are the same.
"""

import argparse
from pathlib import Path

from softness.simulate.chain import Chain
from softness.simulate.deadline import Deadline
from softness.simulate.settings import RunSettings
from softness.simulate.thermal import merge, run_thermal
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("thermal", __doc__)
    command.add_device(parser)
    parser.add_argument("--state", type=Path, required=True, help="equilibrated state (HDF5)")
    parser.add_argument("--trajectory", type=Path, required=True, help="frames to write (GSD)")
    parser.add_argument("--bursts", type=Path, required=True, help="bursts to write (GSD)")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder of the run so far")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    run = RunSettings.from_settings(settings)
    engine = run.create_engine(options.device)
    made_by = command.provenance(
        "thermal", settings, [options.state], (engine.name, engine.version)
    )
    outputs = [options.trajectory, options.bursts]
    deadline = Deadline.of_job(options.wall_time)
    what = made_by.what_decides(engine.name)
    with Chain(options.checkpoint, what, deadline).locked() as chain:
        if chain.recover(outputs):
            return
        run_thermal(chain, engine, run, settings, options.state)
        merge(chain, "frames.gsd", options.trajectory, run, made_by.as_text())
        merge(chain, "bursts.gsd", options.bursts, run, made_by.as_text())
        chain.finish(outputs)


if __name__ == "__main__":
    command.run(arguments(), main)
