"""The command ``softness``, which is also ``python -m softness``."""

# PYTHON_ARGCOMPLETE_OK
import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import NamedTuple

from softness import environment
from softness.errors import InputError, in_one_line
from softness.version import __version__


class Command(NamedTuple):
    """A command, whose code is imported when it is called: others need not be installed for it.

    Attributes
    ----------
    add_arguments
        ``module:function`` that adds its arguments to a parser, and sets its function.
    text
        What it does, in one line.
    example
        Arguments of a call.
    extra
        Of the package, which brings what it imports; empty if the library alone is enough.
    reads_config
        Whether a configuration is its first argument.
    """

    add_arguments: str
    text: str
    example: str
    extra: str = "study"
    reads_config: bool = False


GROUPS = {
    "study": {
        "own": Command(
            "softness.own:add_arguments",
            "write a first configuration for trajectories of your own, from what is in their files",
            "runs/T0.45/*.gsd runs/T0.50/*.gsd runs/T0.56/*.gsd > config/mine.yaml",
        ),
        "check": Command(
            "softness.launch:add_check_arguments",
            "check a configuration and its engine, and print its size",
            "config/laptop.yaml",
            reads_config=True,
        ),
        "plan": Command(
            "softness.plan:add_arguments",
            "estimate jobs, hours and disk space of a study",
            "config/dissertation.yaml --rate 1500",
            reads_config=True,
        ),
        "run": Command(
            "softness.launch:add_run_arguments",
            "run a study on this machine, with progress",
            "config/laptop.yaml --cores 4",
            reads_config=True,
        ),
        "physics": Command(
            "softness.physics.command:add_arguments",
            "show, confirm or raise the versions of the physics of simulations",
            "status",
        ),
    },
    "look": {
        "status": Command(
            "softness.status:add_arguments",
            "how far a study is: jobs done, running and failed, time left, disk used",
            "config/laptop.yaml",
        ),
        "view": Command(
            "softness.view:add_arguments",
            "write a frame coloured by softness, as a picture and for OVITO",
            "results/laptop --temperature 0.5 --frame 100",
            extra="plots",
        ),
        "power": Command(
            "softness.power:add_arguments",
            "how often studies of some size would decide each claim, from claims.csv of one",
            "results/laptop/claims.csv",
            extra="plots",
        ),
    },
    "keep and share": {
        "archive": Command(
            "softness.archive:add_pack_arguments",
            "pack what the figures and the report of a finished study are drawn from",
            "config/laptop.yaml results/laptop.tar",
            reads_config=True,
        ),
        "figures-from-archive": Command(
            "softness.archive:add_redraw_arguments",
            "check an archive and redraw all figures and the report from it",
            "results/laptop.tar redrawn",
            extra="plots",
        ),
        "clean": Command(
            "softness.keeping:add_clean_arguments",
            "list or remove kept simulations that no given study needs",
            "config/laptop.yaml config/mine.yaml",
        ),
        "adopt": Command(
            "softness.keeping:add_adopt_arguments",
            "add simulations of another machine",
            "other-machine/results",
        ),
    },
}

COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}

COMPLETION = "_ARGCOMPLETE"
"""Environment variable by which a shell asks argcomplete for completions (docs/reproduce.md)."""

EXIT_STATUS = """\
exit status:
  0  done
  1  refused or failed, in one line that names the fault and the remedy; run: a job failed;
     figures-from-archive: a file differs from the original; physics status: the lock does not hold
  2  wrong arguments
  3 to 6 of status alone: see softness status --help"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if COMPLETION in os.environ:
        _complete()
    try:
        options = _parsed(arguments)
        environment.check_folder()
        return options.function(options)
    except ModuleNotFoundError as error:
        fault = _missing(arguments[0], error)
    except InputError as error:
        fault = str(error)
    except OSError as error:
        fault = in_one_line(error)
    print(f"error: {fault}", file=sys.stderr)
    return 1


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of a command; of a run, Snakemake's follow ``--``."""
    called = arguments[0] if arguments else ""
    end = arguments.index("--") if called == "run" and "--" in arguments else len(arguments)
    options = _parser(called).parse_args(arguments[:end])
    options.snakemake = arguments[end + 1 :]
    return options


def _complete() -> None:
    """Answer a shell that asks what could follow the words typed so far, and end."""
    import argcomplete

    typed = os.environ["COMP_LINE"].split()
    argcomplete.autocomplete(_parser(typed[1] if len(typed) > 1 else ""))


def _parser(called: str) -> argparse.ArgumentParser:
    """The parser of all commands, with the arguments of the one that is called."""
    parser = argparse.ArgumentParser(
        prog="softness",
        usage="%(prog)s [-h] [--version] COMMAND ...",
        description="Local structure and dynamics of supercooled liquids, from trajectories to "
        "figures.",
        epilog=f"{_listing()}\n\n{EXIT_STATUS}\n\nArguments of a command: softness COMMAND --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    # Listed in the epilog, by groups.
    commands = parser.add_subparsers(
        required=True, prog=parser.prog, metavar="COMMAND", help=argparse.SUPPRESS
    )
    for name, command in COMMANDS.items():
        own = commands.add_parser(
            name, description=command.text, epilog=f"example: softness {name} {command.example}"
        )
        if command.reads_config:
            own.add_argument(
                "config", type=Path, help="file that overrides keys of config/dissertation.yaml"
            )
        if name == called:
            resolve_name(command.add_arguments)(own)
    return parser


def _listing() -> str:
    """All commands by groups, each with an example."""
    lines = []
    for title, commands in GROUPS.items():
        lines.append(f"\n{title}:")
        for name, command in commands.items():
            lines += [f"  {name}: {command.text}", f"      softness {name} {command.example}"]
    return "\n".join(lines).lstrip()


def _missing(called: str, error: ModuleNotFoundError) -> str:
    """What to install for a command; raises the error again if it is not a package of others."""
    extra, package = COMMANDS[called].extra, (error.name or "").partition(".")[0]
    if not extra or package in ("", "softness"):
        raise error
    return (
        f"softness {called}: needs the extra {extra} ({package} is not installed): pip install "
        f"'softness[{extra}]'"
    )


if __name__ == "__main__":
    sys.exit(main())
