"""Read one given trajectory, of any format, and write it as this project writes its own runs."""

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

import gsd.hoomd
import numpy as np

from softness.files.frames import Frame, encoded, text_chunk, write_frames
from softness.files.joined import matching_files
from softness.files.reader import TrajectoryReader
from softness.stages import command
from softness.stages.shared.given import given_trajectory


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("take_in", __doc__)
    command.add_file(parser, "--trajectory", "to write (GSD)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    with given_trajectory(settings) as reader:
        made_by = command.provenance("take_in", settings, matching_files(settings["path"]))
        header = {
            "provenance": text_chunk(made_by.as_text()),
            "time_step": np.array([settings["time_step"]]),
            "box_length": np.atleast_1d(reader.box_length),
        }
        write_frames(options.trajectory, _frames(reader, settings), header)


def _frames(reader: TrajectoryReader, settings: Mapping[str, Any]) -> Iterator[gsd.hoomd.Frame]:
    """The frames that are analysed, at times from 0 on."""
    steps = round(settings["frame_interval"] / settings["time_step"])
    for number in range(settings["frames"]):
        frame = Frame(number * steps, reader.positions(number))
        yield encoded(frame, reader.types, reader.box_length)


if __name__ == "__main__":
    command.run(arguments(), main)
