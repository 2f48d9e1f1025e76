"""YAML as people read it: a key stands once, and a number is what it looks like."""

import re
from pathlib import Path
from typing import Any

import yaml

from softness.errors import InputError
from softness.files.unreadable import unreadable

_INT, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
# Of YAML 1.1: numbers by other rules, among them base 8 and base 60, and dates.
_REPLACED = {_INT, _FLOAT, "tag:yaml.org,2002:timestamp"}
_MERGE = "<<"


class _Loader(yaml.SafeLoader):
    """PyYAML's loader with the numbers of YAML 1.2, which refuses a key that is given twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - of the class, as in PyYAML
        first: [(tag, pattern) for tag, pattern in rules if tag not in _REPLACED]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """Make a mapping, unless one of its keys is given twice."""
        lines: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines and name != _MERGE:
                raise _DuplicateKey(f"{name} is given twice, in lines {lines[name]} and {line}")
            lines[name] = line
        return super().construct_mapping(node, deep)


class _DuplicateKey(Exception):
    """The message names the key and its lines."""


def _integer(loader: yaml.Loader, node: yaml.ScalarNode) -> int:
    text = node.value.replace("_", "")
    return int(text, 0 if text[:2] in ("0x", "0o") else 10)


_Loader.add_implicit_resolver(
    _INT, re.compile(r"(?:[-+]?[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+)$"), [*"+-0123456789"]
)
_Loader.add_implicit_resolver(
    _FLOAT,
    re.compile(
        r"(?:[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    [*"+-.0123456789"],
)
_Loader.add_constructor(_INT, _integer)


def read(path: str | Path) -> Any:
    """The content of a YAML file.

    Raises
    ------
    InputError
        If there is no such file, it is not valid YAML, or a key is given twice in the same mapping.
    """
    try:
        return yaml.load(Path(path).read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: {error.strerror}: give a configuration file that exists"
        ) from error
    except OSError as error:
        raise unreadable(path, error, "cannot be read", "check the path") from error
    except _DuplicateKey as duplicate:
        raise InputError(f"{path}: {duplicate}: keep one of them") from None
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"{path}: is not valid YAML: {' '.join(str(error).split())}") from error
