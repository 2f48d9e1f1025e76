"""A real SLURM on this machine: one node, two stand-in GPUs, the loopback interface alone.

Its daemons come from the distribution's packages and are started here, without systemd. They stay
in the foreground, as children of this process, and end with it.
"""

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PROGRAMS = {
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "munged": "munge",
    "sbatch": "slurm-client",
}
# Where the clients look when a job's environment names no other place.
SYSTEM_FOLDER = Path("/etc/slurm")
PORT = 26817

CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A requeued job waits until its credential has expired.
AuthInfo=cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
# No control groups: containers often forbid them.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
# The node may be said to have more than the machine has.
SlurmdParameters=config_overrides
GresTypes=gpu
# Requests beyond a partition's limits are refused, as on most clusters.
EnforcePartLimits=ALL
# Finished jobs stay in the list: there is no accounting to ask.
MinJobAge=100000
KillWait=3
CompleteWait=0
ReturnToService=2
JobRequeue=1
MpiDefault=pmi2
MailProg=/bin/true
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=64000 Gres=gpu:{gpus}
PartitionName=cpu Nodes=node1 Default=YES MaxTime=2-0 DefaultTime=10 DefMemPerCPU=500
PartitionName=gpu Nodes=node1 MaxTime=2-0 DefaultTime=10 DefMemPerCPU=500
PartitionName=members Nodes=node1 AllowAccounts=physics MaxTime=2-0
"""


def why_not() -> str | None:
    """What keeps SLURM from being run here; none if nothing does."""
    missing = sorted({package for name, package in PROGRAMS.items() if not shutil.which(name)})
    if missing:
        return f"{', '.join(missing)} not installed: make test-cluster installs them, as root"
    if os.geteuid() != 0:
        return "the daemons of SLURM need root"
    file = SYSTEM_FOLDER / "slurm.conf"
    if file.exists() and "ClusterName=test\n" not in file.read_text():
        return f"{file} is there: this machine has a SLURM of its own"
    if said("munge", "-n").startswith("MUNGE:"):
        return "a munged runs on this machine already"
    return None


class Slurm:
    """A cluster of one node.

    Parameters
    ----------
    folder
        For configuration, state and logs.
    cpus, gpus
        What the node says it has.
    """

    def __init__(self, folder: Path, cpus: int = 4, gpus: int = 2) -> None:
        self.folder, self._cpus, self._gpus = folder, cpus, gpus
        self._daemons: list[subprocess.Popen] = []

    def __enter__(self) -> "Slurm":
        self._write()
        try:
            self._start_munge()
            self._start("slurmctld", "-D", "-i")
            wait_until(lambda: "is UP" in said("scontrol", "ping"), 30)
            self._start("slurmd", "-D", "-N", "node1")
            wait_until(lambda: said("sinfo", "-h", "-o", "%T").startswith("idle"), 30)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        """Cancel all jobs, then stop the daemons, the last one first."""
        if self._daemons:
            said("scancel", "--full", "--user", "root")
            # A job that is still being ended would outlive its daemon.
            with contextlib.suppress(TimeoutError):
                wait_until(lambda: not said("squeue", "-h"), 20)
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for link in self._links():
            link.unlink(missing_ok=True)
        for process in self._left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    @property
    def mark(self) -> dict[str, str]:
        """Environment of whoever submits jobs; they inherit it, which tells them from others."""
        return {"SOFTNESS_TEST_CLUSTER": str(self.folder)}

    def _left(self) -> list[int]:
        """Processes of jobs that are still there: those of a node that failed have no master."""
        ((name, value),) = self.mark.items()
        found = []
        for environment in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if f"{name}={value}".encode() in environment.read_bytes().split(b"\0"):
                    found.append(int(environment.parent.name))
        return found

    def _links(self) -> list[Path]:
        return [SYSTEM_FOLDER / "slurm.conf", SYSTEM_FOLDER / "gres.conf"]

    def _write(self) -> None:
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        values = {
            "host": socket.gethostname().split(".")[0],
            "folder": self.folder,
            "controller_port": PORT,
            "node_port": PORT + 1,
            "cpus": self._cpus,
            "gpus": self._gpus,
        }
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(**values))
        devices = [self._stand_in(number) for number in range(self._gpus)]
        (self.folder / "gres.conf").write_text(
            "AutoDetect=off\n" + "".join(f"Name=gpu File={path}\n" for path in devices)
        )
        SYSTEM_FOLDER.mkdir(exist_ok=True)
        for link in self._links():
            link.unlink(missing_ok=True)
            link.symlink_to(self.folder / link.name)

    def _stand_in(self, number: int) -> Path:
        """A device that is counted as a GPU: another /dev/null, or a file if that is refused."""
        path = self.folder / f"gpu{number}"
        try:
            os.mknod(path, 0o20666, os.stat("/dev/null").st_rdev)  # noqa: PTH116
        except PermissionError:
            path.touch()
        return path

    def _start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        socket_folder = Path("/run/munge")
        socket_folder.mkdir(exist_ok=True)
        socket_folder.chmod(0o755)
        files = ("key", "pid", "log", "seed")
        options = [f"--{name}-file={self.folder / f'munge.{name}'}" for name in files]
        self._start("munged", "--foreground", "--force", *options)
        wait_until(lambda: (socket_folder / "munge.socket.2").exists() and said("munge", "-n"), 10)

    def _start(self, *command: str) -> None:
        # Without the variables of a surrounding job or test, which jobs would inherit.
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        with (self.folder / f"{command[0]}.log").open("w") as log:
            daemon = subprocess.Popen(
                command,
                env=environment,
                stdout=log,
                stderr=log,
                # Ctrl-C at the tests is for them; and no daemon outlives them.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._daemons.append(daemon)

    def jobs(self) -> list[dict[str, str]]:
        """What SLURM knows of all its jobs, finished ones too, in the order of submission."""
        lines = said("scontrol", "--oneliner", "show", "job").splitlines()
        found = [
            dict(word.split("=", 1) for word in line.split() if "=" in word)
            for line in lines
            if line.startswith("JobId=")
        ]
        return sorted(found, key=lambda job: int(job["JobId"]))


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def said(*command: str) -> str:
    """What a command prints, errors too."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Wait for a condition; it is an error if it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not true after {seconds} s: {condition}")
        time.sleep(0.1)
