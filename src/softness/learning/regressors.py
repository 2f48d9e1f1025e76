"""All regressors: what each is called, how it is fitted, and what is known of it beforehand.

Nothing heavy is imported here, since figures and plans read this table as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RegressorKind:
    """A kind of regressor.

    Attributes
    ----------
    label
        In legends and tables.
    fit
        Name of the function of `softness.learning.fits` that fits it.
    defaults
        Hyperparameters with the values that they have if not given, all positive; one whose default
        is an int is a whole number.
    linear
        Whether it has weights and a bias.
    keeps_particles
        Whether it predicts by kernels of the particles that it was trained with: a large file, and
        slow predictions.
    cost
        The regressor whose fits take about as long, among those that `softness.planning.seconds`
        has timed; itself if not given. Times stand there, so that a new measurement trains nothing
        again.
    """

    label: str
    fit: str
    defaults: Mapping[str, float]
    linear: bool = False
    keeps_particles: bool = False
    cost: str = ""


_NETWORK = {"alpha": 10.0, "learning_rate": 1e-3, "epochs": 20}

REGRESSORS: dict[str, RegressorKind] = {
    "svr": RegressorKind("SVR", "fit_svr", {"C": 0.01, "epsilon": 0.1}, linear=True),
    "ridge": RegressorKind("RR", "fit_ridge", {"alpha": 100.0}, linear=True),
    "rbf_svr": RegressorKind(
        "rbfSVR", "fit_rbf_svr", {"C": 1.0, "epsilon": 0.1, "gamma": 0.3}, keeps_particles=True
    ),
    "mlp": RegressorKind("MLP", "fit_network", _NETWORK),
    "mlp_h": RegressorKind("MLP$_H$", "fit_network", _NETWORK),
    "mlp_d": RegressorKind("MLP$_D$", "fit_network", _NETWORK),
    "binomial": RegressorKind("binomial", "fit_binomial", {"alpha": 100.0}, linear=True),
    "boosting": RegressorKind(
        "boosting", "fit_boosting", {"depth": 3, "learning_rate": 0.05, "trees": 200}
    ),
}
"""In the order of tables and legends. Hyperparameters:

C
    Weight of the deviations beyond epsilon, per particle.
epsilon
    Deviation of logit p_r that costs nothing.
gamma
    Of the kernel exp(-gamma / M |F - F'|^2) of M standardised features.
alpha
    Of the penalty: alpha |w|^2 beside the sum of squares (ridge), alpha / 2 |w|^2 beside the
    logarithm of the likelihood of all runs (binomial), scikit-learn's (networks).
epochs, trees
    Passes over the examples and number of trees: both stop there, so that no random part of the
    training particles decides about the end.
"""

LINEAR = tuple(name for name, kind in REGRESSORS.items() if kind.linear)
"""Regressors that have weights and a bias."""
