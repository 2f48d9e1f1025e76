"""Write a first configuration for trajectories that others made, from what is in their files."""

import argparse
import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from softness.errors import InputError
from softness.files.trajectory import open_trajectory
from softness.own import measure
from softness.own.findings import Findings, Hops, hops_of
from softness.own.roles import SHARES, AtTemperature, choose_roles, doubts, quiet_lengths
from softness.own.runs import (
    USUAL,
    Place,
    Run,
    check_same,
    labels_of,
    name_of,
    system_of,
    temperature_of,
)
from softness.own.settings import settings
from softness.own.text import as_yaml, comment_lines

_PLACES = """\
Each FILE is one run, and several at a temperature are replicas. A run of one frame a file is given
as a pattern in quotes ("T0.45/frame*.xyz"), one in several parts by --run PART PART, after the
FILEs. Temperatures are those of the files, or of their names (T0.45, T_0.45, 0.45), or
--temperatures."""

_BEGINNING = (
    "A first configuration, from what is in the files. Every number has its reason above it: look "
    "at each, and change what you know better. All other keys are as in config/dissertation.yaml. "
    "The study is called after this file."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.epilog = f"{parser.epilog}\n\n{_PLACES}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("files", nargs="*", metavar="FILE", help="a run: a file, or a pattern in quotes")
    add(
        "--run",
        nargs="+",
        action="append",
        default=[],
        metavar="PART",
        help="a run: files that follow each other in time; may be given again",
    )
    add(
        "--temperatures",
        nargs="+",
        type=float,
        metavar="T",
        help="temperature of each FILE, then of each --run, in eps_AA/k_B",
    )
    add(
        "--species",
        nargs="+",
        type=_label,
        metavar="TYPE",
        help="types in the files, by name or number, the analysed one first",
    )
    add(
        "--unwrap",
        choices=("images", "steps"),
        default=USUAL["unwrap"],
        help="by images in the files, or by the nearest image from frame to frame",
    )
    add(
        "--box",
        nargs="+",
        type=float,
        metavar="EDGE",
        help="edges, for files without: one or three",
    )
    add("--topology", metavar="FILE", help="file with the types of the particles, of DCD and XTC")
    _add_units(parser)
    parser.set_defaults(function=command)


def _add_units(parser: argparse.ArgumentParser) -> None:
    for name, unit, text in (
        ("--time-step", "tau", "time step of the integrator, where files count steps alone"),
        ("--frame-interval", "tau", "time between frames, where files have no times"),
        ("--time-unit", "tau", "unit of time of the files; default: %(default)g"),
        ("--length-unit", "sigma_AA", "unit of length of the files; default: %(default)g"),
    ):
        default = USUAL[name.removeprefix("--").replace("-", "_")]
        parser.add_argument(
            name, type=float, default=default, metavar="X", help=f"{text}; in {unit}"
        )


def _label(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def command(options: argparse.Namespace) -> int:
    """Print the configuration."""
    places: list[Place] = [*options.files, *options.run]
    if not places:
        raise InputError(
            "no FILE and no --run: name trajectories; softness own --help has an example"
        )
    given = options.temperatures
    if given is not None and len(given) != len(places):
        raise InputError(
            f"--temperatures names {len(given)} for {len(places)} runs: give one for each, in the "
            "order of FILEs and then of --run"
        )
    if not all(0 < each < float("inf") for each in given or []):
        raise InputError(f"--temperatures {' '.join(map(str, given))}: give positive numbers")
    print(configuration(places, given, _reading(options)), end="")
    return 0


def _reading(options: argparse.Namespace) -> dict[str, Any]:
    """Options of `open_trajectory`."""
    reading = {key: getattr(options, key) for key in USUAL}
    box = reading["box"]
    if box is not None:
        if len(box) not in (1, 3) or min(box) <= 0:
            raise InputError(f"--box {box}: give one positive edge of a cube, or three")
        reading["box"] = box * 3 if len(box) == 1 else box
    for key in ("time_step", "frame_interval", "time_unit", "length_unit"):
        if reading[key] is not None and not 0 < reading[key] < float("inf"):
            option = f"--{key.replace('_', '-')}"
            raise InputError(f"{option} {reading[key]:g}: give a positive number")
    return reading


def configuration(
    places: Sequence[Place], temperatures: Sequence[float] | None, options: Mapping[str, Any]
) -> str:
    """A configuration for some runs, as YAML.

    Parameters
    ----------
    places
        A file, a glob pattern or a list of files for each run.
    temperatures
        One for each, in eps_AA/k_B; None if they are in the files or their names.
    options
        Of `open_trajectory`.

    Raises
    ------
    InputError
        If a run cannot be read, is of another system than the first, too short, or without a
        temperature.
    """
    found = _by_temperature(places, temperatures, options)
    coldest = found[0].runs[0]
    with open_trajectory(coldest.place, **options) as reader:
        structure = measure.structure(reader)
    hops = hops_of(found[0], structure)
    _check_lengths(found, hops)
    counted = []
    for each in found:
        _say(f"T = {each.temperature:g}: counting rearrangements")
        lengths = quiet_lengths(each.frames, hops.frames)
        with open_trajectory(each.runs[0].place, **options) as reader:
            counts = measure.counts(reader, hops.frames // 2, hops.threshold, lengths, SHARES)
        counted.append(replace(each, counts=counts))
    roles = choose_roles(counted, hops.frames)
    notes = doubts(counted, roles)
    for note in notes:
        _say(f"note: {note}")
    beginning = [line for text in (_BEGINNING, *notes) for line in comment_lines(text)]
    chosen = settings(Findings(tuple(counted), structure, hops, roles, options))
    return "\n".join(beginning) + "\n\n" + as_yaml(chosen)


def _check_lengths(found: Sequence[AtTemperature], hops: Hops) -> None:
    """Refuse runs in which p_hop is hardly known."""
    for run in (run for each in found for run in each.runs):
        if run.frames < 2 * hops.frames:
            raise InputError(
                f"{name_of(run.place)}: has {run.frames} frames, and a window of p_hop takes "
                f"{hops.frames}: give runs of {2 * hops.frames} or more, or leave this one out"
            )


def _by_temperature(
    places: Sequence[Place], temperatures: Sequence[float] | None, options: Mapping[str, Any]
) -> list[AtTemperature]:
    """The runs by temperature, from cold to hot, with the plateau of the first of each."""
    runs: dict[float, list[Run]] = {}
    plateaus = {}
    for place, given in itertools.zip_longest(places, temperatures or []):
        with open_trajectory(place, **options) as reader:
            temperature, source = temperature_of(reader, place, given)
            labels = labels_of(reader, options["species"])
            run = Run(place, temperature, source, reader.frames, system_of(reader), labels)
            if runs:
                check_same(next(iter(runs.values()))[0], run)
            _say(f"{name_of(place)}: T = {temperature:g}, {run.frames} frames")
            if temperature not in plateaus:
                plateaus[temperature] = measure.plateau(reader)
        runs.setdefault(temperature, []).append(run)
    number = min(map(len, runs.values()))
    return [
        AtTemperature(t, tuple(runs[t][:number]), tuple(runs[t][number:]), plateaus[t])
        for t in sorted(runs)
    ]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
