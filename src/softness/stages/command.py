"""What every stage's command has in common: settings, provenance, one-line errors."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from softness import sources
from softness.errors import STOPPED, InputError, OutOfTime, in_one_line
from softness.files.provenance import Provenance, input_digests, package_versions

INPUT_ERROR = 1
# The system's code for a temporary failure: the same command, run again, resumes.
TRY_AGAIN = 75
INTERRUPTED = 130


class Settings(dict):
    """Settings of a stage; a key that is not there is the user's mistake, not a bug."""

    def __missing__(self, key: str) -> None:
        raise InputError(f"--settings lacks {key!r}: see the parameters of the rule (snakemake -n)")


def parser(stage: str, description: str) -> argparse.ArgumentParser:
    """Make a parser with the argument that all stages share.

    Parameters
    ----------
    stage
        Last part of the stage's module name, for the usage line.
    description
        What the stage does: its docstring.
    """
    made = argparse.ArgumentParser(
        prog=f"python -m softness.stages.{stage}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--settings",
        type=_settings,
        required=True,
        metavar="JSON",
        help="settings of the stage as JSON text, or the name of a file that holds it",
    )
    return made


def add_file(to: argparse.ArgumentParser, option: str, description: str) -> None:
    """Ask for a file."""
    to.add_argument(option, type=Path, required=True, help=description)


def add_files(to: argparse.ArgumentParser, option: str, description: str) -> None:
    """Ask for one file or several."""
    to.add_argument(option, type=Path, nargs="+", required=True, help=description)


def run(arguments: argparse.ArgumentParser, main: Callable[[argparse.Namespace], None]) -> None:
    """Run a stage's main function; what is addressed to the user is printed in one line."""
    try:
        main(arguments.parse_args())
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(INPUT_ERROR)
    except OutOfTime as stop:
        print(f"{STOPPED}{stop}", file=sys.stderr)
        sys.exit(TRY_AGAIN)
    except OSError as error:
        print(f"error: {in_one_line(error)}", file=sys.stderr)
        sys.exit(INPUT_ERROR)
    except KeyboardInterrupt:
        print("interrupted: run the same command again to resume", file=sys.stderr)
        sys.exit(INTERRUPTED)


def provenance(
    stage: str,
    settings: Mapping[str, Any],
    inputs: Iterable[str | Path] = (),
    packages: Iterable[str] = (),
) -> Provenance:
    """What makes the output of a stage of analysis: settings, inputs, code, versions.

    Parameters
    ----------
    stage
        Last part of the stage's module name.
    settings
        All its settings.
    inputs
        The files it reads.
    packages
        Further packages that the stage computes with.
    """
    return Provenance(
        stage=stage,
        settings=settings,
        inputs=input_digests(inputs),
        code=sources.syntax_digest(f"softness.stages.{stage}"),
        versions=package_versions(packages),
    )


def _settings(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text())
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"is not valid JSON: {error}") from error
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError("must be a JSON object")
    return Settings(found)
