"""What the tables of the study hold: one dataclass a kind of file, with shapes and units."""

from dataclasses import dataclass

import numpy as np

from softness.files.tables import array


@dataclass(frozen=True)
class PairDistributions:
    """g(r) of one run, in blocks of time. Pairs are AA, AB, BB."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    duration: np.ndarray = array("", "tau")
    distance: np.ndarray = array("bins", "sigma_AA")
    values: np.ndarray = array("blocks pairs bins")
    frames: np.ndarray = array("blocks")


@dataclass(frozen=True)
class ScatteringOrigins:
    """F_s of one run for each time origin; nan where a lag was not measured."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    wave_number: np.ndarray = array("", "sigma_AA^-1")
    duration: np.ndarray = array("", "tau")
    lag: np.ndarray = array("lags", "tau")
    origin: np.ndarray = array("origins", "tau")
    values: np.ndarray = array("origins lags")


@dataclass(frozen=True)
class RelaxationTable:
    """F_s at one temperature, over all replicas, and what is read from it, with bootstrap draws."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    wave_number: np.ndarray = array("", "sigma_AA^-1")
    replicas: np.ndarray = array("")
    blocks: np.ndarray = array("")
    lag: np.ndarray = array("lags", "tau")
    origins: np.ndarray = array("lags")
    mean: np.ndarray = array("lags")
    low: np.ndarray = array("lags")
    high: np.ndarray = array("lags")
    relaxation_time: np.ndarray = array("", "tau")
    relaxation_time_draws: np.ndarray = array("draws", "tau")
    amplitude: np.ndarray = array("")
    stretched_time: np.ndarray = array("", "tau")
    stretching: np.ndarray = array("")
    stretching_draws: np.ndarray = array("draws")


@dataclass(frozen=True)
class DisplacementMap:
    """How far A particles of one run moved: a picture of the first origin, clustering of all."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    box_length: np.ndarray = array("", "sigma_AA")
    lag: np.ndarray = array("", "tau")
    positions: np.ndarray = array("particles space", "sigma_AA")
    displacement: np.ndarray = array("particles", "sigma_AA")
    correlation: np.ndarray = array("origins")
    chance: np.ndarray = array("origins")


@dataclass(frozen=True)
class EquilibrationEvidence:
    """Whether each run was in equilibrium: one row a run."""

    temperature: np.ndarray = array("runs", "eps_AA/k_B")
    replica: np.ndarray = array("runs")
    duration: np.ndarray = array("runs", "tau")
    relaxation_times_covered: np.ndarray = array("runs")
    first_half_energy: np.ndarray = array("runs", "eps_AA")
    second_half_energy: np.ndarray = array("runs", "eps_AA")
    energy_difference_error: np.ndarray = array("runs", "eps_AA")
    first_half_scattering: np.ndarray = array("runs")
    second_half_scattering: np.ndarray = array("runs")
    crystalline_share: np.ndarray = array("runs")
    is_crystalline: np.ndarray = array("runs")


@dataclass(frozen=True)
class HopIndicator:
    """p_hop of the analysed particles of one run, without any threshold."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    interval: np.ndarray = array("", "tau")
    frames: np.ndarray = array("")
    first_frame: np.ndarray = array("")
    particle: np.ndarray = array("particles")
    values: np.ndarray = array("rows particles", "sigma_AA^2")


@dataclass(frozen=True)
class Rearrangements:
    """Events of one run: excursions of p_hop above the threshold, and their maxima."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    threshold: np.ndarray = array("", "sigma_AA^2")
    particle: np.ndarray = array("events")
    frame: np.ndarray = array("events")
    value: np.ndarray = array("events", "sigma_AA^2")
    first: np.ndarray = array("events")
    last: np.ndarray = array("events")
    cut: np.ndarray = array("events")


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
    those of `jackknife_` without one unit of samples each, the two of `half_` share no sample.
    `cross_validated` holds w.F - b of each
    sample by a model that saw no sample of its group; `plain_cross_validated` by folds that ignore
    groups.
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
class LearnedValues:
    """Learned variables of one run, w.F over its spread, by models that never saw the replica.

    `population` are all analysed particles in every `stride`-th frame; `event` the particles whose
    p_hop is above the threshold a lead time later, in every frame. Frames are those of the
    structure.
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

    Values are w.F over the model's spread, so biases are in that unit; `origin` is the bias of the
    training. A model that was trained with this very set (`own`) counts by its grouped
    cross-validation, every other one by the models that never saw the replica; so does the set's
    own model under its name with the ending `_unseen`. `plain_right` is the
    plain cross-validation of the set's own model, 0 if there is none.

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


@dataclass(frozen=True)
class BinnedCounts:
    """Events and trials in bins of the Z-scored learned variables at one temperature."""

    temperature: np.ndarray = array("", "eps_AA/k_B")
    names: np.ndarray = array("variables")
    edges: np.ndarray = array("edges")
    stride: np.ndarray = array("")
    events: np.ndarray = array("replicas blocks variables bins")
    trials: np.ndarray = array("replicas blocks variables bins")
    totals: np.ndarray = array("replicas blocks variables bins")
    left_out: np.ndarray = array("replicas variables kinds")


@dataclass(frozen=True)
class BarrierTable:
    """Barriers of each bin of each learned variable, their onset, and bootstrap draws of both.

    Forms: Arrhenius, Kramers. Methods: binomial, least squares. Draws of energy and entropy are
    those of the Kramers form by binomial likelihood. Curvature is c of
    ln P = Sigma - Delta E / T + c / T^2.
    """

    temperature: np.ndarray = array("temperatures", "eps_AA/k_B")
    names: np.ndarray = array("variables")
    edges: np.ndarray = array("edges")
    replicas: np.ndarray = array("")
    blocks: np.ndarray = array("temperatures")
    thin: np.ndarray = array("variables")
    value: np.ndarray = array("variables bins")
    events: np.ndarray = array("temperatures variables bins")
    trials: np.ndarray = array("temperatures variables bins")
    probability_low: np.ndarray = array("temperatures variables bins")
    probability_high: np.ndarray = array("temperatures variables bins")
    energy: np.ndarray = array("forms methods variables bins", "eps_AA")
    entropy: np.ndarray = array("forms methods variables bins", "k_B")
    energy_draws: np.ndarray = array("draws variables bins", "eps_AA")
    entropy_draws: np.ndarray = array("draws variables bins", "k_B")
    curvature: np.ndarray = array("variables bins", "eps_AA^2")
    curvature_draws: np.ndarray = array("draws variables bins", "eps_AA^2")
    onset: np.ndarray = array("variables", "eps_AA/k_B")
    onset_draws: np.ndarray = array("draws variables", "eps_AA/k_B")
    strength: np.ndarray = array("variables")
    strength_draws: np.ndarray = array("draws variables")
    slope_onset: np.ndarray = array("variables", "eps_AA/k_B")


@dataclass(frozen=True)
class VanHove:
    """Displacements of the analysed particles of one run over one lag time.

    `density` is the self part for one component; `square` and `fourth` are means over particles of
    the powers of the distance, for each origin.
    """

    temperature: np.ndarray = array("", "eps_AA/k_B")
    replica: np.ndarray = array("")
    duration: np.ndarray = array("", "tau")
    lag: np.ndarray = array("", "tau")
    edges: np.ndarray = array("edges", "sigma_AA")
    density: np.ndarray = array("bins", "sigma_AA^-1")
    origin: np.ndarray = array("origins", "tau")
    square: np.ndarray = array("origins", "sigma_AA^2")
    fourth: np.ndarray = array("origins", "sigma_AA^4")


@dataclass(frozen=True)
class Regression:
    """How a regressor came about: its settings, by validation on snapshots, and its training set.

    `scores` holds the correlation with the true values in each snapshot of the validation; `chosen`
    is the number of the best candidate. `weights` are those of linear models trained with each
    candidate (no rows for others).
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


@dataclass(frozen=True)
class Predictions:
    """Runs in which each particle rearranged, and what every model makes of its structure.

    Halves are runs of even and of odd number. `seen` tells particles of training snapshots. Models
    give logit p_r, softness its w.F - b.
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
