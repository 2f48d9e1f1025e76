"""Collect the evidence that every run was in equilibrium before its production."""

import argparse
import math
from pathlib import Path

import numpy as np
import pandas as pd

from softness.dynamics.equilibrium import (
    crystalline_share,
    doubt,
    energy_halves,
    scattering_halves,
)
from softness.errors import InputError
from softness.files import tables
from softness.files.atomic import replacing
from softness.files.gsd_trajectory import Trajectory
from softness.files.history import History
from softness.files.records.dynamics import EquilibrationEvidence, RelaxationTable
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("equilibration_evidence", __doc__)
    command.add_files(parser, "--histories", "HDF5, one a run")
    command.add_files(parser, "--trajectories", "of the production, one a run")
    command.add_files(parser, "--relaxations", "HDF5, one a temperature")
    command.add_file(parser, "--output", "table to write (HDF5)")
    command.add_file(parser, "--csv", "the same for people")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    settings = options.settings
    relaxations = [tables.read(path, RelaxationTable) for path in options.relaxations]
    times = {float(each.temperature): float(each.relaxation_time) for each in relaxations}
    runs = settings["runs"]
    for name in ("histories", "trajectories"):
        given = len(getattr(options, name))
        if len(runs) != given:
            raise InputError(f"{given} {name} for {len(runs)} runs: give one each")
    rows = [
        _row(run, tables.read(history, History), trajectory, times, settings)
        for run, history, trajectory in zip(
            runs, options.histories, options.trajectories, strict=True
        )
    ]
    frame = pd.DataFrame(rows)
    columns = {name: frame[name].to_numpy() for name in frame}
    columns["doubt"] = np.char.encode(columns["doubt"].astype(str))
    record = EquilibrationEvidence(**columns)
    inputs = [*options.histories, *options.trajectories, *options.relaxations]
    made_by = command.provenance(
        "equilibration_evidence", settings, inputs, packages=["freud-analysis", "pandas"]
    )
    tables.write(options.output, record, made_by)
    with replacing(options.csv) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.6g")


def _row(
    run: dict, history: History, trajectory: Path, times: dict[float, float], settings: dict
) -> dict:
    is_analysed = history.types == 0
    duration = history.time[-1] + history.time[1] - history.time[0]
    settled = history.time - history.time[0] >= settings["evidence"]["settling"]
    time = times[run["temperature"]]
    # A run without a relaxation time is one block.
    shortest = time if np.isfinite(time) else duration
    interval = float(history.time[1] - history.time[0])
    energies = energy_halves(
        history.potential_energy[settled], max(math.ceil(shortest / interval), 1)
    )
    early, late = scattering_halves(history.positions, is_analysed, settings["wave_number"])
    with Trajectory(trajectory) as frames:
        last = frames.positions(frames.frames - 1)
    length = float(history.box_length)
    shares = [
        _crystalline_share(positions, is_analysed, length, settings["crystal"])
        for positions in (history.positions[-1], last)
    ]
    row = {
        "temperature": run["temperature"],
        "replica": run["replica"],
        "duration": duration,
        "relaxation_times_covered": duration / time,
        "first_half_energy": energies.first,
        "second_half_energy": energies.second,
        "energy_difference_error": energies.error,
        "first_half_scattering": early,
        "second_half_scattering": late,
        "crystalline_share": shares[0],
        "production_crystalline_share": shares[1],
        "relaxation_time": time,
        "snapshot_spacing": settings["spacing"].get(str(run["temperature"]), np.nan),
    }
    limits = settings["evidence"]["energy"], settings["crystal"]["share"]
    return row | {"doubt": doubt(energies, max(shares), *limits)}


def _crystalline_share(
    positions: np.ndarray, is_analysed: np.ndarray, length: float, crystal: dict
) -> float:
    given = crystal["neighbour_distance"], crystal["order"]
    return crystalline_share(positions.astype(np.float64), is_analysed, length, *given)


if __name__ == "__main__":
    command.run(arguments(), main)
