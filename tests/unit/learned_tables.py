"""Made-up tables of learned variables: what every claim should find is planted."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm

from softness.files.records.barriers import BarrierTable
from softness.files.records.dynamics import RelaxationTable, VanHove
from softness.files.records.hops import Rearrangements
from softness.files.records.learned import Accuracies, Classifier, Distribution
from softness.findings.data import FigureData
from softness.findings.table_2_1_hyperplanes import OF_SOURCE

TRAINING, TRANSFER = 0.45, 0.47
HOT = (1.0, 1.2, 1.4, 1.8, 2.0)
BARRIER_FIT = np.array([0.45, 0.47, 0.5, 0.53, 0.56, 0.6, 0.65, 0.7, 0.78])
SENSITIVITY = np.append(BARRIER_FIT, [0.83, 0.86])
FEATURES = 8
EDGES = np.linspace(-3, 3, 13)
BIASES = np.linspace(-4, 4, 161)
WANTED = 3800
DRAWS = 200


@dataclass(frozen=True)
class Plan:
    """What is planted; the defaults are what the source says."""

    replicas: int = 5
    blocks: int = 4
    hot: tuple = HOT
    randoms: int = 3
    # Accuracies on the own set, and on the transfer set.
    fluidity_accuracy: float = 0.65
    softness_accuracy: float = 0.80
    softness_on_hot: float = 0.64
    transfer_accuracy: float = 0.70
    one_tail_accuracy: float = 0.60
    best_bias: float = 0.1
    softness_bias: float = 1.5
    # Barriers.
    onset: float = 0.9
    fluidity_onset: float = 0.9
    strength: float = -1.3
    fluidity_influence: float = 0.95
    random_influence: float = 0.1
    shift: float = 0.0
    curvature: float = 0.0
    bend: float = 0.0
    strength_error: float = 0.05
    noise: float = 1.0
    # Distributions, displacements and directions.
    drift: float = 0.4
    bump: float = 0.0
    skewness: float = 0.0
    tail: float = 0.4
    exponential: float = 0.1
    far: float = 1.0
    hop_size: float = 0.6
    cosines: tuple = (0.8246, 0.8071, 0.6643, 0.7104, 0.7198)
    direction_error: float = 0.01
    bias: float = -0.02
    gaussian: float = 0.01
    found: int = WANTED


def fluidity(temperature):
    return f"fluidity_{temperature:g}"


def made_up(**changes):
    """All tables of chapter 2 for a plan that differs from the source in some points."""
    plan = Plan(**changes)
    return FigureData(
        settings={"seed": 1, "draws": DRAWS, "block_length": 2.0},
        softness=[classifier(plan, TRAINING, 1.0)],
        fluidity=[classifier(plan, t, c) for t, c in zip(plan.hot, cosines(plan), strict=True)],
        training=[training_set(plan)],
        transfer=[transfer_set(plan)],
        extremes=[extremes(plan, t) for t in plan.hot],
        distribution=[distribution(plan, t) for t in (0.45, 0.6, 0.86, 1.2, 2.0)],
        barriers=[barriers(plan, BARRIER_FIT)],
        wide_barriers=[barriers(plan, SENSITIVITY)],
        van_hove=[van_hove(plan, t, r) for t in (0.45, *plan.hot) for r in range(plan.replicas)],
        rearrangements=[rearrangements(plan, replica) for replica in range(plan.replicas)],
        relaxation=[relaxation(t) for t in (0.45, *plan.hot)],
    )


def cosines(plan):
    return (*plan.cosines, *[0.7] * len(plan.hot))[: len(plan.hot)]


def spread(temperature):
    """Of table 2.1."""
    return OF_SOURCE["spread"].get(temperature, 0.7)


def best_bias(temperature):
    """Of table 2.1, in units of the spread."""
    return OF_SOURCE["best_bias"].get(temperature, 0.0) / spread(temperature)


def classifier(plan, temperature, cosine):
    generator = np.random.default_rng(int(100 * temperature))
    weights = np.zeros(FEATURES)
    weights[0], weights[1] = cosine, np.sqrt(1 - cosine**2)
    noise = plan.direction_error * generator.normal(size=(12, FEATURES))
    left_out = weights + noise[: plan.replicas]
    return Classifier(
        temperature=np.array(temperature),
        columns=np.arange(FEATURES),
        weights=weights,
        bias=np.array(plan.bias),
        mean=np.zeros(FEATURES),
        scale=np.ones(FEATURES),
        spread=np.array(spread(temperature)),
        covariance=np.eye(FEATURES),
        left_out_weights=left_out,
        left_out_bias=np.full(plan.replicas, plan.bias),
        left_out_spread=np.full(plan.replicas, spread(temperature)),
        jackknife_weights=weights + noise / 4,
        half_weights=weights + 2 * noise[:2],
        found=np.full(2, plan.found),
        wanted=np.array(WANTED),
        complete=np.array(plan.found >= WANTED),
        label=np.array([1, -1]),
        cross_validated=np.array([0.5, -0.5]),
        plain_cross_validated=np.array([0.5, -0.5]),
    )


def accuracies(plan, temperature, variables, own):
    """Two normal classes of each variable: name, accuracy at the best bias, best bias."""
    variables = variables | ({f"{own}_unseen": variables[own]} if own else {})
    generator = np.random.default_rng(int(1000 * temperature))
    number, blocks = 400, plan.blocks
    scatter = 0.005 * generator.normal(size=(plan.replicas, blocks, 1))
    # As many of one class as of the other in all, not in each block.
    uneven = np.where(np.arange(blocks) % 2, 1, -1) * (number // 4) * (blocks % 2 == 0)
    samples = number // 2 + np.multiply.outer([1, -1], np.tile(uneven, (plan.replicas, 1)))
    # Blocks may be empty.
    if blocks > 1:
        samples[:, 0, :2] = 0
    right = []
    for best, place in variables.values():
        distance = norm.ppf(best)
        from_best = BIASES - place
        share = np.array([norm.sf(from_best - distance), norm.cdf(from_best + distance)])
        # A little higher at the very place of the maximum, so that it is where it was planted.
        share = (share + 0.002 * (np.abs(from_best) < 0.03))[:, None, None]
        # Where one answer is always given, nothing scatters.
        share = np.clip(share + scatter * (np.abs(from_best) < 2), 0, 1)
        right.append(np.rint(share * samples[..., None]))
    return Accuracies(
        temperature=np.array(temperature),
        names=np.array(list(variables), dtype="S"),
        found=np.full(2, plan.found),
        wanted=np.array(WANTED),
        lower=np.array(0.02),
        upper=np.array(0.2),
        bias=BIASES,
        origin=np.zeros(len(variables)),
        own=np.array([name == own for name in variables]),
        samples=samples,
        right=np.array(right).astype(int),
        plain_right=right[0].sum(axis=(1, 2)) + 50 if own else np.zeros((2, len(BIASES))),
    )


def random_directions(plan):
    return {f"random_{n}": (0.51, 0.3 * n - 0.3) for n in range(plan.randoms)}


def one_tails(plan):
    kinds = ("high_tail", "low_tail")
    return {f"{kind}_{t:g}": (plan.one_tail_accuracy, -0.4) for kind in kinds for t in plan.hot}


def training_set(plan):
    variables = {"softness": (plan.softness_accuracy, 0.0)}
    variables |= {fluidity(t): (plan.transfer_accuracy, -0.5) for t in plan.hot}
    return accuracies(plan, TRAINING, variables | random_directions(plan), "softness")


def transfer_set(plan):
    variables = {"softness": (plan.softness_accuracy, 0.5)}
    variables |= {fluidity(t): (plan.transfer_accuracy, best_bias(t)) for t in plan.hot}
    return accuracies(plan, TRANSFER, variables | one_tails(plan) | random_directions(plan), "")


def extremes(plan, temperature):
    variables = {fluidity(temperature): (plan.fluidity_accuracy, plan.best_bias)}
    variables["softness"] = (plan.softness_on_hot, plan.softness_bias * temperature)
    others = {fluidity(t): (0.6, 0.2) for t in plan.hot if t != temperature}
    variables |= others | one_tails(plan) | random_directions(plan)
    return accuracies(plan, temperature, variables, fluidity(temperature))


def barriers(plan, temperatures):
    """Barriers of softness, of all fluidities and of random directions."""
    influence = {"softness": 1.0}
    influence |= {fluidity(t): plan.fluidity_influence for t in plan.hot}
    # Random directions point either way.
    influence |= {
        name: plan.random_influence * (-1) ** n for n, name in enumerate(random_directions(plan))
    }
    return planted_barriers(plan, temperatures, influence)


def planted_barriers(plan, temperatures, influences):
    """ln P = a - e / T + g x (1 - T0 / T) for each variable; the first one has its own T0."""
    generator = np.random.default_rng(3)
    x = (EDGES[:-1] + EDGES[1:]) / 2
    names, influence = list(influences), np.array(list(influences.values()))
    onset = np.array([plan.onset] + [plan.fluidity_onset] * (len(names) - 1))
    shift = np.array([0.0] + [plan.shift] * (len(names) - 1))
    g = plan.strength * influence[:, None] * (x + plan.bend * x**2)
    energy, entropy = 3.6 + shift[:, None] + onset[:, None] * g, 2.0 + g
    log_chance = entropy - energy / temperatures[:, None, None]
    trials = np.rint(1e6 * norm.pdf(x) + 1e4) * np.ones_like(log_chance)
    events = np.rint(trials * np.exp(log_chance))
    size = (DRAWS, *g.shape)
    curvature = np.full((2, *g.shape), plan.curvature)
    # A single unit tells nothing of the error.
    known = 1.0 if plan.replicas * plan.blocks > 1 else np.nan
    common = known * generator.normal(size=(DRAWS, 1))
    middle = 0.6  # 1/T exp(Sigma' - Delta E' / T) touches exp(Sigma - Delta E / T) here
    energies = np.array([[energy] * 2, [energy + middle] * 2])
    entropies = np.array([[entropy] * 2, [entropy + np.log(middle) + 1] * 2])
    strength_draws = plan.strength * influence + plan.strength_error * known * generator.normal(
        size=(DRAWS, len(names))
    )
    return BarrierTable(
        temperature=temperatures,
        names=np.array(names, dtype="S"),
        edges=EDGES,
        replicas=np.array(plan.replicas),
        blocks=np.full(len(temperatures), plan.blocks),
        thin=np.zeros(len(names), dtype=int),
        value=np.broadcast_to(0.95 * x, g.shape),
        events=events,
        trials=trials,
        probability_low=0.9 * known * events / trials,
        probability_high=1.1 * known * events / trials,
        energy=energies,
        entropy=entropies,
        energy_draws=energies[1, 0] + 0.03 * plan.noise * known * generator.normal(size=size),
        entropy_draws=entropies[1, 0] + 0.05 * plan.noise * known * generator.normal(size=size),
        curvature=curvature,
        curvature_draws=curvature
        + 0.1 * plan.noise * known * generator.normal(size=(DRAWS, *curvature.shape)),
        onset=onset,
        onset_draws=onset + 0.03 * common + 0.01 * generator.normal(size=(DRAWS, len(names))),
        strength=plan.strength * influence,
        strength_draws=strength_draws,
        slope_onset=onset - 0.1,
    )


def distribution(plan, temperature):
    """Values of a gamma distribution, shifted and scaled to the planted mean and skewness."""
    generator = np.random.default_rng(int(1000 * temperature))
    names = [fluidity(t) for t in plan.hot]
    shape = (plan.replicas, plan.blocks, 1500, len(names))
    if plan.skewness:
        form = 4 / plan.skewness**2
        values = (generator.gamma(form, size=shape) - form) / np.sqrt(form)
    else:
        values = generator.normal(size=shape)
    values = values + plan.drift * temperature + plan.bump * (temperature == 0.86)
    edges = np.linspace(-8, 8, 81)
    return Distribution(
        temperature=np.array(temperature),
        names=np.array(names, dtype="S"),
        edges=edges,
        counts=np.array([np.histogram(values[..., v], edges)[0] for v in range(len(names))]),
        powers=np.stack([(values**power).sum(axis=2) for power in range(5)], axis=-1),
    )


def van_hove(plan, temperature, replica):
    """Gaussian displacements; below T = 1 a share of particles that jump, with a tail."""
    generator = np.random.default_rng(int(1000 * temperature) + replica)
    alpha = plan.tail if temperature < 1 else plan.gaussian
    square = 2 * temperature**3 * (1 + 0.02 * generator.normal(size=10))
    fourth = 5 / 3 * (1 + alpha) * square**2
    edges = (np.arange(-50, 52) - 0.5) * 0.08
    x, variance = (edges[:-1] + edges[1:]) / 2, 2 * temperature**3 / 3
    gauss = np.exp(-(x**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    density = gauss + 0.05 * np.exp(-3 * np.abs(x)) * (temperature < 1)
    return VanHove(
        temperature=np.array(temperature),
        replica=np.array(replica),
        duration=np.array(500.0),
        lag=np.array(10.0),
        edges=edges,
        density=density,
        origin=np.arange(10) * 50.0,
        square=square,
        fourth=fourth,
        median=plan.far * 0.888 * np.sqrt(square),
        tail=np.sign(1 - temperature) * plan.exponential + 0.02 * generator.normal(size=10),
    )


def rearrangements(plan, replica):
    generator = np.random.default_rng(replica)
    events = 200
    return Rearrangements(
        temperature=np.array(TRAINING),
        replica=np.array(replica),
        threshold=np.array(0.2),
        particle=np.arange(events),
        frame=generator.integers(500, size=events),
        value=plan.hop_size**2 * np.exp(0.3 * generator.normal(size=events)),
        first=np.zeros(events),
        last=np.zeros(events),
        cut=np.zeros(events),
    )


def relaxation(temperature):
    one = np.ones(1)
    numbers = {"replicas": np.array(5), "blocks": np.array(4), "origins": np.array([20])}
    return RelaxationTable(
        temperature=np.array(temperature),
        wave_number=np.array(7.25),
        lag=one,
        mean=one,
        low=one,
        high=one,
        relaxation_time=np.array(0.5 * np.exp(1 / temperature)),
        relaxation_time_draws=one,
        amplitude=np.array(0.7),
        stretched_time=np.array(1.0),
        stretching=np.array(0.7),
        stretching_draws=one,
        plateau=np.array(0.3),
        plateau_draws=one,
        **numbers,
    )


def without_events(data):
    """The same tables where nothing ever rearranged: all fits are undefined."""
    return replace(
        data,
        barriers=[emptied_barriers(table) for table in data.barriers],
        wide_barriers=[emptied_barriers(table) for table in data.wide_barriers],
    )


def emptied_barriers(table):
    """Barriers of variables where nothing ever rearranged."""
    names = ("value", "probability_low", "probability_high", "energy", "entropy", "energy_draws")
    names += ("entropy_draws", "curvature", "curvature_draws", "onset", "onset_draws")
    names += ("strength", "strength_draws", "slope_onset")
    undefined = {name: np.full(getattr(table, name).shape, np.nan) for name in names}
    return replace(table, events=np.zeros_like(table.events), **undefined)
