"""What jobs ask a scheduler for: minutes and memory from the sizes of the study and the attempt.

Rules say what their job holds (``mem_mb``, for up to `RULE_PARTICLES`) and, where it simulates, how
long it takes (``runtime``). Here, in one place, time is added where a rule says none, and both grow
with each attempt. Nothing of it makes a job run again.
"""

import math
from typing import Any

from snakemake.resources import Resource

from softness.planning.seconds import modelled_seconds
from softness.planning.sizes import Sizes
from softness.study import Study

RULE_PARTICLES = 4096
"""The size that the memory in rules is meant for."""

SNAKEMAKE_MB = 400
"""Of the processes of Snakemake that start a job on a cluster."""

START_MINUTES = 3
"""For a job to begin: a shared disk may be slow."""

SLOWER = 5
"""How much slower than the plan says a machine may be."""


def set_requests(workflow: Any, study: Study) -> None:
    """Set time and memory of all rules that were read so far.

    Parameters
    ----------
    workflow
        Snakemake's.
    study
        Whose sizes count.
    """
    sizes = Sizes(study)
    growth = max(1.0, sizes.particles / RULE_PARTICLES)
    for rule in workflow.rules:
        if rule.norun:
            continue
        asked = rule.resources
        if "mem_mb" in asked:
            asked["mem_mb"] = _request("mem_mb", asked["mem_mb"], growth, SNAKEMAKE_MB)
        minutes = asked["runtime"] if "runtime" in asked else _planned(sizes, rule.name)
        asked["runtime"] = _request("runtime", minutes)


def _planned(sizes: Sizes, rule: str) -> Resource:
    def minutes(wildcards: Any) -> int:
        # Of Snakemake's own, `in` asks for values instead of names.
        seconds, _ = modelled_seconds(sizes, rule, dict(wildcards.items()))
        return START_MINUTES + math.ceil(SLOWER * seconds / 60)

    return Resource("runtime", minutes)


def _request(name: str, each: Resource, growth: float = 1.0, more: int = 0) -> Resource:
    """What an attempt asks for: as much again as the one before."""

    def asked(wildcards: Any, attempt: int, **others: Any) -> int:
        one = each.evaluate(wildcards, attempt=attempt, **others).value
        return more + math.ceil(growth * attempt * one)

    return Resource(name, asked)
