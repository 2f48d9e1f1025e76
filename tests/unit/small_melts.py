"""Hot liquids from a random start, which tests cool as far as they need."""

from softness import engines
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start


def hot(liquid, temperature, engine="lammps"):
    """An engine with a liquid that is not in equilibrium yet, at a high temperature."""
    made = engines.create(engine, liquid)
    velocities = maxwell_boltzmann(stream(1, "test", temperature), liquid.particles, temperature)
    made.load(random_start(liquid, stream(1, "start", temperature)), liquid.types, velocities)
    return made
