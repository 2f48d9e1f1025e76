"""What jobs ask a scheduler for: minutes and memory from the sizes of the study and the attempt.

Rules say what their job holds (``mem_mb``, for up to `RULE_PARTICLES`) and, where it simulates, how
long it takes (``runtime``). Here, in one place, time is added where a rule says none, and both grow
with each attempt. Snakemake adds up the times of jobs that share a submission, so these share the
longest time that the profile allows. Nothing of it makes a job run again.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from snakemake.resources import Resource

from softness.planning.seconds import modelled_seconds
from softness.planning.sizes import Sizes
from softness.study import Study

RULE_PARTICLES = 4096
"""The size that the memory in rules is meant for."""

SNAKEMAKE_MB = 400
"""Of the processes of Snakemake that start a job on a cluster."""

LANES, LANES_PARTITION = "lanes", "lanes_partition"
"""Resources that say whether the jobs of a rule run in lanes, and which partition is theirs."""

MEMORY_PERCENT = "memory_percent"
"""Resource by which the profile asks for more, or less, than the rules."""

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
    rules = [rule for rule in workflow.rules if not rule.norun]
    for rule in rules:
        asked = rule.resources
        if "mem_mb" in asked:
            share = _value(asked, MEMORY_PERCENT, 100) / 100
            asked["mem_mb"] = _request("mem_mb", asked["mem_mb"], growth * share, SNAKEMAKE_MB)
        minutes = asked["runtime"] if "runtime" in asked else _planned(sizes, rule.name)
        asked["runtime"] = _request("runtime", minutes, most=_longest(workflow, rule, rules))
        if LANES_PARTITION in asked and _value(asked, LANES, 0):
            asked["slurm_partition"] = _same("slurm_partition", asked[LANES_PARTITION])
        if "gpu_model" in asked and not _value(asked, "gpu", 0):
            asked["gpu_model"] = Resource("gpu_model", "")


def _value(asked: Mapping[str, Resource], name: str, default: int) -> int:
    """A number of a rule that is the same for all its jobs."""
    return int(asked[name].value) if name in asked else default


def _longest(workflow: Any, rule: Any, rules: Sequence[Any]) -> float:
    """Minutes of a job of a rule, so that all that share a submission fit into the longest."""
    longest = _value(workflow.global_resources, "runtime", 0)
    if not (longest and rule.group):
        return math.inf
    parts = workflow.group_settings.group_components.get(rule.group, 1)
    members = parts * sum(other.group == rule.group for other in rules)
    return max(longest // members, START_MINUTES)


def _planned(sizes: Sizes, rule: str) -> Resource:
    def minutes(wildcards: Any) -> int:
        # Of Snakemake's own, `in` asks for values instead of names.
        seconds, _ = modelled_seconds(sizes, rule, dict(wildcards.items()))
        return START_MINUTES + math.ceil(SLOWER * seconds / 60)

    return Resource("runtime", minutes)


def _same(name: str, other: Resource) -> Resource:
    """A resource that is what another one is: the profile's are not known before there is a job."""

    def asked(wildcards: Any, **others: Any) -> str:
        return other.evaluate(wildcards, **others).value

    return Resource(name, asked)


def _request(
    name: str, each: Resource, growth: float = 1.0, more: int = 0, most: float = math.inf
) -> Resource:
    """What an attempt asks for: as much again as the one before, up to the most."""

    def asked(wildcards: Any, attempt: int, **others: Any) -> int:
        one = each.evaluate(wildcards, attempt=attempt, **others).value
        return min(more + math.ceil(growth * attempt * one), most)

    return Resource(name, asked)
