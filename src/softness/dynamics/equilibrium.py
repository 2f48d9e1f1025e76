"""Evidence that a run was in equilibrium: energies, ageing, crystalline particles."""

from typing import NamedTuple

import freud
import numpy as np
from scipy.special import ndtr, stdtrit

from softness.checks import checked_box
from softness.dynamics.drift import remove_drift
from softness.dynamics.scattering import self_scattering

BLOCKS = 10
"""Blocks in each half of a run, whose mean energies are taken as independent."""


class EnergyHalves(NamedTuple):
    """Mean energies of the first and the second half of a run.

    Attributes
    ----------
    first, second, error
        Both means and the standard error of their difference, in the unit of the energies.
    freedom
        Degrees of freedom of the error; where it is 0 the error is nan.
    """

    first: float
    second: float
    error: float
    freedom: int


def energy_halves(energies: np.ndarray, shortest: int = 1) -> EnergyHalves:
    """Mean energy of the first and the second half of a run, and the error of their difference.

    Parameters
    ----------
    energies
        (samples,) potential energy per particle.
    shortest
        Number of samples after which energies are independent, a relaxation time: no block whose
        mean counts as independent is shorter.
    """
    middle = len(energies) // 2
    halves = energies[:middle], energies[middle : 2 * middle]
    means = [float(np.mean(half)) for half in halves]
    blocks = min(BLOCKS, middle // shortest)
    if blocks < 2:
        return EnergyHalves(*means, float("nan"), 0)
    variance = 0.0
    for half in halves:
        of_blocks = [part.mean() for part in np.array_split(half, blocks)]
        variance += np.var(of_blocks, ddof=1) / blocks
    return EnergyHalves(*means, float(np.sqrt(variance)), 2 * (blocks - 1))


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
    box_length: float | np.ndarray,
    neighbour_distance: float,
    order: float,
) -> float:
    """Fraction of the analysed species in crystalline surroundings.

    A particle counts where q6, averaged over itself and its neighbours of all species (Lechner and
    Dellago, J. Chem. Phys. 129, 114707 (2008)), exceeds a bound. In ten good liquids at
    T = 0.44, 0.000 to 0.397 % of A do; with neighbours of A alone it would be 0.397 to 2.350 %.

    Parameters
    ----------
    positions
        (N, 3) wrapped or not.
    is_analysed
        (N,) mask of the analysed species.
    box_length
        Edge of a cubic box, or (3,) edges of a rectangular one; each at least twice the distance.
    neighbour_distance
        Radius of the first shell, in sigma_AA.
    order
        The bound of the averaged q6.

    Raises
    ------
    InputError
        If the box has no edges, or one smaller than twice the distance.
    """
    edges = np.broadcast_to(checked_box(box_length, neighbour_distance, "neighbour_distance"), 3)
    box = freud.box.Box(*edges)
    steinhardt = freud.order.Steinhardt(l=6, average=True)
    steinhardt.compute((box, box.wrap(positions)), neighbors={"r_max": neighbour_distance})
    return float((np.nan_to_num(steinhardt.particle_order[is_analysed]) > order).mean())


ERRORS = 3.0
"""Number of standard errors from which on energies of two halves differ, where they are known well:
one run in 400 that is in equilibrium does so by chance."""


def doubt(
    energies: EnergyHalves, crystalline: float, largest_difference: float, largest_share: float
) -> str:
    """What speaks against the equilibrium of a run; empty if nothing does.

    Parameters
    ----------
    energies
        Of the halves of the run, in eps_AA. An unknown error tells nothing; few blocks ask for more
        than `ERRORS` standard errors (Student).
    crystalline
        Share of the analysed species in crystalline surroundings.
    largest_difference
        Difference that matters; it must be significant as well.
    largest_share
        Of crystalline particles.
    """
    texts = []
    if crystalline > largest_share:
        texts.append(f"{crystalline:.1%} of the particles are crystalline")
    difference = energies.second - energies.first
    if energies.freedom and abs(difference) > largest_difference:
        significant = float(stdtrit(energies.freedom, ndtr(ERRORS))) * energies.error
        if abs(difference) > significant:
            texts.append(f"U/N differs by {difference:+.3f} between the halves")
    return "; ".join(texts)
