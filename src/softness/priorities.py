"""Which jobs go first: those that the earliest figure of the report waits for.

So chapters become complete one after the other. Snakemake takes any job of the highest priority
that is ready; no core is idle for it, since jobs of later figures fill it.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

Key = tuple[Any, ...]


def set_priorities(workflow: Any, figures: Sequence[str]) -> None:
    """Set the priority of all jobs of the rules that were read so far.

    Parameters
    ----------
    workflow
        Snakemake's.
    figures
        Names of the rules that draw them, in the order of the report.
    """

    @functools.cache
    def found() -> dict[Key, int]:
        # Asked for when Snakemake has its graph of jobs, which no checkpoint of ours changes.
        return _priorities(workflow.dag, figures)

    def of(rule: str) -> Callable[[Any], int]:
        return lambda wildcards: found().get(_key(rule, wildcards), 0)

    for rule in workflow.rules:
        # Another workflow, which uses this one as a module, may have its own order.
        rule.priority = rule.priority or of(rule.name)


def _priorities(dag: Any, figures: Sequence[str]) -> dict[Key, int]:
    """Of each job: the number of figures from the first one that needs it to the last of all."""
    found: dict[Key, int] = {}
    for behind, name in enumerate(reversed(figures), start=1):
        drawn = [job for job in dag.jobs if job.rule.name.endswith(name)]
        for job in dag.bfs(dag.dependencies, *drawn):
            found[_key(job.rule.name, job.wildcards_dict)] = behind
    return found


def _key(rule: str, wildcards: Any) -> Key:
    return (rule, *sorted(wildcards.items()))
