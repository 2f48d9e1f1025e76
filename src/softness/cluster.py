"""Whether SLURM will take the jobs of a study, asked before the first one is submitted."""

import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from softness.errors import InputError

PROFILE = "profiles/slurm/config.yaml"
NAMES = {"simulation": "simulations", "lanes": "runs in lanes", "analysis": "analysis"}


@dataclass(frozen=True)
class Kind:
    """Jobs that differ for SLURM in time, memory and cores alone.

    Attributes
    ----------
    part
        ``"simulation"`` if they run an engine, ``"lanes"`` if they do so in lanes, else
        ``"analysis"``.
    partition, account
        Empty: the default one.
    gpus
        Of one job.
    gpu_model
        Empty: any.
    others
        Further options for sbatch.
    """

    part: str
    partition: str
    account: str
    gpus: int
    gpu_model: str
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a user calls them."""
        return NAMES[self.part]

    @property
    def options(self) -> list[str]:
        """For sbatch."""
        options = [f"--partition={self.partition}"] if self.partition else []
        options += [f"--account={self.account}"] if self.account else []
        model = f"{self.gpu_model}:" if self.gpu_model else ""
        options += [f"--gpus={model}{self.gpus}"] if self.gpus else []
        return [*options, *self.others]


def check_cluster(workflow: Any) -> None:
    """Ask SLURM whether it would take the jobs that are due, if they are to go there.

    Parameters
    ----------
    workflow
        Snakemake's, with its graph of jobs.

    Raises
    ------
    InputError
        If SLURM would refuse some; it says what to set.
    """
    if workflow.executor_plugin.name != "slurm":
        return
    if shutil.which("sbatch") is None:
        raise InputError(
            "profile slurm: sbatch was not found: run this on a login node of the cluster,"
            " or on this machine with --profile profiles/local"
        )
    if workflow.executor_settings.status_command == "sacct":
        _check_accounting()
    due = [job for job in workflow.dag.needrun_jobs() if not job.is_norun]
    # What is submitted: a job, or the group that it is in.
    submissions = {workflow.dag.get_job_group(job) or job for job in due}
    for kind, sizes in _largest(submissions, workflow.executor_settings).items():
        _check(kind, sizes)


def _largest(submissions: Iterable[Any], settings: Any) -> dict[Kind, list[str]]:
    """Kinds of submissions, with the most time, memory and cores that one of each asks for."""
    found: dict[Kind, tuple[int, ...]] = {}
    for job in submissions:
        asked = job.resources
        kind = Kind(
            _part(asked),
            str(asked.get("slurm_partition") or ""),
            str(asked.get("slurm_account") or ""),
            int(asked.get("gpu") or 0),
            str(asked.get("gpu_model") or ""),
            tuple(_others(asked, settings)),
        )
        sizes = (asked.runtime, asked.mem_mb, job.threads)
        found[kind] = tuple(map(max, sizes, found.get(kind, sizes)))
    return {
        kind: [f"--time={minutes}", f"--mem={memory}", f"--cpus-per-task={cores}"]
        for kind, (minutes, memory, cores) in found.items()
    }


def _part(asked: Any) -> str:
    if asked.get("gpu") is None:
        return "analysis"
    return "lanes" if asked.get("lanes") else "simulation"


def _others(asked: Any, settings: Any) -> Iterator[str]:
    """Options that are not the profile's own, as the plugin gives them to sbatch."""
    for name in ("constraint", "qos", "clusters"):
        if asked.get(name):
            yield f"--{name}={asked.get(name)}"
    for name in ("qos", "reservation"):
        if getattr(settings, name, None):
            yield f"--{name}={getattr(settings, name)}"
    yield from shlex.split(asked.get("slurm_extra") or "")


def _check(kind: Kind, sizes: list[str]) -> None:
    command = ["sbatch", "--test-only", *kind.options, *sizes]
    done = subprocess.run([*command, "--wrap=true"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    lines = (done.stderr or done.stdout).strip().splitlines()
    said = lines[-1] if lines else f"exit status {done.returncode}"
    raise InputError(
        f"{PROFILE}: SLURM refuses the {kind.name}: {said} ({' '.join(command)})\n"
        f"{_remedy(kind, said.lower())}; docs/cluster.md explains"
    )


def _remedy(kind: Kind, said: str) -> str:
    """What to set, by what SLURM said."""
    part = f"SOFTNESS_{kind.part.upper()}_PARTITION"
    if "qos" in said:
        return (
            "A quality of service is missing or its limits are too low: set SOFTNESS_HOURS,"
            " SOFTNESS_GPUS, or qos under default-resources (sacctmgr show associations user=$USER)"
        )
    if "account" in said:
        return "Set SOFTNESS_ACCOUNT to one of yours (sacctmgr show associations user=$USER)"
    if "group not permitted" in said or "access denied" in said:
        return f"Set {part} to one that you may use, of: {_listed('%R')}"
    if "partition name" in said or "default partition" in said:
        return f"Set {part} to one of: {_listed('%R')}"
    if "time limit" in said:
        return f"Set SOFTNESS_HOURS to what the partition allows: {_listed('%R %l')}"
    if kind.gpus and ("node configuration" in said or "gres" in said or "generic" in said):
        return (
            f"Set {part} to a partition with GPUs, and SOFTNESS_GPU_MODEL to a model that it has"
            f" or to nothing; available: {_listed('%R %G')}. Without GPUs, see config/cpu.yaml"
        )
    return (
        "The partition does not allow this time limit, or no node has these resources: set"
        f" SOFTNESS_HOURS, or {part} to another one; available: {_listed('%R %l')}"
    )


def _listed(what: str) -> str:
    """Partitions, as sinfo lists them."""
    done = subprocess.run(
        ["sinfo", "--noheader", f"--format={what}"], capture_output=True, text=True, check=False
    )
    return ", ".join(sorted(set(filter(None, map(str.strip, done.stdout.splitlines()))))) or "none"


def _check_accounting() -> None:
    if shutil.which("sacct") is None:
        raise InputError(
            f"{PROFILE}: sacct was not found: set SOFTNESS_STATUS_COMMAND=squeue;"
            " docs/cluster.md explains"
        )
    done = subprocess.run(
        ["sacct", "--allocations", "--noheader", "--starttime=now"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InputError(
            f"{PROFILE}: the state of jobs cannot be queried: {done.stderr.strip()}\n"
            "Set SOFTNESS_STATUS_COMMAND=squeue; docs/cluster.md explains"
        )
