"""Responses to pulses that need no memory: plain relaxation, and linear response of everyone."""

import numpy as np

from softness.findings.cycles import Pulse
from softness.findings.data import FigureData
from softness.memory.linear_response import cross_correlation, faster_clock, linear_response


def plain_relaxation(data: FigureData, pulse: Pulse) -> np.ndarray | str:
    """Response of bins that relax as in the control, only with the clock of the temperature.

    (snapshots, bins, times), nan where it is unknown; or why nothing is known.
    """
    logs = _log_times(data, pulse.temperature)
    if np.isnan(logs).any():
        return f"tau_alpha is unknown from T = {pulse.low:g} to {pulse.high:g}"
    low = _log_times(data, np.array([pulse.low]))
    speeds = np.where(pulse.moved, np.exp(low - logs), 1.0)
    frames, curves = len(pulse.time), []
    for table in pulse.tables:
        after = np.ones(len(table.control_time) - frames)
        control = table.control.mean(axis=0)
        moved = faster_clock(table.control_time, control, np.append(speeds, after))
        curves.append(moved[:, :frames])
    return np.array(curves)


def _log_times(data: FigureData, temperatures: np.ndarray) -> np.ndarray:
    """Logarithm of tau_alpha, linear in 1/T between the measured ones; nan beyond them."""
    known = [t for t in data.relaxation if np.isfinite(t.relaxation_time) and t.relaxation_time > 0]
    if not known:
        return np.full(temperatures.shape, np.nan)
    inverse = np.array([1 / float(table.temperature) for table in known])
    logs = np.log([float(table.relaxation_time) for table in known])
    order = np.argsort(inverse)
    # A temperature that was measured is known, whatever rounding makes of 1/T.
    wanted = 1 / np.asarray(temperatures)
    inverse = inverse[order]
    near = np.clip(wanted, inverse[0], inverse[-1])
    interpolated = np.interp(near, inverse, logs[order])
    return np.where(np.isclose(near, wanted), interpolated, np.nan)


def equilibrium_response(pulse: Pulse) -> np.ndarray | str:
    """Linear response of the mean over all particles, from fluctuations of the controls.

    (snapshots, 1, times), or why nothing is known. It is linear in the correlation, so that mean
    and standard error are those of the predictions of single snapshots.
    """
    runs = min(len(table.energy) for table in pulse.tables)
    frames = min(len(table.control_time) for table in pulse.tables)
    energies = np.array([table.energy[:runs, :frames] for table in pulse.tables])
    values = np.array([table.control_everyone[:runs, None, :frames] for table in pulse.tables])
    spacing = np.diff(pulse.time)
    if len(pulse.tables) < 2:
        return "linear response needs two snapshots"
    if not (np.isfinite(energies).all() and np.isfinite(values).all()):
        return "the energy of a control is unknown"
    if pulse.moved[0] or not np.allclose(spacing, spacing[0]):
        return "linear response needs equal steps from equilibrium"
    lags = len(pulse.time) - pulse.begin
    correlation = cross_correlation(energies, values, lags)
    times = pulse.time[:lags] - pulse.time[0]
    given = (pulse.time, pulse.temperature, pulse.low)
    return linear_response(times, correlation.snapshots, *given)
