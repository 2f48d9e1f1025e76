"""Time of jobs: simulations from a rate, analysis from measured constants.

The constants are seconds of one core of an AMD EPYC virtual machine: of the jobs of analysis of
laptop studies (N = 2048), of docs/performance.md, and of single fits of regressors. A job that has
run keeps its time in the study's folder of benchmarks, which is taken instead.
"""

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from softness.learning.regressors import REGRESSORS
from softness.planning.jobs import PlannedJob
from softness.planning.rate import Rate
from softness.planning.sizes import Sizes
from softness.study import Simulation

START = 0.6
"""Seconds until a stage has imported what it needs."""

START_LEARNING = 2.5
"""The same, of stages that import scikit-learn and skops."""

UNKNOWN = 2.0
"""Seconds of a job of a rule that is not listed here: a guess."""

Seconds = Callable[[Sizes, Mapping[str, str]], float]
Fit = Callable[[float], float]

ROW = 3.2e-5
"""Of a row of features."""

SOFTNESS = 1e-5
"""Of softness of a particle in a frame."""

FRAME = 6e-7
"""Of a particle in a frame whose neighbours are sought."""

FIT: dict[str, Fit] = {
    "svr": lambda n: 4.5e-8 * n * min(n, 10_000),
    "rbf_svr": lambda n: 3e-8 * n**2,
    "ridge": lambda n: 3e-6 * n,
    "binomial": lambda n: 7e-6 * n,
    # As many parameters as examples: time grows with the square of their number.
    "mlp": lambda n: 2.5e-5 * n + 1.3e-8 * n**2,
    "mlp_h": lambda n: 2.5e-5 * n + 2e-8 * n**2,
    "mlp_d": lambda n: 2.5e-5 * n + 0.8e-8 * n**2,
    "boosting": lambda n: 0.2 + 5e-5 * n,
}
"""Of one fit to n particles with 135 features, timed at 1500 and 3000; beyond, an extrapolation."""

UNKNOWN_FIT = FIT["mlp_h"]
"""Of a model that is not listed: as long as the slowest, a guess."""

FOLDS = 5
"""Most folds of snapshots in the choice of settings."""

KERNEL = 7.3e-9
"""Of a prediction by a kernel, for each particle of the training."""


EQUATIONS = 1e-10
"""Of a system of linear equations, for the third power of their number."""


def _frames(slope: float) -> Seconds:
    return lambda sizes, job: START + slope * sizes.frames(job) * sizes.particles


def _pairs(sizes: Sizes, job: Mapping[str, str]) -> float:
    block = sizes.config["pair_distribution"]
    within = (block["largest_distance"] / 5) ** 3
    return START + 4.4e-5 * within * block["frames"] * sizes.particles


def _population(sizes: Sizes, job: Mapping[str, str]) -> float:
    return START + ROW * sizes.population_rows(job)


def _events(sizes: Sizes, job: Mapping[str, str]) -> float:
    frames = FRAME * sizes.frames(job) * sizes.particles
    return START + ROW * sizes.event_rows(job) / 3 + frames


def _samples(sizes: Sizes, job: Mapping[str, str]) -> float:
    frames = FRAME * min(sizes.frames(job), sizes.sample_rows(job)) * sizes.particles
    return START + ROW * sizes.sample_rows(job) / 3 + frames


def _snapshots(sizes: Sizes, job: Mapping[str, str]) -> float:
    return START + 2 * ROW * sizes.snapshot_rows(job)


def _classifier(sizes: Sizes, job: Mapping[str, str]) -> float:
    block, samples = sizes.config["classifier"], sizes.config["samples"]
    kind, _ = sizes.study.trained_classifiers()[job["name"]]
    wanted = samples["activated" if kind == "activated" else "extremes"]
    fits = 1 + len(sizes.study.replicas) + block["folds"] + block["jackknife"]
    return START + 5e-5 * 2 * wanted * fits


def _learned(sizes: Sizes, job: Mapping[str, str]) -> float:
    return START + 4e-7 * sizes.variables * sizes.value_rows(job)


def _clusters(sizes: Sizes, job: Mapping[str, str]) -> float:
    """Soft and hard particles, and controls: so many choices among the particles of a frame."""
    controls = sizes.config["clusters"]["permutations"]
    controls += sizes.config["classifier"]["random_directions"]
    return START + 4e-7 * (2 + controls) * sizes.population_rows(job)


def _predicted(sizes: Sizes, job: Mapping[str, str]) -> float:
    models = sizes.config["regression"]["models"]
    kernel = KERNEL if any(REGRESSORS[model].keeps_particles for model in models) else 0
    each = 2e-5 + kernel * sizes.training_rows
    return START_LEARNING + each * sizes.value_rows(job)


def _averaged(sizes: Sizes, job: Mapping[str, str]) -> float:
    return START_LEARNING + 0.8 * ROW * sizes.frames(job) * sizes.particles


def _chosen(fit: Fit, rows: float, snapshots: int, candidates: int, last: float = 1) -> float:
    """Settings chosen by validation on snapshots, then trained a number of times with all rows."""
    folds = min(FOLDS, snapshots)
    return candidates * folds * fit(rows * (1 - 1 / folds)) + last * fit(rows)


def _timed(model: str) -> str:
    """The model whose time is taken for one: its own, or that of one that costs as much."""
    return REGRESSORS[model].cost or model


def _fit(model: str) -> Fit:
    return FIT.get(_timed(model), UNKNOWN_FIT)


def _candidates(sizes: Sizes, model: str) -> int:
    grids = sizes.config["regression"]["grids"]
    return math.prod(len(values) for values in grids.get(model, {}).values())


def _propensity(sizes: Sizes, job: Mapping[str, str]) -> float:
    """Without each replica, one model of thermal propensity and one of the other at each time."""
    replicas, block = len(sizes.study.replicas), sizes.config["inherent"]
    share = 1 - 1 / replicas if replicas > 1 else 1.0
    rows, snapshots = share * sizes.inherent_rows, round(share * block["snapshots"] * replicas)
    models = replicas * (1 + len(block["times"]))
    fit, candidates = _fit(block["model"]), _candidates(sizes, block["model"])
    each = _chosen(fit, rows, max(snapshots, 2), candidates)
    # Displacements of single particles: harder to fit than probabilities.
    return START_LEARNING + models * 4 * each


def _state_features(rows: Callable[[Sizes], float]) -> Seconds:
    """Averages need the features of every particle."""

    def seconds(sizes: Sizes, job: Mapping[str, str]) -> float:
        particles = rows(sizes) * sizes.particles / sizes.centres
        return START + (1 + sizes.orders_of_states / 4) * ROW * particles

    return seconds


def _state_scores(sizes: Sizes, job: Mapping[str, str]) -> float:
    """Without each replica, models at each time by each state and set of orders.

    Ridge regressions of all times are one system of linear equations; others are trained one by
    one.
    """
    block, study = sizes.config["states"], sizes.study
    replicas = len(study.replicas)
    columns = [sizes.features * (1 + highest) for highest in block["orders"]]
    candidates = math.prod(map(len, study.state_scores()["grid"].values()))
    models = len(block["scored"]) * replicas
    if block["model"] == "ridge":
        each = sum(EQUATIONS * number**3 for number in columns)
        return START_LEARNING + models * (1 + FOLDS) * candidates * each
    times = 2 * len(sizes.config["inherent"]["times"])
    share = 1 - 1 / replicas if replicas > 1 else 1.0
    snapshots = round(share * sizes.config["inherent"]["snapshots"] * replicas)
    one = _chosen(
        _fit(block["model"]), share * replicas * sizes.inherent_rows, max(snapshots, 2), candidates
    )
    return START_LEARNING + models * times * one * sum(columns) / sizes.features


def _regress(sizes: Sizes, job: Mapping[str, str]) -> float:
    """With all replicas and without each; of linear models also the errors of their weights."""
    study, block = sizes.study, sizes.config["regression"]
    regressor = study.regressors()[job["regressor"]]
    replicas = len(study.replicas)
    snapshots = len(study.snapshots_at(study.regression_label))
    fit, candidates = _fit(regressor.model), _candidates(sizes, regressor.model)
    last = float(len(study.labels_of(job["regressor"])) or 1)
    if regressor.variant == "eliminated":
        # Of half the features on average.
        last += sizes.features / block["elimination"]["step"] / 2
    if regressor.variant == "thinned":
        last += block["halvings"]
    shares = [1.0] + ([1 - 1 / replicas] * replicas if replicas > 1 else [])
    seconds = 0.0
    for share in shares:
        rows, within = share * sizes.training_rows, max(round(share * snapshots), 2)
        seconds += _chosen(fit, rows, within, candidates, last)
    # Weights are given with errors.
    if REGRESSORS[regressor.model].linear:
        seconds += (candidates + max(snapshots, replicas)) * fit(sizes.training_rows)
    return START_LEARNING + seconds * len(regressor.orders)


def _drawn(seconds: float) -> Seconds:
    """Time of a job that resamples: it grows with the number of draws."""
    return lambda sizes, job: START + seconds * sizes.config["uncertainty"]["draws"] / 500


def _followed(sizes: Sizes, job: Mapping[str, str]) -> float:
    return START_LEARNING + SOFTNESS * sizes.followed_frames(job) * sizes.centres


RULES: dict[str, Seconds] = {
    "ensemble": lambda sizes, job: START + 3e-4 * sizes.centres,
    "hop_indicator": _frames(1.8e-7),
    # Of given trajectories; others are simulated.
    "thermal": _frames(2e-6),
    "rearrangements": _frames(6e-8),
    "self_scattering": _frames(1.2e-7),
    "van_hove": _frames(2e-8),
    "displacement_map": lambda sizes, job: START,
    "activated_samples": lambda sizes, job: 2 * START,
    "extreme_samples": lambda sizes, job: START,
    "csd_threshold": lambda sizes, job: 3 * START,
    "neighbourhood": lambda sizes, job: START,
    "snapshot_shares": lambda sizes, job: START,
    "equilibration_evidence": lambda sizes, job: START + 1.2e-6 * sizes.particles,
    "pair_distribution": _pairs,
    "population_features": _population,
    "event_features": _events,
    "sample_features": _samples,
    "snapshot_features": _snapshots,
    "train_classifier": _classifier,
    "reference_features": lambda sizes, job: START,
    "learned_values": _learned,
    "clusters": _clusters,
    "predicted_values": _predicted,
    "averaged_values": _averaged,
    "regress": _regress,
    "inherent_features": lambda sizes, job: START + ROW * sizes.inherent_rows,
    "propensity_scores": _propensity,
    "state_features": _state_features(lambda sizes: sizes.inherent_rows),
    "published_features": _state_features(lambda sizes: sizes.centres),
    "state_scores": _state_scores,
    "state_scores_published": _state_scores,
    "predict": lambda sizes, job: START_LEARNING,
    "accuracy": lambda sizes, job: 2 * START,
    "relaxation": _drawn(0.4),
    "distribution": lambda sizes, job: START,
    "binned_counts": lambda sizes, job: START,
    "binned_predictions": lambda sizes, job: START,
    "barriers": _drawn(2.5),
    "predicted_barriers": _drawn(5.0),
    "softness_decay": _followed,
    "cycle_response": _followed,
    "state_samples": lambda sizes, job: 2 * START,
    "compared_features": lambda sizes, job: START + ROW * sizes.state_rows(job),
    "state_classifier": lambda sizes, job: _classifier(sizes, {"name": "softness"}),
    "state_reference": lambda sizes, job: START,
    "state_values": lambda sizes, job: START,
    "state_accuracy": lambda sizes, job: START,
    "state_counts": lambda sizes, job: START,
    "state_barriers": _drawn(1.0),
    "report": lambda sizes, job: START,
}


def modelled_seconds(sizes: Sizes, rule: str, wildcards: Mapping[str, str]) -> tuple[float, str]:
    """Seconds of one core that a job of analysis takes, and where the number is from.

    Parameters
    ----------
    sizes
        Of the study.
    rule, wildcards
        Of the job.

    Returns
    -------
    seconds : float
        Of one core.
    source : str
        ``"constants"`` or, for a rule or a model that is not known here, ``"guess"``: a study
        never stops because nobody has timed a part of it.
    """
    if rule.startswith(("figure_", "table_")):
        return 2.3, "constants"
    found = RULES.get(rule)
    if found is None:
        return UNKNOWN, "guess"
    regressors = sizes.study.regressors()
    is_known = rule != "regress" or _timed(regressors[wildcards["regressor"]].model) in FIT
    return found(sizes, wildcards), "constants" if is_known else "guess"


def planned_seconds(
    sizes: Sizes,
    rate: Rate,
    rule: str,
    wildcards: Mapping[str, str],
    simulation: Simulation | None,
) -> float:
    """Seconds of a whole job, of which nothing is kept: from a rate if it simulates."""
    if simulation:
        return rate.seconds(simulation, simulation.steps)
    return modelled_seconds(sizes, rule, wildcards)[0]


def measured_seconds(job: PlannedJob) -> float | None:
    """Seconds that the job took when it last ran; none if its benchmark does not tell."""
    path = Path(job.benchmark)
    if not job.benchmark or not path.is_file():
        return None
    try:
        return float(pd.read_csv(path, sep="\t")["s"].iloc[-1])
    except (OSError, ValueError, KeyError, IndexError):
        return None
