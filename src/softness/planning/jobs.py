"""The jobs of a study as Snakemake itself plans them: the one list that cannot disagree with it."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snakemake.api import SnakemakeApi
from snakemake.exceptions import WorkflowError
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    Quietness,
    ResourceSettings,
)

from softness.environment import check_checkout
from softness.errors import InputError
from softness.sources import ROOT as SOURCES

SNAKEFILE = Path("Snakefile")


@dataclass(frozen=True)
class PlannedJob:
    """One job of the workflow.

    Attributes
    ----------
    rule
        Its rule.
    part
        Of the study, as `part_of` names it.
    wildcards
        What tells it from the other jobs of its rule, for example ``{"temperature": "0.5"}``.
    inputs
        Files that it reads, without the library's own source files.
    code
        The library's own source files that it depends on.
    outputs
        Files that it writes.
    threads
        Cores that it holds.
    command
        Its shell command.
    benchmark
        Where its time is written; empty if nowhere.
    is_due
        Whether Snakemake would run it now, by what lies on the disk.
    priority
        Of jobs that are ready, those of the highest go first; 0 of a job that is not due.
    """

    rule: str
    part: str
    wildcards: dict[str, str]
    inputs: tuple[str, ...]
    code: tuple[str, ...]
    outputs: tuple[str, ...]
    threads: int
    command: str
    benchmark: str
    is_due: bool
    priority: float = 0


def planned_jobs(config: str | Path, everything: bool = True) -> list[PlannedJob]:
    """All jobs of the study of a configuration, in the order of Snakemake's graph.

    Parameters
    ----------
    config
        Overlay of the complete configuration. It should be checked already.
    everything
        Plan as if no file existed. Else `PlannedJob.is_due` tells what is not up to date.

    Raises
    ------
    InputError
        If this is not the project's folder, or Snakemake cannot plan the study; with what it says.
    """
    check_checkout()
    said = io.StringIO()
    try:
        # What it prints is of no use here, unless it fails.
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            return _planned(Path(config), everything)
    except WorkflowError as error:
        raise InputError(
            f"{config}: Snakemake cannot plan this study: {error}: see snakemake -n "
            f"--configfile {config}"
        ) from error


def _planned(config: Path, everything: bool) -> list[PlannedJob]:
    output = OutputSettings(dryrun=True, quiet={Quietness.ALL})
    with SnakemakeApi(output) as api:
        workflow = api.workflow(
            # Enough cores for any job: else Snakemake would cut down their threads.
            resource_settings=ResourceSettings(cores=10_000),
            config_settings=ConfigSettings(configfiles=[config]),
            snakefile=SNAKEFILE,
        )
        # What a kill has left half written is made anew, and counts as missing.
        settings = DAGSettings(targets={"all"}, forceall=everything, force_incomplete=True)
        workflow.dag(settings).execute_workflow(executor="dryrun")
        return list(_jobs(workflow._workflow.dag))


def _jobs(dag: Any) -> Iterator[PlannedJob]:
    for job in dag.jobs:
        if not job.shellcmd:
            continue  # a target rule, which only names files
        files = [str(path) for path in job.input]
        code = tuple(path for path in files if _is_source(path))
        yield PlannedJob(
            rule=job.rule.name,
            part=part_of(job.rule),
            wildcards=dict(job.wildcards_dict),
            inputs=tuple(path for path in files if path not in code),
            code=code,
            outputs=tuple(str(path) for path in job.output),
            threads=job.threads,
            command=job.shellcmd,
            benchmark=str(job.benchmark or ""),
            is_due=bool(dag.needrun(job)),
            priority=dag.priority(job) if dag.needrun(job) else 0,
        )


def part_of(rule: Any) -> str:
    """The part of the study that a rule belongs to: the file that it stands in."""
    return Path(str(rule.snakefile)).stem


def _is_source(path: str) -> bool:
    return Path(path).resolve().is_relative_to(SOURCES)
