"""What an archive says about itself: its files, what was drawn from them, and by which commands."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from softness.errors import InputError

FORMAT = 2
STAGES = ("draw_figure", "report")
"""Stages that draw; no other is ever run from an archive."""


@dataclass(frozen=True)
class Drawing:
    """One figure, or the report: the command that draws it.

    Attributes
    ----------
    stage
        One of `STAGES`.
    arguments
        Its command line; paths are relative to the folder that the archive is unpacked into.
    inputs
        Files that it reads: of the archive, or drawn before.
    outputs
        SHA-256 of each file that it wrote, by path.
    """

    stage: str
    arguments: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: Mapping[str, str]

    def check(self) -> None:
        """Refuse what would run another program, or touch files elsewhere.

        Raises
        ------
        InputError
            Naming the stage or the argument.
        """
        if self.stage not in STAGES:
            raise InputError(f"stage {self.stage!r} draws nothing: only {', '.join(STAGES)} do")
        for path in (*self.inputs, *self.outputs, *self._paths()):
            if not is_inside(path):
                raise InputError(f"{self.stage}: {path!r} lies outside the archive's folder")

    def _paths(self) -> Iterator[str]:
        """Arguments that may be paths. Settings are JSON, and must not be the name of a file."""
        arguments = iter(self.arguments)
        for argument in arguments:
            name, _, value = argument.partition("=")
            if name == "--settings":
                settings = value or next(arguments, "")
                if not settings.startswith("{"):
                    yield f"/{settings}"
            elif name.startswith("-"):
                yield value or "."
            else:
                yield argument


@dataclass(frozen=True)
class Manifest:
    """The contents of an archive.

    Attributes
    ----------
    study
        Name of the study.
    config
        Path of its configuration in the archive.
    files
        SHA-256 of each file, by path.
    excerpts
        Of each trajectory of which the archive holds the first frame alone, the SHA-256 of the
        whole: the report reads who made it, and no positions.
    drawings
        The figures in the order of the report, then the report.
    code
        SHA-256 of each source file that drew, by path: they are not in the archive.
    """

    study: str
    config: str
    files: Mapping[str, str]
    excerpts: Mapping[str, str]
    drawings: tuple[Drawing, ...]
    code: Mapping[str, str]

    def as_text(self) -> str:
        """The manifest as JSON with sorted keys."""
        values = {"format": FORMAT, **dataclasses.asdict(self)}
        return json.dumps(values, sort_keys=True, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "Manifest":
        """Read a manifest, and refuse what is none or asks for what no figure needs.

        Raises
        ------
        InputError
            If it is of another format or incomplete.
        """
        try:
            values = json.loads(text)
            found = values.pop("format")
            if found != FORMAT:
                raise InputError(f"has format {found}, this version reads {FORMAT}: update one")
            drawings = tuple(_drawing(each) for each in values.pop("drawings"))
            manifest = cls(drawings=drawings, **values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"is not a manifest of an archive of figures: {error}") from error
        for drawing in manifest.drawings:
            drawing.check()
        return manifest

    @property
    def drawn(self) -> dict[str, str]:
        """SHA-256 of all files that were drawn, by path."""
        return {path: digest for each in self.drawings for path, digest in each.outputs.items()}


def _drawing(values: Mapping[str, Any]) -> Drawing:
    return Drawing(
        stage=values["stage"],
        arguments=tuple(values["arguments"]),
        inputs=tuple(values["inputs"]),
        outputs=dict(values["outputs"]),
    )


def is_inside(path: str) -> bool:
    """Whether a path stays in the folder that it is relative to."""
    pure = PurePosixPath(path)
    return bool(path) and not pure.is_absolute() and ".." not in pure.parts and "\\" not in path
