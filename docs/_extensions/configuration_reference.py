"""The directive ``configuration-keys``: every key of a configuration, from its schema."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from softness import configuration

# Defaults that are longer stand in the file alone.
LONGEST = 40
COLUMNS = "Key", "Type", "Unit", "Default", "Meaning"

Schema = Mapping[str, Any]


class ConfigurationKeys(SphinxDirective):
    """A section for each block of a configuration, with a table of its keys."""

    def run(self) -> list[nodes.Node]:
        """The sections."""
        for path in (configuration.SCHEMA, configuration.COMPLETE):
            self.env.note_dependency(str(path))
        return self.parse_text_to_nodes(reference(), allow_section_headings=True)


def reference() -> str:
    """All sections as reStructuredText."""
    schema = yaml.safe_load(configuration.SCHEMA.read_text())
    given = yaml.safe_load(configuration.COMPLETE.read_text())
    lines, single = [], []
    for name, block in schema["properties"].items():
        block = _resolved(block, schema)
        rows = list(_rows(name, block, given.get(name), schema))
        if len(rows) == 1:
            single += rows
            continue
        lines += [name, "-" * len(name), "", block["description"], "", *_table(rows[1:]), ""]
    title = "Keys of their own"
    return "\n".join([title, "-" * len(title), "", *_table(single), "", *lines])


def _rows(name: str, node: Schema, given: Any, schema: Schema) -> Iterator[tuple[str, ...]]:
    """A key, and the keys below it."""
    node = _resolved(node, schema)
    below, items = node.get("properties", {}), _resolved(node.get("items", {}), schema)
    default = given if given is not None else node.get("default")
    yield (
        f"_`{name}`",
        "block" if below else _type(node, schema),
        f"``{node['unit']}``" if "unit" in node else _unit(items),
        "" if below else _default(default),
        node["description"].replace("|", r"\|"),
    )
    for key, value in below.items():
        inner = given.get(key) if isinstance(given, Mapping) else None
        yield from _rows(f"{name}.{key}", value, inner, schema)
    for key, value in items.get("properties", {}).items():
        yield from _rows(f"{name}[].{key}", value, None, schema)


def _resolved(node: Schema, schema: Schema) -> dict[str, Any]:
    """A part of the schema, with what it refers to filled in."""
    found = dict(node)
    if reference := found.pop("$ref", None):
        found = schema["$defs"][reference.removeprefix("#/$defs/")] | found
    return found


def _unit(items: Schema) -> str:
    return f"``{items['unit']}``" if "unit" in items else ""


def _type(node: Schema, schema: Schema) -> str:
    """What a value may be, in words."""
    node = _resolved(node, schema)
    if "const" in node:
        return f"``{node['const']}``"
    if "enum" in node:
        return " or ".join(f"``{value}``" for value in node["enum"])
    if "anyOf" in node:
        return " or ".join(_type(each, schema) for each in node["anyOf"])
    kinds = node.get("type", "anything")
    words = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if words == "array":
        items = _resolved(node.get("items", {}), schema)
        return "list of " + ("blocks" if "properties" in items else f"({_type(items, schema)})")
    bounds = {"minimum": ">= {}", "exclusiveMinimum": "> {}", "maximum": "<= {}"}
    limits = [text.format(node[key]) for key, text in bounds.items() if key in node]
    return ", ".join([words.replace("object", "block"), *limits])


def _default(value: Any) -> str:
    """A value as it stands in a file."""
    if value is None:
        return ""
    text = json.dumps(value) if not isinstance(value, str) else value
    return f"``{text}``" if len(text) <= LONGEST else "in the file"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 24 16 10 14 36", ""]
    for row in (COLUMNS, *rows):
        for place, cell in enumerate(row):
            lines.append(f"   {'* -' if place == 0 else '  -'} {' '.join(cell.split())}".rstrip())
    return lines


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("configuration-keys", ConfigurationKeys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
