"""A long run as a chain of segments, each started from the saved state of the one before.

Every segment starts by restoring the state that the one before has saved, whether or not anything
was interrupted; so a run that was killed and resumed, cut into many short jobs, or made longer
later, equals one that was done at once by construction.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from softness.engines.batch import Batch
from softness.engines.protocol import Engine
from softness.errors import InputError, OutOfTime
from softness.files.atomic import holding, replacing
from softness.files.provenance import canonical_json, file_digest
from softness.simulate.deadline import Deadline
from softness.simulate.progress import Progress
from softness.simulate.segments import Cuts, Segment

FINISHED = "finished.json"
PACE = "pace.json"
LOCK = ".lock"


class Pieces(NamedTuple):
    """What a run consists of, in order.

    Attributes
    ----------
    finished
        File of an earlier, shorter length, or None.
    until
        Time step up to which that file counts.
    segments
        Files that follow.
    """

    finished: Path | None
    until: int
    segments: list[Path]


class Chain:
    """A run in its folder: finished files, and state and segments of what is not yet in them.

    Names tell time steps, so that a run of any length finds what is there of it. A finished run
    keeps its files and the state at the last cut, from which a longer one goes on.

    Parameters
    ----------
    folder
        Of this run alone.
    cuts
        Where it is cut.
    deadline
        When this job ends, without limit by default.
    """

    def __init__(self, folder: Path, cuts: Cuts, deadline: Deadline | None = None) -> None:
        self.folder = folder
        self.cuts = cuts
        self.deadline = deadline or Deadline()

    @contextlib.contextmanager
    def locked(self) -> Iterator["Chain"]:
        """Hold the folder, so that no second process writes to it.

        Raises
        ------
        InputError
            If another process holds it.
        """
        taken = "another process is already working on this run: wait for it, or stop it"
        with holding(self.folder / LOCK, f"{self.folder}: {taken}"):
            yield self

    # -- what is there --------------------------------------------------------------------

    def state(self, step: int) -> Path:
        """Saved state at a time step."""
        return self.folder / f"state-{step:012d}.h5"

    def segment(self, segment: Segment, name: str) -> Path:
        """File of one kind that a segment writes."""
        return self.folder / f"segment-{segment.begin:012d}-{segment.end:012d}-{name}"

    def states(self) -> list[int]:
        """Time steps of the saved states, rising."""
        return sorted(int(path.stem[6:]) for path in self.folder.glob("state-*.h5"))

    def has_begun(self) -> bool:
        """Whether anything of the run is there."""
        return bool(self.states() or self.hashes() or any(self._segments()))

    def covered(self) -> int:
        """Time steps whose files are there, finished or not."""
        return max([0, *self.states(), *self.hashes()])

    def hashes(self) -> dict[int, dict[str, str]]:
        """Names and hashes of the finished files, by the length of the run."""
        path = self.folder / FINISHED
        if not path.exists():
            return {}
        return {int(steps): files for steps, files in json.loads(path.read_text()).items()}

    def longest(self, name: str) -> Path | None:
        """The finished file of the longest run, as it is."""
        finished = self.hashes()
        return self.path(max(finished), name) if finished else None

    def has_finished(self, steps: int) -> bool:
        """Whether a run of this number of steps was finished."""
        return steps in self.hashes()

    def finished(self, steps: int, name: str) -> Path | None:
        """The file of a run of this number of steps, if it was finished.

        Raises
        ------
        InputError
            If it is not what it was when it was written.
        """
        hashes = self.hashes().get(steps, {})
        if name not in hashes:
            return None
        path = self.path(steps, name)
        if not path.exists() or file_digest(path) != hashes[name]:
            raise InputError(
                f"{path}: was changed or removed since it was written: restore it, or move its "
                "folder away to simulate again"
            )
        return path

    def path(self, steps: int, name: str) -> Path:
        """Path of the finished file of a run of this number of steps."""
        return self.folder / f"finished-{steps:012d}-{name}"

    def pieces(self, name: str, steps: int, first: int = 0) -> Pieces:
        """What the finished file of a run is made of.

        Segments count before a finished file: it may end within one of them, and two runs of a GPU
        are not equal.

        Parameters
        ----------
        name
            Of the file.
        steps
            Length of the run.
        first
            Where files of this name begin.

        Raises
        ------
        InputError
            If a part is missing.
        """
        files, begin = [], steps
        ending = {
            end: (begin, path)
            for path, begin, end in self._segments()
            if path.name.endswith(f"-{name}")
        }
        while begin in ending:
            begin, path = ending[begin]
            files.insert(0, path)
        if begin == first:
            return Pieces(None, first, files)
        longer = [length for length in self.hashes() if length >= begin]
        if not longer:
            raise InputError(
                f"{self.folder}: lacks the time steps before {begin} of {name}: restore them, "
                "or move the folder away to simulate again"
            )
        return Pieces(self.finished(min(longer), name), begin, files)

    def _segments(self) -> Iterator[tuple[Path, int, int]]:
        """Each file of a segment, with its first time step and its end."""
        for path in self.folder.glob("segment-*"):
            _, begin, end, _ = path.name.split("-", 3)
            yield path, int(begin), int(end)

    # -- running --------------------------------------------------------------------------

    def run(
        self,
        engine: Engine | Batch,
        steps: int,
        start: Callable[[], None],
        advance: Callable[[Segment, Progress], None],
        title: str,
    ) -> None:
        """Run the segments that are not yet done.

        Parameters
        ----------
        engine
            What is run.
        steps
            Length of the run.
        start
            Puts the engine into the state at which the run starts.
        advance
            Runs a segment, tells the progress and writes its files.
        title
            What the progress is said to be of.

        Raises
        ------
        OutOfTime
            If the next segment might not end in time; nothing that was done is lost.
        InputError
            If the job is too short for one segment, or a state cannot be kept.
        """
        segments = self.cuts.segments(steps)
        ends = [0, *(segment.end for segment in segments)]
        kept = [step for step in self.states() if step in ends]
        if not kept:
            self._refuse_loss(steps)
            start()
            engine.save(self.state(0))
            kept = [0]
        for length, names in self.hashes().items():
            for name in names:
                # What is to be a part of the result: at once, not when the rest is done.
                self.finished(length, name)
        engine.restore(self.state(kept[-1]))
        before = ends.index(kept[-1])
        deadline, pace = self.deadline, self._minimum_pace()
        progress = Progress(title, steps, kept[-1], check=deadline.check)
        for done, segment in enumerate(segments[before:], before):
            begin = deadline.clock()
            try:
                if not deadline.allows(pace * segment.steps):
                    raise OutOfTime
                advance(segment, progress)
            except OutOfTime:
                if done == before:
                    self._keep_pace(max(pace, (deadline.clock() - begin) / segment.steps))
                raise deadline.stop(title, "segments", before, done, len(segments)) from None
            self._pass_on(engine, segment)
            pace = max(pace, (deadline.clock() - begin) / segment.steps)

    def _refuse_loss(self, steps: int) -> None:
        """Stop instead of repeating a run that has lost the state to continue from."""
        shorter = [length for length in self.hashes() if length < steps]
        if not self.states() and (shorter or any(self._segments())):
            raise InputError(
                f"{self.folder}: has lost the state to continue from: restore it, or "
                "move the folder away to simulate again"
            )

    def _pass_on(self, engine: Engine | Batch, segment: Segment) -> None:
        """Save the state, the mark that a segment is done; drop the one before, if none needs it.

        The next segment starts from the new one anyway: it is read back before the old one goes.
        """
        new = self.state(segment.end)
        engine.save(new)
        try:
            engine.restore(new)
        except InputError:
            new.unlink()
            raise
        if self.cuts.is_cut(segment.end):
            self.state(segment.begin).unlink()

    def _keep_pace(self, pace: float) -> None:
        """Keep how long a step took in a job that was too short for one segment.

        The next job then stops at once, unless it has more time, instead of trying again.
        """
        with replacing(self.folder / PACE) as temporary:
            temporary.write_text(canonical_json({"seconds_per_step": pace}))

    def _minimum_pace(self) -> float:
        """Minimum time of a step in seconds, as measured by earlier jobs."""
        file = self.folder / PACE
        return json.loads(file.read_text())["seconds_per_step"] if file.exists() else 0.0

    # -- finishing ------------------------------------------------------------------------

    def finish(
        self,
        steps: int,
        makers: Mapping[str, Callable[[Path], None]],
        keeps_shorter: bool = False,
    ) -> None:
        """Write the finished files of a run, then remove what they were made from.

        Parameters
        ----------
        steps
            Its length.
        makers
            What writes each of them, by name.
        keeps_shorter
            Whether files of shorter runs stay; else the new ones hold them.
        """
        finished = self.hashes()
        if steps not in finished:
            for name, make in makers.items():
                make(self.path(steps, name))
            new = {steps: {name: file_digest(self.path(steps, name)) for name in makers}}
            finished = finished | new if keeps_shorter else new
            with replacing(self.folder / FINISHED) as temporary:
                temporary.write_text(canonical_json({str(n): each for n, each in finished.items()}))
        self._clean(finished)

    def _clean(self, finished: Mapping[int, Mapping[str, str]]) -> None:
        """Remove what finished files hold, but for the state at their last cut."""
        longest = max(finished)
        within = [step for step in self.states() if step <= longest]
        last = max((step for step in within if self.cuts.is_cut(step)), default=0)
        waste = [self.state(step) for step in within if step != last]
        waste.append(self.folder / PACE)
        # States first: a run would go on from one without its segments.
        waste += [path for path, _, end in self._segments() if end <= longest]
        named = {self.path(steps, name) for steps in finished for name in finished[steps]}
        waste += set(self.folder.glob("finished-*")) - named
        waste += self.folder.glob(".*.unfinished*")
        for path in waste:
            path.unlink(missing_ok=True)
