"""Commands for the versions of physics: show, confirm, raise."""

import argparse

from softness.physics import lock
from softness.physics.confirm import confirm
from softness.physics.raising import raise_versions

DESCRIPTION = """show, confirm or raise the versions of the physics of simulations

Simulations run again when the version of their kind is raised, not whenever code is edited. The
modules that decide their numbers are locked: after an edit of one, no simulation of a kind that
imports it starts until the edit is confirmed (the numbers are the same) or the version is raised
(they are not). Comments, docstrings and layout do not count. Versions and digests are in
src/softness/physics/lock.json, which is committed with the code.
"""

STATUS = "show the versions, and what differs from the lock"

CONFIRM = """show that changed code computes the same numbers, and renew the lock

Runs each kind of simulation that imports changed code for a second or two, with the code of the
last commit at which the lock held and with the present code, on the CPU with every engine concerned
that is installed. The lock is renewed only if all numbers that they write are equal, byte by byte.

Such brief runs of a small liquid do not test branches that they do not reach, such as limits of
iterations, resumed runs, rare events, sizes of liquids, settings other than theirs, and a GPU.
If you change one of these, judge by reading the code, and raise the version if in doubt.

A module that simulations newly import is locked. One that decides no number may be marked as
"plumbing" in the lock file, by hand.
"""

RAISE = """raise versions by one: the simulations of these kinds run again

For code that changes numbers. If every kind that imports the changed code is raised, the lock is
renewed at once; otherwise the others still have to be confirmed or raised.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the commands for versions of physics."""
    parser.description = DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "status", STATUS, status_command)
    _add(commands, "confirm", CONFIRM, confirm_command)
    raising = _add(commands, "raise", RAISE, raise_command)
    raising.add_argument(
        "kinds",
        nargs="*",
        metavar="KIND",
        help=f"{', '.join(lock.KINDS)}; default: all that import changed code",
    )


def _add(commands: argparse._SubParsersAction, name: str, text: str, function):  # noqa: ANN001, ANN202
    parser = commands.add_parser(
        name,
        help=text.splitlines()[0],
        description=text,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(function=function)
    return parser


def status_command(options: argparse.Namespace) -> int:
    """Print the versions and what differs from the lock; return 1 if anything does."""
    for kind, version in lock.versions().items():
        print(f"{kind}: version {version}")
    changes = lock.broken()
    if not changes:
        print("the lock holds")
        return 0
    print("\n".join([*map(str, changes), lock.ways_on(changes)]))
    return 1


def confirm_command(options: argparse.Namespace) -> int:
    """Confirm that numbers are the same."""
    print(confirm())
    return 0


def raise_command(options: argparse.Namespace) -> int:
    """Raise versions."""
    lock.check_kinds(options.kinds)
    print(raise_versions(options.kinds))
    return 0
