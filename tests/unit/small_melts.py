"""Hot liquids from a random start, which tests cool as far as they need, and steps they take."""

import numpy as np

from softness import engines
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start


def hot(liquid, temperature, engine="lammps"):
    """An engine with a liquid that is not in equilibrium yet, at a high temperature."""
    made = engines.create(engine, liquid)
    velocities = maxwell_boltzmann(stream(1, "test", temperature), liquid.particles, temperature)
    made.load(random_start(liquid, stream(1, "start", temperature)), liquid.types, velocities)
    return made


def frames_on_cooling(liquid, temperature):
    """(4, N, 3) positions of a supercooled liquid, half a tau apart."""
    engine = hot(liquid, 1.5)
    engine.ramp(1.5, temperature, 4000)
    found = []
    for _ in range(4):
        engine.run(100)
        found.append(engine.positions())
    return np.array(found)


def counted_steps(monkeypatch, kind):
    """How many time steps engines of a class have done since the list was cleared."""
    done, real = [], kind.run

    def counted(engine, steps):
        done.append(steps)
        real(engine, steps)

    monkeypatch.setattr(kind, "run", counted)
    return done
