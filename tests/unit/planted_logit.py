"""Particles whose logit p_r is a planted linear function of collinear features."""

from dataclasses import dataclass, replace

import numpy as np

from softness.learning.targets import Target, counts_target


@dataclass(frozen=True)
class Planted:
    """Planted answer and measured counts; features are not standardised."""

    features: np.ndarray
    logit: np.ndarray  # true
    target: Target
    halves: tuple[Target, Target]
    snapshots: np.ndarray
    weights: np.ndarray  # of the standardised features
    mean: np.ndarray
    scale: np.ndarray

    @property
    def arguments(self):
        return self.features, self.target, self.mean, self.scale

    def part(self, chosen):
        return replace(
            self,
            features=self.features[chosen],
            logit=self.logit[chosen],
            target=self.target.part(chosen),
            halves=tuple(half.part(chosen) for half in self.halves),
            snapshots=self.snapshots[chosen],
        )


def planted(
    size,
    generator,
    columns=8,
    telling=None,
    trials=10_000,
    middle=-6.0,
    spread=0.8,
    hidden=0.0,
    snapshots=4,
):
    """Neighbouring features correlate by 0.5; only the first `telling` carry weight."""
    mean, scale = np.linspace(5, 50, columns), np.linspace(0.5, 4, columns)
    covariance = 0.5 ** np.abs(np.subtract.outer(np.arange(columns), np.arange(columns)))
    x = generator.normal(size=(size, columns)) @ np.linalg.cholesky(covariance).T
    weights = generator.choice([-1.0, 1.0], columns) * generator.uniform(0.5, 1.0, columns)
    weights[columns if telling is None else telling :] = 0.0
    weights *= spread / np.sqrt(weights @ covariance @ weights)
    logit = middle + x @ weights + hidden * generator.normal(size=size)
    chance = 1 / (1 + np.exp(-logit))
    counts = generator.binomial(trials // 2, chance, size=(2, size))
    return Planted(
        features=x * scale + mean,
        logit=logit,
        target=counts_target(counts.sum(axis=0), trials),
        halves=tuple(counts_target(half, trials // 2) for half in counts),
        snapshots=np.arange(size) * snapshots // size + 7,
        weights=weights,
        mean=mean,
        scale=scale,
    )


def cosine(first, second):
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))
