"""NVT production run of one replica: write its trajectory and its bursts (GSD).

If it is interrupted, run it again: it resumes, and the finished files are the same. A longer
duration continues the finished run.
"""

import argparse

from softness.simulate.chain import Chain
from softness.simulate.reads import arrays_of_state
from softness.simulate.thermal import BURSTS, FRAMES, run_thermal, thermal_cuts
from softness.stages import command
from softness.stages.shared import simulation
from softness.stages.shared.trajectories import finish_trajectories, publish_trajectory

NAME = "thermal"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    command.add_file(parser, "--state", "equilibrated state (HDF5)")
    command.add_file(parser, "--trajectory", "frames to write (GSD)")
    command.add_file(parser, "--bursts", "bursts to write (GSD)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings, job = options.settings, simulation.Job(NAME, options)
    outputs = {FRAMES: options.trajectory, BURSTS: options.bursts}
    folder, made_by = job.keep(outputs.values(), arrays_of_state(options.state))
    steps = job.run.steps(settings["duration"])
    with Chain(folder, thermal_cuts(job.run, settings), job.deadline).locked() as chain:
        run_thermal(chain, job.engine, job.run, settings, options.state)
        finish_trajectories(chain, outputs, job.run, made_by)
        for name, output in outputs.items():
            publish_trajectory(chain, steps, name, output, job.run, made_by)


if __name__ == "__main__":
    simulation.run(NAME, arguments(), main)
