"""A chain of segments: killed, cut short or made longer, it is the run that was done at once."""

import errno
import fcntl
import itertools
import math
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kills import Killed

from softness.errors import InputError
from softness.simulate.chain import Chain
from softness.simulate.segments import Cuts

CUTS = Cuts(5)
APPROACH = Cuts(5, (3, 4))
LINES, STATE = "lines.txt", "state.txt"


class Fate:
    """Lets so many things be done, then kills."""

    def __init__(self, after=math.inf):
        self.left = after

    def __call__(self):
        if self.left == 0:
            raise Killed
        self.left -= 1


class Counter:
    """An engine whose state is a number.

    As of a real one, the next numbers depend on when it was restored: other cuts, other numbers.
    """

    def __init__(self, fate=None):
        self.value, self.age, self.steps = 0.0, 0, 0
        self.fate = fate or Fate()

    def start(self):
        self.value = 0.3

    def restore(self, path):
        text = path.read_text()
        if text == "damaged":
            raise InputError(f"{path}: damaged")
        self.value, self.age = float(text), 0

    def save(self, path):
        self.fate()
        path.write_text(repr(self.value))
        self.fate()

    def run(self, steps):
        self.fate()
        for _ in range(steps):
            self.value = 3.9 * self.value * (1 - self.value) * (1 - 1e-3 * self.age)
            self.age += 1
        self.steps += steps


def at_once(steps, cuts=CUTS):
    """Lines of a run that nothing has happened to, and its last number."""
    engine, lines = Counter(), []
    engine.start()
    for segment in cuts.segments(steps):
        engine.age = 0
        for step in range(*segment):
            lines.append(f"{step} {engine.value!r}")
            engine.run(1)
    return lines[cuts.offset :], repr(engine.value)


@contextmanager
def deadly_unlink(fate):
    """Let who removes a file meet his fate."""
    real = Path.unlink

    def unlink(path, **options):
        fate()
        real(path, **options)

    with patch.object(Path, "unlink", unlink):
        yield


def advance(chain, engine, steps):
    """Run what is missing; each segment writes a line for each step."""

    def one(segment, progress):
        lines = []
        for step in range(*segment):
            lines.append(f"{step} {engine.value!r}\n")
            engine.run(1)
            progress.advance(1)
        if segment.begin >= chain.cuts.offset:
            chain.segment(segment, LINES).write_text("".join(lines))

    chain.run(engine, steps, engine.start, one, "test")


def text_of(pieces):
    lines = pieces.finished.read_text().splitlines(keepends=True) if pieces.finished else []
    early = (line for line in lines if int(line.split()[0]) < pieces.until)
    return "".join([*early, *(path.read_text() for path in pieces.segments)])


def write(path, text, fate=lambda: None):
    fate()
    path.write_text(text)


def series(folder, steps, engine=None, cuts=CUTS):
    """A job as that of a thermal run: the lines of so many steps, out of those of the longest."""
    engine = engine or Counter()
    with Chain(folder, cuts).locked() as chain, deadly_unlink(engine.fate):
        if chain.covered() < steps:
            advance(chain, engine, steps)
        longest = chain.covered()
        text = text_of(chain.pieces(LINES, longest, cuts.offset))
        chain.finish(longest, {LINES: lambda path: write(path, text, engine.fate)})
        lines = chain.finished(longest, LINES).read_text().splitlines()
    return lines[: steps - cuts.offset]


def ending(folder, steps, engine=None, cuts=CUTS):
    """A job as that of an equilibration: lines and last number, kept for each length."""
    engine = engine or Counter()
    with Chain(folder, cuts).locked() as chain, deadly_unlink(engine.fate):
        if not chain.finished(steps, STATE):
            advance(chain, engine, steps)
        texts = {
            STATE: lambda: chain.state(steps).read_text(),
            LINES: lambda: text_of(chain.pieces(LINES, steps, cuts.offset)),
        }
        makers = {
            name: lambda path, text=text: write(path, text(), engine.fate)
            for name, text in texts.items()
        }
        chain.finish(steps, makers, keeps_shorter=True)
        found = [chain.finished(steps, name).read_text() for name in (LINES, STATE)]
    return found[0].splitlines(), found[1]


def names(folder):
    return sorted(path.name for path in folder.glob("[!.]*"))


# -- killed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cuts", "things"), [(CUTS, 9), (CUTS, 12), (APPROACH, 9)])
def test_a_run_that_dies_again_and_again_ends_like_one_that_never_did(tmp_path, cuts, things):
    deaths, steps = 0, 0
    while deaths < 20:
        engine = Counter(Fate(things))
        try:
            found = series(tmp_path, 23, engine, cuts)
            break
        except Killed:
            deaths += 1
        finally:
            steps += engine.steps
    assert 3 <= deaths < 20
    assert found == at_once(23, cuts)[0]
    assert steps <= 23 + 5 * deaths


def test_a_run_that_is_killed_anywhere_goes_on(tmp_path):
    """In the middle of a segment, around a saved state, while it finishes and cleans up."""
    for after in itertools.count():
        folder = tmp_path / str(after)
        series(folder, 8)
        engine = Counter(Fate(after))
        try:
            series(folder, 17, engine)
            break
        except Killed:
            again = Counter()
            assert series(folder, 17, again) == at_once(17)[0]
            assert engine.steps + again.steps <= 12 + 5
            assert names(folder) == ["finished-000000000017-lines.txt", *FINISHED_AT_15]
    assert after > 20


FINISHED_AT_15 = ["finished.json", "state-000000000015.h5"]


def test_a_run_that_is_killed_while_it_cleans_up_is_finished(tmp_path):
    chain = Chain(tmp_path, CUTS)
    advance(chain, Counter(), 23)
    with deadly_unlink(Fate(1)), pytest.raises(Killed):
        chain.finish(23, {LINES: lambda path: write(path, "lines\n")})
    assert len(list(tmp_path.glob("segment-*"))) == 5
    assert chain.has_finished(23)
    chain.finish(23, {LINES: None})
    assert chain.finished(23, LINES).read_text() == "lines\n"
    assert not list(tmp_path.glob("segment-*"))


def test_a_finished_run_is_not_done_again(tmp_path):
    whole = series(tmp_path, 23)
    engine = Counter()
    assert series(tmp_path, 23, engine) == whole == at_once(23)[0]
    assert engine.steps == 0


def test_only_the_finished_file_and_the_state_at_the_last_cut_are_kept(tmp_path):
    series(tmp_path, 23)
    assert names(tmp_path) == [
        "finished-000000000023-lines.txt",
        "finished.json",
        "state-000000000020.h5",
    ]


def test_of_a_run_that_goes_on_only_the_last_state_is_kept(tmp_path):
    chain = Chain(tmp_path, CUTS)
    with pytest.raises(Killed):
        advance(chain, Counter(Fate(30)), 41)
    assert chain.states() == [20]
    advance(chain, Counter(), 23)
    # The end is no cut: a longer run goes on from the one before.
    assert chain.states() == [20, 23]


def test_a_state_that_cannot_be_read_back_leaves_the_one_before(tmp_path):
    engine, real = Counter(), Counter.save

    def damaged(self, path):
        real(self, path)
        if path.name == "state-000000000015.h5":
            path.write_text("damaged")

    with patch.object(Counter, "save", damaged), pytest.raises(InputError, match="damaged"):
        series(tmp_path, 23, engine)
    assert Chain(tmp_path, CUTS).states() == [10]
    again = Counter()
    assert series(tmp_path, 23, again) == at_once(23)[0]
    assert (engine.steps, again.steps) == (15, 13)


# -- longer and shorter -----------------------------------------------------------------------


def test_a_run_that_is_made_longer_is_the_long_run_and_goes_on_from_the_last_cut(tmp_path):
    engine = Counter()
    assert series(tmp_path, 23, engine) == at_once(23)[0]
    assert engine.steps == 23
    assert series(tmp_path, 41, engine) == at_once(41)[0]
    assert engine.steps == 23 + 21
    # Shorter again, and as long as it is: nothing is done.
    for steps in (23, 7, 41):
        assert series(tmp_path, steps, engine) == at_once(steps)[0]
    assert engine.steps == 23 + 21
    series(tmp_path / "other", 41)
    for name in names(tmp_path / "other"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_a_run_that_is_killed_while_it_is_made_longer_may_be_shorter_then(tmp_path):
    series(tmp_path, 23)
    with pytest.raises(Killed):
        series(tmp_path, 41, Counter(Fate(20)))
    engine = Counter()
    assert series(tmp_path, 23, engine) == at_once(23)[0]
    assert engine.steps == 0
    assert Chain(tmp_path, CUTS).covered() == 30
    assert series(tmp_path, 41, engine) == at_once(41)[0]
    assert engine.steps == 11


@pytest.mark.parametrize("is_finished", [True, False])
@pytest.mark.parametrize(("cuts", "last_cut"), [(CUTS, 20), (APPROACH, 22)])
def test_an_end_within_a_segment_is_done_again_by_a_longer_run(
    tmp_path, is_finished, cuts, last_cut
):
    if is_finished:
        series(tmp_path, 23, cuts=cuts)
    else:
        advance(Chain(tmp_path, cuts), Counter(), 23)
    engine = Counter()
    assert series(tmp_path, 24, engine, cuts) == at_once(24, cuts)[0]
    assert engine.steps == 24 - last_cut
    assert series(tmp_path, 41, engine, cuts) == at_once(41, cuts)[0]
    assert engine.steps == 24 - last_cut + 41 - last_cut


def test_an_end_within_a_segment_is_there_until_the_longer_run_has_passed_it(tmp_path):
    advance(Chain(tmp_path, CUTS), Counter(), 23)
    with pytest.raises(Killed):
        series(tmp_path, 41, Counter(Fate(3)))
    engine = Counter()
    assert series(tmp_path, 23, engine) == at_once(23)[0]
    assert engine.steps == 0


def test_an_approach_writes_no_files_and_is_never_done_again(tmp_path):
    """As melt and quench of an equilibration."""
    engine = Counter()
    assert ending(tmp_path, 7, engine, APPROACH)[1] == at_once(7, APPROACH)[1]
    for steps in (16, 30, 7, 16):
        assert ending(tmp_path, steps, engine, APPROACH) == at_once(steps, APPROACH)
    assert engine.steps == 7 + 9 + 18


def test_shorter_lengths_stay_or_are_held_by_the_longer_file(tmp_path):
    for steps in (8, 17, 12):
        ending(tmp_path / "each", steps)
        series(tmp_path / "longest", steps)
    each, longest = Chain(tmp_path / "each", CUTS), Chain(tmp_path / "longest", CUTS)
    for steps in (8, 17, 12):
        assert each.has_finished(steps)
        assert each.finished(steps, LINES).read_text().splitlines() == at_once(steps)[0]
        assert longest.has_finished(steps) == (steps == 17)
        assert (longest.finished(steps, LINES) is None) == (steps != 17)
    assert each.longest(STATE) == each.finished(17, STATE)
    assert each.covered() == longest.covered() == 17


def test_a_shorter_run_that_ends_first_does_not_break_the_longer_one(tmp_path):
    """Of an equilibration a state in the middle is asked for, which the longer run has passed."""
    with pytest.raises(Killed):
        ending(tmp_path, 23, Counter(Fate(30)))
    assert ending(tmp_path, 8) == at_once(8)
    assert ending(tmp_path, 23) == at_once(23)
    assert ending(tmp_path, 41) == at_once(41)


def test_nothing_is_there_at_first(tmp_path):
    chain = Chain(tmp_path / "none", CUTS)
    assert chain.covered() == 0
    assert chain.states() == []
    assert chain.longest(LINES) is None
    assert not chain.has_finished(5)
    assert chain.finished(5, LINES) is None


LENGTHS = st.integers(8, 45)
JOBS = st.lists(
    st.tuples(LENGTHS, st.one_of(st.just(math.inf), st.integers(0, 70))), min_size=1, max_size=6
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(jobs=JOBS, last=LENGTHS, cuts=st.sampled_from([CUTS, APPROACH]))
def test_whatever_is_asked_for_and_killed_the_lines_are_those_of_one_run(jobs, last, cuts):
    done = 0
    with TemporaryDirectory() as name:
        for steps, after in [*jobs, (last, math.inf)]:
            engine = Counter(Fate(after))
            with suppress(Killed):
                assert series(Path(name), steps, engine, cuts) == at_once(steps, cuts)[0]
            done += engine.steps
    longest = max(last, *(steps for steps, _ in jobs))
    assert done <= longest + cuts.segment * len(jobs)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(jobs=JOBS, last=LENGTHS, cuts=st.sampled_from([CUTS, APPROACH]))
def test_whatever_is_asked_for_and_killed_the_end_is_that_of_one_run(jobs, last, cuts):
    with TemporaryDirectory() as name:
        for steps, after in [*jobs, (last, math.inf)]:
            with suppress(Killed):
                assert ending(Path(name), steps, Counter(Fate(after)), cuts) == at_once(steps, cuts)


# -- damage -----------------------------------------------------------------------------------


def change(path):
    path.write_text("changed in place")


@pytest.mark.parametrize("harm", [change, Path.unlink], ids=["changed", "removed"])
@pytest.mark.parametrize("steps", [23, 12, 41])
def test_a_finished_file_that_was_harmed_is_named_and_nothing_is_deleted(tmp_path, harm, steps):
    series(tmp_path, 23)
    path = tmp_path / "finished-000000000023-lines.txt"
    text = path.read_text()
    harm(path)
    before = names(tmp_path)
    with pytest.raises(InputError, match=r"finished-0+23-lines\.txt: was changed or .*restore"):
        series(tmp_path, steps)
    # At once, before anything is done.
    assert names(tmp_path) == before
    path.write_text(text)
    engine = Counter()
    assert series(tmp_path, steps, engine) == at_once(steps)[0]
    assert engine.steps == (21 if steps == 41 else 0)


def test_a_segment_that_was_removed_is_missed(tmp_path):
    chain = Chain(tmp_path, CUTS)
    advance(chain, Counter(), 23)
    (tmp_path / "segment-000000000005-000000000010-lines.txt").unlink()
    with pytest.raises(InputError, match=r"lacks the time steps before 10 of lines\.txt: restore"):
        chain.pieces(LINES, 23)


# -- one process at a time --------------------------------------------------------------------


def test_a_second_process_is_refused(tmp_path):
    program = (
        "from softness.simulate.chain import Chain\n"
        "from softness.simulate.segments import Cuts\n"
        "from pathlib import Path\n"
        f"with Chain(Path({str(tmp_path / 'run')!r}), Cuts(5)).locked(): pass"
    )
    source = str(Path(__file__).parents[2] / "src")
    with Chain(tmp_path / "run", CUTS).locked():
        other = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": source},
            capture_output=True,
            text=True,
            check=False,
        )
    assert other.returncode != 0
    assert "another process is already working on this run" in other.stderr


def test_a_file_system_without_locks_is_not_taken_for_another_process(tmp_path, monkeypatch):
    def lockf(file, operation, *span):
        raise OSError(errno.ENOLCK, "")

    monkeypatch.setattr(fcntl, "lockf", lockf)
    said = pytest.raises(
        InputError, match=r"has no file locks .No locks available.: mount it with them"
    )
    with said, Chain(tmp_path / "run", CUTS).locked():
        pass


def test_a_run_that_has_lost_its_state_is_not_done_again_without_a_word(tmp_path):
    series(tmp_path, 23)
    (state,) = tmp_path.glob("state-*")
    state.unlink()
    engine = Counter()
    with pytest.raises(InputError, match="has lost the state to continue from: restore it"):
        series(tmp_path, 41, engine)
    assert engine.steps == 0
    assert len(series(tmp_path, 12, engine)) == 12
