"""What stages of simulation have in common: engine, deadline, and the folder of what is kept."""

import argparse
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files.provenance import Provenance, package_versions
from softness.files.temporary import keep_temporary_in
from softness.physics import lock
from softness.simulate.deadline import Deadline
from softness.simulate.identity import Identity
from softness.simulate.settings import RunSettings
from softness.simulate.store import DEFAULT, Store, pointer_of
from softness.stages import command

# Name the device, other versions of the engine that are taken (with commas) and the minutes of the
# job where the command line does not.
DEVICE = "SOFTNESS_DEVICE"
ACCEPTED = "SOFTNESS_ACCEPTED_VERSIONS"
WALL_TIME = "SOFTNESS_WALL_TIME"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that simulation stages share: where to run and to keep, and how long."""
    parser.add_argument(
        "--simulations",
        type=Path,
        default=DEFAULT,
        metavar="FOLDER",
        help="folder in which simulations of all studies are kept; default: %(default)s",
    )
    parser.add_argument(
        "--device",
        choices=["cpu", "gpu"],
        default=os.environ.get(DEVICE, "cpu"),
        help=f"processor to run on; default: the environment variable {DEVICE}, else cpu",
    )
    parser.add_argument(
        "--accepted-versions",
        type=_versions,
        default=os.environ.get(ACCEPTED, ""),
        metavar="V,V",
        help="other versions of the engine whose simulations are accepted and continued; default: "
        f"the environment variable {ACCEPTED}, else none",
    )
    parser.add_argument(
        "--wall-time",
        type=float,
        default=os.environ.get(WALL_TIME, math.inf),
        metavar="MINUTES",
        help="minutes until the job is killed: it stops before that, to be run again; default: "
        f"the environment variable {WALL_TIME}, else no limit",
    )


def _versions(text: str) -> list[str]:
    return [version.strip() for version in text.split(",") if version.strip()]


def run(
    kind: str, arguments: argparse.ArgumentParser, main: Callable[[argparse.Namespace], None]
) -> None:
    """Run a stage of simulation, if its code is what the lock of its physics holds."""

    def checked(options: argparse.Namespace) -> None:
        lock.check([kind], options.settings["engine"]["name"])
        main(options)

    command.run(arguments, checked)


class Job:
    """A job that simulates.

    Parameters
    ----------
    kind
        Of simulation.
    options
        Of the command line.
    create
        Makes what runs: an engine, or a batch of runs.

    Attributes
    ----------
    run
        Liquid, engine, temperature, replica and seed.
    engine
        What runs.
    deadline
        When the job ends.
    """

    def __init__(
        self,
        kind: str,
        options: argparse.Namespace,
        create: Callable[..., Any] = RunSettings.create_engine,
    ) -> None:
        self._kind, self._options = kind, options
        self.run = RunSettings.from_settings(options.settings)
        self.engine = create(self.run, options.device, options.accepted_versions)
        self.deadline = Deadline.of_job(options.wall_time)

    def keep(
        self, outputs: Iterable[Path], arrays: Mapping[str, np.ndarray] | None = None
    ) -> tuple[Path, Provenance]:
        """The folder in which the simulation is kept, and what makes its files.

        Parameters
        ----------
        outputs
            Results; a pointer to the folder is put beside them.
        arrays
            What the simulation starts from.

        Raises
        ------
        InputError
            If it was made with another version of the engine, which is not accepted.
        """
        options, name = self._options, self.engine.name
        physics = lock.versions()[self._kind]
        identity = Identity.of(self._kind, physics, options.settings, self.engine.version, arrays)
        store = Store(options.simulations)
        folder = store.open(identity, options.accepted_versions)
        keep_temporary_in(folder)
        for pointer in {pointer_of(output) for output in outputs}:
            store.point(pointer, folder)
        made_by = Provenance(
            stage=self._kind,
            settings=identity.settings,
            inputs={"arrays": identity.reads} if identity.reads else {},
            code=f"physics {identity.physics}",
            versions=package_versions() | {name: self.engine.version},
        )
        return folder, made_by


def first_and_end(settings: Mapping) -> tuple[int, int]:
    """Numbers of the first run of a job and of the one after the last."""
    first, end = settings["runs"]
    if not 0 <= first < end:
        raise InputError(f"runs = {settings['runs']}: give the first and the one after the last")
    return first, end
