"""Which code a stage depends on, and what counts as a change of it."""

import hashlib
import shutil

import pytest

from softness import sources
from softness.physics import lock

# What simulations import, by hand: an edit of anything else can never ask for them again.
SIMULATION = {
    "softness/engines/__init__.py",
    "softness/engines/batch.py",
    "softness/__init__.py",
    "softness/caches.py",
    "softness/checks.py",
    "softness/engines/checks.py",
    "softness/engines/lammps.py",
    "softness/engines/protocol.py",
    "softness/engines/state.py",
    "softness/environment.py",
    "softness/errors.py",
    "softness/files/atomic.py",
    "softness/files/gsd_file.py",
    "softness/files/hdf5.py",
    "softness/files/provenance.py",
    "softness/files/snapshot.py",
    "softness/files/temporary.py",
    "softness/files/unreadable.py",
    "softness/liquid.py",
    "softness/periodic.py",
    "softness/physics/lock.py",
    "softness/seeds.py",
    "softness/simulate/deadline.py",
    "softness/simulate/identity.py",
    "softness/simulate/progress.py",
    "softness/simulate/settings.py",
    "softness/simulate/store.py",
    "softness/sources.py",
    "softness/stages/command.py",
    "softness/stages/shared/simulation.py",
}
IN_SEGMENTS = {
    "softness/simulate/chain.py",
    "softness/simulate/reads.py",
    "softness/simulate/segments.py",
}
STATES = {"softness/files/frames.py", "softness/stages/shared/states.py"}
TRAJECTORIES = STATES | {"softness/stages/shared/trajectories.py"}
COUNTED = {
    "isoconfigurational": {
        "softness/dynamics/counted.py",
        "softness/dynamics/csd.py",
        "softness/dynamics/hop.py",
    },
    "inherent_propensity": {"softness/dynamics/counted.py"},
    "cage": {"softness/dynamics/counted.py"},
}
IMPORTS = {
    "equilibrate": SIMULATION
    | IN_SEGMENTS
    | {
        "softness/files/history.py",
        "softness/files/tables.py",
        "softness/simulate/equilibrate.py",
        "softness/simulate/start.py",
        "softness/stages/equilibrate.py",
    },
    "thermal": SIMULATION
    | IN_SEGMENTS
    | TRAJECTORIES
    | {"softness/simulate/thermal.py", "softness/stages/thermal.py"},
    # Computes what it counts: nothing of its runs is kept.
    "isoconfigurational": SIMULATION
    | COUNTED["isoconfigurational"]
    | {
        "softness/files/ensemble_counts.py",
        "softness/files/tables.py",
        "softness/simulate/block.py",
        "softness/simulate/counting.py",
        "softness/simulate/isoconfigurational.py",
        "softness/simulate/parts.py",
        "softness/simulate/reads.py",
        "softness/stages/isoconfigurational.py",
    },
    "cycle": SIMULATION
    | IN_SEGMENTS
    | TRAJECTORIES
    | {
        "softness/files/records/cycled.py",
        "softness/files/tables.py",
        "softness/simulate/cycle.py",
        "softness/simulate/together.py",
        "softness/stages/cycle.py",
    },
    "quench": SIMULATION
    | STATES
    | {
        "softness/files/records/quenched.py",
        "softness/files/tables.py",
        "softness/simulate/pieces.py",
        "softness/simulate/quench.py",
        "softness/stages/quench.py",
    },
    "cage": SIMULATION
    | COUNTED["cage"]
    | STATES
    | {
        "softness/simulate/cage.py",
        "softness/simulate/pieces.py",
        "softness/stages/cage.py",
    },
    "inherent_propensity": SIMULATION
    | COUNTED["inherent_propensity"]
    | {
        "softness/files/frames.py",
        "softness/files/records/inherent.py",
        "softness/files/records/quenched.py",
        "softness/files/tables.py",
        "softness/simulate/inherent_propensity.py",
        "softness/simulate/pieces.py",
        "softness/simulate/quench.py",
        "softness/simulate/reads.py",
        "softness/stages/inherent_propensity.py",
    },
}
ANALYSIS = ("dynamics", "structure", "learning", "barriers", "memory", "figures", "report")


def names(stage, engine=None):
    return names_of(f"softness.stages.{stage}", engine)


def names_of(module, engine=None):
    found = sources.sources(module, engine)
    return {str(path.relative_to(sources.ROOT)) for path in found}


@pytest.mark.parametrize("stage", IMPORTS)
def test_simulations_import_what_is_listed_and_no_more(stage):
    assert names(stage, "lammps") == IMPORTS[stage]


@pytest.mark.parametrize("stage", IMPORTS)
def test_only_the_chosen_engine_counts(stage):
    other = names(stage, "hoomd")
    assert "softness/engines/hoomd.py" in other
    assert "softness/engines/lammps.py" not in other


def test_lanes_are_an_engine_that_lies_elsewhere():
    found = names("isoconfigurational", "lanes")
    assert "softness/lanes/batch.py" in found
    assert not {"softness/engines/hoomd.py", "softness/engines/lammps.py"} & found


@pytest.mark.parametrize("stage", IMPORTS)
def test_no_simulation_imports_analysis(stage):
    found = {name for name in names(stage) if name.split("/")[1] in ANALYSIS}
    assert found == COUNTED.get(stage, set())


def test_each_simulation_is_listed():
    assert set(IMPORTS) == set(lock.KINDS)


NUMERICS = ("dynamics", "structure", "learning", "barriers", "memory")


@pytest.mark.parametrize("layer", NUMERICS)
def test_numerics_know_no_files_and_no_workflow(layer):
    above = ("errors", "checks", "liquid", "seeds", "periodic", "uncertainty", "caches")
    allowed = (*above, *NUMERICS, "__init__.py")
    for path in sorted((sources.ROOT / "softness" / layer).glob("*.py")):
        found = names_of(f"softness.{layer}.{path.stem}") if path.stem != "__init__" else set()
        others = {name for name in found if not name.split("/")[1].startswith(allowed)}
        assert not others, path


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


def digest(stage="relaxation"):
    return sources.syntax_digest(f"softness.stages.{stage}")


SCATTERING = "dynamics/scattering.py"


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("\n\n\n", "\n\n\n\n"),
        lambda text: "# a comment\n" + text,
        lambda text: text.replace('"""', '"""Once more: ', 1),
        lambda text: text.replace("import numpy as np", "import numpy as np  # arrays"),
    ],
    ids=["layout", "first line", "docstring", "comment"],
)
def test_comments_docstrings_and_layout_do_not_count(copy, edit):
    before, text = digest(), (copy / SCATTERING).read_text()
    assert edit(text) != text
    (copy / SCATTERING).write_text(edit(text))
    assert digest() == before


@pytest.mark.parametrize("file", [SCATTERING, "uncertainty.py", "stages/relaxation.py"])
def test_code_counts(copy, file):
    before, other = digest(), digest("van_hove")
    edit(copy, file)
    assert digest() != before
    assert (digest("van_hove") == other) == (f"softness/{file}" not in names("van_hove"))


def edit(copy, *files):
    for file in files:
        with (copy / file).open("a") as opened:
            opened.write("\nCHANGED = 1\n")


def test_simulations_other_stages_and_the_version_do_not_count(copy):
    before = digest()
    edit(copy, "engines/lammps.py", "simulate/thermal.py", "stages/thermal.py")
    edit(copy, "version.py", "dynamics/hop.py", "figures/style.py", "stages/features.py")
    assert digest() == before


def test_the_digest_is_the_same_on_every_python(tmp_path):
    text = '"""Text."""\n\ndef f(x: int = 1) -> int:\n    """Text."""\n    return x\n'
    form = (
        "Module(body=[FunctionDef(name='f', args=arguments(args=[arg(arg='x', annotation=Name("
        "id='int', ctx=Load()))], defaults=[Constant(value=1)]), body=[Return(value=Name(id='x', "
        "ctx=Load()))], returns=Name(id='int', ctx=Load()))])"
    )
    file = tmp_path / "module.py"
    file.write_text(text)
    assert sources._normal_form(file) == form
    assert sources.text_digest(text) == hashlib.sha256(form.encode()).hexdigest()[:16]
