"""Fits of each kind of regressor to standardised features.

Each takes settings, (n, M) standardised features, the target of the n particles and a seed, and
gives a fitted model of scikit-learn; an `InputError` says what cannot be fitted.
"""

import warnings
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.svm import SVR, LinearSVR

from softness.checks import one_of
from softness.errors import InputError
from softness.learning.classify import LARGEST_FOR_LIBSVM
from softness.learning.scores import logit_share
from softness.learning.targets import Target

if TYPE_CHECKING:
    from softness.learning.regress import RegressorSettings

LARGEST_ITERATIONS = 100_000
"""Of liblinear, after which it counts as not converged."""

LARGEST_STEPS = 100
"""Of Newton's method for the binomial model; about ten are needed."""

LARGEST_KERNEL = 2_000_000
"""Numbers of a kernel matrix that are in memory at a time: 16 MB."""

HIDDEN_LAYERS = 5

PARAMETERS_PER_EXAMPLE = {"mlp": 1.0, "mlp_h": 2.0, "mlp_d": 0.5}
"""Of the networks: MLP_H has half as many examples as parameters, MLP_D twice as many."""


def network_width(examples: int, columns: int, name: str = "mlp") -> int:
    """Width of five equal hidden layers with as many parameters as `PARAMETERS_PER_EXAMPLE` says.

    Of all whole widths that whose number of parameters (`network_parameters`) is nearest.

    Parameters
    ----------
    examples
        Number n of training examples.
    columns
        Number M of features.
    name
        One of `PARAMETERS_PER_EXAMPLE`.

    Raises
    ------
    InputError
        If a network of width 1 has more parameters than wanted.
    """
    wanted = PARAMETERS_PER_EXAMPLE[one_of(name, "name", tuple(PARAMETERS_PER_EXAMPLE))] * examples
    if wanted < network_parameters(1, columns):
        raise InputError(
            f"{name}: {examples} examples ask for {wanted:g} parameters, and a network of width 1 "
            f"on {columns} features has {network_parameters(1, columns)}: give more examples"
        )
    # 4 h^2 + (M + 6) h + 1 = wanted.
    quadratic, linear = HIDDEN_LAYERS - 1, columns + HIDDEN_LAYERS + 1
    exact = (np.sqrt(linear**2 + 4 * quadratic * (wanted - 1)) - linear) / (2 * quadratic)
    below = max(int(exact), 1)
    return min(below, below + 1, key=lambda h: abs(network_parameters(h, columns) - wanted))


def network_parameters(width: int, columns: int) -> int:
    """Number of weights and biases of a network with five hidden layers of one width."""
    return (columns + 1) * width + (HIDDEN_LAYERS - 1) * (width + 1) * width + width + 1


def linear_model(weights: np.ndarray, intercept: np.ndarray | float) -> LinearRegression:
    """Return scikit-learn's plain linear model with given weights: quick, and a small file.

    A support vector machine would keep and visit thousands of support vectors.
    """
    machine = LinearRegression()
    machine.coef_ = np.array(weights, dtype=np.float64).reshape(-1)
    machine.intercept_ = float(np.ravel(intercept)[0])
    machine.n_features_in_ = len(machine.coef_)
    return machine


def fit_svr(
    settings: "RegressorSettings", x: np.ndarray, target: Target, seed: int
) -> LinearRegression:
    """Linear support vector regression: libsvm, or liblinear where there are many particles."""
    y, options = target.values, {"C": settings["C"], "epsilon": settings["epsilon"]}
    if len(x) <= LARGEST_FOR_LIBSVM:
        machine = SVR(kernel="linear", cache_size=500, **options).fit(x, y)
        return linear_model(machine.coef_, machine.intercept_)
    # liblinear penalises the intercept as well: little is left of it around the median.
    middle = float(np.median(y))
    machine = LinearSVR(
        dual=True,
        intercept_scaling=30.0,
        tol=1e-4,
        max_iter=LARGEST_ITERATIONS,
        random_state=seed,
        **options,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            machine.fit(x, y - middle)
        except ConvergenceWarning as warning:
            raise InputError(
                f"C = {settings['C']}: the support vector regression does not converge on "
                f"{len(x)} samples; give a smaller C or fewer samples"
            ) from warning
    return linear_model(machine.coef_, machine.intercept_ + middle)


def fit_ridge(settings: "RegressorSettings", x: np.ndarray, target: Target, seed: int) -> Ridge:
    """Linear regression with a penalty."""
    return Ridge(alpha=settings["alpha"], solver="cholesky").fit(x, target.values)


def fit_rbf_svr(settings: "RegressorSettings", x: np.ndarray, target: Target, seed: int) -> SVR:
    """Support vector regression with Gaussians of the distance between features."""
    machine = SVR(
        kernel="rbf",
        gamma=settings["gamma"] / x.shape[1],
        C=settings["C"],
        epsilon=settings["epsilon"],
        cache_size=500,
    )
    return machine.fit(x, target.values)


def fit_network(
    settings: "RegressorSettings", x: np.ndarray, target: Target, seed: int
) -> MLPRegressor:
    """Five hidden layers, as wide as `network_width` says, in a given number of passes."""
    epochs = int(settings["epochs"])
    machine = MLPRegressor(
        hidden_layer_sizes=(network_width(len(x), x.shape[1], settings.name),) * HIDDEN_LAYERS,
        activation="relu",
        alpha=settings["alpha"],
        learning_rate_init=settings["learning_rate"],
        max_iter=epochs,
        n_iter_no_change=epochs + 1,
        random_state=seed,
    )
    middle = target.values.mean()
    spread = target.values.std() or 1.0
    with warnings.catch_warnings():
        # The wanted number of passes is over: that is all that this warning says.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(x, (target.values - middle) / spread)
    # The last layer is linear, and takes the units of the target.
    machine.coefs_[-1] = machine.coefs_[-1] * spread
    machine.intercepts_[-1] = machine.intercepts_[-1] * spread + middle
    return machine


def fit_boosting(
    settings: "RegressorSettings", x: np.ndarray, target: Target, seed: int
) -> HistGradientBoostingRegressor:
    """Gradient boosting of trees, of which there is a given number."""
    machine = HistGradientBoostingRegressor(
        max_depth=int(settings["depth"]),
        learning_rate=settings["learning_rate"],
        max_iter=int(settings["trees"]),
        early_stopping=False,
        random_state=seed,
    )
    return machine.fit(x, target.values)


def fit_binomial(
    settings: "RegressorSettings", x: np.ndarray, target: Target, seed: int
) -> LinearRegression:
    """Logistic regression on the counts of runs, by maximum likelihood."""
    if target.counts is None or target.trials is None:
        raise InputError("target has no counts, which the binomial model needs: give counts_target")
    events, trials = target.counts.sum(), target.trials.sum()
    if events in (0, trials):
        raise InputError(
            f"counts sum to {events:g} of {trials:g} trials: give particles of which some "
            "rearrange and some do not"
        )
    coefficients = _binomial_maximum(x, target.counts, target.trials, settings["alpha"])
    return linear_model(coefficients[1:], coefficients[0])


def _binomial_maximum(
    x: np.ndarray, counts: np.ndarray, trials: np.ndarray, alpha: float
) -> np.ndarray:
    """(M + 1,) intercept and weights of the largest penalised likelihood, by Newton's method.

    The objective is convex; a step that does not lower it is halved. The intercept goes free.
    """
    design = np.concatenate([np.ones((len(x), 1)), x], axis=1)
    penalty = np.full(design.shape[1], alpha)
    penalty[0] = 0.0

    def cost(place: np.ndarray) -> float:
        logit = design @ place
        loss = trials * np.logaddexp(0.0, logit) - counts * logit
        return float(loss.sum() + (penalty * place**2).sum() / 2)

    place = np.zeros(design.shape[1])
    place[0] = logit_share(counts.sum(), trials.sum())
    current = cost(place)
    for _ in range(LARGEST_STEPS):
        share = expit(design @ place)
        gradient = design.T @ (trials * share - counts) + penalty * place
        weight = trials * share * (1 - share)
        hessian = design.T @ (weight[:, None] * design) + np.diag(penalty)
        try:
            step = cho_solve(cho_factor(hessian), gradient)
        except np.linalg.LinAlgError as error:
            raise InputError(
                f"alpha = {alpha}: the binomial model has no unique optimum, as features depend on "
                "each other; give a larger alpha"
            ) from error
        decrement = float(gradient @ step)
        if decrement <= 1e-12 * max(float(counts.sum()), 1.0):
            return place - step
        length = 1.0
        while length > 1e-6 and cost(place - length * step) > current - 1e-4 * length * decrement:
            length /= 2
        place = place - length * step
        current = cost(place)
    raise InputError(
        f"alpha = {alpha}: the binomial model does not converge on {len(x)} samples; "
        "give a larger alpha"
    )
