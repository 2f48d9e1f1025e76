"""Evidence that a run was in equilibrium: energies, ageing, crystalline particles."""

import freud
import numpy as np

from softness.dynamics.drift import remove_drift
from softness.dynamics.scattering import self_scattering

BLOCKS = 10
"""Blocks in each half of a run, whose mean energies are taken as independent."""


def energy_halves(energies: np.ndarray) -> tuple[float, float, float]:
    """Mean energy of the first and the second half of a run, and the error of their difference.

    Parameters
    ----------
    energies
        (samples,) potential energy per particle.

    Returns
    -------
    first, second, error
        In the unit of the energies; the error is nan with fewer samples than two blocks.
    """
    middle = len(energies) // 2
    halves = energies[:middle], energies[middle : 2 * middle]
    blocks = min(BLOCKS, middle)
    if blocks < 2:
        return float(np.mean(halves[0])), float(np.mean(halves[1])), float("nan")
    variance = 0.0
    for half in halves:
        means = [part.mean() for part in np.array_split(half, blocks)]
        variance += np.var(means, ddof=1) / blocks
    return float(halves[0].mean()), float(halves[1].mean()), float(np.sqrt(variance))


def scattering_halves(
    positions: np.ndarray, is_analysed: np.ndarray, wave_number: float
) -> tuple[float, float]:
    """F_s over half the run, from its beginning and from its middle.

    In equilibrium the two agree; in a liquid that still ages the second is larger.

    Parameters
    ----------
    positions
        (frames, N, 3) unwrapped positions at equal intervals, three frames at least.
    is_analysed
        (N,) mask of the analysed species.
    wave_number
        q, in sigma_AA^-1.
    """
    half = (len(positions) - 1) // 2
    if half < 1:
        return float("nan"), float("nan")
    chosen = remove_drift(positions[[0, half, 2 * half]].astype(np.float64))[:, is_analysed]
    first = self_scattering(chosen[0], chosen[1], wave_number)
    second = self_scattering(chosen[1], chosen[2], wave_number)
    return float(first), float(second)


def crystalline_share(
    positions: np.ndarray,
    is_analysed: np.ndarray,
    box_length: float,
    neighbour_distance: float,
    order: float,
) -> float:
    """Fraction of the analysed species in crystalline surroundings.

    A particle counts where q6, averaged over itself and its neighbours of both species (Lechner
    and Dellago, J. Chem. Phys. 129, 114707 (2008)), exceeds a bound. In ten good liquids at
    T = 0.44, 0.000 to 0.397 % of A do; with neighbours of A alone it would be 0.397 to 2.350 %.

    Parameters
    ----------
    positions
        (N, 3) wrapped or not.
    is_analysed
        (N,) mask of the analysed species.
    box_length
        Edge of the cubic box.
    neighbour_distance
        Radius of the first shell, in sigma_AA.
    order
        The bound of the averaged q6.
    """
    box = freud.box.Box.cube(box_length)
    steinhardt = freud.order.Steinhardt(l=6, average=True)
    steinhardt.compute((box, box.wrap(positions)), neighbors={"r_max": neighbour_distance})
    return float((np.nan_to_num(steinhardt.particle_order[is_analysed]) > order).mean())
