"""Local structure and dynamics of supercooled liquids: simulation, learning, energy barriers."""

from softness.caches import find_numba_cache

# Before anything imports numba.
find_numba_cache()
