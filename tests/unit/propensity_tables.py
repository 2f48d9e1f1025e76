"""Made-up scores of models of propensity: what every claim should find is planted."""

from dataclasses import dataclass, replace

import numpy as np

from softness.files.records.propensity import PropensityScores


@dataclass(frozen=True)
class Plan:
    """What is planted; the defaults are what the source says."""

    temperature: float = 0.56
    training_time: float = 25.0
    published: bool = False
    state: str = "inherent"
    replicas: int = 5
    snapshots: int = 2
    time: tuple = (0.5, 2.0, 7.0, 25.0, 50.0, 100.0)
    # Of the models that were trained on what they predict, at each time.
    curve: tuple = (0.2, 0.3, 0.45, 0.6, 0.55, 0.5)
    lost: float = 0.1
    # Of the thermal-trained model beside the other, in reversed order of time.
    reversed: bool = False
    scatter: float = 0.02
    halves: float = 0.5
    unconverged: float = 0.0


def propensity_scores(**changes):
    """One record of a plan that differs from the source in some points."""
    plan = Plan(**changes)
    generator = np.random.default_rng(3)
    number = plan.replicas * plan.snapshots
    curve = np.array(plan.curve)[: len(plan.time)]
    # Snapshots are easier or harder to predict by both models alike.
    common = plan.scatter * generator.normal(size=(number, 1))
    noise = 0.1 * plan.scatter * generator.normal(size=(3, number, len(curve)))
    thermal = curve[::-1] - plan.lost if plan.reversed else curve - plan.lost
    return PropensityScores(
        temperature=np.array(plan.temperature),
        training_time=np.array(plan.training_time),
        published=np.array(plan.published),
        state=np.array(plan.state, dtype="S"),
        runs=np.array(8),
        time=np.array(plan.time),
        snapshot=np.arange(number),
        replica=np.repeat(np.arange(plan.replicas), plan.snapshots),
        thermal_trained=thermal + common + noise[0],
        directly_trained=curve + common + noise[1],
        thermal_on_thermal=curve + 0.1 + common + noise[2],
        half_correlation=np.full((number, len(curve)), plan.halves),
        unconverged=np.full(len(curve), plan.unconverged),
    )


def unmoved(scores):
    """The same where nothing ever moved: no correlation is defined."""
    names = ("thermal_trained", "directly_trained", "thermal_on_thermal", "half_correlation")
    return replace(
        scores, **{name: np.full_like(scores.half_correlation, np.nan) for name in names}
    )
