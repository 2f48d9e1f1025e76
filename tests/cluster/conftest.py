"""A cluster for all tests, copies of the project, and the smoke study run on the cluster once."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import slurm
import yaml

from workflow.workflow_commands import SMOKE, copy_project, environment

PROFILE = "profiles/slurm/config.yaml"
SETTINGS = {
    "SOFTNESS_SIMULATION_PARTITION": "gpu",
    "SOFTNESS_ANALYSIS_PARTITION": "cpu",
    "SOFTNESS_STATUS_COMMAND": "squeue",
    "SOFTNESS_STATUS_SECONDS": "3",
}


@dataclass
class Project:
    """A copy of the project, from which jobs are sent to the cluster."""

    folder: Path
    cluster: slurm.Slurm
    made: tuple[str, ...] = ()
    jobs: list[dict[str, str]] = field(default_factory=list)

    def start(self, *arguments: str, profile: str = "slurm", **settings: str) -> subprocess.Popen:
        """Start the command that a user types; what it says goes to run.log."""
        program = ["snakemake", *arguments, "--profile", profile, "--configfile", SMOKE]
        with (self.folder / "run.log").open("w") as log:
            return subprocess.Popen(
                program,
                cwd=self.folder,
                env=self._environment() | settings,
                stdout=log,
                stderr=log,
                # Tests that run in the background inherit that Ctrl-C is ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def submit(self, *arguments: str) -> int:
        """Submit a job by hand; what it says goes to run.log, as that of `start`."""
        program = ["sbatch", f"--output={self.folder / 'run.log'}", *arguments]
        variables = self._environment()
        return subprocess.run(program, cwd=self.folder, env=variables, check=False).returncode

    def _environment(self) -> dict[str, str]:
        return environment(self.folder) | self.cluster.mark | SETTINGS

    def run(self, *arguments: str, **options: str) -> int:
        """Run it to its end; return the exit code."""
        return self.start(*arguments, **options).wait()

    @property
    def said(self) -> str:
        """What the last command said."""
        return (self.folder / "run.log").read_text()

    @contextlib.contextmanager
    def changed(self) -> Iterator[dict[str, Any]]:
        """The configuration of the smoke study, to be changed."""
        config = yaml.safe_load((self.folder / SMOKE).read_text())
        yield config
        (self.folder / SMOKE).write_text(yaml.safe_dump(config))

    def set(self, run: str, length: int) -> None:
        """Change the length, in tau, of a run at the first temperature of the smoke study."""
        with self.changed() as config:
            config["temperatures"][0][run] = length


@pytest.fixture(scope="session")
def cluster(tmp_path_factory) -> Iterator[slurm.Slurm]:
    """The SLURM of all tests."""
    reason = slurm.why_not()
    if reason:
        # `make test-cluster` has installed what is missing, or said why it cannot.
        (pytest.fail if os.environ.get("SOFTNESS_CLUSTER") else pytest.skip)(reason)
    with slurm.Slurm(tmp_path_factory.mktemp("slurm")) as running:
        yield running


GPU = '      gpu: ?1 if rule in ("equilibrate_seed", "equilibrate", "thermal") else 0\n'


def copied(folder: Path, cluster: slurm.Slurm) -> Project:
    """A copy in which simulations ask for a GPU, though the engine runs on a core; not lanes."""
    copy_project(folder)
    text = (folder / PROFILE).read_text()
    line = "      gpu_model: ?repr(gpu_model)\n"
    assert text.count(line) == 1
    (folder / PROFILE).write_text(text.replace(line, line + GPU))
    return Project(folder, cluster)


@pytest.fixture
def project(cluster, tmp_path) -> Project:
    return copied(tmp_path / "project", cluster)


@pytest.fixture
def plain(cluster, tmp_path) -> Project:
    """A copy as it is: nothing asks for a GPU."""
    return Project(copy_project(tmp_path / "project"), cluster)


RESULTS = "results/smoke"
# Most of the first chapter, and a simulation of every other kind: each submission takes seconds.
PART = (
    *(f"{RESULTS}/figures/1.{number}.png" for number in range(1, 5)),
    f"{RESULTS}/isoconfigurational/T0.7/replica0/snapshot0/block0.h5",
    f"{RESULTS}/cycle/pulse0/replica0/snapshot0/history.h5",
    f"{RESULTS}/cycle/control/replica0/snapshot0/history.h5",
    f"{RESULTS}/inherent_propensity/replica0/snapshot0/block0.h5",
    f"{RESULTS}/quench/T0.7/replica0/states.h5",
    f"{RESULTS}/states/cage/T0.7/replica0.gsd",
)


@pytest.fixture(scope="session")
def smoke(cluster, tmp_path_factory) -> Project:
    """A project in which part of the smoke study has run on the cluster.

    Of one replica and with fewer models, so that the whole is not long either: each rule is there.
    """
    done = copied(tmp_path_factory.mktemp("smoke"), cluster)
    with done.changed() as config:
        config["replicas"] = 1
        config["roles"]["fluidity"] = [1.0]
        config["samples"]["extremes"] = 50
        config["regression"] |= {"models": ["svr"], "variants": [], "labels": {}}
        config["inherent"] |= {"snapshots": 3, "spacing": 20}
    before = len(cluster.jobs())
    done.made = PART
    code = done.run(*done.made)
    assert code == 0, done.said
    done.jobs = cluster.jobs()[before:]
    shutil.copy(done.folder / "run.log", done.folder / "first.log")
    return done


@pytest.fixture
def study(smoke, tmp_path) -> Project:
    """A copy of the finished study that a test may spoil."""
    folder = shutil.copytree(smoke.folder, tmp_path / "study", symlinks=True)
    return Project(folder, smoke.cluster)
