"""Environments of conda: exact versions, the same as in the lock file, all that stages import."""

import ast
import sys

import pytest
import yaml
from packaging.requirements import Requirement

from locations import ROOT
from softness import sources
from softness.__main__ import COMMANDS

ENVIRONMENTS = ("analyse", "simulate", "simulate-cpu", "workflow")
SIMULATIONS = {
    "cage",
    "cycle",
    "equilibrate",
    "inherent_propensity",
    "isoconfigurational",
    "published_state",
    "quench",
    "thermal",
}
STAGES = {path.stem for path in (ROOT / "src" / "softness" / "stages").glob("[a-z]*.py")}
# What conda-forge calls otherwise than PyPI, and what is imported by another name.
ON_PYPI = {
    "freud": "freud-analysis",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "snakemake-minimal": "snakemake",
}
IMPORTED_AS = {
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
    "snakemake-minimal": "snakemake",
}
# What runs where the study is started: its commands, and what the Snakefile imports.
LAUNCHER = [
    "softness.__main__",
    *{each.add_arguments.partition(":")[0] for each in COMMANDS.values() if each.extra == "study"},
    "softness.cluster",
    "softness.figures.registry",
    "softness.priorities",
    "softness.requests",
    "softness.workflow",
]


def environment(name):
    return yaml.safe_load((ROOT / "envs" / f"{name}.yaml").read_text())


def versions(name):
    """Version, and build if there is one, of each package of an environment."""
    parts = [line.split("=", 1) for line in environment(name)["dependencies"]]
    assert all(len(part) == 2 for part in parts), f"{name}: a package without a version"
    return dict(parts)


def locked(python):
    """Versions of the lock file for one version of Python on Linux."""
    values = {"python_full_version": f"{python}.0", "python_version": python}
    values |= {"sys_platform": "linux", "platform_machine": "x86_64"}
    found = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line and not line.startswith((" ", "#", "-")):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate(values):
                found[requirement.name] = str(requirement.specifier).removeprefix("==")
    return found


def imported(modules):
    """Packages of others that modules import, at the top of a file or within."""
    found = set()
    for path in {path for module in modules for path in sources.sources(module)}:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"softness"}


def test_there_are_no_other_environments():
    assert sorted(path.stem for path in (ROOT / "envs").glob("*.yaml")) == [*ENVIRONMENTS]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_versions_are_those_of_the_lock_file(name):
    own = versions(name)
    lock = locked(own.pop("python"))
    own.pop("hoomd", None)  # not on PyPI
    assert own == {package: lock[ON_PYPI.get(package, package)] for package in own}


@pytest.mark.parametrize(
    ("name", "stages"), [("simulate", SIMULATIONS), ("analyse", STAGES - SIMULATIONS - {"command"})]
)
def test_environments_have_what_their_stages_import_and_no_more(name, stages):
    has = {IMPORTED_AS.get(package, package) for package in versions(name)}
    assert has - {"python", "hoomd"} == imported(f"softness.stages.{stage}" for stage in stages)


def test_the_environment_of_the_launcher_has_what_it_imports_and_the_plugin_of_slurm():
    # The interface of loggers comes with Snakemake.
    has = {IMPORTED_AS.get(package, package) for package in versions("workflow")}
    has |= {"snakemake_interface_logger_plugins"}
    assert has - {"python", "snakemake-executor-plugin-slurm"} == imported(LAUNCHER)
    rules = [ROOT / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")]
    lines = [line.split() for path in rules for line in path.read_text().splitlines()]
    named = {line[1] for line in lines if len(line) > 1 and line[0] in ("from", "import")}
    ours = {name for name in named if name.partition(".")[0] == "softness"}
    assert ours <= set(LAUNCHER)
    assert {name.partition(".")[0] for name in named - ours} <= has | set(sys.stdlib_module_names)


def test_hoomd_is_the_version_that_was_run():
    assert versions("simulate")["hoomd"] == "4.8.2=*gpu*"
    assert versions("simulate-cpu")["hoomd"] == "4.8.2=*cpu*"
    others = [
        {name: version for name, version in versions(which).items() if name != "hoomd"}
        for which in ("simulate", "simulate-cpu")
    ]
    assert others[0] == others[1]


def test_packages_come_from_one_channel_and_snakemake_from_its_own():
    for name in ENVIRONMENTS:
        own = ["bioconda"] if name == "workflow" else []
        assert environment(name)["channels"] == ["conda-forge", *own, "nodefaults"]
