"""Plans of the presets, and the style of the workflow."""

import re
import subprocess
import sys
import time

import pytest
import yaml
import yte
from workflow_commands import SMOKE, command, environment, reruns

from locations import ROOT


@pytest.mark.parametrize(("preset", "runs"), [("laptop", 39), ("overnight", 34)])
def test_presets_can_be_planned(preset, runs):
    jobs = reruns(ROOT, "--forceall", config=f"config/{preset}.yaml")
    assert jobs["thermal"] == runs
    assert jobs["equilibrate"] + jobs["equilibrate_seed"] == runs


def test_the_dissertation_is_planned_within_a_minute_without_its_engine():
    start = time.monotonic()
    jobs = reruns(ROOT, "--forceall", config="config/dissertation.yaml")
    assert time.monotonic() - start < 60
    assert jobs["thermal"] == 17 * 5
    assert jobs["equilibrate_seed"] == 5
    # A few hundred jobs of simulation, and not thousands of analysis.
    runs = ("equilibrate_seed", "equilibrate", "thermal", "isoconfigurational")
    assert sum(jobs[rule] for rule in runs) == 170 + 305
    assert sum(jobs[rule] for rule in ("inherent_propensity", "cycle", "control")) == 20 + 180 + 30
    assert sum(jobs.values()) < 2500


def test_the_workflow_has_no_lint():
    done = command(ROOT, "snakemake", "--lint")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["snakefmt", "--check", "Snakefile", "workflow"],
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
    ],
)
def test_code_and_workflow_are_in_style(arguments):
    done = subprocess.run(
        arguments, cwd=ROOT, env=environment(ROOT), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unsupported_python_is_told_at_once():
    program = (
        "import sys; sys.version_info = (3, 9, 0)\n"
        "sys.path.insert(0, 'scripts'); import check_system; print(check_system.problem())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Python 3.9 found, 3.11 to 3.13 needed" in done.stdout


def test_an_old_c_library_is_told_at_once():
    program = (
        "import platform, sys; platform.libc_ver = lambda: ('glibc', '2.17')\n"
        "sys.path.insert(0, 'scripts'); import check_system; print(check_system.problem())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "C library glibc 2.17 found, glibc 2.28 or newer needed" in done.stdout


def test_the_lock_file_has_hashes_and_no_addresses():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith(" ")]
    assert len(packages) > 80
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert not [line for line in lines if "://" in line or "index" in line.split("==")[0]]


def test_the_dissertation_goes_to_a_cluster_in_a_few_hundred_submissions():
    config = ["--configfile", "config/dissertation.yaml"]
    done = command(ROOT, "snakemake", "-n", "--profile", "profiles/slurm", *config, "--forceall")
    assert done.returncode == 0, done.stderr + done.stdout
    output = done.stdout + done.stderr
    groups = re.findall(r"^\[.*\] Group job ", output, flags=re.MULTILINE)
    single = re.findall(r"^Job \d+: ", output, flags=re.MULTILINE)
    assert len(groups) + len(single) < 700


def test_all_simulations_and_nothing_else_go_to_the_simulation_partition():
    profile = yte.process_yaml((ROOT / "profiles/slurm/config.yaml").read_text())
    texts = [path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk")]
    rules = re.findall(r"^rule (\w+):\n((?: +.*\n|\n(?= ))*)", "\n".join(texts), flags=re.MULTILINE)
    assert len(rules) > 30
    simulations = {name for name, body in rules if re.search(r"gpu=.*GPUS", body)}
    twins = re.findall(r"^use rule (\w+) as (\w+) with:", "\n".join(texts), flags=re.MULTILINE)
    simulations |= {twin for name, twin in twins if name in simulations}
    assert simulations == set(profile["set-resources"])


IN_ANOTHER = """
module softness:
    snakefile: "{snakefile}"
{module}

use rule * from softness
"""


@pytest.mark.parametrize(
    ("module", "arguments", "results"),
    [
        ("", ["--configfile", str(ROOT / SMOKE)], "results/smoke"),
        ('    prefix: "glass"', ["--configfile", str(ROOT / SMOKE)], "glass/results/smoke"),
        ('    prefix: "glass"\n    config: config["glass"]', [], "glass/results/ours"),
    ],
    ids=["as it is", "prefix", "prefix and configuration"],
)
def test_another_workflow_uses_the_study_as_a_module(tmp_path, module, arguments, results):
    settings = yaml.safe_load((ROOT / SMOKE).read_text()) | {"study": "ours"}
    (tmp_path / "Snakefile").write_text(
        f"config = {{'glass': {settings!r}, 'of_others': 1}}\n"
        + IN_ANOTHER.format(snakefile=ROOT / "Snakefile", module=module)
    )
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "-p", "--cores", "2", *arguments],
        cwd=tmp_path,
        env=environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    said = done.stdout + done.stderr
    assert set(re.findall(r"[\w./-]*\bresults/[\w.-]+", said)) == {results}
    # The project's own files are found where they are.
    captions = re.findall(r"[^ ]+\.rst", said)
    assert captions and all((tmp_path / caption).is_file() for caption in captions)
