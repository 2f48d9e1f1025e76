"""Directives ``commands`` and ``records``: command lines and HDF5 tables, from the code itself."""

import dataclasses
import importlib
import os
import pkgutil
import subprocess
import sys
from types import ModuleType

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import softness.files.records
from softness.__main__ import EXIT_STATUS, GROUPS

COLUMNS = "100"


class Commands(SphinxDirective):
    """The help of each command, by groups."""

    def run(self) -> list[nodes.Node]:
        """The sections."""
        lines = []
        for group, commands in GROUPS.items():
            lines += [group.capitalize(), "-" * len(group), ""]
            for name in commands:
                lines += [name, "~" * len(name), "", "::", "", *_indented(_help(name)), ""]
        lines += ["Exit status", "-" * 11, "", "::", "", *_indented(EXIT_STATUS), ""]
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


class Records(SphinxDirective):
    """The arrays of each kind of table, by modules."""

    def run(self) -> list[nodes.Node]:
        """The sections."""
        package = softness.files.records
        lines = []
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            title = (module.__doc__ or "").splitlines()[0].split(":")[0].removesuffix(".")
            lines += [title, "-" * len(title), "", *_records(module)]
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def _help(command: str) -> str:
    """What a command prints with --help."""
    return subprocess.run(
        [sys.executable, "-m", "softness", command, "--help"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": COLUMNS},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _indented(text: str) -> list[str]:
    return [f"   {line}".rstrip() for line in text.splitlines()]


def _records(module: ModuleType) -> list[str]:
    """A table for each kind that a module declares."""
    lines = []
    for record in vars(module).values():
        if not dataclasses.is_dataclass(record) or record.__module__ != module.__name__:
            continue
        arrays = [each for each in dataclasses.fields(record) if "dimensions" in each.metadata]
        if not arrays:
            continue
        name = record.__name__
        lines += [name, "~" * len(name), "", f"`{record.__module__}.{name}`", ""]
        lines += [(record.__doc__ or "").split("\n\n")[0], ""]
        lines += [".. list-table::", "   :header-rows: 1", "   :widths: 34 46 20", ""]
        lines += ["   * - Array", "     - Shape", "     - Unit"]
        for each in arrays:
            shape = ", ".join(each.metadata["dimensions"]) or "single"
            unit = "" if each.metadata["unit"] == "1" else f"``{each.metadata['unit']}``"
            lines += [f"   * - ``{each.name}``", f"     - {shape}", f"     - {unit}".rstrip()]
        lines += [""]
    return lines


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directives known."""
    app.add_directive("commands", Commands)
    app.add_directive("records", Records)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
