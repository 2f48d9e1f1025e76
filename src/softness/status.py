"""How far a study is, from any terminal or machine that sees its results.

Its launcher writes what it knows beside the results, every few seconds. Whether it is still there
follows from the folder that it holds, and on its own machine from its process.
"""

import argparse
import fcntl
import json
import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from softness import configuration
from softness.errors import InputError
from softness.files.unreadable import RUN_AGAIN, unreadable
from softness.progress import FAILED, FINISHED, RUNNING, STATUS, STOPPED_EARLY
from softness.simulate.progress import format_duration
from softness.simulate.store import Store
from softness.workflow import LOCK

KILLED = "killed"
"""State of a run whose launcher is gone without a word."""

RUNNING_WITH_FAULTS = "running, with failed jobs"
AT_WORK = (RUNNING, RUNNING_WITH_FAULTS)

EXIT = {FINISHED: 0, RUNNING: 3, FAILED: 4, RUNNING_WITH_FAULTS: 4, STOPPED_EARLY: 5, KILLED: 5}
EXIT_OF_UNKNOWN = 6

EXIT_STATUS = """\
exit status:
  0  finished: everything that was asked for is done
  1  the configuration or a file cannot be read
  2  wrong arguments
  3  running, and nothing has failed
  4  a job has failed, whether the rest still runs or not
  5  stopped or killed before its end: run it again
  6  no run has left a word"""

SHOWN = {"study", "state", "host", "process", "written", "total", "done", "failed"}
SHOWN |= {"simulated", "left", "at_work", "failures"}
"""What a launcher writes and this command shows."""

MOST_LINES = 20
"""Of names of jobs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"{parser.epilog}\n\n{EXIT_STATUS}"
    parser.add_argument(
        "config",
        type=Path,
        nargs="?",
        help="configuration of the study; default: the one in this folder that ran last",
    )
    parser.set_defaults(function=command)


def command(options: argparse.Namespace) -> int:
    """Print the status of a study; return the exit status that tells it."""
    if options.config is None:
        found = sorted(Path("results").glob(f"*/{STATUS}"), key=lambda path: path.stat().st_mtime)
        if not found:
            print("no study has run in this folder")
            return EXIT_OF_UNKNOWN
        results = found[-1].parent
    else:
        results = Path("results") / configuration.load(options.config)["study"]
    if not (results / STATUS).is_file():
        print(f"no run of the study {results.name} has left a word in {results}")
        return EXIT_OF_UNKNOWN
    run = read_status(results / STATUS)
    held = is_held(LOCK)
    state = state_of(run, held)
    print(as_text(run, state, results))
    if held and state not in AT_WORK:
        print(
            "  a run has begun in this folder that has written nothing yet, or is of another study"
        )
    return EXIT[state]


def read_status(path: Path) -> dict[str, Any]:
    """What a launcher has written last.

    Raises
    ------
    InputError
        If the file holds something else.
    """
    try:
        found = json.loads(path.read_text())
    except ValueError as error:
        raise unreadable(path, error, f"holds no status ({error})", RUN_AGAIN) from error
    lacking = SHOWN - set(found) if isinstance(found, dict) else SHOWN
    if lacking:
        raise InputError(f"{path}: lacks {min(lacking)}: {RUN_AGAIN}")
    return found


def is_held(lock: Path) -> bool:
    """Whether a launcher runs in this folder, on whatever machine."""
    if not lock.exists():
        return False
    with lock.open() as file:
        try:
            # Shared, and for an instant, so that others who ask are not in the way.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def state_of(run: Mapping[str, Any], held: bool) -> str:
    """State of a run from what its launcher has written last, and whether its folder is held."""
    if run["state"] != RUNNING:
        return run["state"]
    if not held or (run["host"] == platform.node() and not _exists(run["process"])):
        return KILLED
    return RUNNING_WITH_FAULTS if run["failures"] else RUNNING


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def as_text(run: Mapping[str, Any], state: str, results: Path) -> str:
    """The status for people."""
    ago = format_duration(max(time.time() - run["written"], 0))
    lines = [f"study {run['study']}: {state}"]
    at_work = state in AT_WORK
    if state == KILLED:
        lines[0] += f": the launcher, process {run['process']} on {run['host']}, is gone"
    lines.append(f"  as its launcher wrote {ago} ago:")
    running = len(run["at_work"])
    lines.append(
        f"  jobs: {run['done']} of {run['total']} done, {running} "
        f"{'running' if state != KILLED else 'interrupted'}, {run['failed']} failed"
    )
    if run["simulated"] is not None:
        lines.append(f"  simulations: {run['simulated']:.0%}")
    if at_work and run["left"]:
        lines.append(f"  {run['left']}")
    lines += _list("running" if at_work else "interrupted", run["at_work"])
    failures = [f"{each['job']}: {each['why']}" for each in run["failures"]]
    lines += _list("failed", failures)
    lines += [f"  {text}" for text in (_disk(results), f"page: {results / 'index.html'}")]
    return "\n".join(lines)


def _list(title: str, names: list[str]) -> list[str]:
    lines = [f"  {title}: {name}" for name in names[:MOST_LINES]]
    if len(names) > MOST_LINES:
        lines.append(f"  {title}: {len(names) - MOST_LINES} more")
    return lines


def _disk(results: Path) -> str:
    """What the results take, and what kept simulations take beside them."""
    own, kept = _files(results), _files(Store().root)
    more = {file: size for file, size in kept.items() if file not in own}
    return (
        f"disk: {_gigabytes(own)} in {results}, {_gigabytes(more)} more in {Store().root} "
        "(kept simulations of all studies)"
    )


def _gigabytes(files: Mapping[Any, int]) -> str:
    return f"{sum(files.values()) / 1e9:.2f} GB"


def _files(folder: Path) -> dict[tuple[int, int], int]:
    """Bytes on the disk of each file, once however many names it has."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                status = (Path(place) / name).lstat()
            except FileNotFoundError:
                continue  # removed meanwhile
            found[status.st_dev, status.st_ino] = 512 * status.st_blocks
    return found
