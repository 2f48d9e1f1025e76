"""Versions of physics: what is locked, what an edit of it stops, and the two ways on."""

import re
import shutil
import subprocess
import sys

import gsd.hoomd
import h5py
import numpy as np
import pytest

from softness import __main__, engines, sources
from softness.errors import InputError
from softness.lanes.batch import LANES
from softness.physics import confirm as confirming
from softness.physics import lock, trial
from softness.physics.commits import FOLDERS
from softness.physics.compare import differences
from softness.physics.confirm import confirm
from softness.physics.raising import raise_versions

AUTHOR = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false")
LAMMPS, HOOMD, COMMON = "engines/lammps.py", "engines/hoomd.py", "simulate/thermal.py"

# By hand: all that simulations import and that decides no number.
PLUMBING = (
    r"caches|checks|environment|errors|sources",
    r"engines(\.state|\.checks|\.batch)?",
    r"(files|physics|stages)(\.\w+)*",
    r"simulate\.(block|chain|deadline|identity|parts|pieces|progress|reads|store|together)",
)


# -- the lock of the project ------------------------------------------------------------------


def test_the_lock_holds():
    # If this fails: python -m softness physics --help
    assert [str(change) for change in lock.broken()] == []


def test_each_kind_of_simulation_has_a_version():
    assert all(version >= 1 for version in lock.versions().values())
    assert set(lock.ENGINES) == {*engines.ENGINES, engines.LANES}
    assert engines.runs_at_once(engines.LANES) == LANES
    for kind in lock.KINDS:
        assert (sources.ROOT / "softness" / "stages" / f"{kind}.py").is_file()
        assert trial.PARTS[kind]


def test_what_decides_no_number_is_listed_here():
    modules = lock.read().modules
    marked = {name for name, mark in modules.items() if mark == lock.PLUMBING}
    pattern = re.compile(rf"softness(\.({'|'.join(PLUMBING)}))?")
    assert {name for name in marked if not pattern.fullmatch(name)} == set()


def test_the_lock_has_no_module_that_no_simulation_imports():
    assert lock.renewed(lock.read()) == lock.read()


def test_checking_imports_no_heavy_package():
    code = "import sys, softness.physics.lock as lock; lock.broken(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(sources.ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"numpy", "h5py", "yaml", "snakemake", "lammps"} & set(done.stdout.split())


# -- edits ------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project that may be edited; its lock holds."""
    folder = tmp_path / "project"
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(sources.ROOT.parent / name, folder / name, ignore=ignored)
    monkeypatch.setattr(sources, "ROOT", folder / "src")
    lock.write(lock.renewed(lock.read()))
    return folder


def edit(project, name, old="", new="\nCHANGED = 1\n"):
    """Change a source file; by default, add a line to it."""
    file = project / "src" / "softness" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new) if old else text + new)


def broken(*engines):
    return [change.module for change in lock.broken(*engines)]


def test_comments_docstrings_and_layout_do_not_count(project):
    edit(project, LAMMPS, new="\n\n# a comment\n")
    edit(project, LAMMPS, '"""LAMMPS behind', '"""Behind')
    lock.check()


def test_plumbing_does_not_count(project):
    for name in ("errors.py", "files/hdf5.py", "stages/thermal.py", "simulate/deadline.py"):
        edit(project, name)
    lock.check()


def test_an_edit_stops_the_kinds_that_import_it_and_says_how_to_go_on(project):
    edit(project, "simulate/inherent_propensity.py")
    for kind in set(lock.KINDS) - {"inherent_propensity"}:
        lock.check([kind], "lammps")
    with pytest.raises(InputError) as error:
        lock.check(lock.KINDS, "lammps")
    first, second = str(error.value).splitlines()
    assert first == (
        "src/softness/simulate/inherent_propensity.py: differs from the locked code, used by "
        "inherent_propensity"
    )
    assert "python -m softness physics confirm" in second
    assert "python -m softness physics raise inherent_propensity" in second


def test_an_engine_counts_for_its_own_runs_alone(project):
    edit(project, LAMMPS)
    assert broken("hoomd") == []
    assert broken("lammps") == broken() == ["softness.engines.lammps"]
    assert lock.broken()[0].uses == {("lammps", kind) for kind in lock.KINDS}


def test_lanes_count_for_runs_and_quenches_in_lanes_alone(project):
    edit(project, "lanes/batch.py")
    assert broken("lammps", "hoomd") == []
    (change,) = lock.broken("lammps", "lanes")
    assert change.module == "softness.lanes.batch"
    assert change.uses == {("lanes", kind) for kind in lock.IN_LANES}
    lock.check(["thermal"], "lammps", "lanes")
    with pytest.raises(InputError, match=r"lanes/batch\.py: differs from the locked code"):
        lock.check(["isoconfigurational"], "lanes")
    edit(project, LAMMPS)
    assert broken("lanes") == ["softness.lanes.batch"]


def test_a_tree_without_lanes_is_one_of_its_engines(project):
    shutil.rmtree(project / "src" / "softness" / "lanes")
    assert lock.engines_in(project / "src") == list(engines.ENGINES)
    assert broken() == []


def test_a_new_module_has_to_be_in_the_lock(project):
    (project / "src/softness/simulate/more.py").write_text("MORE = 1\n")
    edit(project, COMMON, new="\nfrom softness.simulate import more\n")
    with pytest.raises(InputError, match=r"simulate/more\.py: is not in the lock"):
        lock.check(["thermal"], "lammps")
    locked = lock.renewed(lock.read()).modules["softness.simulate.more"]
    assert locked == sources.text_digest("MORE = 1  # more")
    marked = lock.renewed(lock.read(), plumbing=["softness.simulate.m*"]).modules
    assert marked["softness.simulate.more"] == lock.PLUMBING
    assert marked[module_of(COMMON)] != lock.PLUMBING


def module_of(name):
    return "softness." + name.removesuffix(".py").replace("/", ".")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"versions": {}}', '{"versions": 1}'])
def test_a_damaged_lock_is_refused(project, text):
    (project / "src" / lock.FILE).write_text(text)
    with pytest.raises(InputError, match=r"lock\.json: is not a lock of physics"):
        lock.check()


# -- confirming, with runs that only look at one constant of the code -------------------------


@pytest.fixture
def runs(monkeypatch):
    """Trials that write, for each kind, which time step the code of the engine would take."""
    done = []

    def run_trial(root, folder, engine, kinds, inputs=None):
        done.extend((engine, kind) for kind in kinds if inputs)
        module = sources.engine_module(engine)
        text = root.joinpath(*module.split(".")).with_suffix(".py").read_text()
        for kind in kinds:
            (folder / kind).mkdir(parents=True)
            (folder / kind / trial.SETTINGS).write_text("{}")
            with h5py.File(folder / kind / "table.h5", "w") as file:
                file["step"] = "STEP = 2" in text and kind == "cycle"

    monkeypatch.setattr(confirming, "_run_trial", run_trial)
    here(monkeypatch, "lammps")
    return done


def here(monkeypatch, *names):
    """Say which engines are installed."""
    monkeypatch.setattr(
        confirming, "_why_missing", lambda name: "" if name in names else f"no engine {name}"
    )


def git(project, *arguments):
    subprocess.run(["git", "-C", project, *AUTHOR, *arguments], check=True, capture_output=True)


def commit(project):
    git(project, "add", "--all")
    git(project, "commit", "--allow-empty", "-m", "a state")


@pytest.fixture
def repository(project, runs):
    """The copy as a repository with one commit, at which the lock holds."""
    git(project, "init")
    commit(project)
    return project


SAME, OTHER = "\nSTEP = 1\n", "\nSTEP = 2\n"


def test_nothing_to_confirm(repository, runs):
    assert confirm() == "the lock of physics holds: nothing to confirm"
    assert runs == []


def test_equal_numbers_renew_the_lock(repository, runs):
    edit(repository, LAMMPS, new=SAME)
    before = lock.read()
    assert "the lock of physics is renewed" in confirm()
    assert runs == [("lammps", kind) for kind in lock.KINDS]
    assert broken() == []
    assert lock.read().versions == before.versions


def test_only_kinds_that_import_the_change_are_run(repository, runs):
    edit(repository, "simulate/cycle.py")
    confirm()
    assert runs == [("lammps", "cycle")]


def test_other_numbers_are_refused_before_and_after_a_commit(repository):
    edit(repository, LAMMPS, new=OTHER)
    before = lock.read()
    for _ in range(2):
        with pytest.raises(InputError) as error:
            confirm()
        said = str(error.value)
        assert "cycle with lammps: table.h5: step" in said
        assert "thermal with lammps" not in said
        assert "src/softness/engines/lammps.py" in said
        assert said.endswith("python -m softness physics raise cycle")
        assert lock.read() == before
        commit(repository)


def test_a_kind_that_was_raised_needs_no_comparison(repository, runs):
    edit(repository, LAMMPS, new=OTHER)
    assert "equilibrate" in raise_versions(["cycle"])
    assert broken() == ["softness.engines.lammps"]
    assert "cycle: its version has been raised" in confirm()
    assert ("lammps", "cycle") not in runs
    assert broken() == []
    assert lock.versions()["cycle"] == 2
    assert lock.versions()["thermal"] == 1


def test_a_version_that_is_in_use_vouches_for_no_further_change(repository):
    # With the lock renewed, results of the new version may have been made, by code in no commit.
    edit(repository, LAMMPS, new=SAME)
    raise_versions()
    edit(repository, LAMMPS, new=OTHER)
    with pytest.raises(InputError, match=r"no commit has the code that lock\.json describes"):
        confirm()


def test_a_new_module_is_locked_after_the_comparison(repository, runs):
    (repository / "src/softness/simulate/more.py").write_text("MORE = 1\n")
    edit(repository, "stages/thermal.py", new="\nfrom softness.simulate import more\n")
    commit(repository)
    said = confirm()
    assert runs == [("lammps", "thermal")]
    assert (
        'new in it: softness.simulate.more; mark those that decide no number as "plumbing"' in said
    )
    assert broken() == []


def test_a_module_that_is_gone_leaves_the_lock(repository):
    now = lock.read()
    lock.write(lock.Lock(now.versions, {**now.modules, "softness.gone": "0123456789abcdef"}))
    assert "no longer in it: softness.gone" in confirm()
    assert lock.read() == now


def test_an_engine_that_has_changed_must_be_here(repository, monkeypatch):
    edit(repository, HOOMD)
    with pytest.raises(InputError, match="no engine hoomd: confirm on a machine that has hoomd"):
        confirm()
    here(monkeypatch, "hoomd")
    confirm()
    assert broken() == []


def test_one_engine_is_enough_for_code_of_all(repository, monkeypatch, runs):
    edit(repository, COMMON)
    here(monkeypatch)
    with pytest.raises(InputError, match="no engine"):
        confirm()
    here(monkeypatch, "hoomd")
    confirm()
    assert {engine for engine, _ in runs} == {"hoomd"}


def test_each_kind_is_run_by_an_engine_that_does_it(repository, monkeypatch, runs):
    edit(repository, "seeds.py")
    here(monkeypatch, "lanes")
    with pytest.raises(InputError, match="no engine hoomd"):
        confirm()
    here(monkeypatch, "lammps", "lanes")
    confirm()
    assert [kind for engine, kind in runs if engine == "lanes"] == [
        kind for kind in lock.KINDS if kind in lock.IN_LANES
    ]
    assert [kind for engine, kind in runs if engine == "lammps"] == list(lock.KINDS)


def test_a_kind_that_an_engine_did_not_do_has_nothing_to_be_compared_with(
    repository, monkeypatch, runs
):
    edit(repository, "lanes/group.py")
    here(monkeypatch, "lammps", "lanes")
    run_trial = confirming._run_trial

    def without_quenches(root, folder, engine, kinds, inputs=None):
        known = [kind for kind in kinds if inputs or kind != "quench"]
        run_trial(root, folder, engine, known, inputs)

    monkeypatch.setattr(confirming, "_run_trial", without_quenches)
    said = confirm()
    assert "quench with lanes is new" in said
    assert "equal numbers with lanes: isoconfigurational, inherent_propensity" in said
    assert broken() == []


def test_an_engine_that_is_new_has_nothing_to_be_compared_with(repository, monkeypatch, runs):
    lanes = repository / "src" / "softness" / "lanes"
    lanes.rename(repository / "lanes")
    lock.write(lock.renewed(lock.read()))
    commit(repository)
    (repository / "lanes").rename(lanes)
    here(monkeypatch, "lammps", "lanes")
    said = confirm()
    assert runs == []
    assert "lanes is new since commit" in said
    assert "softness.lanes.batch" in said
    assert broken() == []


def test_every_engine_that_is_here_is_run(repository, monkeypatch, runs):
    edit(repository, "seeds.py")
    here(monkeypatch, "hoomd", "lammps")
    confirm()
    assert {engine for engine, _ in runs} == {"hoomd", "lammps"}


def test_there_must_be_a_repository(project, runs):
    edit(project, LAMMPS)
    with pytest.raises(InputError, match="git"):
        confirm()


def test_a_repository_of_something_else_does_not_do(project, runs):
    git(project.parent, "init")
    commit(project.parent)
    edit(project, LAMMPS)
    with pytest.raises(InputError, match="is part of another repository"):
        confirm()


def test_there_must_be_commits(project, runs):
    git(project, "init")
    edit(project, LAMMPS)
    with pytest.raises(InputError, match="that has commits"):
        confirm()


def test_there_must_be_git(repository, monkeypatch):
    edit(repository, LAMMPS)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="git cannot be run"):
        confirm()


def test_a_commit_without_a_lock_that_holds_does_not_do(project, runs):
    edit(project, LAMMPS)
    git(project, "init")
    text = (project / "src" / lock.FILE).read_text()
    for content in (None, "{", text):
        (project / "src" / lock.FILE).unlink(missing_ok=True)
        if content:
            (project / "src" / lock.FILE).write_text(content)
        commit(project)
    with pytest.raises(InputError, match=r"no commit has the code.*softness\.engines\.lammps"):
        confirm()


def test_a_trial_that_fails_is_no_confirmation(project, tmp_path):
    edit(project, "physics/trial.py", "def main() -> None:", "def main():\n    sys.exit('why')\n\n")
    with pytest.raises(InputError, match="with this code failed: why"):
        confirming._run_trial(project / "src", tmp_path, "lammps", ["cycle"], tmp_path)


# -- raising ----------------------------------------------------------------------------------


def test_raising_all_kinds_renews_the_lock(project):
    # No repository is needed.
    edit(project, "simulate/cycle.py")
    assert raise_versions().startswith("cycle: version 2\nthe lock of physics is renewed")
    assert broken() == []


def test_raising_says_which_kinds_are_left(repository):
    before = lock.read()
    edit(repository, "simulate/quench.py")
    said = raise_versions(["quench"])
    assert "python -m softness physics raise inherent_propensity" in said
    assert broken() == ["softness.simulate.quench"]
    said = raise_versions(["inherent_propensity"])
    assert "the lock of physics is renewed" in said
    assert broken() == []
    assert lock.versions() == before.raised(["quench", "inherent_propensity"]).versions


def test_a_version_may_be_raised_without_a_change(project):
    before = lock.read()
    raise_versions(["thermal"])
    assert lock.read() == before.raised(["thermal"])


def test_without_a_change_a_kind_must_be_named(project):
    with pytest.raises(InputError, match="nothing has changed"):
        raise_versions()


# -- comparing --------------------------------------------------------------------------------


def tables(tmp_path, **arrays):
    """Two folders with one table each, from pairs of arrays."""
    for place, name in enumerate(("first", "second")):
        folder = tmp_path / name
        folder.mkdir()
        with h5py.File(folder / "table.h5", "w") as file:
            file.attrs["provenance"] = name
            for key, values in arrays.items():
                file[key] = values[place]
    return tmp_path / "first", tmp_path / "second"


def test_the_last_bit_counts_and_attributes_do_not(tmp_path):
    one = np.array([1.0, np.nan])
    assert differences(*tables(tmp_path, a=(one, one))) == []
    shutil.rmtree(tmp_path / "first")
    shutil.rmtree(tmp_path / "second")
    next_one, whole = np.nextafter(one, 2), np.array([1, 2])
    folders = tables(tmp_path, a=(one, next_one), b=(whole, whole.astype("i4")), c=(whole, whole))
    assert differences(*folders) == ["table.h5: a, b"]


def test_a_file_or_an_array_that_is_not_there_counts(tmp_path):
    first, second = tables(tmp_path, a=(1, 1))
    with h5py.File(first / "table.h5", "a") as file:
        file["group/more"] = 1
    (second / "more.h5").touch()
    (second / "notes").write_text("no numbers")
    assert differences(first, second) == [
        "more.h5: written only after the change",
        "table.h5: group/more",
    ]


def test_other_settings_are_named_where_numbers_differ(tmp_path):
    folders = tables(tmp_path, a=(1, 2))
    for number, folder in enumerate(folders):
        (folder / trial.SETTINGS).write_text(f'{{"duration": {number}}}')
    assert "settings differ as well (duration)" in differences(*folders)[-1]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"log": {"provenance": np.array([2])}}, []),
        ({"log": {"energy": np.array([1.5])}}, ["run.gsd: log/energy"]),
        ({"step": 7}, ["run.gsd: configuration/step"]),
        ({"frames": 2}, ["run.gsd: frames"]),
    ],
)
def test_all_that_a_trajectory_holds_counts_but_provenance(tmp_path, change, expected):
    for name, own in (("first", {}), ("second", change)):
        (tmp_path / name).mkdir()
        frame = gsd.hoomd.Frame()
        frame.particles.N = 2
        frame.particles.position = [[0, 0, 0], [1, 1, 1]]
        frame.configuration.step = own.get("step", 5)
        frame.log = {"provenance": np.array([1]), "energy": np.array([1.0])} | own.get("log", {})
        with gsd.hoomd.open(tmp_path / name / "run.gsd", "w") as file:
            for _ in range(own.get("frames", 1)):
                file.append(frame)
    found = differences(tmp_path / "first", tmp_path / "second")
    assert [line.partition(", ")[0] for line in found] == expected


# -- the command ------------------------------------------------------------------------------


def test_the_commands(project, capsys):
    assert __main__.main(["physics", "status"]) == 0
    edit(project, "simulate/cycle.py")
    assert __main__.main(["physics", "status"]) == 1
    assert "simulate/cycle.py" in capsys.readouterr().out
    assert __main__.main(["physics", "raise", "cycle"]) == 0
    assert capsys.readouterr().out.startswith("cycle: version 2")
    assert __main__.main(["physics", "raise", "heating"]) == 1
    assert "unknown kind of simulation 'heating'" in capsys.readouterr().err


def test_the_help_says_what_a_brief_run_cannot_see(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["physics", "confirm", "--help"])
    assert "limits of\niterations" in capsys.readouterr().out
