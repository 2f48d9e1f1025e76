"""What a regression may be varied in: settings chosen anew, fewer features, fewer runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.errors import InputError
from softness.learning.regress import Regressor, RegressorSettings, train_regressor
from softness.learning.select import Choice, choose_settings, eliminate_features
from softness.learning.targets import Target, counts_target


@dataclass(frozen=True)
class Particles:
    """What a regressor is trained with: n particles of several snapshots.

    Attributes
    ----------
    features
        (n, M) structural features, not standardised.
    target
        Of the n particles.
    snapshots
        (n,) number of the snapshot of each.
    mean, scale
        (M,) standardisation.
    """

    features: np.ndarray
    target: Target
    snapshots: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    def of(self, chosen: np.ndarray) -> "Particles":
        """Those of a (n,) mask, with the same standardisation."""
        parts = self.features[chosen], self.target.part(chosen), self.snapshots[chosen]
        return Particles(*parts, self.mean, self.scale)

    @property
    def unit(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and scale."""
        return self.mean, self.scale


@dataclass(frozen=True)
class Fitted:
    """Regressors by the names of the variables that they predict, and how settings were chosen."""

    choice: Choice
    regressors: dict[str, Regressor]


def fit_chosen(
    name: str,
    candidates: Sequence[RegressorSettings],
    particles: Particles,
    generator: np.random.Generator,
) -> Fitted:
    """Choose settings by validation on snapshots, and train with all particles.

    Parameters
    ----------
    name
        Of the variable.
    candidates
        Among which validation chooses.
    particles
        What to train with; of two snapshots or more.
    generator
        Source of folds and of the training.

    Raises
    ------
    InputError
        As `choose_settings` and `train_regressor`.
    """
    choice = _chosen(candidates, particles, generator)
    trained = train_regressor(
        choice.best, particles.features, particles.target, *particles.unit, generator
    )
    return Fitted(choice, {name: trained})


def fit_eliminated(
    name: str,
    candidates: Sequence[RegressorSettings],
    particles: Particles,
    generator: np.random.Generator,
    numbers: Sequence[int],
    step: int = 1,
) -> Fitted:
    """Models with fewer and fewer features (`eliminate_features`), named ``{name}_{M}_features``.

    Parameters
    ----------
    name
        Of the model.
    candidates, particles, generator
        As for `fit_chosen`; settings are chosen with all features.
    numbers
        M for which a model is wanted.
    step
        Features eliminated at a time.

    Raises
    ------
    InputError
        As `fit_chosen` and `eliminate_features`; there are fewer features than a number of them.
    """
    if max(numbers) > particles.features.shape[1]:
        raise InputError(
            f"numbers = {list(numbers)}: there are {particles.features.shape[1]} features, "
            "give no more"
        )
    choice = _chosen(candidates, particles, generator)
    found = eliminate_features(
        choice.best,
        particles.features,
        particles.target,
        *particles.unit,
        generator,
        numbers,
        step,
    )
    regressors = {
        f"{name}_{number}_features": Regressor.from_plane(found.planes[number])
        for number in sorted(numbers)
    }
    return Fitted(choice, regressors)


def fit_thinned(
    name: str,
    candidates: Sequence[RegressorSettings],
    particles: Particles,
    generator: np.random.Generator,
    runs: Sequence[int],
) -> Fitted:
    """Models from labels that fewer runs could have given (`thinned`), ``{name}_{runs}_runs``.

    Parameters
    ----------
    name
        Of the model.
    candidates, particles, generator
        As for `fit_chosen`; settings are chosen with all runs.
    runs
        Numbers of runs for which a model is wanted.

    Raises
    ------
    InputError
        As `fit_chosen` and `thinned`.
    """
    choice = _chosen(candidates, particles, generator)
    regressors = {}
    for number in sorted(runs):
        target = thinned(particles.target, number, generator)
        regressors[f"{name}_{number}_runs"] = train_regressor(
            choice.best, particles.features, target, *particles.unit, generator
        )
    return Fitted(choice, regressors)


def thinned(target: Target, runs: int, generator: np.random.Generator) -> Target:
    """The target that fewer runs of each particle could have given.

    Of the counted runs those that stay are drawn without replacement. Particles are drawn apart,
    though they share the runs: true for each particle, and that is all that a regression needs.

    Raises
    ------
    InputError
        If the target has no counts, or fewer runs than wanted.
    """
    if target.counts is None or target.trials is None:
        raise InputError("target has no counts, from which runs are drawn: give counts_target")
    counts, trials = target.counts.astype(np.int64), target.trials.astype(np.int64)
    if not 0 < runs <= trials.min():
        raise InputError(f"runs = {runs}: there are {trials.min()}, give a number from 1 to that")
    return counts_target(generator.hypergeometric(counts, trials - counts, runs), runs)


def _chosen(
    candidates: Sequence[RegressorSettings], particles: Particles, generator: np.random.Generator
) -> Choice:
    given = particles.features, particles.target, particles.snapshots
    return choose_settings(candidates, *given, *particles.unit, generator)
