"""A long run as a chain of segments, each started from the saved state of the one before.

Every segment starts by restoring the state that the one before has saved, whether or not anything
was interrupted; so a run that was killed and resumed, or cut into many short jobs, equals an
uninterrupted one by construction.
"""

import contextlib
import fcntl
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from softness.engines.protocol import Engine
from softness.errors import OutOfTime
from softness.files.atomic import replacing, take_lock
from softness.files.provenance import canonical_json, file_digest
from softness.simulate.deadline import Deadline
from softness.simulate.progress import Progress

SETTINGS = "settings.json"
FINISHED = "finished.json"
PACE = "pace.json"


class Chain:
    """The checkpoint of a run: its settings, finished segments and last state.

    Parameters
    ----------
    folder
        Where the run is kept. It survives a kill. After the run it holds links to the outputs,
        which cost no room: a workflow that died before its job deletes outputs that it does not
        know to be whole, and `recover` brings them back.
    settings
        What the run depends on. A folder with other settings is of another run and is cleared.
    deadline
        When this job ends, without limit by default. It is none of the settings.
    """

    def __init__(
        self,
        folder: str | Path,
        settings: Mapping[str, Any],
        deadline: Deadline | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.deadline = deadline or Deadline()
        self._settings = canonical_json(settings)

    @contextlib.contextmanager
    def locked(self) -> Iterator["Chain"]:
        """Hold the folder, so that no second process writes to it.

        Raises
        ------
        InputError
            If another process holds it.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = self.folder.with_name(f".{self.folder.name}.lock")
        with lock.open("w") as file:
            taken = f"{self.folder}: another process is at this run: wait for it, or stop it"
            take_lock(file, fcntl.lockf, taken)
            self._claim()
            yield self

    def _claim(self) -> None:
        """Keep the folder if it is of this run, else clear it."""
        file = self.folder / SETTINGS
        if self.folder.exists() and not (file.exists() and file.read_text() == self._settings):
            print(f"{self.folder}: clearing the run of other settings or code", file=sys.stderr)
            self.discard()
        if not file.exists():
            with replacing(file) as temporary:
                temporary.write_text(self._settings)

    def segment(self, index: int, name: str) -> Path:
        """File of one kind that a segment writes."""
        return self.folder / f"segment-{index:06d}-{name}"

    def state(self, index: int) -> Path:
        """Saved state before segment ``index``."""
        return self.folder / f"state-{index:06d}.h5"

    def finished_segments(self) -> int | None:
        """Number of finished segments, or None if the run has not begun."""
        saved = sorted(self.folder.glob("state-*.h5"))
        return int(saved[-1].stem.removeprefix("state-")) if saved else None

    def last_state(self) -> Path:
        """Saved state after the last finished segment."""
        return self.state(self.finished_segments() or 0)

    def run(
        self,
        engine: Engine,
        lengths: Sequence[int],
        start: Callable[[], None],
        advance: Callable[[int, Progress], None],
        title: str,
    ) -> None:
        """Run the segments that are not yet done.

        Parameters
        ----------
        engine
            What is run.
        lengths
            Number of time steps of each segment.
        start
            Puts the engine into the state at which the run starts.
        advance
            Takes the number of a segment, runs it, tells the progress and writes its files.
        title
            What the progress is said to be of.

        Raises
        ------
        OutOfTime
            If the next segment might not end in time; nothing that was done is lost.
        InputError
            If the job is too short for one segment.
        """
        done = self.finished_segments()
        if done is None:
            start()
            engine.save(self.state(0))
            done = 0
        deadline, pace = self.deadline, self._least_pace()
        progress = Progress(title, sum(lengths), sum(lengths[:done]), check=deadline.check)
        for index in range(done, len(lengths)):
            begin = deadline.clock()
            try:
                self._advance(engine, index, pace * lengths[index], advance, progress)
            except OutOfTime:
                if index == done:
                    self._keep_pace(max(pace, (deadline.clock() - begin) / lengths[index]))
                raise deadline.stop(title, "segments", done, index, len(lengths)) from None
            pace = max(pace, (deadline.clock() - begin) / lengths[index])

    def _advance(
        self,
        engine: Engine,
        index: int,
        seconds: float,
        advance: Callable[[int, Progress], None],
        progress: Progress,
    ) -> None:
        """Run one segment, which will take about so many seconds."""
        if not self.deadline.allows(seconds):
            raise OutOfTime
        engine.restore(self.state(index))
        advance(index, progress)
        # The new state is the mark that the segment is done: it comes after the segment's
        # files, and before the old state goes.
        engine.save(self.state(index + 1))
        self.state(index).unlink()

    def _keep_pace(self, pace: float) -> None:
        """Keep how long a step took in a job that was too short for one segment.

        So that the next job, if it is no longer, says so at once instead of trying it again.
        """
        with replacing(self.folder / PACE) as temporary:
            temporary.write_text(canonical_json({"seconds_per_step": pace}))

    def _least_pace(self) -> float:
        """Seconds that a step takes at least, as far as earlier jobs have found out."""
        file = self.folder / PACE
        return json.loads(file.read_text())["seconds_per_step"] if file.exists() else 0.0

    def finish(self, outputs: Sequence[Path]) -> None:
        """Keep links to the outputs, with their hashes, and remove what they were made from."""
        for output in outputs:
            _link(self._kept(output), output)
        hashes = {output.name: file_digest(output) for output in outputs}
        with replacing(self.folder / FINISHED) as temporary:
            temporary.write_text(canonical_json(hashes))
        self._clean()

    def _clean(self) -> None:
        # States first: one without its segments would be gone on from.
        for pattern in ("state-*", PACE, "segment-*"):
            for waste in self.folder.glob(pattern):
                waste.unlink()

    def recover(self, outputs: Sequence[Path]) -> bool:
        """Put back the outputs of a finished run; False if it is not finished or they changed."""
        mark = self.folder / FINISHED
        if not mark.exists():
            return False
        hashes = json.loads(mark.read_text())
        for output in outputs:
            kept = self._kept(output)
            if not kept.exists() or file_digest(kept) != hashes.get(output.name):
                mark.unlink()
                return False
        for output in outputs:
            _link(output, self._kept(output))
        self._clean()
        return True

    def is_finished(self) -> bool:
        """Whether the run has ended, and its outputs can be recovered."""
        return (self.folder / FINISHED).exists()

    def _kept(self, output: Path) -> Path:
        return self.folder / f"finished-{output.name}"

    def discard(self) -> None:
        """Remove the folder, at once for whoever looks at it."""
        waste = self.folder.with_name(f".{self.folder.name}.waste")
        shutil.rmtree(waste, ignore_errors=True)
        if self.folder.exists():
            self.folder.rename(waste)
            shutil.rmtree(waste)


def _link(new: Path, old: Path) -> None:
    """Give a file a second name; a copy, on a file system that has no hard links."""
    new.unlink(missing_ok=True)
    try:
        new.hardlink_to(old)
    except OSError:
        with replacing(new) as temporary:
            shutil.copyfile(old, temporary)


def segment_lengths(steps: int, segment: int) -> list[int]:
    """Cut a run into segments of equal length; the last may be shorter."""
    whole, rest = divmod(steps, segment)
    return [segment] * whole + ([rest] if rest else [])
