"""Made-up scores of states of structure: what every claim should find is planted."""

from dataclasses import dataclass

import numpy as np

from softness.files.records.states import StateScores
from softness.findings.data import FigureData

ALL = ("thermal", "inherent", "cage")


@dataclass(frozen=True)
class Plan:
    """What is planted; by the defaults all claims hold."""

    temperature: float = 0.56
    training_time: float = 25.0
    published: bool = False
    model: str = "ridge"
    states: tuple = ALL
    orders: tuple = (0, 1, 2)
    targets: tuple = ("thermal", "inherent")
    replicas: int = 5
    snapshots: int = 2
    time: tuple = (0.5, 2.0, 7.0, 25.0, 50.0)
    # Pearson by thermal features of order 0 at the training time; less at all other times.
    height: float = 0.4
    # What inherent states add, what cages add to that, and each further order.
    inherent: float = 0.15
    cage: float = 0.05
    order: float = 0.04
    scatter: float = 0.02
    halves: float = 0.8
    # Of the means of snapshots, where the standard deviation over particles is 0.1.
    spread: float = 0.05


def state_scores(**changes):
    """One record of a plan that differs in some points."""
    plan = Plan(**changes)
    generator = np.random.default_rng(7)
    number, times = plan.replicas * plan.snapshots, len(plan.time)
    gains = {"thermal": 0.0, "inherent": plan.inherent, "cage": plan.inherent + plan.cage}
    of_states = np.array([gains[state] for state in plan.states])[:, None, None, None]
    of_orders = plan.order * np.array(plan.orders)[:, None, None]
    away = np.abs(np.log(np.array(plan.time) / plan.training_time))
    # Snapshots are easier or harder to predict by all models alike.
    common = plan.scatter * generator.normal(size=(number, 1))
    curves = plan.height + of_states + of_orders + common - 0.03 * away
    shape = (len(plan.targets), *curves.shape)
    pearson = curves + 0.1 * plan.scatter * generator.normal(size=shape)
    small = len(plan.targets), number, times
    return StateScores(
        temperature=np.array(plan.temperature),
        training_time=np.array(plan.training_time),
        published=np.array(plan.published),
        model=np.array(plan.model, dtype="S"),
        centred=np.array(False),
        runs=np.array(8),
        states=np.array(plan.states, dtype="S"),
        order=np.array(plan.orders),
        features=135 * (1 + np.array(plan.orders)),
        targets=np.array(plan.targets, dtype="S"),
        time=np.array(plan.time),
        snapshot=np.arange(number),
        replica=np.repeat(np.arange(plan.replicas), plan.snapshots),
        particles=np.full(number, 1638),
        pearson=pearson,
        explained=pearson**2,
        offset=np.full(shape, 0.05),
        mean=1 + plan.spread * np.tile([[-1.0], [1.0]], (len(plan.targets), number // 2, times)),
        variance=np.full(small, 0.01),
        half_correlation=np.full(small, plan.halves),
    )


PUBLISHED = {
    "published": True,
    "temperature": 0.44,
    "states": ALL[:2],
    "targets": ("thermal",),
    "replicas": 10,
    "snapshots": 1,
    "time": (4000.0,),
    "training_time": 4000.0,
    "halves": float("nan"),
}


def scored(*records):
    """Data of the figure: of our own runs and of published data, unless records are given."""
    records = records or (state_scores(), state_scores(**PUBLISHED))
    settings = {"seed": 1, "draws": 300, "block_length": 2.0}
    return FigureData(settings=settings, state_scores=list(records))
