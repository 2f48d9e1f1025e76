# The checked configuration as a study, and the environment of every command.

import os
import re
import sys

# Of this file, not of a workflow that uses this one as a module.
sys.path.insert(0, os.path.abspath(f"{workflow.current_basedir}/../../src"))

from softness.priorities import set_priorities
from softness.requests import set_requests
from softness.workflow import (
    announce_alone,
    ask_cluster,
    ask_engine,
    code_of,
    follow_run,
    hold_folder,
    of_project,
    presets_of,
    remove_rate_limit,
    set_records,
    shell_environment,
    study_of,
)

study = study_of(workflow, config)
RESULTS = str(study.results)
# Where files of a snapshot lie. Logs and benchmarks are named by set_records (Snakefile).
SNAPSHOT = "replica{replica}/snapshot{snapshot}"
# Of a job of simulation.
GPUS = 1 if config["engine"]["device"] == "gpu" else 0
# Files of each kind of table that figures are drawn from: named at the end of each file of rules.
TABLES = {}

shell.prefix(shell_environment(workflow, study))


wildcard_constraints:
    temperature=r"[0-9.]+",
    replica=r"[0-9]+",
    snapshot=r"[0-9]+",
    block=r"[0-9]+",
    state="thermal|inherent|cage",


announce_results = lambda: announce_alone(study)


def of_option(name, files):
    """Files after the name of an option, or nothing where there are none."""
    return f"{name} {files}" if files else ""


def of_replicas(files):
    """Files of all replicas, with the temperature left open."""
    return expand(files, replica=study.replicas, allow_missing=True)


def runs_at(files, temperature):
    """Files of all replicas at a temperature."""
    return expand(files, replica=study.replicas, temperature=temperature)


def where_barriers(files, wildcards, limit):
    """Files of a run where its barriers are fitted, else none."""
    fitted = wildcards.temperature in study.barrier_labels(limit)
    return expand(files, **wildcards) if fitted else []


def of_snapshots(files, places):
    """Files of some snapshots, by replica and number, with other wildcards left open."""
    replicas, numbers = zip(*places)
    return expand(files, zip, replica=replicas, snapshot=numbers, allow_missing=True)


def counts_of_snapshots(wildcards):
    """Counts of all snapshots at a temperature."""
    temperature = getattr(wildcards, "temperature", wildcards)
    files = of_snapshots(rules.ensemble.output, study.snapshots_at(temperature))
    return expand(files, temperature=temperature)


def cycle_files(folder):
    """Trajectories of the runs of one snapshot."""
    return [f"{folder}/run{number}.gsd" for number in study.cycle_runs]


def of_states(files):
    """Files of all states that are compared, with other wildcards left open."""
    return expand(files, state=study.softness_states, allow_missing=True)


def state_runs(files, temperature=study.training_label):
    """Files of all replicas at a temperature, with the state left open."""
    return expand(files, replica=study.replicas, temperature=temperature, allow_missing=True)
