"""What equilibrium fluctuations say about the response to a temperature protocol."""

from dataclasses import dataclass

import numpy as np

from softness.checks import finite_array, positive, rising, whole_number
from softness.errors import InputError


@dataclass(frozen=True)
class CrossCorrelation:
    """C(t) = <dS(t) dE(0)> of groups with the energy, in equilibrium.

    Attributes
    ----------
    mean, error
        (bins, lags) and its standard error over n snapshots, short by about 1 / (2 n) of itself.
    snapshots
        (snapshots, bins, lags) of each snapshot. `linear_response` is linear in it, so the standard
        error of a prediction is that of the predictions of single snapshots.
    """

    mean: np.ndarray
    error: np.ndarray
    snapshots: np.ndarray


def cross_correlation(energies: np.ndarray, values: np.ndarray, lags: int) -> CrossCorrelation:
    """Correlate the mean of S in bins with the earlier energy, in control runs.

    Averaged over all pairs of frames at a lag. S deviates from its mean over snapshots and runs at
    the same time, so that the decay of a bin from its start is not a correlation; the energy
    deviates from the mean over the other snapshots, which makes the estimate free of bias.

    Parameters
    ----------
    energies
        (snapshots, runs, times) energy **of the whole system, not per particle**, at equally spaced
        times; which energy, see `linear_response`.
    values
        (snapshots, runs, bins, times) mean of S in each bin, e.g. one bin of all particles.
    lags
        Number of lags, 0 included, in units of the spacing of frames. The last one has the fewest
        pairs.

    Raises
    ------
    InputError
        If shapes do not fit, there are fewer than two snapshots, or values are not finite: leave
        out bins that are empty in a snapshot.
    """
    energies, values = finite_array(energies, "energies", 3), finite_array(values, "values", 4)
    snapshots, runs, times = energies.shape
    if values.shape[:2] != (snapshots, runs) or values.shape[3] != times or snapshots < 2:
        raise InputError(
            f"energies has the shape {energies.shape}, values {values.shape}: give (snapshots, "
            "runs, times) and (snapshots, runs, bins, times), with two snapshots or more"
        )
    if whole_number(lags, "lags") > times:
        raise InputError(f"lags = {lags}: give {times} or fewer, the number of times")
    away = values - values.mean(axis=(0, 1))
    others = (energies.mean(axis=1).sum(axis=0) - energies.mean(axis=1)) / (snapshots - 1)
    energies = energies - others[:, None]
    single = np.stack(
        [
            np.einsum("srbt,srt->sb", away[..., lag:], energies[..., : times - lag])
            / (runs * (times - lag))
            for lag in range(lags)
        ],
        axis=-1,
    )
    error = single.std(axis=0, ddof=1) / np.sqrt(snapshots)
    return CrossCorrelation(single.mean(axis=0), error, single)


def linear_response(
    lags: np.ndarray,
    correlation: np.ndarray,
    times: np.ndarray,
    temperatures: np.ndarray,
    temperature: float,
) -> np.ndarray:
    r"""Response of <S> to a temperature protocol, from the correlation of S with energy.

    .. math:: \delta\langle S(t)\rangle = \frac{1}{k_B T^2} \int_0^t \mathrm{d}t'\, \dot T(t')
              \,[C(0) - C(t - t')], \qquad C(t) = \langle \delta S(t)\, \delta E(0) \rangle_T

    **Where it comes from.** Let L' be the generator of the dynamics with the thermostat at T' = T +
    dT, whose stationary state is canonical, rho'. The state before a step in temperature is rho =
    rho' [1 - (dT / T^2) (E - <E>)] to first order. It evolves with L', which leaves rho' as it is:
    <S(t)> = <S>_T' - (dT / T^2) C(t), and <S>_T' - <S>_T = (dT / T^2) C(0). So a step in T gives
    (dT / T^2) [C(0) - C(t)], Onsager's regression, and a protocol is a sum of steps. (Kubo, Rep.
    Prog. Phys. 29, 255, 1966; Risken, The Fokker-Planck Equation, chapter 7.)

    **Which energy.** rho lives on positions and velocities, so E is the total energy, kinetic and
    potential, and C is that of runs with the same thermostat and the same coupling time as the
    cycle. For Langevin dynamics this is exact. For a Nose-Hoover chain it is so if the chain is
    ergodic and its masses follow the set temperature (g k T tau^2, as LAMMPS and HOOMD-blue do):
    then the thermostat's own variables have a distribution that does not depend on T. The potential
    energy alone gives the same C(0) and the response of a system whose velocities are at the new
    temperature at once; it is less noisy, and differs within a few coupling times (0.5 tau), little
    beside a ramp of 10 tau.

    **Its limits.** First order in dT: T^2 and C belong to the temperature of the control runs. From
    0.51 to 0.56 expect errors of some tenths of the response, above all in its time scale, since
    tau_alpha falls by a factor of nearly three. S must be a function of the present state, such as
    the mean over all particles. A bin of S(0) that is followed in time is not: warm liquid forgets
    S(0) faster, which moves bins apart from each other at first order in dT and is not a
    correlation with the energy at all. `faster_clock` estimates that part; without it the
    difference between bins has no null hypothesis.

    Parameters
    ----------
    lags
        (lags,) rising from 0, in tau.
    correlation
        (..., lags) C, S times the energy of the whole system; linear between lags.
    times
        (times,) rising, in tau.
    temperatures
        (times,) set temperature, linear between times; the system is in equilibrium at the first
        one. A sudden step is two times close together.
    temperature
        T of the equilibrium runs.

    Returns
    -------
    numpy.ndarray
        (..., times) change of <S>.

    Raises
    ------
    InputError
        If shapes do not fit, or the correlation is not known for as long as the protocol asks.
    """
    lags, times = rising(lags, "lags"), rising(times, "times")
    correlation = np.asarray(correlation, dtype=np.float64)
    temperatures = finite_array(temperatures, "temperatures", 1)
    if correlation.shape[-1:] != lags.shape or temperatures.shape != times.shape or lags[0] != 0:
        raise InputError(
            f"correlation has the shape {correlation.shape}, lags {lags.shape} from {lags[0]}, "
            f"temperatures {temperatures.shape}, times {times.shape}: give one correlation for "
            "each lag from 0, and one temperature for each time"
        )
    steps = np.diff(temperatures) / positive(temperature, "temperature") ** 2
    moved = np.flatnonzero(steps)
    if len(moved) and times[-1] - times[moved[0]] > lags[-1] * (1 + 1e-9):
        raise InputError(
            f"lags ends at {lags[-1]}: the response at {times[-1]} needs the correlation up to "
            f"{times[-1] - times[moved[0]]}; give longer lags or fewer times"
        )
    return correlation @ _kernel(lags, times, steps)


def faster_clock(times: np.ndarray, curves: np.ndarray, speeds: np.ndarray) -> np.ndarray:
    """Response of groups that relax as ever, only faster while it is warm.

    The control's curve at the time that its own clock would show, minus the curve now: the null
    hypothesis of time-temperature superposition for the difference between bins. It outlasts the
    pulse by about the relaxation time of the groups without any memory of it.

    Parameters
    ----------
    times
        (times,) rising, in tau.
    curves
        (..., times) mean of S of each group in the control runs; linear between times.
    speeds
        (times,) tau_alpha at the temperature of the control over that at the temperature then; 1
        outside the pulse. Linear between times.

    Returns
    -------
    numpy.ndarray
        (..., times); nan where the clock is beyond the last time.
    """
    times, curves = rising(times, "times"), np.asarray(curves, dtype=np.float64)
    speeds = finite_array(speeds, "speeds", 1)
    if curves.shape[-1:] != times.shape or speeds.shape != times.shape or not (speeds > 0).all():
        raise InputError(
            f"curves has the shape {curves.shape}, speeds {speeds.shape}: give one positive speed "
            f"for each of {len(times)} times, and curves (..., {len(times)})"
        )
    advance = np.cumsum(np.diff(times) * ((speeds[1:] + speeds[:-1]) / 2 - 1))
    clock = times + np.append(0.0, advance)
    after = np.clip(np.searchsorted(times, clock), 1, len(times) - 1)
    share = (clock - times[after - 1]) / (times[after] - times[after - 1])
    moved = (1 - share) * curves[..., after - 1] + share * curves[..., after]
    # Where the clock is right the response is 0, to the last digit.
    moved = np.where(clock == times, curves, moved)
    return np.where(clock <= times[-1], moved - curves, np.nan)


def _kernel(lags: np.ndarray, times: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """(lags, times) weights of the correlation in the response at each time.

    A ramp from one time to the next gives C(0) minus the mean of C over the lags it spans.
    """
    kernel = np.zeros((len(lags), len(times)))
    for number in np.flatnonzero(steps):
        after = np.arange(number + 1, len(times))
        since_start, since_end = times[after] - times[number], times[after] - times[number + 1]
        kernel[0, after] += steps[number]
        kernel[:, after] -= steps[number] * _mean_between(lags, since_end, since_start)
    return kernel


def _mean_between(lags: np.ndarray, early: np.ndarray, late: np.ndarray) -> np.ndarray:
    """(lags, n) weights of the mean over n intervals of a function that is linear between lags."""
    below, above = lags[:-1, None], lags[1:, None]
    start, end = np.maximum(early, below), np.minimum(late, above)
    overlap = np.maximum(end - start, 0)
    overlap = overlap / overlap.sum(axis=0)
    share = ((start + end) / 2 - below) / (above - below)
    weights = np.zeros((len(lags), len(early)))
    weights[:-1] += overlap * (1 - share)
    weights[1:] += overlap * share
    return weights
