"""Collect the evidence that every run was in equilibrium before its production."""

import argparse

import numpy as np
import pandas as pd

from softness.dynamics.equilibrium import crystalline_share, energy_halves, scattering_halves
from softness.errors import InputError
from softness.files import tables
from softness.files.atomic import replacing
from softness.files.history import History
from softness.files.records.dynamics import EquilibrationEvidence, RelaxationTable
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("equilibration_evidence", __doc__)
    command.add_files(parser, "--histories", "HDF5, one a run")
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
    if len(runs) != len(options.histories):
        raise InputError(
            f"{len(options.histories)} histories for {len(runs)} runs: give one for each run"
        )
    rows = [
        _row(run, tables.read(path, History), times, settings)
        for run, path in zip(runs, options.histories, strict=True)
    ]
    frame = pd.DataFrame(rows)
    record = EquilibrationEvidence(**{name: frame[name].to_numpy() for name in frame})
    inputs = [*options.histories, *options.relaxations]
    made_by = command.provenance(
        "equilibration_evidence", settings, inputs, packages=["freud-analysis", "pandas"]
    )
    tables.write(options.output, record, made_by)
    with replacing(options.csv) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.6g")


def _row(run: dict, history: History, times: dict[float, float], settings: dict) -> dict:
    is_analysed = history.types == 0
    duration = history.time[-1] + history.time[1] - history.time[0]
    first, second, error = energy_halves(history.potential_energy)
    early, late = scattering_halves(history.positions, is_analysed, settings["wave_number"])
    crystal = settings["crystal"]
    share = crystalline_share(
        history.positions[-1].astype(np.float64),
        is_analysed,
        float(history.box_length),
        crystal["neighbour_distance"],
        crystal["order"],
    )
    return {
        "temperature": run["temperature"],
        "replica": run["replica"],
        "duration": duration,
        "relaxation_times_covered": duration / times[run["temperature"]],
        "first_half_energy": first,
        "second_half_energy": second,
        "energy_difference_error": error,
        "first_half_scattering": early,
        "second_half_scattering": late,
        "crystalline_share": share,
        "is_crystalline": share > crystal["share"],
    }


if __name__ == "__main__":
    command.run(arguments(), main)
