"""Collect the evidence that every run was in equilibrium before its production."""

import argparse
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from softness.dynamics.equilibrium import (
    EnergyHalves,
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
    parser.add_argument(
        "--histories",
        type=Path,
        nargs="+",
        help="HDF5, one a run; without them, evidence is of the production alone",
    )
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
    runs, histories = settings["runs"], options.histories or []
    produced = _by_run(options.trajectories, _provenance, runs)
    equilibrated = _by_run(histories, tables.read_provenance, runs) if histories else {}
    rows = []
    for run in runs:
        place = run["temperature"], run["replica"]
        with Trajectory(produced[place]) as trajectory:
            if equilibrated:
                history = tables.read(equilibrated[place], History)
                observed = _of_equilibration(history, trajectory)
            else:
                observed = _of_production(trajectory)
        rows.append(_row(run, observed, times[run["temperature"]], settings))
    frame = pd.DataFrame(rows)
    columns = {name: frame[name].to_numpy() for name in frame}
    columns["doubt"] = np.char.encode(columns["doubt"].astype(str))
    record = EquilibrationEvidence(**columns)
    inputs = [*histories, *options.trajectories, *options.relaxations]
    made_by = command.provenance(
        "equilibration_evidence", settings, inputs, packages=["freud-analysis", "pandas"]
    )
    tables.write(options.output, record, made_by)
    with replacing(options.csv) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.6g")


def _provenance(path: Path) -> str:
    with Trajectory(path) as trajectory:
        return trajectory.provenance


def _by_run(
    paths: Iterable[Path], provenance: Callable[[Path], str], runs: Iterable[Mapping[str, Any]]
) -> dict[tuple[float, int], Path]:
    """Files by temperature and replica: as each of them says, in whatever order they are given."""
    made = ((path, json.loads(provenance(path))["settings"]) for path in paths)
    found = {(float(each["temperature"]), int(each["replica"])): path for path, each in made}
    wanted = {(float(run["temperature"]), int(run["replica"])) for run in runs}
    if found.keys() != wanted:
        temperature, replica = min(found.keys() ^ wanted)
        raise InputError(
            f"T = {temperature:g}, replica {replica}: is among the runs or among their files, not "
            "among both: give one file of each run"
        )
    return found


@dataclass(frozen=True)
class _Observed:
    """What a run is judged by.

    Attributes
    ----------
    time, energy
        (samples,) of its energies; none where they are unknown.
    duration
        In tau.
    positions
        (frames, N, 3) at equal intervals.
    last
        (N, 3) positions at the end of production.
    """

    time: np.ndarray
    energy: np.ndarray
    duration: float
    positions: np.ndarray
    last: np.ndarray
    is_analysed: np.ndarray
    box_length: float | np.ndarray


def _of_equilibration(history: History, trajectory: Trajectory) -> _Observed:
    """Its course, and the end of production."""
    return _Observed(
        time=history.time - history.time[0],
        energy=history.potential_energy,
        duration=history.time[-1] + history.time[1] - history.time[0],
        positions=history.positions,
        last=trajectory.positions(trajectory.frames - 1),
        is_analysed=history.types == 0,
        box_length=float(history.box_length),
    )


def _of_production(trajectory: Trajectory) -> _Observed:
    """Nothing before it is known."""
    half = (trajectory.frames - 1) // 2
    positions = np.stack([trajectory.positions(frame) for frame in (0, half, 2 * half)])
    return _Observed(
        time=np.empty(0),
        energy=np.empty(0),
        duration=trajectory.frames * trajectory.frame_interval(),
        positions=positions,
        last=positions[-1],
        is_analysed=trajectory.types == 0,
        box_length=trajectory.box_length,
    )


def _row(run: dict, observed: _Observed, time: float, settings: dict) -> dict:
    energies = _energies(observed, time, settings["evidence"]["settling"])
    early, late = scattering_halves(
        observed.positions, observed.is_analysed, settings["wave_number"]
    )
    shares = [
        _crystalline_share(positions, observed, settings["crystal"])
        for positions in (observed.positions[-1], observed.last)
    ]
    row = {
        "temperature": run["temperature"],
        "replica": run["replica"],
        "duration": observed.duration,
        "relaxation_times_covered": observed.duration / time,
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


def _energies(observed: _Observed, time: float, settling: float) -> EnergyHalves:
    if not len(observed.energy):
        return EnergyHalves(math.nan, math.nan, math.nan, 0)
    # A run without a relaxation time is one block.
    shortest = time if np.isfinite(time) else observed.duration
    interval = float(observed.time[1] - observed.time[0])
    settled = observed.energy[observed.time >= settling]
    return energy_halves(settled, max(math.ceil(shortest / interval), 1))


def _crystalline_share(positions: np.ndarray, observed: _Observed, crystal: dict) -> float:
    given = crystal["neighbour_distance"], crystal["order"]
    return crystalline_share(
        positions.astype(np.float64), observed.is_analysed, observed.box_length, *given
    )


if __name__ == "__main__":
    command.run(arguments(), main)
