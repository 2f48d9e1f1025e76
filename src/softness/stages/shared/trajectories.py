"""Finished trajectories of runs that are kept in segments, and their beginnings, as results."""

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path

from softness.files.frames import read_frames, write_frames
from softness.files.provenance import Provenance
from softness.simulate.chain import Chain, Pieces
from softness.simulate.settings import RunSettings
from softness.simulate.store import publish
from softness.stages.shared.states import header


def finish_trajectories(
    chain: Chain, names: Iterable[str], run: RunSettings, made_by: Provenance, last: int = 0
) -> None:
    """Write the finished files of a run from all that is there of it.

    Parameters
    ----------
    chain
        The run.
    names
        Of its files.
    run, made_by, last
        As in `trajectory_maker`.
    """
    steps, text = chain.covered(), made_by.as_text()
    makers = {name: trajectory_maker(chain.pieces(name, steps), run, text, last) for name in names}
    chain.finish(steps, makers)


def publish_trajectory(
    chain: Chain,
    steps: int,
    name: str,
    output: Path,
    run: RunSettings,
    made_by: Provenance,
    last: int = 0,
) -> None:
    """Make a finished trajectory a result: as it is, or its beginning, if it is longer.

    Parameters
    ----------
    chain
        The run.
    steps
        Length that is wanted.
    name
        Of the file.
    output
        Where it is wanted.
    run, made_by, last
        As in `trajectory_maker`.
    """
    longest = chain.covered()
    kept = chain.finished(longest, name)
    if longest == steps:
        publish(kept, output)
        return
    trajectory_maker(Pieces(kept, steps, []), run, made_by.as_text(), last)(output)


def trajectory_maker(
    pieces: Pieces, run: RunSettings, provenance: str, last: int = 0
) -> Callable[[Path], None]:
    """What writes the pieces of a run as one trajectory.

    Parameters
    ----------
    pieces
        The run.
    run, provenance
        As in `softness.stages.shared.states.header`.
    last
        1 if the frame at the end of a segment belongs to it, 0 if it is the first of the next.
    """

    def make(path: Path) -> None:
        shorter = [read_frames(pieces.finished, pieces.until + last)] if pieces.finished else []
        parts = itertools.chain(shorter, map(read_frames, pieces.segments))
        write_frames(path, itertools.chain.from_iterable(parts), header(run, provenance))

    return make
