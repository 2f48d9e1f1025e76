"""Commands of the workflow tests, run in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from locations import ROOT

SMOKE = "config/smoke.yaml"


def environment(folder: Path) -> dict[str, str]:
    """Environment of commands in a checkout: its own sources, this interpreter's packages."""
    programs = str(Path(sys.executable).parent)
    return os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "src"),
        "LC_ALL": "C.UTF-8",
    }


def command(folder: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    """Run a Python module in a copy of the project."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def copy_project(target: Path) -> Path:
    """Copy what git knows or would add, so that a test may edit it."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() or (ROOT / name).is_symlink():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    return target


def reruns(folder: Path, *arguments: str, config: str = SMOKE) -> dict[str, int]:
    """How many jobs of each rule a dry run would do."""
    done = command(
        folder, "snakemake", "-n", "--configfile", config, "--cores", "2", *arguments, "all"
    )
    assert done.returncode == 0, done.stderr + done.stdout
    output = done.stdout + done.stderr
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", output, flags=re.MULTILINE))
    counts = {rule: int(count) for rule, count in jobs.items() if rule not in ("total", "all")}
    assert counts or "Nothing to be done" in output, output
    return counts
