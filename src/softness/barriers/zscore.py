"""Z-scores: learned variables of different models in one unit."""

from dataclasses import dataclass

import numpy as np

from softness.checks import finite_array
from softness.errors import InputError


@dataclass(frozen=True)
class ZScore:
    """x = (value - shift) / scale of a learned variable.

    Attributes
    ----------
    shift
        In the unit of the learned variable.
    scale
        Its standard deviation at the training temperature.
    """

    shift: float
    scale: float

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Z-scores of some values."""
        return (np.asarray(values) - self.shift) / self.scale


def without_bias(projections: np.ndarray) -> ZScore:
    """Z-score of section 3.3.2: x = w.F / sigma_tr, to be applied to w.F.

    Parameters
    ----------
    projections
        (n,) w.F of the population at the training temperature.
    """
    return ZScore(0.0, _spread(projections))


def about_mean(values: np.ndarray) -> ZScore:
    """Z-score of models without a hyperplane: x = (f - <f>_tr) / sigma_tr, to be applied to f.

    For a linear model it differs from `without_bias` by a constant, 0 if features are standardised
    with the same population.

    Parameters
    ----------
    values
        (n,) output of the model for the population at the training temperature.
    """
    spread = _spread(values)
    return ZScore(float(np.mean(values)), spread)


def varies(values: np.ndarray) -> bool:
    """Whether (n,) values differ by more than the last digits of single precision.

    A model that learned nothing predicts one number, up to rounding: it has no Z-score.
    """
    values = np.asarray(values)
    rounding = 10 * float(np.spacing(np.float32(np.abs(values).max(initial=1.0))))
    return float(values.std()) > rounding


def _spread(values: np.ndarray) -> float:
    values = finite_array(values, "values at the training temperature", 1)
    spread = float(values.std()) if len(values) else 0.0
    if spread == 0:
        raise InputError(
            f"values at the training temperature: {len(values)} that do not vary; "
            "give the population, and a model that has learned something"
        )
    return spread
