"""What the profile slurm asks a cluster for, read off a stand-in that refuses every submission."""

import os
import re
import shlex
import subprocess
import sys

import pytest
from workflow_commands import copy_project, environment

SBATCH = """#!/bin/sh
case "$*" in
    *--test-only*) echo "$@" >> "$(dirname "$0")/asked"; exit 0;;
    *) echo "refused" >&2; exit 1;;
esac
"""


@pytest.fixture
def project(tmp_path):
    """A copy of the project, beside the programs of a cluster."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sbatch", "sinfo", "squeue", "sacct", "scancel", "scontrol"):
        (programs / name).write_text(SBATCH if name == "sbatch" else "#!/bin/sh\nexit 0\n")
        (programs / name).chmod(0o755)
    return copy_project(tmp_path / "project")


def asked(project, *arguments: str, **settings: str) -> list[dict[str, str]]:
    """Options of each kind of submission that the cluster is asked about."""
    programs = project.parent / "bin"
    variables = environment(project) | {
        "SOFTNESS_RETRIES": "0",
        "SOFTNESS_STATUS_SECONDS": "1",
        "SOFTNESS_ACCOUNT": "physics",
        "SOFTNESS_SIMULATION_PARTITION": "gpu",
        "SOFTNESS_ANALYSIS_PARTITION": "cpu",
        "SOFTNESS_LANES_PARTITION": "wide",
    }
    variables["PATH"] = f"{programs}{os.pathsep}{variables['PATH']}"
    command = [sys.executable, "-m", "snakemake", "--profile", "slurm", *arguments]
    done = subprocess.run(
        command,
        cwd=project,
        env=variables | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    # The stand-in takes no job, after it was asked about all kinds.
    assert done.returncode != 0
    assert (programs / "asked").exists(), done.stderr
    lines = (programs / "asked").read_text().splitlines()
    return [dict(re.findall(r"--([a-z-]+)=(\S+)", shlex.join(shlex.split(x)))) for x in lines]


@pytest.mark.parametrize("hours", ["24", "3"])
def test_jobs_and_groups_fit_into_the_hours_that_are_allowed(project, hours):
    kinds = asked(project, SOFTNESS_HOURS=hours)
    assert {kind["partition"] for kind in kinds} == {"gpu", "cpu", "wide"}
    for kind in kinds:
        assert 0 < int(kind["time"]) <= 60 * int(hours), kind
        assert ("gpus" in kind) == (kind["partition"] == "gpu")


def test_more_of_slurm_is_asked_about_as_it_will_be_submitted(project):
    profile = project / "profiles/slurm/config.yaml"
    text = profile.read_text()
    more = "  qos: long\n  constraint: a100\n"
    profile.write_text(text.replace("  memory_percent:", f"{more}  memory_percent:"))
    plain = asked(project, "--configfile", "config/smoke.yaml", SOFTNESS_GPU_MODEL="h100")
    assert {(kind["qos"], kind["constraint"]) for kind in plain} == {("long", "a100")}
    # The smoke study runs on cores, whatever GPU is named.
    assert not any("gpus" in kind for kind in plain)
    (project.parent / "bin" / "asked").unlink()
    twice = asked(project, "--configfile", "config/smoke.yaml", SOFTNESS_MEMORY="200")
    for before, after in zip(by_partition(plain), by_partition(twice), strict=True):
        assert int(after["mem"]) - 400 == 2 * (int(before["mem"]) - 400)


def by_partition(kinds):
    return sorted(kinds, key=lambda kind: kind["partition"])
