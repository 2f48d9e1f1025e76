"""Bring one replica to equilibrium at one temperature.

Without --seed-state it starts from random places, melts and quenches; with it, it starts from
those places with fresh velocities. Interrupted and typed again, it goes on where it was.
"""

import argparse
from pathlib import Path

from softness.engines import state
from softness.files import tables
from softness.simulate.chain import Chain
from softness.simulate.deadline import Deadline
from softness.simulate.equilibrate import equilibrate
from softness.simulate.settings import RunSettings
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("equilibrate", __doc__)
    command.add_device(parser)
    parser.add_argument("--seed-state", type=Path, help="state to start from (HDF5)")
    parser.add_argument("--state", type=Path, required=True, help="equilibrated state to write")
    parser.add_argument("--history", type=Path, required=True, help="energies and frames to write")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder of the run so far")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    run = RunSettings.from_settings(settings)
    engine = run.create_engine(options.device)
    inputs = [options.seed_state] if options.seed_state else []
    made_by = command.provenance("equilibrate", settings, inputs, (engine.name, engine.version))
    outputs = [options.state, options.history]
    deadline = Deadline.of_job(options.wall_time)
    what = made_by.what_decides(engine.name)
    with Chain(options.checkpoint, what, deadline).locked() as chain:
        if chain.recover(outputs):
            return
        history = equilibrate(chain, engine, run, settings, options.seed_state)
        tables.write(options.history, history, made_by)
        state.keep(chain.last_state(), options.state, made_by.as_text())
        chain.finish(outputs)


if __name__ == "__main__":
    command.run(arguments(), main)
