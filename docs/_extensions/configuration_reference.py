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

Schema = Mapping[str, Any]


class ConfigurationKeys(SphinxDirective):
    """A section for each block of a configuration, with its keys."""

    def run(self) -> list[nodes.Node]:
        """The sections."""
        for path in (configuration.SCHEMA, configuration.COMPLETE):
            self.env.note_dependency(str(path))
        return self.parse_text_to_nodes(reference(), allow_section_headings=True)


def reference() -> str:
    """All sections as reStructuredText."""
    schema = yaml.safe_load(configuration.SCHEMA.read_text())
    given = yaml.safe_load(configuration.COMPLETE.read_text())
    title, single, blocks = "Keys outside blocks", [], []
    for name, block in schema["properties"].items():
        entries = list(_entries(name, block, given.get(name), schema))
        if len(entries) == 1:
            single += entries
        else:
            meaning = _text(_resolved(block, schema))
            blocks += [name, "-" * len(name), "", meaning, "", *entries[1:]]
    return "\n".join([title, "-" * len(title), "", *single, *blocks])


def _entries(name: str, node: Schema, given: Any, schema: Schema) -> Iterator[str]:
    """A key as an entry of a list of definitions, and the keys below it."""
    node = _resolved(node, schema)
    below, items = node.get("properties", {}), _resolved(node.get("items", {}), schema)
    facts = [f"_`{name}`", "block" if below else _type(node, schema)]
    unit = node.get("unit", items.get("unit"))
    facts += [f"``{unit}``"] if unit else []
    default = given if given is not None else node.get("default")
    facts += [f"default {_default(default)}"] if default is not None and not below else []
    yield f"{' : '.join(facts)}\n   {_text(node)}\n"
    for key, value in below.items():
        inner = given.get(key) if isinstance(given, Mapping) else None
        yield from _entries(f"{name}.{key}", value, inner, schema)
    for key, value in items.get("properties", {}).items():
        yield from _entries(f"{name}[].{key}", value, None, schema)


def _text(node: Schema) -> str:
    """What a key means; bars are absolute values."""
    return " ".join(node["description"].split()).replace("|", r"\|")


def _resolved(node: Schema, schema: Schema) -> dict[str, Any]:
    """A part of the schema, with what it refers to filled in."""
    found = dict(node)
    if reference := found.pop("$ref", None):
        found = schema["$defs"][reference.removeprefix("#/$defs/")] | found
    return found


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
    text = value if isinstance(value, str) else json.dumps(value)
    return f"``{text}``" if len(text) <= LONGEST else "in ``config/dissertation.yaml``"


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("configuration-keys", ConfigurationKeys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
