"""Bring one replica to equilibrium at one temperature.

Without --seed-state it starts from random positions, with a melt and a cooling ramp; with it, it
starts from the positions of that state with new velocities. If it is interrupted, run it again: it
resumes. A longer duration continues the finished run.
"""

import argparse
from pathlib import Path

from softness.engines import state
from softness.files import tables
from softness.simulate.chain import Chain
from softness.simulate.equilibrate import (
    HISTORY,
    STATE,
    equilibrate,
    equilibration_cuts,
    equilibration_steps,
    history_of,
)
from softness.simulate.reads import arrays_of_positions
from softness.simulate.store import publish
from softness.stages import command
from softness.stages.shared import simulation

NAME = "equilibrate"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    parser.add_argument("--seed-state", type=Path, help="state to start from (HDF5)")
    command.add_file(parser, "--state", "equilibrated state to write")
    command.add_file(parser, "--history", "energies and frames to write")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings, seed = options.settings, options.seed_state
    job = simulation.Job(NAME, options)
    arrays = arrays_of_positions(seed, job.run.liquid) if seed else None
    folder, made_by = job.keep([options.state, options.history], arrays)
    steps = equilibration_steps(job.run, settings)
    with Chain(folder, equilibration_cuts(job.run, settings), job.deadline).locked() as chain:
        if not chain.finished(steps, STATE):
            equilibrate(chain, job.engine, job.run, settings, seed)
        makers = {
            STATE: lambda path: state.keep(chain.state(steps), path, made_by.as_text()),
            HISTORY: lambda path: tables.write(path, history_of(chain, job.run, steps), made_by),
        }
        # The state in the middle of a longer run is not kept by that.
        chain.finish(steps, makers, keeps_shorter=True)
        for name, output in ((STATE, options.state), (HISTORY, options.history)):
            publish(chain.finished(steps, name), output)


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
