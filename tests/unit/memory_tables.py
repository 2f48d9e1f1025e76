"""Made-up tables of softness in time: what every claim should find is planted."""

from dataclasses import dataclass

import numpy as np

from softness.files.records.dynamics import RelaxationTable
from softness.files.records.memory import CycleResponse, SoftnessDecay
from softness.files.records.regressed import SnapshotShares
from softness.findings.data import FigureData

TAU = {0.51: 66.0, 0.53: 42.0, 0.56: 24.0, 0.6: 13.0, 0.83: 2.6, 0.86: 2.2}
EDGES = np.array([-np.inf, -1.0, -0.5, 0.0, 0.5, 1.0, np.inf])
STARTS = np.array([-1.5, -0.75, -0.25, 0.25, 0.75, 1.5])
PARTICLES = np.array([500, 490, 640, 640, 490, 500])
SETTINGS = {"seed": 1, "draws": 200, "block_length": 2.0}


@dataclass(frozen=True)
class Plan:
    """What is planted; the defaults are what is said, and a pulse with some memory."""

    settings: tuple = tuple(SETTINGS.items())
    # Temperatures of the relaxation tables.
    relaxation: tuple = tuple(TAU)
    # Shares: error of runs, spread of the paths at the first time over it, how fast it goes.
    shares_at: tuple = (0.6, 0.86)
    replicas: int = 3
    snapshots: int = 4
    error: float = 0.0002
    paths: float = 12.0
    together: float = 3.0
    # Decay: time of the first drop, fraction left at 1 tau, and time to 5 % in tau_alpha (hot).
    decay_at: tuple = (0.56, 0.83)
    blocks: int = 4
    early: float = 0.2
    drop: float = 0.55
    forgotten: float = 100.0
    longest: float = 400.0
    # Slope in a decade at the cold temperature, its change, and how much faster soft bins are.
    slope: float = -0.2
    curvature: float = 0.0
    faster: float = 0.03
    noise: float = 0.004
    # Cycle: low, high, and times at the high temperature.
    low: float = 0.51
    pulses: tuple = ((0.56, 30.0),)
    after: float = 150.0
    control_extra: float = 0.0
    spacing: float = 2.0
    runs: int = 2
    cycle_replicas: int = 2
    cycle_snapshots: int = 4
    common: float = 0.25
    # Fraction of the common response that stays after the pulse.
    stays: float = 0.0
    # Plain relaxation, and a further response, by S(0), that stays after the pulse.
    clock: bool = True
    memory: float = -0.05
    # How much energy goes with softness, which linear response is read from.
    energy: float = 0.5
    cycle_noise: float = 0.02
    empty: tuple = ()
    seed: int = 0


def remembered(**changes):
    """All tables of chapter 4 for a plan that differs in some points."""
    plan = Plan(**changes)
    return FigureData(
        settings=dict(plan.settings),
        relaxation=[relaxation(t) for t in sorted(plan.relaxation)],
        shares=[shares(plan, t) for t in plan.shares_at],
        softness_decay=decays(plan),
        cycle_response=cycles(plan),
    )


def relaxation(temperature, draws=50):
    time = TAU[temperature]
    lag = np.unique(np.append(np.geomspace(0.01, 20 * time, 60), 1.0))
    mean = 0.25 * np.exp(-lag / 0.2) + 0.75 * np.exp(-((lag / (1.2 * time)) ** 0.7))
    return RelaxationTable(
        temperature=np.array(temperature),
        wave_number=np.array(7.2),
        replicas=np.array(3),
        blocks=np.array(12),
        lag=lag,
        origins=np.full(len(lag), 100),
        mean=mean,
        low=mean - 0.01,
        high=mean + 0.01,
        relaxation_time=np.array(time),
        relaxation_time_draws=np.full(draws, time),
        amplitude=np.array(0.75),
        stretched_time=np.array(1.2 * time),
        stretching=np.array(0.7),
        stretching_draws=np.full(draws, 0.7),
        plateau=np.array(0.3),
        plateau_draws=np.full(draws, 0.3),
    )


def shares(plan, temperature):
    """Paths that begin apart and come together, with the noise of runs."""
    generator = np.random.default_rng(int(1000 * temperature))
    time = np.arange(5.0, 26.0)
    number = plan.replicas * plan.snapshots
    level, error = 0.02, plan.error
    offset = plan.paths * error * np.linspace(-1.5, 1.5, number)[:, None]
    mean = level + offset * np.exp(-(time - time[0]) / plan.together)
    mean = mean + error * generator.normal(size=mean.shape)
    return SnapshotShares(
        temperature=np.array(temperature),
        threshold=np.array(0.2),
        runs=np.array(10_000),
        snapshot=np.arange(number),
        replica=np.repeat(np.arange(plan.replicas), plan.snapshots),
        time=time,
        mean=np.array([mean, 5 * mean]),
        error=np.full((2, *mean.shape), error),
    )


def left(plan, temperature, time):
    """(bins, times) fraction of its start that is left of each bin."""
    tau = TAU[temperature]
    decades = np.log10(np.maximum(time, 1.0))
    if temperature > 0.7:
        slope = (0.05 - plan.drop) / np.log10(plan.forgotten * tau)
        curves = np.tile(plan.drop + slope * decades, (len(STARTS), 1))
    else:
        softer = np.linspace(-1, 1, len(STARTS))[:, None]
        slope = plan.slope - plan.faster * softer
        curves = plan.drop + slope * decades + plan.curvature * decades**2 / 2
    vibration = (np.exp(-time / plan.early) - np.exp(-1 / plan.early)) / -np.expm1(-1 / plan.early)
    first = plan.drop + (1 - plan.drop) * vibration
    return np.where(time < 1, first, np.maximum(curves, 0.0))


def decays(plan):
    return [
        decay(plan, temperature, replica)
        for temperature in plan.decay_at
        for replica in range(plan.replicas)
    ]


def decay(plan, temperature, replica):
    """Sums of one run: planted means with noise of each block."""
    generator = np.random.default_rng([int(1000 * temperature), replica, plan.seed])
    steps = np.geomspace(1, plan.longest, 27).round()
    time = np.unique([0.0, *np.geomspace(0.01, 0.7, 12), *steps])
    means = STARTS[:, None] * left(plan, temperature, time)
    means = np.vstack([means, np.zeros(len(time))])
    counts = np.append(PARTICLES, PARTICLES.sum())[:, None] * np.full(len(time), 10)
    noise = plan.noise * generator.normal(size=(plan.blocks, len(means), 1))
    noise = noise + plan.noise * generator.normal(size=(plan.blocks, *means.shape))
    return SoftnessDecay(
        temperature=np.array(temperature),
        replica=np.array(replica),
        edges=EDGES,
        time=time,
        sums=(means + noise) * counts,
        counts=np.repeat(counts[None], plan.blocks, axis=0),
    )


def cycles(plan):
    number = plan.cycle_replicas * plan.cycle_snapshots
    return [
        cycle(plan, high, hold, snapshot, snapshot // plan.cycle_snapshots)
        for high, hold in plan.pulses
        for snapshot in range(number)
    ]


def protocol(plan, high, hold, extra=0.0):
    corners = np.cumsum([0.0, 30.0, 10.0, hold, 10.0, plan.after + extra])
    time = np.arange(0.0, corners[-1] + 1e-9, plan.spacing)
    return time, np.interp(time, corners, [plan.low, plan.low, high, high, plan.low, plan.low])


def cycle(plan, high, hold, snapshot, replica):
    """Softness of the bins of one snapshot: the clock, a common response, memory, and noise."""
    longest = max(each for _, each in plan.pulses)
    whole, _ = protocol(plan, high, longest, plan.control_extra)
    time, temperature = protocol(plan, high, hold)
    share = np.maximum(0.55 - 0.2 * np.log10(np.maximum(whole, 1.0)), 0.0)
    share = np.where(whole == 0, 1.0, share)
    warm = (temperature - plan.low) / (high - plan.low) if high != plan.low else 0 * time
    kept = np.maximum.accumulate(warm)
    logs = np.interp(1 / temperature, [1 / t for t in sorted(TAU, reverse=True)], log_times())
    speeds = np.exp(np.log(TAU[plan.low]) - logs) if plan.clock else np.ones(len(time))
    clock = np.append(0.0, np.cumsum(np.diff(time) * (speeds[1:] + speeds[:-1]) / 2))
    moved = STARTS[:, None] * np.interp(clock, whole, share)
    steady = STARTS[:, None] * share
    common = warm + plan.stays * (kept - warm)
    moved = moved + plan.common * common + plan.memory * STARTS[:, None] * kept
    shape, frames = (plan.runs, len(STARTS), len(whole)), len(time)
    control = steady + noise(plan, [plan.seed, snapshot, 0], shape)
    stream = [plan.seed, snapshot, 1, int(100 * high), int(hold)]
    apart = noise(plan, stream, shape)[..., :frames]
    begun = np.flatnonzero(warm)
    after = time > time[begun[0] - 1] if len(begun) else np.zeros(len(time), dtype=bool)
    both = np.where(after, moved + apart, control[..., :frames])
    weights = PARTICLES.astype(float)
    weights[list(plan.empty)] = 0
    everyone = [np.einsum("b,rbt->rt", weights, each) / weights.sum() for each in (both, control)]
    # The total energy goes with the mean over everyone.
    energy = 2e4 * plan.energy * everyone[1] + 30 * np.random.default_rng([snapshot, 2]).normal(
        size=everyone[1].shape
    )
    control, both = control.copy(), both.copy()
    control[:, list(plan.empty)] = both[:, list(plan.empty)] = np.nan
    return CycleResponse(
        low=np.array(plan.low),
        high=np.array(high),
        snapshot=np.array(snapshot),
        replica=np.array(replica),
        time=time,
        temperature=temperature,
        edges=EDGES,
        numbers=weights.astype(int),
        cycle=both,
        cycle_everyone=everyone[0],
        control_time=whole,
        control=control,
        control_everyone=everyone[1],
        energy=energy - 3000.0,
    )


def log_times():
    """ln tau_alpha from hot to cold."""
    return np.log([TAU[t] for t in sorted(TAU, reverse=True)])


def noise(plan, seed, shape):
    """Noise that lasts for some frames, of each run and bin; the first frames of longer runs are
    those of shorter ones.
    """
    generator = np.random.default_rng(seed)
    found = np.zeros(shape)
    state = generator.normal(size=shape[:2])
    for frame in range(shape[2]):
        found[..., frame] = state
        state = 0.8 * state + 0.6 * generator.normal(size=shape[:2])
    return plan.cycle_noise * found
