"""What the comment line of a frame of XYZ says: box, columns, time step and time."""

import re
from typing import NamedTuple

import numpy as np

_PAIR = re.compile(r"""(\w+)\s*([=:])\s*("[^"]*"|'[^']*'|\{[^}]*\}|\S+)""")
_STEPS = ("step", "timestep")
_TRUE = {"t", "true", "1"}
_KINDS = {"S": "U16", "R": "f8", "I": "i8", "L": "U16"}
# Of an edge; what a program leaves of a right angle.
_TILT = 1e-6


class UnfitError(ValueError):
    """What is wrong with a comment, and what to do."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(fault)
        self.fault, self.remedy = fault, remedy


class Comment(NamedTuple):
    """A comment line, as far as it is understood."""

    edges: tuple[float, ...] | None
    properties: str | None
    step: int | None
    time: float  # nan if it is not said


class Column(NamedTuple):
    """A property of particles, in one column or more."""

    name: str
    kind: str  # of numpy: U16, f8 or i8
    number: int


def parse_comment(text: str) -> Comment:
    """Keys and values of a comment; other text is passed over.

    Raises
    ------
    UnfitError
        If a value cannot be what its key says, or the box is tilted or not periodic.
    """
    found = {
        key.lower(): value.strip("\"'{}")
        for key, sign, value in _PAIR.findall(text)
        # A colon may stand in any sentence.
        if sign == "=" or _is_number(value)
    }
    step = next((_whole(key, found[key]) for key in _STEPS if key in found), None)
    time = _number("time", found["time"]) if "time" in found else np.nan
    return Comment(_edges(found), found.get("properties"), step, time)


def _edges(found: dict[str, str]) -> tuple[float, ...] | None:
    if "lattice" not in found:
        return None
    told = f'Lattice="{found["lattice"]}"'
    try:
        vectors = np.array(found["lattice"].split(), np.float64).reshape(3, 3)
    except ValueError:
        raise UnfitError(f"has {told}, expected nine numbers", "write the box anew") from None
    edges = np.diagonal(vectors)
    if (np.abs(vectors - np.diag(edges)) > _TILT * np.abs(edges).max()).any():
        raise UnfitError(f"has a tilted box ({told})", "give a run in a cubic or rectangular box")
    periodic = {one.lower() for one in found.get("pbc", "T").split()}
    if not periodic <= _TRUE:
        raise UnfitError(
            f'is not periodic in all directions (pbc="{found["pbc"]}")', "give a run that is"
        )
    return tuple(edges.tolist())


def parse_properties(text: str) -> list[Column]:
    """Columns of ``Properties=name:kind:number:...``, with names in small letters.

    Raises
    ------
    UnfitError
        If it is no such list.
    """
    fields = text.split(":")
    names, kinds, numbers = fields[::3], fields[1::3], fields[2::3]
    fits = len(fields) % 3 == 0 and all(
        kind in _KINDS and number.isdigit() and int(number) > 0
        for kind, number in zip(kinds, numbers, strict=True)
    )
    if not fits or len(set(names)) < len(names):
        raise UnfitError(
            f"has Properties={text}",
            "write name:kind:number for each, kind S, R, I or L, as in species:S:1:pos:R:3",
        )
    return [
        Column(name.lower(), _KINDS[kind], int(number))
        for name, kind, number in zip(names, kinds, numbers, strict=True)
    ]


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _number(key: str, text: str) -> float:
    if not _is_number(text):
        raise UnfitError(f"has {key}={text} in its comment", "write a number there")
    return float(text)


def _whole(key: str, text: str) -> int:
    value = _number(key, text)
    if not value.is_integer():
        raise UnfitError(
            f"has {key}={text} in its comment, expected a whole number", "write a time as Time="
        )
    return int(value)
