"""Labelled samples, classifiers, and what they say of particles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class LabelledSet:
    """Particles at moments of all replicas at one temperature, in two classes (+1 and -1).

    Classes: active, inactive. `frame` is the one whose structure counts; `group` holds samples that
    depend on each other. `lower` and `upper` are the thresholds of p_hop, nan where not used.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replicas: np.ndarray = array("")
    interval: np.ndarray = array("", "tau")
    duration: np.ndarray = array("", "tau")
    lower: np.ndarray = array("", "sigma_AA^2")
    upper: np.ndarray = array("", "sigma_AA^2")
    found: np.ndarray = array("classes")
    wanted: np.ndarray = array("")
    replica: np.ndarray = array("samples")
    particle: np.ndarray = array("samples")
    frame: np.ndarray = array("samples")
    label: np.ndarray = array("samples")
    group: np.ndarray = array("samples")

    @property
    def complete(self) -> bool:
        """Whether each class has as many samples as were asked for."""
        return len(self.label) >= 2 * int(self.wanted)


@dataclass(frozen=True)
class Classifier:
    """A linear classifier, with what tells its uncertainty.

    `spread` is the standard deviation of w.F over the population at the training temperature. The
    models of `left_out_` were trained without one replica each (with all if there is only one),
    those of `jackknife_` without one unit of samples each, the two of `half_` have no sample in
    common. `cross_validated` holds w.F - b of each sample by a model trained without its group;
    `plain_cross_validated` by folds that ignore groups.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    columns: np.ndarray = array("features")
    weights: np.ndarray = array("features")
    bias: np.ndarray = array("")
    mean: np.ndarray = array("features")
    scale: np.ndarray = array("features")
    spread: np.ndarray = array("")
    covariance: np.ndarray = array("features features")
    left_out_weights: np.ndarray = array("replicas features")
    left_out_bias: np.ndarray = array("replicas")
    left_out_spread: np.ndarray = array("replicas")
    jackknife_weights: np.ndarray = array("jackknife features")
    half_weights: np.ndarray = array("halves features")
    found: np.ndarray = array("classes")
    wanted: np.ndarray = array("")
    complete: np.ndarray = array("")
    label: np.ndarray = array("samples")
    cross_validated: np.ndarray = array("samples")
    plain_cross_validated: np.ndarray = array("samples")


@dataclass(frozen=True)
class ReferenceFeatures:
    """Mean features of the population of each replica at the temperature that planes share."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    columns: np.ndarray = array("features")
    mean: np.ndarray = array("replicas features")


@dataclass(frozen=True)
class LearnedValues:
    """Learned variables of one run, by models trained without the replica.

    Those of classifiers are w.F over its spread, aligned at the reference temperature; those of
    regressors logit p_r (without its constant part for features of higher order). `population` are
    all analysed particles in every `stride`-th frame; `event`, in every frame, the particles that
    rearrange soon after: whose p_hop is above the threshold a lead time later (classifiers), or
    that have an event within a time (regressors). Frames are those of the structure.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    interval: np.ndarray = array("", "tau")
    duration: np.ndarray = array("", "tau")
    stride: np.ndarray = array("")
    names: np.ndarray = array("variables")
    population_frame: np.ndarray = array("population")
    population: np.ndarray = array("population variables")
    event_frame: np.ndarray = array("events")
    event: np.ndarray = array("events variables")


@dataclass(frozen=True)
class Accuracies:
    """How many samples of one labelled set each model classifies right, at each bias.

    Values are w.F over the model's standard deviation, so biases are in that unit; `origin` is the
    bias of the training. A model that was trained with this very set (`own`) counts by its grouped
    cross-validation, every other one by the models trained without the replica; so does the set's
    own model under its name with the ending `_unseen`. `plain_right` is the plain cross-validation
    of the set's own model, 0 if there is none.

    Classes: active, inactive. The set as a whole holds as many of the one as of the other, its
    blocks do not: accuracies of resampled blocks need the right answers class by class.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    names: np.ndarray = array("variables")
    found: np.ndarray = array("classes")
    wanted: np.ndarray = array("")
    lower: np.ndarray = array("", "sigma_AA^2")
    upper: np.ndarray = array("", "sigma_AA^2")
    bias: np.ndarray = array("biases")
    origin: np.ndarray = array("variables")
    own: np.ndarray = array("variables")
    samples: np.ndarray = array("classes replicas blocks")
    right: np.ndarray = array("variables classes replicas blocks biases")
    plain_right: np.ndarray = array("classes biases")


@dataclass(frozen=True)
class Distribution:
    """Learned variables of the population at one temperature: histogram, power sums 0 to 4."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    names: np.ndarray = array("variables")
    edges: np.ndarray = array("edges")
    counts: np.ndarray = array("variables bins")
    powers: np.ndarray = array("replicas blocks variables powers")


SOFT, HARD = "soft", "hard"
RANDOM_PARTICLES, RANDOM_DIRECTIONS = "random particles", "random directions"
CLUSTERED = (SOFT, HARD, RANDOM_PARTICLES, RANDOM_DIRECTIONS)
"""Groups of particles whose clusters are measured."""


@dataclass(frozen=True)
class SoftnessClusters:
    """Numbers n(s) of clusters of the sizes s = 1, 2 ... in each frame of the population of a run.

    Each group is a `fraction` of the analysed particles: with the largest softness, with the
    smallest, at random, and with the largest values of random directions in the space of features.
    Controls are several choices of as many particles in each frame, all of which are counted.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    interval: np.ndarray = array("", "tau")
    stride: np.ndarray = array("")
    fraction: np.ndarray = array("")
    groups: np.ndarray = array("groups")
    frame: np.ndarray = array("frames")
    counts: np.ndarray = array("groups frames sizes")


@dataclass(frozen=True)
class LearnedTables:
    """Tables of this module that figures are drawn from, by kind.

    Attributes
    ----------
    softness
        The classifier of activated dynamics, alone in its list.
    softness_all
        The same with all structure functions, which Chapter 3 compares with.
    fluidity
        The classifiers of extremes, one a temperature.
    training, transfer, extremes
        Accuracies on the labelled sets of the training temperature, of the one of the transfer
        test (one each), and of each fluidity temperature.
    distribution
        Of learned variables, one a temperature.
    clusters
        Of soft and of hard particles, one a run.
    state_training, state_transfer
        Accuracies of softness of each state of structure at the temperatures of training and of the
        transfer test, at the frames that are compared; one a state.
    """

    softness: Sequence[Classifier] = ()
    softness_all: Sequence[Classifier] = ()
    fluidity: Sequence[Classifier] = ()
    training: Sequence[Accuracies] = ()
    transfer: Sequence[Accuracies] = ()
    extremes: Sequence[Accuracies] = ()
    distribution: Sequence[Distribution] = ()
    clusters: Sequence[SoftnessClusters] = ()
    state_training: Sequence[Accuracies] = ()
    state_transfer: Sequence[Accuracies] = ()
