"""Runs of one snapshot by two engines, kept on the disk, and what is measured in each run.

A run that is kept is not done again, unless the sources of its engine have changed.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from softness import sources
from softness.dynamics.drift import relative_to_centre
from softness.dynamics.scattering import self_scattering
from softness.engines import state
from softness.files.atomic import replacing
from softness.liquid import kob_andersen
from softness.simulate.chain import Chain
from softness.simulate.counting import Accumulator
from softness.simulate.equilibrate import equilibrate, equilibration_cuts, equilibration_steps
from softness.simulate.isoconfigurational import Ensemble, InBatches, RunProtocol
from softness.simulate.parts import frames_path, read_frames
from softness.simulate.settings import RunSettings

# As in the study: frames of 1 tau, p_hop over 10 tau, runs of 30 tau.
PROTOCOL = RunProtocol(frame_interval=200, frames=30, half_window=5, csd_window=10, time=1.0)
COOLING = {"temperature": 2.0, "melt": 10.0, "quench": 50.0}
WAVE_NUMBER = 7.25
TIMES = (1, 10, 30)
THRESHOLDS = (0.05, 0.2, 0.5)
KINDS = ("hop", "hop_cumulative")


@dataclass(frozen=True)
class Measured:
    """What was measured in the runs of one engine.

    Attributes
    ----------
    observables
        (runs,) values of each observable, by its name.
    distances
        (runs, A) distance of each A particle from its place in the snapshot, at the end of the run.
    """

    observables: dict[str, np.ndarray]
    distances: np.ndarray


def run_settings(temperature: float) -> RunSettings:
    """The liquid at a temperature, and LAMMPS."""
    return RunSettings(
        liquid=kob_andersen(2048, cutoff="common"),
        engine="lammps",
        time_step=0.005,
        coupling_time=0.5,
        seed=16,
        temperature=temperature,
        replica=0,
    )


def snapshot(folder: Path, run: RunSettings, hold: float) -> np.ndarray:
    """(N, 3) positions after melt, quench and some tau at the temperature, by LAMMPS."""
    settings = {"cooling": COOLING, "segment": 50.0, "duration": hold, "sample_interval": 1.0}
    steps = equilibration_steps(run, settings)
    with Chain(folder, equilibration_cuts(run, settings)).locked() as chain:
        if not chain.state(steps).exists():
            equilibrate(chain, run.create_engine("cpu"), run, settings, None)
        return state.read_positions(chain.state(steps), run.liquid)


def measured(
    folder: Path, run: RunSettings, start: np.ndarray, engine: str, numbers: range
) -> Measured:
    """Do those runs of a snapshot that are not on the disk, and measure in all of them."""
    run = replace(run, engine=engine)
    ensemble = Ensemble(run, PROTOCOL, start, snapshot=0)
    own = folder / f"{engine}-{sources.syntax_digest(sources.engine_module(engine))}"
    own.mkdir(parents=True, exist_ok=True)
    missing = [number for number in numbers if read_frames(frames_path(own, number)) is None]
    if missing:
        for number, frames in InBatches(run.create_batch("cpu"), ensemble).trajectories(missing):
            with replacing(frames_path(own, number)) as path:
                np.save(path, frames)
    rows, distances = [], []
    for number in numbers:
        values, moved = of_run(run, np.load(frames_path(own, number)))
        rows.append(values)
        distances.append(moved)
    return Measured(
        {name: np.array([row[name] for row in rows]) for name in rows[0]}, np.array(distances)
    )


def of_run(run: RunSettings, frames: np.ndarray) -> tuple[dict[str, float], np.ndarray]:
    """Observables of one run, and the distances that A particles have gone at its end.

    Exceedances, and squares of crowds, are summed over the times at which p_hop is known where they
    are instant, and taken at the last of them where they are cumulative: from the project's counts.
    """
    particle = np.flatnonzero(run.liquid.types == 0)
    accumulator = Accumulator(PROTOCOL, particle)
    accumulator.add(0, frames)
    counts = accumulator.counts(run.temperature, 0)
    distances = counts.displacement[0] * float(counts.unit)
    first = relative_to_centre(frames[0])[particle]
    values = {}
    for time in TIMES:
        frame = round(time / PROTOCOL.time)
        last = relative_to_centre(frames[frame])[particle]
        values[f"mean displacement, t = {time}"] = float(distances[frame - 1].mean())
        values[f"F_s, t = {time}"] = float(self_scattering(first, last, WAVE_NUMBER))
    for kind in KINDS:
        word = "at any time" if kind == "hop_cumulative" else "at one time"
        for threshold in THRESHOLDS:
            moments = counts.hop_time if kind == "hop" else counts.hop_time[-1:]
            number = sum(counts.exceeding(kind, threshold, time).sum() for time in moments)
            level = np.abs(counts.hop_threshold - threshold).argmin()
            crowd = getattr(counts, f"{kind}_crowd_square")[0, level, -len(moments) :].sum()
            values[f"p_hop > {threshold} {word}"] = float(number)
            values[f"square of the crowd, p_hop > {threshold} {word}"] = float(crowd)
    return values, distances[-1]
