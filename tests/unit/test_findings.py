"""What a figure says is apart from what it looks like."""

import ast

import pytest

from softness import sources
from softness.figures import registry

PACKAGE = sources.ROOT / "softness"
DRAWING = {"matplotlib", "seaborn"}


def imports(path):
    """Dotted names that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


@pytest.mark.parametrize("path", sorted((PACKAGE / "findings").glob("*.py")), ids=lambda p: p.stem)
def test_findings_draw_nothing(path):
    found = imports(path)
    assert not {name for name in found if name.partition(".")[0] in DRAWING}
    assert not {name for name in found if name.startswith("softness.figures")}


@pytest.mark.parametrize("package", ["findings", "figures"])
def test_no_module_imports_a_single_figure_but_its_own_findings(package):
    names = {entry.name for entry in registry.FIGURES}
    for path in (PACKAGE / package).glob("*.py"):
        single = {part for name in imports(path) for part in name.split(".") if part in names}
        assert single <= ({path.stem} if package == "figures" else set()), path


@pytest.mark.parametrize("entry", registry.FIGURES, ids=lambda entry: entry.number)
def test_every_figure_has_both(entry):
    findings, drawing = entry.findings_module(), entry.module()
    assert {"compute", "claims", "table"} <= set(vars(findings))
    assert "plot" in vars(drawing)
    # An edit of either draws the figure anew.
    files = {path.stem for name in entry.module_names for path in sources.sources(name)}
    assert entry.name in files
