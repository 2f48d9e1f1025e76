"""What a study will take: the costs of jobs, of rules, and of all."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from softness.planning import statistics
from softness.planning.jobs import PlannedJob
from softness.planning.rate import (
    Rate,
)
from softness.study import Study

FIGURES = "figures"


@dataclass(frozen=True)
class Cost:
    """What one job takes; steps are those to do and those that are kept."""

    job: PlannedJob
    steps: int
    kept: int
    seconds: float
    on_gpu: bool
    disk: float
    source: str


@dataclass
class Row:
    """What the jobs of one rule take, or all."""

    rule: str
    jobs: int = 0
    steps: int = 0
    kept: int = 0
    core_hours: float = 0.0
    gpu_hours: float = 0.0
    disk: float = 0.0
    sources: set[str] = field(default_factory=set)

    def add(self, cost: Cost) -> None:
        """Count one more job."""
        hours = cost.seconds / 3600
        self.jobs += 1
        self.steps += cost.steps
        self.kept += cost.kept
        self.disk += cost.disk
        self.sources.add(cost.source)
        if cost.on_gpu:
            self.gpu_hours += hours
        else:
            self.core_hours += hours

    @property
    def hours(self) -> float:
        """Of whatever the rule holds."""
        return self.core_hours + self.gpu_hours

    def as_dict(self) -> dict[str, Any]:
        """For machines; bytes and hours, without rounding."""
        return {
            "rule": self.rule,
            "jobs": self.jobs,
            "steps": self.steps,
            "steps_kept": self.kept,
            "core_hours": self.core_hours,
            "gpu_hours": self.gpu_hours,
            "bytes": round(self.disk),
            "time_from": sorted(self.sources),
        }


@dataclass(frozen=True)
class Plan:
    """A study before it runs.

    Attributes
    ----------
    study
        The study.
    rate
        Of its engine.
    cores
        Of this machine, for the wall time.
    rows
        One for each rule, the most expensive first.
    wall, chain
        Seconds on this number of cores, and of the longest chain of jobs.
    events, events_from
        Expected in isoconfigurational runs, and where their probability is from.
    """

    study: Study
    rate: Rate
    cores: int
    rows: list[Row]
    wall: float
    chain: float
    events: list[statistics.Events]
    events_from: str

    @property
    def total(self) -> Row:
        """All rules together."""
        return summed("total", self.rows)

    @property
    def simulations(self) -> list[Row]:
        """Rules of simulation, the most expensive first."""
        return [row for row in self.rows if row.steps or row.kept]

    @property
    def has_gpu(self) -> bool:
        """Whether simulations run on GPUs."""
        return self.study.has_gpu


def summed(name: str, rows: Iterable[Row]) -> Row:
    """Rows as one."""
    total = Row(name)
    for row in rows:
        total.jobs += row.jobs
        total.steps += row.steps
        total.kept += row.kept
        total.core_hours += row.core_hours
        total.gpu_hours += row.gpu_hours
        total.disk += row.disk
        total.sources |= row.sources
    return total


def by_cost(row: Row) -> tuple[float, str]:
    """The most expensive first; an hour of a GPU counts like one of a core."""
    return -row.hours, row.rule


def halvings(plan: Plan) -> list[dict[str, Any]]:
    """What halving each part of the simulations saves, and what it does to the statistics.

    Returns
    -------
    list of dict
        With ``part``, ``saves_hours``, of these ``saves_gpu_hours``, ``width_factor`` (none where
        no interval is left) and ``consequence``; what saves the most first, replicas last.
    """
    saved: dict[str, float] = defaultdict(float)
    on_gpu: dict[str, float] = defaultdict(float)
    for row in plan.simulations:
        (part, _) = statistics.parts_of([row.rule])
        saved[part] += row.hours / 2
        on_gpu[part] += row.gpu_hours / 2
    replicas = plan.study.config["replicas"]
    lost = replicas - replicas // 2
    saved = dict(sorted(saved.items(), key=lambda each: -each[1]))
    share = lost / replicas if replicas > 1 else 0.0
    saved[statistics.REPLICAS] = plan.total.hours * share
    on_gpu[statistics.REPLICAS] = plan.total.gpu_hours * share
    found = []
    for part, hours in saved.items():
        factor = statistics.width_factor(part, replicas)
        found.append(
            {
                "part": part,
                "saves_hours": hours,
                "saves_gpu_hours": on_gpu[part],
                "width_factor": factor if math.isfinite(factor) else None,
                "consequence": statistics.consequence(part, replicas),
            }
        )
    return found
