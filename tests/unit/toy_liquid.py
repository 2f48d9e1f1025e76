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
"""

from dataclasses import dataclass, field

import numpy as np

from softness.barriers.bins import bin_edges, count_bins
from softness.learning.hyperplane import Hyperplane

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
        z = generator.normal(size=(size, len(self.direction)))
        z += self.drift * (temperature - TEMPERATURES[0]) * self.direction
        u, h = z @ self.direction, generator.normal(size=size)
        part = -self.strength * (self.visible * u + np.sqrt(1 - self.visible**2) * h)
        log_chance = self.entropy - self.energy / temperature
        log_chance += part * (1 - self.onset / temperature)
        log_chance += generator.normal(scale=self.replica_spread) if self.replica_spread else 0.0
        rearranged = generator.random(size) < np.exp(log_chance)
        idle = generator.normal(size=(size, self.idle))
        return Sample(
            features=np.concatenate([z @ self.mixing.T + 5.0, idle], axis=1),
            rearranged=rearranged,
            block=np.arange(size) * blocks // size,
            barrier=self.energy + self.onset * part,
        )

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
