"""What the Snakefile calls: the study, the sources of a stage, the environment of commands."""

import contextlib
import fcntl
import functools
import json
import os
import re
import shlex
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import pandas as pd
from snakemake.exceptions import WorkflowError
from snakemake.io import local
from snakemake.logging import logger

from softness import configuration, engines, environment, sources
from softness.cluster import check_cluster
from softness.errors import InputError
from softness.figures.registry import FigureEntry
from softness.files.atomic import take_lock
from softness.physics import lock
from softness.progress import Follower, Progress, jobs_at_once, planned, say
from softness.report.limits import presets_beside
from softness.report.live import LivePage
from softness.report.page import caption_text
from softness.simulate.store import Store
from softness.stages.shared import simulation
from softness.study import Study
from softness.verdicts import VERDICTS

# Named where they would decide a claim that a study leaves open.
PRESETS = ("config/overnight.yaml", "config/dissertation.yaml")

# Held by whoever runs a study in this folder; the variable tells that the parent process holds it.
LOCK = Path(".running")
HELD = "SOFTNESS_FOLDER_HELD"

# What stands before a wildcard in the name of a log.
_BEFORE = {
    "temperature": "T",
    "replica": "replica",
    "snapshot": "snapshot",
    "block": "block",
    "pulse": "pulse",
}

# The jobs of this process, for the progress on the terminal.
followed: Progress | None = None
_held: TextIO | None = None


def study_of(workflow: Any, config: dict[str, Any]) -> Study:
    """The study of Snakemake's configuration; wrong keys or values end in one line each.

    Its files are read once more: Snakemake takes the last of two equal keys, and 0777 for 511.
    """
    given = workflow.config_settings
    files, settings = given.configfiles, given.config
    if workflow.modifier.skip_configfile:
        # A module with a configuration of its own: the files are those of the whole workflow.
        files, settings = (), config
    try:
        environment.check_folder()
        config.update(configuration.load(*files, settings=settings))
        study = Study(config)
        lock.check(study.kinds, *study.engines)
    except InputError as error:
        raise WorkflowError(str(error)) from None
    return study


def holding_folder() -> TextIO:
    """Hold this folder for as long as the file that is returned is open.

    Raises
    ------
    InputError
        If a study runs here already.
    """
    lock = LOCK.open("w")
    take_lock(
        lock, fcntl.flock, "a study is already running in this folder: wait for it, or stop it"
    )
    return lock


def hold_folder() -> None:
    """Hold this folder until this process ends, unless its parent does."""
    global _held
    if HELD in os.environ:
        return
    try:
        _held = holding_folder()
    except InputError as error:
        raise WorkflowError(str(error)) from None


def ask_engine(workflow: Any, study: Study) -> None:
    """Stop if the installed engine differs from the engine of kept simulations.

    The engine may be where the jobs run and nowhere else: then they stop themselves.
    """
    if _brings_environments(workflow) or not Store().folders():
        return
    found = {name: engines.installed_version(name) for name in study.engines}
    try:
        study.refuse_other_versions({name: version for name, version in found.items() if version})
    except InputError as error:
        raise WorkflowError(str(error)) from None


def ask_cluster(workflow: Any) -> None:
    """Stop if the cluster that jobs are to go to would refuse them, and say what to set."""
    try:
        check_cluster(workflow)
    except InputError as error:
        raise WorkflowError(str(error)) from None


def remove_rate_limit(workflow: Any) -> None:
    """Remove Snakemake's limit of jobs per second; the number of jobs at once is still limited.

    With it, every job that has ended leaves a thread and a timer behind which wakes the choice of
    jobs again and again: in a study of 2000 jobs, that is what the launcher does all day, until
    the system has no more threads for it (snakemake#3804).
    """
    workflow.scheduler.job_rate_limiter = None


def follow_run(workflow: Any, study: Study, figures: Sequence[FigureEntry]) -> None:
    """Keep a page and the status of this run beside its results, and say where the page is.

    Whatever logger Snakemake has. A fault in it is told, and stops nothing.
    """

    @functools.cache
    def caption(entry: FigureEntry) -> str:
        (path,) = of_project(f"workflow/captions/{entry.name}.rst")
        return caption_text(Path(path).read_text(), study.config)

    try:
        page = LivePage(study.results, figures, caption)
        global followed
        followed = Progress(study, planned(workflow, study), jobs_at_once(workflow))
        logger.addHandler(Follower(followed, study.results, page.write))
        say(f"Page of this run: {page.path.resolve()}")
    except Exception as fault:
        say(f"there is no page of this run: {type(fault).__name__}: {fault}")


def presets_of(study: Study) -> str:
    """Presets beside a study, for its report, as JSON; none where nothing is simulated."""
    if study.of_files:
        return "[]"
    found = []
    for path in of_project(*PRESETS):
        # One that somebody has changed to something that cannot be run is no fault of this study.
        with contextlib.suppress(InputError):
            found.append(configuration.load(path))
    return json.dumps(presets_beside(study.config, found))


def code_of(stage: str, *modules: str) -> list[str]:
    """Source files of an analysis stage, and of modules that it imports by name.

    Named as by `of_project`.
    """
    names = (f"softness.stages.{stage}", *modules)
    files = {path for name in names for path in sources.sources(name)}
    return sorted(of_project(*files))


def of_project(*paths: str | Path) -> list[str]:
    """Files of the project itself as inputs: `local`, so that a prefix of a module is not theirs.

    Relative to the working directory, so that a study can be moved as a whole.
    """
    return [local(os.path.relpath(sources.ROOT.parent / path)) for path in paths]


def set_records(workflow: Any, study: Study) -> None:
    """Give every rule a log and a benchmark, named after the wildcards of its first output."""
    for rule in workflow.rules:
        if rule.norun:
            continue
        wildcards = dict.fromkeys(re.findall(r"{(\w+)", str(rule.output[0])))
        parts = [f"{_BEFORE.get(name, '')}{{{name}}}" for name in wildcards]
        job = f"{rule.name}/{'_'.join(parts)}" if parts else rule.name
        rule.log_modifier = rule.benchmark_modifier = workflow.modifier.path_modifier
        rule.set_log(f"{study.results}/logs/{job}.log")
        rule.benchmark = f"{study.results}/benchmarks/{job}.tsv"


def shell_environment(workflow: Any, study: Study) -> str:
    """Prefix of every command: the library's path, the device, one thread for each process.

    Snakemake does not count it among what makes a job run again; so the device and the accepted
    versions of the engine, which change no physics, are here and not among the parameters.
    """
    variables = dict(environment.OF_COMMANDS)
    engine = study.config["engine"]
    variables[simulation.DEVICE] = engine["device"]
    variables[simulation.ACCEPTED] = ",".join(engine["accepted_versions"])
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    if not _brings_environments(workflow):
        # Without an environment of its own, a command uses the interpreter of Snakemake.
        exports.append(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    prefix = f"set -euo pipefail; {'; '.join(exports)}; "
    # Snakemake formats the prefix like a rule's command.
    return prefix.replace("{", "{{").replace("}", "}}")


def _brings_environments(workflow: Any) -> bool:
    """Whether commands run in environments of their own."""
    methods = {str(method) for method in workflow.deployment_settings.deployment_method}
    return bool(methods & {"conda", "apptainer"})


def announce(study: Study) -> None:
    """Say where the results are, and how many claims ended in each verdict."""
    table = study.results / "claims.csv"
    page = study.results / "report.html"
    if not (table.exists() and page.exists()):
        return
    counts: Mapping[str, int] = Counter(pd.read_csv(table)["verdict"])
    verdicts = ", ".join(f"{counts[name]} {name}" for name in VERDICTS if counts.get(name))
    print(f"Report: {page.resolve()}\nClaims: {verdicts} ({table})", file=sys.stderr)


def announce_alone(study: Study) -> None:
    """Announce the results, unless the parent process will."""
    if HELD not in os.environ:
        announce(study)
