"""Minimise the energy of one snapshot of a published data set, which gives its inherent state.

If it is interrupted, run it again: a state that is kept is not made again.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from softness.engines.batch import BatchOfOne
from softness.files.atomic import holding
from softness.files.frames import Frame, read_frames, text_chunk, write_frames, write_segment
from softness.files.published import Published, read_published
from softness.liquid import Liquid
from softness.simulate.identity import digest_of_arrays
from softness.simulate.quench import quench
from softness.stages import command
from softness.stages.shared import simulation

NAME = "published_state"
KIND = "quench"


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser(NAME, __doc__)
    simulation.add_arguments(parser)
    command.add_file(parser, "--file", "published snapshot (npz)")
    command.add_file(parser, "--output", "state file to write (GSD)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings, job = options.settings, simulation.Job(KIND, options)
    one = read_published(options.file, job.run.liquid, settings.get("row"))
    # Without a pointer, which results that share a folder cannot have.
    folder, made_by = job.keep([])
    path = folder / f"published-{_digest(one)}.gsd"
    with holding(folder / ".lock", waits=True):
        if not path.exists():
            _make(path, options, job, one)
    header = {
        "provenance": text_chunk(made_by.as_text()),
        "time_step": np.array([job.run.time_step]),
        "box_length": np.array([one.box_length]),
    }
    write_frames(options.output, read_frames(path), header)


def _digest(one: Published) -> str:
    """By what it is kept: its box need not be the configured one."""
    box = np.array([one.box_length])
    return digest_of_arrays({"types": one.types, "positions": one.initial_positions, "box": box})


def _make(path: Path, options: argparse.Namespace, job: simulation.Job, one: Published) -> None:
    """Quench the snapshot in its own box, by the engine of the study."""
    run = replace(job.run, liquid=_liquid(job.run.liquid, one))
    batch = BatchOfOne(run.create_engine(options.device, options.accepted_versions))
    tolerance = options.settings["force_tolerance"]
    # A batch has its particles in the order of the liquid.
    order = np.argsort(one.types, kind="stable")
    (state,) = quench(batch, [one.initial_positions[order]], tolerance)
    positions = np.empty_like(state.positions)
    positions[order] = state.positions
    if not state.converged:
        print(
            f"the minimisation ended above the force tolerance {tolerance:g}, at "
            f"{state.largest_force:g}",
            file=sys.stderr,
        )
    log = {"potential_energy": state.energy, "largest_force": state.largest_force}
    frame = Frame(0, positions, log)
    write_segment(path, [frame], one.types, one.box_length)


def _liquid(liquid: Liquid, one: Published) -> Liquid:
    number = len(one.types)
    return replace(liquid, particles=number, density=number / one.box_length**3)


if __name__ == "__main__":
    simulation.run(KIND, arguments(), main)
