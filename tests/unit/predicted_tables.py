"""Made-up tables of regressors and their predictions: what every claim should find is planted."""

import json
from dataclasses import dataclass, replace

import numpy as np
from learned_tables import Plan as LearnedPlan
from learned_tables import classifier
from scipy.special import expit

from softness.figures.data import FigureData
from softness.files.records.regressed import Predictions, Regression

TRAINING = 0.45
TEMPERATURES = (0.45, 0.5, 0.6, 0.86)
LINEAR = {"svr": 0.13264, "ridge": 0.75145, "binomial": 0.6}
MODELS = ("softness", *LINEAR, "rbf_svr", "mlp")
MEANS = {"softness": 0.2, "ridge": -8.34, "rbf_svr": -8.47, "mlp": -8.29}
SPREADS = {"softness": 0.7, "ridge": 0.87, "rbf_svr": 0.87, "mlp": 0.79}
FEATURES = ("radial_A_0", "radial_A_1", "radial_A_2", "radial_A_3", "angular_0", "angular_1")
DRAWS = 200


@dataclass(frozen=True)
class Plan:
    """What is planted; the defaults are what the source says."""

    training: float = TRAINING
    temperatures: tuple = TEMPERATURES
    models: tuple = MODELS
    replicas: int = 5
    # Of each replica and temperature; one more of each is for training, where they are trained.
    snapshots: int = 2
    particles: int = 900
    # Many runs: the truth has next to no noise.
    runs: int = 40_000_000
    mean: float = -8.4
    # Correlation of all predictions with the truth, and with each other.
    correlation: float = 0.37
    alike: float = 0.6
    # Distributions.
    svr_mean: float = -8.42
    svr_spread: float = 1.02
    skewness: float = 0.0
    drift: float = 4.0
    svr_drift: float = 4.0
    bump: float = 0.0
    cosines: tuple = tuple(LINEAR.items())
    ridge_with_svr: float = 0.4
    settings_apart: float = 0.02
    found: int = 3800


def predicted(**changes):
    """All tables of chapter 3 for a plan that differs from the source in some points."""
    plan = Plan(**changes)
    return FigureData(
        settings={"seed": 1, "draws": DRAWS, "block_length": 2.0},
        softness=[softness(plan)],
        regression=[regression(plan, name) for name in plan.models if name != "softness"],
        predictions=[predictions(plan, t) for t in plan.temperatures],
    )


def softness(plan):
    """A classifier that sees four of the six features, and standardises them otherwise."""
    made = classifier(LearnedPlan(replicas=plan.replicas, found=plan.found), plan.training, 1.0)
    count = 4
    cut = {
        name: getattr(made, name)[..., :count]
        for name in ("weights", "mean", "left_out_weights", "jackknife_weights", "half_weights")
    }
    # Half the unit of the regressors: half the weight.
    cut = {name: each / 2 if "weights" in name else each for name, each in cut.items()}
    return replace(
        made,
        columns=np.array(FEATURES[:count], dtype="S"),
        scale=np.ones(count),
        covariance=np.eye(count),
        **cut,
    )


def planes(plan):
    """Unit vectors with the planted cosines with softness (the first axis) and with each other."""
    cosines = dict(plan.cosines)
    svr = np.zeros(len(FEATURES))
    svr[:2] = cosines["svr"], np.sqrt(1 - cosines["svr"] ** 2)
    found = {"svr": svr}
    for place, name in enumerate(("ridge", "binomial"), start=2):
        along = (plan.ridge_with_svr - cosines[name] * svr[0]) / svr[1]
        found[name] = np.zeros(len(FEATURES))
        found[name][[0, 1]] = cosines[name], along
        found[name][place] = np.sqrt(1 - cosines[name] ** 2 - along**2)
    return found


def regression(plan, name):
    linear = name in LINEAR
    weights = np.zeros((0, len(FEATURES)))
    if linear:
        # The second of three settings is chosen; the first validates equally well, the third not.
        turned = np.array([-plan.settings_apart, 0.0, 0.3])
        weights = 1.3 * (planes(plan)[name] + turned[:, None] * np.eye(len(FEATURES))[0])
    seen = plan.replicas * plan.particles
    return Regression(
        name=np.array(name, dtype="S"),
        temperature=np.array(plan.training),
        snapshots=np.arange(plan.replicas),
        particles=np.array(seen),
        columns=np.array(FEATURES, dtype="S"),
        mean=np.zeros(len(FEATURES)),
        scale=np.full(len(FEATURES), 2.0),
        covariance=4 * np.eye(len(FEATURES)),
        candidates=np.array([json.dumps({"C": c}) for c in (0.1, 1.0, 10.0)], dtype="S"),
        scores=np.array([0.35, 0.36, 0.2])[:, None] + 0.05 * _signs(plan.replicas),
        chosen=np.array(1),
        weights=weights,
    )


def _signs(number):
    """Scores of settings that differ more from snapshot to snapshot than between the first two."""
    signs = np.where(np.arange(number) % 2, 1.0, -1.0)
    return np.array([signs, -signs, 0 * signs])


def predictions(plan, temperature):
    """Snapshots of each replica; the first of each is one of training at the temperature of it."""
    generator = np.random.default_rng(int(1000 * temperature))
    training = temperature == plan.training
    per_replica = plan.snapshots + training
    number = plan.replicas * per_replica
    snapshot = np.repeat(np.arange(number), plan.particles)
    place = np.repeat(np.tile(np.arange(per_replica), plan.replicas), plan.particles)
    size = len(snapshot)
    # Each snapshot differs a little from the others.
    scatter = np.repeat(0.02 * generator.normal(size=number), plan.particles)
    common = generator.normal(size=size)
    rows = np.array([_output(plan, name, temperature, common, generator) for name in plan.models])
    rows += scatter
    share = plan.correlation / np.sqrt(plan.alike)
    own = generator.normal(size=size)
    truth = plan.mean + share * common + np.sqrt(1 - share**2) * own
    counts = generator.binomial(plan.runs // 2, expit(truth), size=(2, size))
    return Predictions(
        temperature=np.array(temperature),
        names=np.array(plan.models, dtype="S"),
        snapshot=snapshot,
        replica=np.repeat(np.arange(plan.replicas), per_replica * plan.particles),
        seen=training & (place == 0),
        counts=counts,
        runs=np.full(2, plan.runs // 2),
        predicted=rows,
    )


def _output(plan, name, temperature, common, generator):
    """Output of one model: shares a part with all others, and moves with T."""
    own = generator.normal(size=len(common))
    if plan.skewness and name == "svr":
        form = 4 / plan.skewness**2
        z = (generator.gamma(form, size=len(common)) - form) / np.sqrt(form)
    else:
        z = np.sqrt(plan.alike) * common + np.sqrt(1 - plan.alike) * own
    drift = plan.svr_drift if name == "svr" else plan.drift
    z = z + drift * (temperature - TRAINING) + plan.bump * (temperature == 0.5)
    if name == "svr":
        return plan.svr_mean + plan.svr_spread * z
    return MEANS.get(name, -8.3) + SPREADS.get(name, 0.8) * z


def without_events(data):
    """The same where nothing ever rearranged, and models learned nothing from it."""

    def emptied(table):
        constant = np.where(table.names[:, None] == b"softness", table.predicted, -12.0)
        return replace(table, counts=np.zeros_like(table.counts), predicted=constant)

    return replace(
        data,
        predictions=[emptied(table) for table in data.predictions],
        regression=[replace(r, weights=np.zeros_like(r.weights)) for r in data.regression],
    )
