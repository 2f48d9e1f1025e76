"""How well propensity is predicted from structure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.files.tables import array

MODEL_OF_SOURCE = "svr"


@dataclass(frozen=True)
class PropensityScores:
    """Pearson correlations over the particles of each snapshot, at each time; nan where undefined.

    No model was trained with a snapshot that it judges, nor with another one of its replica.

    Attributes
    ----------
    temperature
        Of the runs, in eps_AA/k_B.
    training_time
        At which the model on thermal propensity was trained, in tau.
    published
        Whether the predicted propensity is of a published data set.
    state
        Of the positions that the predicted propensity is of: ``inherent`` or ``thermal``.
    runs
        Of each snapshot.
    time
        (times,) in tau.
    snapshot, replica
        (snapshots,) number of each, and of its replica; published ones are a replica each.
    thermal_trained
        (snapshots, times) of the predicted propensity with that by the model that was trained on
        thermal propensity at the training time alone; nan without thermal runs of our own.
    directly_trained
        (snapshots, times) the same by the models that were trained on the predicted propensity
        itself, one at each time.
    thermal_on_thermal
        (snapshots, times) of thermal propensity with that by the thermal model.
    half_correlation
        (snapshots, times) of the predicted propensity from the runs of the two halves.
    unconverged
        (times,) fraction of the quenches that ended above the force tolerance; 0 if published.
    model
        Name of the regressor; ``svr`` by default, as in the dissertation.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    training_time: np.ndarray = array("", "tau")
    published: np.ndarray = array("")
    state: np.ndarray = array("")
    runs: np.ndarray = array("")
    time: np.ndarray = array("times", "tau")
    snapshot: np.ndarray = array("snapshots")
    replica: np.ndarray = array("snapshots")
    thermal_trained: np.ndarray = array("snapshots times")
    directly_trained: np.ndarray = array("snapshots times")
    thermal_on_thermal: np.ndarray = array("snapshots times")
    half_correlation: np.ndarray = array("snapshots times")
    unconverged: np.ndarray = array("times")
    model: np.ndarray = array("", default=np.array(MODEL_OF_SOURCE, dtype="S"))


@dataclass(frozen=True)
class PropensityTables:
    """Tables of this module that figures are drawn from, by kind.

    Attributes
    ----------
    propensity_scores
        How well propensity is predicted, at each time and in each snapshot (one).
    """

    propensity_scores: Sequence[PropensityScores] = ()
