"""The documentation site: every page has its place, references are whole, the build is strict."""

import re
import subprocess
import sys

import pytest
import yaml

from locations import ROOT
from softness import configuration

DOCS = ROOT / "docs"
FIGURES = DOCS / "figures"


def test_every_page_is_in_one_toctree():
    parts = re.findall(
        r"```\{toctree\}\n(?::[^\n]*\n)*\n([^`]*)```", (DOCS / "index.md").read_text()
    )
    listed = "\n".join(parts).split()
    pages = {path.stem for kind in ("*.md", "*.rst") for path in DOCS.glob(kind)} - {"index"}
    assert sorted(listed) == sorted(pages)


def test_pictures_are_small_and_those_that_pages_show():
    pages = "\n".join(path.read_text() for path in DOCS.glob("*.md"))
    shown = set(re.findall(r"\]\(figures/([^)]+)\)", pages))
    sizes = {path.name: path.stat().st_size for path in FIGURES.iterdir()}
    assert shown == sizes.keys()
    assert max(sizes.values()) <= 60_000
    assert sum(sizes.values()) <= 2_500_000


@pytest.fixture
def extensions(monkeypatch):
    pytest.importorskip("sphinx", reason="the site needs the extra docs of the package")
    monkeypatch.syspath_prepend(str(DOCS / "_extensions"))


def keys(node, schema, path=""):
    """Dotted names of all keys of a schema."""
    node = schema["$defs"].get(node.get("$ref", "").rpartition("/")[2], {}) | node
    items = node.get("items", {})
    for name, below in [*node.get("properties", {}).items()]:
        yield path + name
        yield from keys(below, schema, f"{path}{name}.")
    for name, below in items.get("properties", {}).items():
        yield f"{path[:-1]}[].{name}"
        yield from keys(below, schema, f"{path[:-1]}[].{name}.")


def test_the_reference_has_every_key_and_its_facts(extensions):
    import configuration_reference

    text = configuration_reference.reference()
    schema = yaml.safe_load(configuration.SCHEMA.read_text())
    blocks = {f"{name}\n{'-' * len(name)}" for name in schema["properties"]}
    for key in keys(schema, schema):
        assert f"_`{key}`" in text or f"{key}\n{'-' * len(key)}" in blocks, key
    threshold = (
        "_`hop.threshold` : number, > 0 : ``sigma_AA^2`` : default ``0.2``\n   Value of p_hop"
    )
    assert threshold in text
    assert "_`engine.device` : ``cpu`` or ``gpu`` : default ``gpu``" in text


def test_the_strict_build_passes(extensions, tmp_path):
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", DOCS, tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "hop.threshold" in (tmp_path / "configuration.html").read_text()
    assert "Delta E, in eps_AA." in (tmp_path / "_api" / "softness.barriers.fit.html").read_text()
