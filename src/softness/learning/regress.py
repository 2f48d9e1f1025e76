"""Regressions of logit p_r on structure: one interface for linear and other models."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from softness.checks import one_of, positive, same_length, whole_number
from softness.errors import InputError
from softness.learning import fits
from softness.learning.checks import feature_table, given_standardisation
from softness.learning.fits import LARGEST_KERNEL, linear_model
from softness.learning.hyperplane import Hyperplane
from softness.learning.regressors import LINEAR, REGRESSORS
from softness.learning.targets import Target


def _checked(key: str, value: float, default: float) -> float:
    return whole_number(value, key) if isinstance(default, int) else positive(value, key)


@dataclass(frozen=True)
class RegressorSettings:
    """Name and hyperparameters of a model; equal settings are equal and hash alike.

    Attributes
    ----------
    name
        One of `REGRESSORS`.
    parameters
        Given as a mapping; what is absent is taken from its defaults. Kept as sorted pairs.

    Raises
    ------
    InputError
        The model or a hyperparameter is unknown, or a value is not positive.
    """

    name: str
    parameters: Mapping[str, float] | tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        one_of(self.name, "name", tuple(REGRESSORS))
        given, known = dict(self.parameters), REGRESSORS[self.name].defaults
        for key in given:
            one_of(key, f"a hyperparameter of {self.name}", tuple(known))
        values = {
            key: _checked(key, given.get(key, known[key]), known[key]) for key in sorted(known)
        }
        object.__setattr__(self, "parameters", tuple(values.items()))

    def __getitem__(self, key: str) -> float:
        return dict(self.parameters)[key]

    @property
    def linear(self) -> bool:
        """Whether the model has weights and a bias."""
        return REGRESSORS[self.name].linear


def grid(name: str, **values: Sequence[float]) -> tuple[RegressorSettings, ...]:
    """All combinations of some values of the hyperparameters of one model, the last fastest.

    Without any there is one candidate, of its defaults.
    """
    return tuple(
        RegressorSettings(name, dict(zip(values, chosen, strict=True)))
        for chosen in itertools.product(*values.values())
    )


@dataclass(frozen=True)
class Regressor:
    """A trained model; `softness.files.models.save_model` stores its `model`.

    Attributes
    ----------
    model
        scikit-learn's standardisation, with the mean and the scale of the population at the
        training temperature, and model, in one pipeline.
    """

    model: Pipeline

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Predicted logit p_r of (n, M) features that are not standardised; (n,)."""
        features = feature_table(features, self.model[0].n_features_in_)
        if isinstance(self.model[1], SVR):
            return self._kernel_predictions(features)
        return np.asarray(self.model.predict(features), dtype=np.float64)

    def _kernel_predictions(self, features: np.ndarray) -> np.ndarray:
        """What the machine itself predicts, five times faster: products of matrices, in chunks."""
        scaler, machine = self.model
        # The value of the kernel's scale that libsvm was given, whatever way it was named.
        gamma, vectors = machine._gamma, machine.support_vectors_
        predicted = np.empty(len(features))
        rows = max(LARGEST_KERNEL // len(vectors), 1)
        for first in range(0, len(features), rows):
            part = slice(first, first + rows)
            kernel = rbf_kernel(scaler.transform(features[part]), vectors, gamma)
            predicted[part] = kernel @ machine.dual_coef_[0] + machine.intercept_[0]
        return predicted

    @classmethod
    def from_plane(cls, plane: Hyperplane) -> "Regressor":
        """A linear model with the weights, bias and standardisation of a hyperplane."""
        scaler = _scaler(plane.mean, plane.scale, len(plane.weights))
        model = linear_model(plane.weights, -plane.bias)
        return cls(Pipeline([("standardise", scaler), ("model", model)]))

    @property
    def plane(self) -> Hyperplane:
        """Weights, bias and standardisation of a linear model: predicted is w.F - b.

        Raises
        ------
        InputError
            If the model is not linear.
        """
        scaler, machine = self.model
        if not hasattr(machine, "coef_"):
            raise InputError(
                f"model is a {type(machine).__name__}, which has no weights: "
                f"give a linear model ({', '.join(LINEAR)})"
            )
        return Hyperplane(machine.coef_, self.bias, scaler.mean_, scaler.scale_)

    @property
    def weights(self) -> np.ndarray:
        """(M,) weights of the standardised features of a linear model."""
        return self.plane.weights

    @property
    def bias(self) -> float:
        """Bias b = -intercept of a linear or a kernel model; table 3.1 gives -b, by equation 3.4.

        Raises
        ------
        InputError
            If the model has no single intercept, as networks and trees.
        """
        machine = self.model[1]
        if not hasattr(machine, "intercept_"):
            raise InputError(
                f"model is a {type(machine).__name__}, which has no bias: "
                f"give a linear model ({', '.join(LINEAR)}) or a support vector machine"
            )
        return -float(np.ravel(machine.intercept_)[0])


def train_regressor(
    settings: RegressorSettings,
    features: np.ndarray,
    target: Target,
    mean: np.ndarray,
    scale: np.ndarray,
    generator: np.random.Generator,
) -> Regressor:
    """Train a model of logit p_r (or of another target), section 3.3 of the dissertation.

    Parameters
    ----------
    settings
        Which model, with which hyperparameters.
    features
        (n, M) structural features, not standardised.
    target
        Of the n particles.
    mean, scale
        (M,) standardisation, of the population at the training temperature.
    generator
        Source of initial weights and orders; one number is drawn whatever the model.

    Raises
    ------
    InputError
        Shapes do not fit, values are NaN, the binomial model gets no counts, there are fewer
        examples than the smallest network has parameters, or a solver does not converge.
    """
    features = feature_table(features)
    same_length(target.values, "target", len(features), "the samples")
    scaler = _scaler(mean, scale, features.shape[1])
    seed = int(generator.integers(2**31))
    fit = getattr(fits, REGRESSORS[settings.name].fit)
    machine = fit(settings, scaler.transform(features), target, seed)
    return Regressor(Pipeline([("standardise", scaler), ("model", machine)]))


def _scaler(mean: np.ndarray, scale: np.ndarray, columns: int) -> StandardScaler:
    """Return scikit-learn's standardisation with a given (M,) mean and scale."""
    mean, scale = given_standardisation(mean, scale, columns)
    scaler = StandardScaler()
    scaler.mean_, scaler.scale_, scaler.var_ = mean.copy(), scale.copy(), scale**2
    scaler.n_features_in_ = columns
    return scaler
