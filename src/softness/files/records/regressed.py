"""Regressors of the probability of rearranging, and what they predict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class Regression:
    """How a regressor came about: its settings, by validation on snapshots, and its training set.

    All but `left_out_weights` are of the model that was trained with the snapshots of all replicas.
    `scores` holds the correlation with the true values in each snapshot of the validation; `chosen`
    is the number of the best candidate. `weights` are those of a linear model trained with each
    candidate (no rows for others); all weights are those of standardised features.

    `variables` names what the regressor predicts: itself, or one for each number of features or of
    runs. Linear ones have `plane_weights`, a row a variable; none for others. `left_out_weights`
    were trained without one replica each (with all if there is only one), settings chosen anew.
    `weights` and `jackknife_weights` (without one replica each, or without one snapshot each where
    there are few replicas) are those of plain linear models, and not of variants. `intercept` is b
    of logit p_r = w.F + b (equation 3.4), nan where a model has none; `label`, `time` and
    `threshold` tell what p_r is.
    """

    name: np.ndarray = array("")
    temperature: np.ndarray = array("", "eps_AA/k_B")
    snapshots: np.ndarray = array("snapshots")
    particles: np.ndarray = array("")
    columns: np.ndarray = array("features")
    mean: np.ndarray = array("features")
    scale: np.ndarray = array("features")
    covariance: np.ndarray = array("features features")
    candidates: np.ndarray = array("candidates")
    scores: np.ndarray = array("candidates snapshots")
    chosen: np.ndarray = array("")
    weights: np.ndarray = array("linear features")
    variables: np.ndarray = array("variables")
    plane_weights: np.ndarray = array("planes features")
    intercept: np.ndarray = array("")
    left_out_weights: np.ndarray = array("replicas planes features")
    left_out_intercept: np.ndarray = array("replicas")
    jackknife_weights: np.ndarray = array("jackknife features")
    label: np.ndarray = array("")
    time: np.ndarray = array("", "tau")
    threshold: np.ndarray = array("", "sigma_AA^2")


@dataclass(frozen=True)
class Predictions:
    """Runs in which each particle rearranged, and what every model makes of its structure.

    Halves are runs of even and of odd number. Every model is one that never saw the replica; where
    the study has only one, `seen` tells the particles that it was trained with. Models give
    logit p_r, softness its w.F - b, random directions w.F over its spread.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    names: np.ndarray = array("models")
    snapshot: np.ndarray = array("particles")
    replica: np.ndarray = array("particles")
    seen: np.ndarray = array("particles")
    counts: np.ndarray = array("halves particles")
    runs: np.ndarray = array("halves")
    predicted: np.ndarray = array("models particles")


@dataclass(frozen=True)
class Neighbourhood:
    """How far the neighbourhood of a particle reaches, over which features are averaged."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    distance: np.ndarray = array("", "sigma_AA")


@dataclass(frozen=True)
class SnapshotShares:
    """Fraction of the analysed particles of each snapshot that rearrange, against time.

    Kinds: instant (p_hop above the threshold at the time), cumulative (at any time up to it).
    `mean` is over particles and runs; `error` its standard error, from the scatter of runs.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    threshold: np.ndarray = array("", "sigma_AA^2")
    runs: np.ndarray = array("")
    snapshot: np.ndarray = array("snapshots")
    replica: np.ndarray = array("snapshots")
    time: np.ndarray = array("times", "tau")
    mean: np.ndarray = array("kinds snapshots times")
    error: np.ndarray = array("kinds snapshots times")


@dataclass(frozen=True)
class MatchedThreshold:
    """Threshold of the CSD that flags as many samples as hop.threshold does, at one temperature.

    `threshold` is `exact` rounded to the grid on which the ensembles are counted; `of_replicas` are
    the exact ones of each replica alone.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    hop_threshold: np.ndarray = array("", "sigma_AA^2")
    share: np.ndarray = array("")
    exact: np.ndarray = array("", "sigma_AA^2")
    of_replicas: np.ndarray = array("replicas", "sigma_AA^2")
    threshold: np.ndarray = array("", "sigma_AA^2")


@dataclass(frozen=True)
class RegressedTables:
    """Tables of this module that figures are drawn from, by kind.

    Attributes
    ----------
    regression
        How the regressors came about, one a model.
    predictions
        Of all models beside the counted runs, one a temperature.
    shares
        Of particles that rearrange in the counted runs, one a temperature.
    csd_threshold
        Where a threshold of the CSD flags as many samples as that of p_hop (one).
    """

    regression: Sequence[Regression] = ()
    predictions: Sequence[Predictions] = ()
    shares: Sequence[SnapshotShares] = ()
    csd_threshold: Sequence[MatchedThreshold] = ()
