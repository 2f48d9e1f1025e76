"""Which code a stage depends on, and what counts as a change of it."""

import shutil

import pytest

from softness import sources

# What simulations import, by hand: an edit of anything else can never run them again.
SIMULATION = {
    "softness/engines/__init__.py",
    "softness/engines/checks.py",
    "softness/engines/lammps.py",
    "softness/engines/protocol.py",
    "softness/engines/state.py",
    "softness/errors.py",
    "softness/files/atomic.py",
    "softness/files/hdf5.py",
    "softness/files/provenance.py",
    "softness/liquid.py",
    "softness/periodic.py",
    "softness/seeds.py",
    "softness/simulate/chain.py",
    "softness/simulate/deadline.py",
    "softness/simulate/progress.py",
    "softness/simulate/settings.py",
    "softness/sources.py",
    "softness/stages/command.py",
}
IMPORTS = {
    "equilibrate": SIMULATION
    | {
        "softness/files/history.py",
        "softness/files/tables.py",
        "softness/simulate/equilibrate.py",
        "softness/simulate/start.py",
        "softness/stages/equilibrate.py",
    },
    "thermal": SIMULATION
    | {
        "softness/files/frames.py",
        "softness/simulate/thermal.py",
        "softness/stages/thermal.py",
    },
    # The only simulation that computes what it counts: nothing of its runs is kept.
    "isoconfigurational": SIMULATION
    | {
        "softness/checks.py",
        "softness/dynamics/csd.py",
        "softness/dynamics/hop.py",
        "softness/files/ensemble_counts.py",
        "softness/files/snapshot.py",
        "softness/files/tables.py",
        "softness/simulate/ensemble.py",
        "softness/stages/isoconfigurational.py",
    },
    "cycle": SIMULATION
    | {
        "softness/files/frames.py",
        "softness/files/records/cycled.py",
        "softness/files/snapshot.py",
        "softness/files/tables.py",
        "softness/simulate/cycle.py",
        # Whose runs a cycle starts from: an edit there makes new ones anyway.
        "softness/simulate/thermal.py",
        "softness/stages/cycle.py",
    },
    "quench": SIMULATION
    | {
        "softness/files/records/quenched.py",
        "softness/files/tables.py",
        "softness/files/unwrapped.py",
        "softness/simulate/quench.py",
        "softness/stages/quench.py",
    },
    "inherent_propensity": SIMULATION
    | {
        "softness/files/records/inherent.py",
        "softness/files/records/quenched.py",
        "softness/files/snapshot.py",
        "softness/files/tables.py",
        "softness/simulate/inherent_propensity.py",
        "softness/simulate/quench.py",
        "softness/stages/inherent_propensity.py",
    },
}
COUNTED = {"softness/dynamics/csd.py", "softness/dynamics/hop.py"}
ANALYSIS = ("dynamics", "structure", "learning", "barriers", "memory", "figures", "report")


def names(stage, engine=None):
    found = sources.sources(f"softness.stages.{stage}", engine)
    return {str(path.relative_to(sources.ROOT)) for path in found}


@pytest.mark.parametrize("stage", IMPORTS)
def test_simulations_import_what_is_listed_and_no_more(stage):
    assert names(stage, "lammps") == IMPORTS[stage]


@pytest.mark.parametrize("stage", IMPORTS)
def test_only_the_chosen_engine_counts(stage):
    other = names(stage, "hoomd")
    assert "softness/engines/hoomd.py" in other
    assert "softness/engines/lammps.py" not in other


@pytest.mark.parametrize("stage", IMPORTS)
def test_no_simulation_imports_analysis(stage):
    allowed = COUNTED if stage == "isoconfigurational" else set()
    found = {name for name in names(stage) if name.split("/")[1] in ANALYSIS}
    assert found == allowed


def test_analysis_follows_its_own_imports():
    found = names("relaxation")
    assert {"softness/dynamics/scattering.py", "softness/uncertainty.py"} <= found
    assert not [name for name in found if "engines" in name or "simulate" in name]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the sources that may be edited."""
    shutil.copytree(sources.ROOT / "softness", tmp_path / "softness")
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    return tmp_path / "softness"


def digest():
    return sources.syntax_digest("softness.stages.thermal", "lammps")


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "# a comment\n" + text.replace("\n\n\n", "\n\n\n\n"),
        lambda text: text.replace('"""LAMMPS behind the engine protocol', '"""Another docstring'),
        lambda text: text.replace("import numpy as np", "import numpy as np  # arrays"),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(copy, edit):
    before = digest()
    file = copy / "engines" / "lammps.py"
    file.write_text(edit(file.read_text()))
    assert digest() == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("engines/lammps.py", "NEIGHBOUR_SKIN = 0.3", "NEIGHBOUR_SKIN = 0.4"),
        ("simulate/thermal.py", "engine.run(step - now)", "engine.run(step - now + 1)"),
        ("seeds.py", "digest[:16]", "digest[16:]"),
    ],
)
def test_code_counts(copy, file, old, new):
    before = digest()
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new))
    assert digest() != before


def test_the_digest_is_the_same_on_every_python(tmp_path):
    file = tmp_path / "module.py"
    file.write_text('"""Text."""\n\ndef f(x: int = 1) -> int:\n    """Text."""\n    return x\n')
    assert sources._normal_form(file) == (
        "Module(body=[FunctionDef(name='f', args=arguments(args=[arg(arg='x', annotation=Name("
        "id='int', ctx=Load()))], defaults=[Constant(value=1)]), body=[Return(value=Name(id='x', "
        "ctx=Load()))], returns=Name(id='int', ctx=Load()))])"
    )


def test_the_other_engine_and_the_version_do_not_count(copy):
    before = digest()
    for name in ("engines/hoomd.py", "version.py", "dynamics/hop.py", "figures/style.py"):
        with (copy / name).open("a") as file:
            file.write("\nCHANGED = 1\n")
    assert digest() == before
