"""How well propensity is predicted from states of structure and from orders of averaging."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class StateScores:
    """Scores of models over the particles of each snapshot, at each time; nan where undefined.

    No model was trained with a snapshot that it judges, nor with another one of its replica.

    Attributes
    ----------
    temperature
        Of the runs, in eps_AA/k_B.
    training_time
        Time at which claims compare, in tau.
    published
        Whether snapshots and propensity are of a published data set.
    model
        Name of the regressor.
    centred
        Whether each snapshot's mean was taken off the targets.
    runs
        Of each snapshot; 1 if the propensity was published as a mean over unknown ones.
    states
        (states,) of structure, that features are of: ``thermal``, ``inherent``, ``cage``.
    order
        (orders,) highest order of each set of features, which holds all orders up to it.
    features
        (orders,) number of features of each set.
    targets
        (targets,) state of the positions that the propensity is of: ``thermal``, ``inherent``.
    time
        (times,) in tau.
    snapshot, replica, particles
        (snapshots,) number of each, of its replica, and of its particles; published ones are a
        replica each.
    pearson
        (targets, states, orders, snapshots, times) correlation of predicted and measured
        propensity.
    explained
        (targets, states, orders, snapshots, times) variance within the snapshot that is explained:
        1 - Var(y - prediction) / Var(y).
    offset
        (targets, states, orders, snapshots, times) mean prediction minus mean propensity of the
        snapshot, in sigma_AA.
    mean, variance
        (targets, snapshots, times) of the propensity over particles, in sigma_AA and sigma_AA^2.
    half_correlation
        (targets, snapshots, times) of the propensity from the runs of the two halves; nan where
        halves are unknown.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    training_time: np.ndarray = array("", "tau")
    published: np.ndarray = array("")
    model: np.ndarray = array("")
    centred: np.ndarray = array("")
    runs: np.ndarray = array("")
    states: np.ndarray = array("states")
    order: np.ndarray = array("orders")
    features: np.ndarray = array("orders")
    targets: np.ndarray = array("targets")
    time: np.ndarray = array("times", "tau")
    snapshot: np.ndarray = array("snapshots")
    replica: np.ndarray = array("snapshots")
    particles: np.ndarray = array("snapshots")
    pearson: np.ndarray = array("targets states orders snapshots times")
    explained: np.ndarray = array("targets states orders snapshots times")
    offset: np.ndarray = array("targets states orders snapshots times", "sigma_AA")
    mean: np.ndarray = array("targets snapshots times", "sigma_AA")
    variance: np.ndarray = array("targets snapshots times", "sigma_AA^2")
    half_correlation: np.ndarray = array("targets snapshots times")


@dataclass(frozen=True)
class StateTables:
    """Tables of this module that figures are drawn from, by kind.

    Attributes
    ----------
    state_scores
        Scores by state of structure and order: of our own runs, and of published data if there are.
    """

    state_scores: Sequence[StateScores] = ()
