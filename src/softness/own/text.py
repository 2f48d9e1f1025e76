"""Settings with comments, as YAML that people read."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

_WIDTH = 100


@dataclass(frozen=True)
class Setting:
    """A key of the configuration.

    Attributes
    ----------
    key
        Its name.
    value
        What YAML can hold, or the settings of a block. A list of mappings has a line for each.
    comment
        Why it has this value; written above it.
    """

    key: str
    value: Any
    comment: str = ""


def as_yaml(settings: Sequence[Setting]) -> str:
    """The settings in order, an empty line between those of the outermost level."""
    return "\n".join("\n".join(_lines(each, "")) + "\n" for each in settings)


def comment_lines(text: str, indent: str = "") -> list[str]:
    """A text as lines of a comment."""
    start = f"{indent}# "
    # Names of files stay whole.
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=start,
        subsequent_indent=start,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(setting: Setting, indent: str) -> list[str]:
    lines, value = comment_lines(setting.comment, indent), setting.value
    begin, inner = f"{indent}{setting.key}:", f"{indent}  "
    if isinstance(value, list) and value and all(isinstance(each, Setting) for each in value):
        return [*lines, begin, *(line for each in value for line in _lines(each, inner))]
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return [*lines, begin, *(f"{inner}- {_flow(each)}" for each in value)]
    return [*lines, f"{begin} {_flow(value)}"]


def _flow(value: Any) -> str:
    """In one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=float("inf"))
    return text.removesuffix("\n").removesuffix("\n...")


def tidy(value: float) -> float | int:
    """A number without the noise of arithmetic; whole ones as such."""
    rounded = float(f"{value:.6g}")
    return int(rounded) if rounded == int(rounded) else rounded


def about(number: int) -> int:
    """A count to two digits."""
    return int(float(f"{number:.2g}"))
