"""Short runs of a small warm liquid, for tests of ensembles."""

import numpy as np

from softness.engines.batch import BatchOfOne
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.counting import Accumulator
from softness.simulate.isoconfigurational import Ensemble, InBatches, RunProtocol
from softness.simulate.settings import RunSettings
from softness.simulate.start import random_start

PARTICLES = 200
PROTOCOL = RunProtocol(frame_interval=10, frames=14, half_window=2, csd_window=4, time=1.0)


def small_ensemble():
    """An ensemble, and all that does its runs."""
    run = RunSettings(
        liquid=kob_andersen(PARTICLES, density=0.9),
        engine="lammps",
        time_step=0.005,
        coupling_time=0.5,
        seed=7,
        temperature=1.0,
        replica=0,
    )
    engine = run.create_engine("cpu")
    generator = stream(1, "ensemble test", 1.0)
    start = random_start(run.liquid, generator)
    engine.load(start, run.liquid.types, maxwell_boltzmann(generator, PARTICLES, 1.0))
    engine.set_thermostat(1.0)
    engine.run(500)
    ensemble = Ensemble(run, PROTOCOL, engine.positions(), snapshot=3)
    return ensemble, InBatches(BatchOfOne(engine), ensemble)


def counted(ensemble, trajectories):
    """Counts of some runs, from their numbers and positions."""
    accumulator = Accumulator(PROTOCOL, np.flatnonzero(ensemble.run.liquid.types == 0))
    for number, frames in trajectories:
        accumulator.add(number, frames)
    return accumulator.counts(ensemble.run.temperature, ensemble.snapshot)


def same(first, second):
    return all(np.array_equal(values, vars(second)[name]) for name, values in vars(first).items())
