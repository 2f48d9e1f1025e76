"""A liquid of known barriers: every answer that the analysis should give can be written down.

Each particle-moment has a structural coordinate u, which its features carry, and a hidden one h,
which they do not; both are standard normal. It rearranges with the probability

    ln P_i = a - e / T + G_i (1 - T0 / T),   G_i = -gamma (rho u_i + sqrt(1 - rho^2) h_i),

that is with the barrier Delta E_i = e + T0 G_i and the entropy Sigma_i = a + G_i.

What a learned variable x (Z-scored, correlation c with u) should give follows from its conditional
distribution. <u|x> = c x, so <Delta E|x> = e - T0 gamma rho c x: the slope against x is that of u
diluted by c, and that of the whole barrier diluted by rho c. The rest of G, of variance
V = gamma^2 (1 - rho^2 c^2), is averaged over: ln P(x, T) gains V (1 - T0/T)^2 / 2 (a mean of
exponentials of a normal variable). This is the same for all x, so it moves all barriers alike,
bends ln P against 1/T, and changes neither their slope with x nor T0.

A snapshot is run M times from the same positions: k_i of Binomial(M, P_i) in two halves. ln P_i is
normal of standard deviation s = gamma |1 - T0/T|, and its correlation with x is r = rho c (up to
sign). What should come out of scores of a prediction linear in x, from many events to few:

-   True logit P = ln P - ln(1 - P) is ln P + P but for P^2 / 2: its variance is s^2 (1 + 2 <P>),
    and x explains r^2 of it, as of ln P. Both to 0.001 here (quadrature: `counted_scores`).
-   The best prediction is the conditional mean, whose variance is r^2 of the true one: eta = r^2.
    That is the variance that is too small where features lack. No number of runs cures it.
-   Logit P is measured as Y = ln((k + 1/2) / (M - k + 1/2)). Its mean over runs, m(ln P), is nearly
    logit P with many events and levels off at -ln(2 M + 1) with none. With the coefficients c_j of
    m in normalised Hermite polynomials, Var(m) = sum c_j^2, Var(<m|x>) = sum c_j^2 r^2j (Mehler),
    and a line fitted by least squares has the variance r^2 c_1^2. So a curved m is explained to
    less than r^2 even where its noise is taken out, and is too flat by c_1 / s.
-   Reliability is Var(m) / Var(Y). The ceiling is Spearman and Brown's guess of it from halves of
    M / 2 runs. With rare events a half has not twice the noise of the whole, since Y levels off,
    and the ceiling is too high. Both failures pull explained variance over ceiling down.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import binom, norm

from softness.barriers.bins import bin_edges, count_bins, without_thin_cells
from softness.barriers.onset import fit_onset
from softness.barriers.resample import resample
from softness.learning.hyperplane import Hyperplane
from softness.learning.scores import logit_share

TEMPERATURES = np.array([0.45, 0.48, 0.52, 0.56, 0.60, 0.65, 0.70, 0.76])
MIXING = np.array(
    [[2.0, 0.0, 0.0, 0.5], [1.5, 1.0, 0.0, 0.0], [0.0, 0.3, 0.7, 0.0], [0.5, 0.0, 0.2, 3.0]]
)


@dataclass(frozen=True)
class Sample:
    """Particles at moments of one replica at one temperature, in `blocks` blocks of time."""

    features: np.ndarray
    rearranged: np.ndarray
    block: np.ndarray
    barrier: np.ndarray


@dataclass(frozen=True)
class CountedSnapshot:
    """Particles of one snapshot, and in how many runs of each half (2, n) they rearranged."""

    features: np.ndarray
    log_chance: np.ndarray
    counts: np.ndarray
    runs: np.ndarray


@dataclass(frozen=True)
class CountedScores:
    """What scores of a prediction linear in x should be with infinitely many particles.

    `reliability` is what the ceiling estimates, `explained_of_true` the share of true logit P.
    `eta` and `slope`, that against the best prediction, are those of least squares on Y.
    """

    events: float
    measured_variance: float
    true_variance: float
    reliability: float
    ceiling: float
    explained: float
    explained_of_true: float
    eta: float
    slope: float

    @property
    def over_ceiling(self):
        return self.explained / self.ceiling

    @property
    def eta_over_ceiling(self):
        return self.eta / self.ceiling


@dataclass(frozen=True)
class ToyLiquid:
    onset: float = 0.9
    strength: float = 1.4  # gamma
    visible: float = 0.8  # rho
    energy: float = 3.6  # e
    entropy: float = 2.0  # a
    drift: float = 0.0  # change of the mean of u per unit of temperature
    replica_spread: float = 0.0  # of ln P between replicas
    idle: int = 0  # features that say nothing
    mixing: np.ndarray = field(default_factory=lambda: MIXING)
    direction: np.ndarray = field(default_factory=lambda: np.full(4, 0.5))

    def draw(self, temperature, size, blocks, generator):
        z, part, log_chance = self._structure(temperature, size, generator)
        log_chance += generator.normal(scale=self.replica_spread) if self.replica_spread else 0.0
        rearranged = generator.random(size) < np.exp(log_chance)
        return Sample(
            features=self._features(z, generator),
            rearranged=rearranged,
            block=np.arange(size) * blocks // size,
            barrier=self.energy + self.onset * part,
        )

    def snapshot(self, temperature, size, runs, generator, shift=0.0):
        """Particles of one snapshot, run `runs` times; `shift` of ln P is that of its replica."""
        z, _, log_chance = self._structure(temperature, size, generator)
        log_chance = np.minimum(log_chance + shift, 0.0)
        halves = np.full(2, runs // 2)
        return CountedSnapshot(
            features=self._features(z, generator),
            log_chance=log_chance,
            counts=generator.binomial(halves[:, None], np.exp(log_chance)),
            runs=halves,
        )

    def _structure(self, temperature, size, generator):
        z = generator.normal(size=(size, len(self.direction)))
        z += self.drift * (temperature - TEMPERATURES[0]) * self.direction
        u, h = z @ self.direction, generator.normal(size=size)
        part = -self.strength * (self.visible * u + np.sqrt(1 - self.visible**2) * h)
        log_chance = self.entropy - self.energy / temperature
        return z, part, log_chance + part * (1 - self.onset / temperature)

    def _features(self, z, generator):
        idle = generator.normal(size=(len(z), self.idle))
        return np.concatenate([z @ self.mixing.T + 5.0, idle], axis=1)

    def spread(self, temperature):
        """Standard deviation s of ln P."""
        return self.strength * abs(1 - self.onset / temperature)

    def best_correlation(self, columns):
        """c of the best linear combination of some of the features, in closed form."""
        mixing = self.mixing[list(columns)]
        along = mixing @ self.direction
        return float(np.sqrt(along @ np.linalg.solve(mixing @ mixing.T, along)))

    def correlation(self, plane: Hyperplane) -> float:
        """c, the correlation of u with the value of a hyperplane."""
        weights = plane.raw_weights()
        telling = weights[: len(self.direction)] @ self.mixing
        spread = np.hypot(np.linalg.norm(telling), np.linalg.norm(weights[len(self.direction) :]))
        return float(telling @ self.direction / spread)

    def barrier_slope(self, plane: Hyperplane) -> float:
        """Slope of <Delta E | x> with x: that of u, diluted by the correlation of x with u."""
        return -self.onset * self.strength * self.visible * self.correlation(plane)

    def entropy_slope(self, plane: Hyperplane) -> float:
        return -self.strength * self.visible * self.correlation(plane)

    def log_chance(self, x, temperature, plane: Hyperplane):
        """ln P(R | x) at one temperature, without drift, exact as long as P_i < 1."""
        factor = 1 - self.onset / np.asarray(temperature)
        diluted = self.visible * self.correlation(plane)
        rest = self.strength**2 * (1 - diluted**2)
        return (
            self.entropy
            - self.energy / np.asarray(temperature)
            - self.strength * diluted * x * factor
            + rest * factor**2 / 2
        )


def counted_scores(liquid, temperature, runs, correlation=1.0, nodes=100, orders=40):
    """Scores of a prediction linear in x, of correlation c with u, by quadrature over ln P."""
    places, weights = np.polynomial.hermite_e.hermegauss(nodes)
    weights = weights / weights.sum()
    spread = liquid.spread(temperature)
    log_chance = liquid.entropy - liquid.energy / temperature + spread * places
    # The outermost nodes, of no weight, lie beyond P = 1.
    chance = np.exp(np.minimum(log_chance, -1e-3))
    whole, half = _haldane_means(chance, runs), _haldane_means(chance, runs // 2)
    shares = (liquid.visible * correlation) ** (2 * np.arange(1, orders + 1))
    measured = _coefficients(whole[0], places, weights, orders)
    true = _coefficients(np.log(chance / (1 - chance)), places, weights, orders)
    variances = [(_coefficients(m, places, weights, orders) ** 2).sum() for m, _ in (whole, half)]
    noise = [weights @ each for _, each in (whole, half)]
    halves = variances[1] / (variances[1] + noise[1])
    total = variances[0] + noise[0]
    return CountedScores(
        events=float(runs * weights @ chance),
        measured_variance=float(total),
        true_variance=float((true**2).sum()),
        reliability=float(variances[0] / total),
        ceiling=float(2 * halves / (1 + halves)),
        explained=float(shares @ measured**2 / total),
        explained_of_true=float(shares @ true**2 / (true**2).sum()),
        eta=float(shares[0] * measured[0] ** 2 / total),
        slope=float(measured[0] / spread),
    )


def _haldane_means(chance, runs):
    """Mean and variance over runs of the measured logit at each of some probabilities."""
    counts = np.arange(runs + 1)
    logit = logit_share(counts, runs)
    mass = binom.pmf(counts, runs, chance[:, None])
    mean = mass @ logit
    return mean, mass @ logit**2 - mean**2


def _coefficients(values, places, weights, orders):
    """(orders,) coefficients from the first in normalised Hermite polynomials."""
    found, before, now = [], np.zeros_like(places), np.ones_like(places)
    for order in range(1, orders + 1):
        before, now = now, (places * now - np.sqrt(order - 1) * before) / np.sqrt(order)
        found.append((weights * values) @ now)
    return np.array(found)


def between_bins(bins):
    """Share of the variance of a normal variable between bins of equal counts."""
    return float(bins * (np.diff(norm.pdf(norm.ppf(np.linspace(0, 1, bins + 1)))) ** 2).sum())


def count(samples, values, edges=None, stride=1):
    """(blocks, 2, bins) counts of each replica, and the mean x of each bin; values by replica."""
    edges = bin_edges(-2.5, 2.5, 0.5) if edges is None else edges
    tables, totals, trials = [], 0.0, 0.0
    for sample, x in zip(samples, values, strict=True):
        found = count_bins(
            x[sample.rearranged],
            x[::stride],
            edges,
            stride,
            sample.block[sample.rearranged],
            sample.block[::stride],
            int(sample.block.max()) + 1,
        )
        tables.append(np.stack([found.events, found.trials], axis=1))
        totals, trials = totals + found.totals.sum(axis=0), trials + found.trials.sum(axis=0)
    return tables, totals / trials


def resampled_onset(values, counts, generator, draws):
    """(2,) T0 and g of the joint fit at `TEMPERATURES`, with their draws, as the study has them."""

    def statistic(sums):
        events, trials, _ = without_thin_cells(sums[:, :, 0], sums[:, :, 1], least=1)
        fit = fit_onset(values, TEMPERATURES, events, trials)
        return np.stack([fit.temperature, fit.strength], axis=-1)

    return resample(counts, statistic, generator, draws)
