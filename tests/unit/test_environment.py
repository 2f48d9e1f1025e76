import os
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from locations import ROOT
from softness import caches, configuration, environment, sources
from softness.errors import InputError
from softness.study import Study
from softness.workflow import shell_environment


def run(*command, **variables):
    """Run a command with further variables of the environment; return what it printed."""
    surrounding = os.environ | {"PYTHONPATH": str(sources.ROOT)} | variables
    done = subprocess.run(command, env=surrounding, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# -- MPI ------------------------------------------------------------------------------------------

ENGINE = """
from softness import engines, liquid
print(engines.create("lammps", liquid.kob_andersen(256, 1.2)).version)
"""


@pytest.mark.parametrize(
    "offered",
    [
        # As srun sets them with MpiDefault=pmi2 and pmix.
        {"PMI_FD": "10", "PMI_RANK": "0", "PMI_SIZE": "1"},
        {"PMIX_NAMESPACE": "slurm.pmix.1.0", "PMIX_RANK": "0"},
    ],
    ids=["pmi2", "pmix"],
)
def test_engines_leave_an_mpi_that_srun_offers(offered):
    assert run(sys.executable, "-c", ENGINE, **offered)


# -- commands -------------------------------------------------------------------------------------


def shell(program, **variables):
    """Run a Python program as a job does."""
    local = SimpleNamespace(deployment_settings=SimpleNamespace(deployment_method=set()))
    study = Study(configuration.load(ROOT / "config" / "smoke.yaml"))
    prefix = shell_environment(local, study).replace("{{", "{").replace("}}", "}")
    return run("bash", "-c", f"{prefix} python -c {shlex.quote(program)}", **variables)


def test_jobs_import_neither_what_modules_of_a_cluster_nor_what_the_user_installed(tmp_path):
    (tmp_path / "yaml.py").write_text("raise ImportError('of somebody else')")
    program = "import site, yaml; print(site.ENABLE_USER_SITE)"
    assert shell(program, PYTHONPATH=str(tmp_path)) == "False"


def test_jobs_have_one_thread_and_no_backend_of_a_notebook():
    program = (
        "import os, matplotlib; print(os.environ['OMP_NUM_THREADS'], matplotlib.get_backend())"
    )
    inline = "module://matplotlib_inline.backend_inline"
    assert shell(program, MPLBACKEND=inline, OMP_NUM_THREADS="8").lower() == "1 agg"


# -- figures --------------------------------------------------------------------------------------

FIGURE = """
import sys
from pathlib import Path
import matplotlib.pyplot as plt
from softness.figures import style
with style.applied():
    figure, axes = plt.subplots(figsize=(2, 2))
    axes.plot([0, 1], [1, 0], label="$T$")
    axes.set_xlabel("$t$")
    axes.legend()
style.save(figure, *map(Path, sys.argv[1:]))
"""
PERSONAL = "axes.grid: True\ntext.usetex: True\nfigure.dpi: 50\nsavefig.bbox: tight\n"


def test_figures_do_not_depend_on_personal_settings(tmp_path):
    (tmp_path / "matplotlibrc").write_text(PERSONAL)
    drawn = []
    for name, variables in (("plain", {}), ("personal", {"MATPLOTLIBRC": str(tmp_path)})):
        files = [tmp_path / f"{name}.{kind}" for kind in ("png", "pdf")]
        run(sys.executable, "-c", FIGURE, *files, MPLBACKEND="agg", **variables)
        drawn.append([file.read_bytes() for file in files])
    assert drawn[0] == drawn[1]


# -- folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a$b", 'a"b', "a{b}", "a:b", "a\\b", "a`b"])
def test_folders_that_jobs_cannot_run_in_are_refused(tmp_path, name):
    with pytest.raises(InputError, match="in the name of a folder") as error:
        environment.check_folder(tmp_path / name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["a b", "a'b", "ä", "a,b=c"])
def test_other_folders_do(tmp_path, name):
    environment.check_folder(tmp_path / name)


def test_the_code_of_another_checkout_does_not_run_in_silence(tmp_path):
    (tmp_path / "src" / "softness").mkdir(parents=True)
    (tmp_path / "src" / "softness" / "__main__.py").touch()
    with pytest.raises(InputError, match="make install"):
        environment.check_folder(tmp_path)
    environment.check_folder(sources.ROOT.parent)


# -- caches ---------------------------------------------------------------------------------------

WITHOUT_CACHE = """
import os
from softness import caches
caches.is_writable = lambda folder: False
caches.find_numba_cache()
print(os.environ["NUMBA_CACHE_DIR"], oct(os.stat(os.environ["NUMBA_CACHE_DIR"]).st_mode & 0o777))
import softness.dynamics.hop
"""


def test_where_nothing_can_be_written_numba_compiles_in_a_folder_of_the_process(tmp_path):
    folder, mode = run(sys.executable, "-c", WITHOUT_CACHE, TMPDIR=str(tmp_path)).split()
    assert Path(folder).parent == tmp_path and mode == "0o700"
    assert not Path(folder).exists()


def test_a_user_without_a_home_has_a_cache_all_the_same(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert caches.is_writable(caches.user_cache()) in (True, False)


def test_the_nearest_folder_decides_whether_one_can_be_made(tmp_path):
    assert caches.is_writable(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    assert not caches.is_writable(tmp_path / "file" / "a")
