"""The chain of regressors on a liquid of known barriers: runs counted, predicted, scored, binned.

Snapshots of one replica share a shift of ln P; models never see the replica that they are judged
on, and errors come from resampled replicas and snapshots or blocks, never from particles.
"""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm
from test_toy_liquid import BLOCKS, REPLICAS, barriers_of, slope_with_x, standard_errors
from toy_liquid import TEMPERATURES, ToyLiquid, between_bins, count, counted_scores

from softness.barriers.fit import METHODS, Barrier
from softness.barriers.resample import resample, total_counts
from softness.barriers.zscore import about_mean
from softness.findings import regressed
from softness.learning.hyperplane import Hyperplane
from softness.learning.population import FeatureMoments
from softness.learning.regress import RegressorSettings, train_regressor
from softness.learning.scores import (
    explained_variance,
    logit_share,
    noise_ceiling,
    pearson,
    variance_ratio,
)
from softness.learning.targets import counts_target, values_target
from softness.uncertainty import Estimate

TRAINING = TEMPERATURES[0]
SNAPSHOTS, PARTICLES = 4, 2000
IDLE = 4
ALL_FEATURES = tuple(range(4 + IDLE))
SOME_FEATURES = (0, 1)  # of the four that tell of u
# Events a particle on average: 82, 16, 4.1, 0.82, 0.41.
MANY, ENOUGH, SOME, FEW, HARDLY_ANY = 20_000, 4000, 1000, 200, 100
SIZE = 400_000
MODELS = {
    "ridge": (RegressorSettings("ridge", {"alpha": 1.0}), ALL_FEATURES),
    "svr": (RegressorSettings("svr"), ALL_FEATURES),
    "binomial": (RegressorSettings("binomial", {"alpha": 1.0}), ALL_FEATURES),
    "missing": (RegressorSettings("ridge", {"alpha": 1.0}), SOME_FEATURES),
}
DATA = SimpleNamespace(settings={"seed": 5, "draws": 500})


@dataclass(frozen=True)
class Trained:
    """For each replica what a model says that never saw it: logit P, and its Z-score.

    `planes` are the models with weights of 0 for features that they lack.
    """

    planes: dict[int, Hyperplane]
    predict: dict
    score: dict


@dataclass(frozen=True)
class Counted:
    """Snapshots of all replicas with predictions of unseen ones, and the models that gave them."""

    log_chance: list
    snapshots: list
    models: dict[str, Trained]

    def explained(self, name):
        """Explained variance, that over the ceiling, and the ceiling, as in figure 3.4."""
        return regressed.explained(DATA, "3.4", self.snapshots, name)

    def eta(self, name):
        """Variances of the predicted over those of measured logit P, the same over the ceiling."""
        rows = [_eta_row(each, name) for each in self.snapshots]
        return regressed.mean_of(DATA, "3.4", self.snapshots, rows, _eta)


def _eta_row(snapshot, name):
    eta = variance_ratio(snapshot.predicted[name], snapshot.target.values)
    return eta, regressed.half_correlation(snapshot.counts, snapshot.runs)


def _eta(mean):
    eta, halves = mean
    return np.array([eta, eta * (1 + halves) / (2 * halves)])


def train(name, features, target, replicas):
    """Cross-fitted models of one kind."""
    settings, columns = MODELS[name]
    columns, planes, score = list(columns), {}, {}

    def without(kept):
        unit = FeatureMoments(features[0])
        unit.add(features[kept])
        mean, scale = unit.mean, unit.scale
        own = features[kept][:, columns], target.part(kept), mean[columns], scale[columns]
        model = train_regressor(settings, *own, np.random.default_rng(1))
        weights = np.zeros(features.shape[1])
        weights[columns] = model.weights
        left_out = int(np.setdiff1d(replicas, replicas[kept])[0])
        planes[left_out] = Hyperplane(weights, model.bias, mean, scale)
        score[left_out] = about_mean(model.predict(features[kept][:, columns]))
        return lambda given: model.predict(given[:, columns])

    predict = {int(r): without(replicas != r) for r in np.unique(replicas)}
    scored = {r: lambda given, r=r: score[r](predict[r](given)) for r in predict}
    return Trained(planes, predict, scored)


def counted(liquid, runs, names, generator, particles=PARTICLES, known=False):
    """Snapshots of several replicas at the training temperature, and models trained with them.

    If `known`, models are trained with ln P itself, as from infinitely many runs.
    """
    shifts = np.repeat(generator.normal(scale=liquid.replica_spread, size=REPLICAS), SNAPSHOTS)
    drawn = [liquid.snapshot(TRAINING, particles, runs, generator, shift) for shift in shifts]
    replica = np.arange(len(drawn)) // SNAPSHOTS
    features = np.concatenate([each.features for each in drawn])
    counts = np.concatenate([each.counts for each in drawn], axis=1)
    exact = np.concatenate([each.log_chance for each in drawn])
    target = values_target(exact) if known else counts_target(counts.sum(axis=0), runs)
    replicas = np.repeat(replica, particles)
    models = {name: train(name, features, target, replicas) for name in names}
    snapshots = [
        regressed.Snapshot(
            temperature=TRAINING,
            replica=int(replica[number]),
            number=number,
            counts=each.counts,
            runs=each.runs,
            predicted={
                name: model.predict[replica[number]](each.features)
                for name, model in models.items()
            },
        )
        for number, each in enumerate(drawn)
    ]
    return Counted([each.log_chance for each in drawn], snapshots, models)


@dataclass(frozen=True)
class Binned:
    """Barriers against one learned variable, from thermal moments of the replicas it never saw."""

    means: np.ndarray
    total: np.ndarray
    barriers: Barrier
    slopes: dict[str, Estimate]


def binned(liquid, models, seed):
    """Thermal moments at all temperatures, binned by the Z-scored prediction of each model."""
    generator = np.random.default_rng(seed)
    counts = {name: [] for name in models}
    means = {name: [] for name in models}
    for temperature in TEMPERATURES:
        samples = [liquid.draw(temperature, SIZE, BLOCKS, generator) for _ in range(REPLICAS)]
        for name, model in models.items():
            values = [
                model.score[replica](sample.features) for replica, sample in enumerate(samples)
            ]
            tables, mean = count(samples, values)
            counts[name].append(tables)
            means[name].append(mean)
    return {name: _fitted(counts[name], np.mean(means[name], axis=0), generator) for name in models}


def _fitted(counts, means, generator):
    total = total_counts(counts)
    barriers = barriers_of(total)

    def slopes(method):
        return lambda sums: slope_with_x(means, barriers_of(sums, method), barriers.energy_error)

    found = {method: resample(counts, slopes(method), generator, draws=200) for method in METHODS}
    return Binned(means, total, barriers, found)


@pytest.fixture(scope="module")
def liquid():
    return ToyLiquid(strength=1.0, idle=IDLE, replica_spread=0.05)


@pytest.fixture(scope="module")
def by_runs(liquid):
    generator = np.random.default_rng(3)
    return {
        runs: counted(liquid, runs, MODELS, generator)
        for runs in (MANY, ENOUGH, SOME, FEW, HARDLY_ANY)
    }


def correlations(liquid):
    """Of u with the best prediction from all or from some features."""
    return {"all": 1.0, "some": liquid.best_correlation(SOME_FEATURES)}


@pytest.fixture(scope="module")
def known(liquid):
    """What scores should be, by number of runs, with all features and with some."""
    return {
        (runs, features): counted_scores(liquid, TRAINING, runs, correlation)
        for runs in (MANY, ENOUGH, SOME, FEW, HARDLY_ANY)
        for features, correlation in correlations(liquid).items()
    }


@pytest.fixture(scope="module")
def barriers(liquid, by_runs):
    models = {**by_runs[MANY].models, "few events": by_runs[FEW].models["ridge"]}
    return binned(liquid, models, 4), models


def within(found, expected, number):
    """Whether the 95 % interval of one of several numbers holds a value."""
    low, high = found[number].interval()
    return low < expected < high


def test_known_scores_are_those_of_drawn_counts(liquid):
    """Checks the derivation in `toy_liquid` itself, where events are rare: 0.82 a particle."""
    generator = np.random.default_rng(1)
    drawn = liquid.snapshot(TRAINING, 400_000, FEW, generator)
    u = (drawn.features[:, :4] - 5) @ np.linalg.solve(liquid.mixing.T, liquid.direction)
    first, second = (logit_share(k, FEW // 2) for k in drawn.counts)
    measured = logit_share(drawn.counts.sum(axis=0), FEW)
    again = logit_share(generator.binomial(FEW, np.exp(drawn.log_chance)), FEW)
    expected = counted_scores(liquid, TRAINING, FEW)
    assert drawn.counts.sum() / 400_000 == pytest.approx(expected.events, rel=0.02)
    assert measured.var() == pytest.approx(expected.measured_variance, rel=0.02)
    assert pearson(measured, again) == pytest.approx(expected.reliability, abs=0.01)
    assert noise_ceiling(first, second) == pytest.approx(expected.ceiling, abs=0.01)
    explained = explained_variance(u, measured, 400, corrected=True)
    assert explained == pytest.approx(expected.explained, abs=0.01)
    line = np.polyfit(u, measured, 1)[0]
    assert line**2 / measured.var() == pytest.approx(expected.eta, abs=0.01)
    best = liquid.visible * liquid.spread(TRAINING)
    assert line / best == pytest.approx(expected.slope, abs=0.01)
    left = drawn.features[:, list(SOME_FEATURES)]
    left = np.column_stack([left, np.ones(len(left))])
    residual = u - left @ np.linalg.lstsq(left, u, rcond=None)[0]
    assert 1 - residual.var() == pytest.approx(
        liquid.best_correlation(SOME_FEATURES) ** 2, abs=0.01
    )
    assert liquid.best_correlation(range(4)) == pytest.approx(1)


def test_what_is_visible_of_the_logit_is_what_is_visible_of_ln_p(liquid, known):
    for (_, features), scores in known.items():
        visible = (liquid.visible * correlations(liquid)[features]) ** 2
        assert scores.explained_of_true == pytest.approx(visible, abs=0.001)
    chance = known[MANY, "all"].events / MANY
    expected = liquid.spread(TRAINING) ** 2 * (1 + 2 * chance)
    assert known[MANY, "all"].true_variance == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize("runs", [MANY, ENOUGH])
@pytest.mark.parametrize("name", MODELS)
def test_explained_variance_over_the_ceiling_is_what_features_know(
    name, runs, liquid, by_runs, known
):
    """r^2: 0.64 with all features, 0.31 with some."""
    features = "some" if name == "missing" else "all"
    expected = known[runs, features]
    found = by_runs[runs].explained(name)
    visible = (liquid.visible * correlations(liquid)[features]) ** 2
    assert found.value[regressed.OVER_CEILING] == pytest.approx(visible, abs=0.03)
    # To the error of the replicas: but for what varies within each of 40 bins.
    exact = expected.over_ceiling * between_bins(40)
    assert within(found, exact, regressed.OVER_CEILING)
    assert within(found, expected.ceiling, regressed.CEILING)
    low, high = found[regressed.OVER_CEILING].interval()
    assert high - low < 0.06


@pytest.mark.parametrize("name", MODELS)
def test_predicted_variance_is_too_small_by_what_features_lack(name, liquid, by_runs, known):
    """Eta is r^2, also over the ceiling: the spread of a mean is not that of the values."""
    features = "some" if name == "missing" else "all"
    visible = (liquid.visible * correlations(liquid)[features]) ** 2
    found = by_runs[MANY].eta(name)
    assert found.value[1] == pytest.approx(visible, abs=0.03)
    predicted = np.mean([each.predicted[name].var() for each in by_runs[MANY].snapshots])
    true = np.mean([each.var() for each in by_runs[MANY].log_chance])
    assert predicted / true == pytest.approx(visible, abs=0.03)
    if name != "svr":  # which is 2 % flatter, for its penalty and its insensitivity
        assert within(found, known[MANY, features].eta, 0)


@pytest.mark.parametrize("name", ["ridge", "missing"])
def test_no_number_of_runs_widens_the_predicted_distribution(name, liquid):
    exact = counted(liquid, 2, [name], np.random.default_rng(8), known=True)
    features = "some" if name == "missing" else "all"
    predicted = np.mean([each.predicted[name].var() for each in exact.snapshots])
    true = np.mean([each.var() for each in exact.log_chance])
    assert predicted / true == pytest.approx(
        (liquid.visible * correlations(liquid)[features]) ** 2, abs=0.015
    )


@pytest.mark.parametrize(
    ("runs", "events", "over_ceiling"),
    [(MANY, 82, 0.640), (ENOUGH, 16, 0.628), (SOME, 4.1, 0.592), (FEW, 0.82, 0.544)],
)
def test_the_ceiling_corrects_too_little_where_events_are_rare(
    runs, events, over_ceiling, liquid, by_runs, known
):
    """A known failure: 0.05 too low with four events a particle, 0.10 with 0.8.

    Two thirds of it (at 0.8) come from the ceiling, which is above the reliability, the rest from
    the measured logit, which levels off: a perfect reliability would leave 0.607. Nothing of it is
    seen in the interval: `FEWEST_WITHOUT_NOISE` keeps it from a verdict.
    """
    expected = known[runs, "all"]
    assert expected.events == pytest.approx(events, rel=0.03)
    assert expected.over_ceiling == pytest.approx(over_ceiling, abs=0.001)
    visible = liquid.visible**2
    for name in ("ridge", "binomial"):
        found = by_runs[runs].explained(name)
        value = found.value[regressed.OVER_CEILING]
        assert within(found, expected.over_ceiling * between_bins(40), regressed.OVER_CEILING)
        assert (value < visible - 0.03) == (events < 5)
        if events < 5 or runs == MANY:
            assert within(found, visible, regressed.OVER_CEILING) == (runs == MANY)
    if runs == SOME:
        assert regressed.FEWEST_EVENTS < expected.events < regressed.FEWEST_WITHOUT_NOISE
    if runs == FEW:
        assert expected.ceiling - expected.reliability == pytest.approx(0.049, abs=0.001)
        assert expected.explained / expected.reliability == pytest.approx(0.607, abs=0.001)


@pytest.mark.parametrize("name", ["ridge", "missing", "binomial"])
def test_least_squares_is_too_flat_where_events_are_rare_and_counts_are_not(
    name, liquid, by_runs, known
):
    """With 0.8 events a particle: 0.47 of the slope by least squares, all of it from the counts.

    Then measured logit P varies less than the true one: the predictions of the binomial model,
    which are right, have an eta over the ceiling of 2.3.
    """
    features = "some" if name == "missing" else "all"
    expected = known[FEW, features]
    best = (liquid.visible * correlations(liquid)[features]) ** 2 * liquid.spread(TRAINING) ** 2
    predicted = np.mean([each.predicted[name].var() for each in by_runs[FEW].snapshots])
    assert expected.slope == pytest.approx(0.468, abs=0.001)
    eta = expected.eta_over_ceiling
    if name == "binomial":
        assert predicted == pytest.approx(best, rel=0.05)
        eta = best / expected.measured_variance / expected.ceiling
        assert eta == pytest.approx(2.25, abs=0.01)
    else:
        assert predicted == pytest.approx(best * expected.slope**2, rel=0.06)
    assert within(by_runs[FEW].eta(name), eta, 1)


def test_support_vectors_lose_the_structure_where_most_particles_have_no_event(liquid, by_runs):
    """72 % without any event: the median is the same for all, and a constant fits within epsilon.

    What is left of its direction is chance. Squares and counts keep theirs.
    """
    snapshots, models = by_runs[HARDLY_ANY].snapshots, by_runs[HARDLY_ANY].models
    assert np.mean([each.counts.sum(axis=0) == 0 for each in snapshots]) == pytest.approx(
        0.72, abs=0.02
    )
    assert max(each.predicted["svr"].var() for each in snapshots) < 1e-6
    shares = {
        name: [liquid.correlation(plane) ** 2 for plane in models[name].planes.values()]
        for name in ("svr", "ridge", "binomial")
    }
    assert min(shares["svr"]) < 0.8
    assert min(shares["ridge"]) > 0.995
    assert min(shares["binomial"]) > 0.995


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [*MODELS, "few events"])
def test_barriers_fall_with_the_prediction_by_the_diluted_slope(name, method, liquid, barriers):
    """To 5 % and two standard errors, also from rare events: a Z-score knows no flat slope.

    For the 1-2 % by which the likelihood is steeper see `test_toy_liquid`.
    """
    found, planes = barriers[0][name], barriers[1][name].planes
    features = "some" if name == "missing" else "all"
    diluted = liquid.visible * correlations(liquid)[features] * liquid.strength
    exact = -diluted * np.array([liquid.onset, 1.0])
    expected = exact
    if method == "binomial":
        trials = found.total[:, 1] * 10**6
        chance = [liquid.log_chance(found.means, t, planes[0]) for t in TEMPERATURES]
        sums = np.stack([np.rint(trials * np.exp(chance)), trials], axis=1)
        expected = slope_with_x(found.means, barriers_of(sums), found.barriers.energy_error)
    slopes = found.slopes[method]
    errors = standard_errors(slopes)
    assert slopes.value == pytest.approx(exact, rel=0.05)
    assert (np.abs(slopes.value - expected) < 2 * errors).all()
    assert (errors < [0.03, 0.04] * np.abs(exact)).all()
    assert (found.barriers.flag == "ok").all()


def test_what_shifts_a_whole_temperature_moves_the_slope_of_the_likelihood_alone(liquid):
    """By 1.9 % where ln P of each of five replicas scatters by 0.1, however many events there are.

    Least squares weighs temperatures alike in all bins, so that a shift common to all goes into all
    barriers alike. The likelihood weighs those with more events, which differ from bin to bin.
    """
    edges = np.linspace(-2.5, 2.5, 11)
    shares = np.diff(norm.cdf(edges))
    x = -np.diff(norm.pdf(edges)) / shares
    weights = np.linalg.solve(liquid.mixing.T, liquid.direction)
    unit = Hyperplane(weights, 0.0, np.zeros(4), np.ones(4))
    assert liquid.correlation(unit) == pytest.approx(1)
    trials = np.tile(np.rint(1e10 * shares), (len(TEMPERATURES), 1))
    log_chance = np.array([liquid.log_chance(x, t, unit) for t in TEMPERATURES])
    generator = np.random.default_rng(1)
    shifts = np.exp(generator.normal(scale=0.1, size=(200, len(TEMPERATURES), 5))).mean(axis=-1)
    events = np.rint(trials * np.exp(log_chance) * shifts[..., None])
    sums = np.stack([events, np.broadcast_to(trials, events.shape)], axis=-2)
    errors = barriers_of(sums).energy_error[0]
    slopes = {m: slope_with_x(x, barriers_of(sums, m), errors)[:, 0] for m in METHODS}
    exact = -liquid.onset * liquid.strength * liquid.visible
    assert slopes["least_squares"] == pytest.approx(np.full(200, exact), rel=1e-4)
    assert slopes["binomial"].std() / abs(exact) == pytest.approx(0.019, abs=0.002)


@pytest.mark.parametrize("name", [*MODELS, "few events"])
def test_slope_in_units_of_the_prediction_does_not_know_what_features_lack(
    name, liquid, barriers, known
):
    """T0 / (1 - T0 / T): a right mean of ln P is a right mean of the barrier, however narrow.

    From rare events least squares gives a spread of logit P that is too small by 0.47, and as much
    steeper a slope.
    """
    found, model = barriers[0][name], barriers[1][name]
    spread = np.mean([liquid_spread(plane, liquid) for plane in model.planes.values()])
    expected = liquid.onset / (1 - liquid.onset / TRAINING)
    if name == "few events":
        expected /= known[FEW, "all"].slope
    assert found.slopes["least_squares"].value[0] / spread == pytest.approx(expected, rel=0.05)


def liquid_spread(plane, liquid):
    """Standard deviation of the values of a plane."""
    weights = plane.raw_weights()
    return np.hypot(np.linalg.norm(weights[:4] @ liquid.mixing), np.linalg.norm(weights[4:]))


@pytest.mark.parametrize("runs", [ENOUGH, FEW])
def test_interval_of_explained_variance_holds_what_should_come_out(runs, liquid):
    """In at least 95 % of 60 drawn studies; with rare events that is not the visible share."""
    generator = np.random.default_rng(11)
    expected = counted_scores(liquid, TRAINING, runs).over_ceiling * between_bins(40)
    values, held, held_visible = [], 0, 0
    for _ in range(60):
        study = counted(liquid, runs, ["ridge"], generator, particles=1000)
        found = study.explained("ridge")
        values.append(found.value[regressed.OVER_CEILING])
        held += bool(within(found, expected, regressed.OVER_CEILING))
        held_visible += bool(within(found, liquid.visible**2, regressed.OVER_CEILING))
    assert np.mean(values) == pytest.approx(expected, abs=0.006)
    assert held >= 57
    if runs == FEW:
        assert held_visible < 3
