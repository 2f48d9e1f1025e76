"""Short runs of the liquid, for tests against reference values."""

from dataclasses import dataclass

import numpy as np

from softness import engines
from softness.dynamics.drift import relative_to_centre
from softness.dynamics.scattering import (
    log_spaced_lags,
    relaxation_time,
    scattering_from_origins,
)
from softness.liquid import Cutoff, kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start

TIME_STEP = 0.005


@dataclass(frozen=True)
class Run:
    """What was measured in a run at constant temperature."""

    energies: np.ndarray  # (samples,) potential energy per particle
    frames: np.ndarray  # (frames, N, 3) positions, drift removed
    interval: float  # tau between frames
    types: np.ndarray

    def energy(self) -> float:
        """Mean potential energy per particle."""
        return float(self.energies.mean())

    def energy_error(self, blocks: int = 10) -> float:
        """Standard error of the mean energy, from blocks of time."""
        means = [part.mean() for part in np.array_split(self.energies, blocks)]
        return float(np.std(means, ddof=1) / np.sqrt(blocks))

    def relaxation_time(self, wave_number: float, origins: int = 20) -> float:
        """tau_alpha of A from frames at equal intervals."""
        stride = max(len(self.frames) // (2 * origins), 1)
        begins = np.arange(0, len(self.frames) // 2, stride)
        lags = log_spaced_lags(len(self.frames) // 2, 20)
        chosen = (frame[self.types == 0] for frame in self.frames)
        values = scattering_from_origins(chosen, begins, lags, wave_number)
        return relaxation_time(lags * self.interval, np.nanmean(values, axis=0))

    def diffusion(self, species: int, shortest: float) -> float:
        """Diffusion coefficient from the slope of the mean-squared displacement."""
        positions = self.frames[:, self.types == species]
        lags = np.arange(round(shortest / self.interval), len(positions) // 2)
        squared = [((positions[lag:] - positions[:-lag]) ** 2).sum(-1).mean() for lag in lags]
        return float(np.polyfit(lags * self.interval, squared, 1)[0] / 6)


def run_liquid(
    temperature: float,
    cutoff: Cutoff,
    equilibrate: float,
    production: float,
    interval: float,
    particles: int = 1000,
    start: np.ndarray | None = None,
    types: np.ndarray | None = None,
    keep_every: int = 1,
    time_step: float = TIME_STEP,
) -> Run:
    """Equilibrate a liquid and run it, times in tau.

    Starts from random places and a melt at T = 2, or from given positions.
    """
    liquid = kob_andersen(particles, cutoff=cutoff)
    engine = engines.create("lammps", liquid, time_step=time_step)
    if start is None:
        start, types = random_start(liquid, stream(11, "start", 0.0)), liquid.types
    velocities = maxwell_boltzmann(stream(11, "velocities", temperature), particles, temperature)
    engine.load(start, types, velocities)
    engine.set_thermostat(temperature)
    engine.run(round(equilibrate / time_step))
    energies, frames = [], []
    for number in range(round(production / interval)):
        engine.run(round(interval / time_step))
        energies.append(engine.potential_energy() / particles)
        if number % keep_every == 0:
            frames.append(relative_to_centre(engine.positions()).astype(np.float32))
    return Run(np.array(energies), np.array(frames), interval * keep_every, types)
