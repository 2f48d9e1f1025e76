"""Molecular dynamics behind one protocol; the only place that imports an MD package."""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

from softness.engines.batch import Batch, BatchOfOne
from softness.engines.protocol import Engine
from softness.environment import leave_mpi
from softness.errors import InputError
from softness.liquid import Liquid

ENGINES = ("hoomd", "lammps")
LANES = "lanes"
# As `softness.lanes.batch.LANES`: a batch that is not a multiple of it leaves lanes idle.
RUNS_OF_LANES = 16
ROOT = Path(__file__).resolve().parents[2]


def create(
    name: Literal["hoomd", "lammps"],
    liquid: Liquid,
    device: str = "cpu",
    time_step: float = 0.005,
    coupling_time: float = 0.5,
) -> Engine:
    """Make a molecular dynamics engine for a liquid.

    Parameters
    ----------
    name
        ``"hoomd"`` or ``"lammps"``. There is no silent fall-back from one to the other.
    liquid
        The model liquid.
    device
        ``"cpu"``, or ``"gpu"`` with HOOMD-blue.
    time_step
        In tau.
    coupling_time
        Of the Nose-Hoover thermostat, in tau.

    Raises
    ------
    InputError
        If the engine is unknown, not installed, or does not have the device.
    """
    if name not in ENGINES:
        raise InputError(f"engine is {name!r}: choose one of {', '.join(ENGINES)}")
    leave_mpi()
    # Imported by name, at the moment of use: planning needs no MD package.
    module = importlib.import_module(f"softness.engines.{name}")
    return module.create(liquid, device, time_step, coupling_time)


def create_batch(
    name: Literal["lanes", "hoomd", "lammps"],
    liquid: Liquid,
    runs: int,
    time_step: float = 0.005,
    coupling_time: float = 0.5,
    device: str = "cpu",
) -> Batch:
    """Make what advances some runs of a liquid together.

    Parameters
    ----------
    name
        ``"lanes"`` for any number of runs, or an engine for one.
    liquid
        The model liquid.
    runs
        How many.
    time_step
        In tau.
    coupling_time
        Of the Nose-Hoover thermostats, in tau.
    device
        As of `create`; lanes run on the CPU.

    Raises
    ------
    InputError
        If the engine is unknown, not installed, does not have the device, or takes fewer runs.
    """
    if name == LANES:
        module = importlib.import_module("softness.lanes.batch")
        return module.create(liquid, runs, time_step, coupling_time)
    if runs != 1:
        raise InputError(f"engine {name} does 1 run at a time, not {runs}: use {LANES}")
    return BatchOfOne(create(name, liquid, device, time_step, coupling_time))


def runs_at_once(name: str) -> int:
    """How many runs an engine is best given together."""
    return RUNS_OF_LANES if name == LANES else 1


def installed_version(name: str) -> str | None:
    """Version of an engine, asked in a process of its own; None if it is not installed here."""
    program = (
        "from softness import engines, liquid; "
        f"print(engines.create_batch({name!r}, liquid.kob_andersen(), 1).version)"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() if asked.returncode == 0 else None
