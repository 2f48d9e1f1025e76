"""LAMMPS text dumps: any columns, any order, what LAMMPS itself writes, and every fault named."""

import errno
import re
import tracemalloc

import numpy as np
import pytest
from dump_files import frame_text, write_dump

from softness import engines
from softness.errors import InputError
from softness.files import dump
from softness.files.dump import DumpTrajectory
from softness.files.trajectory import open_trajectory
from softness.liquid import kob_andersen
from softness.simulate.start import random_start

LENGTH = 10.0
TYPES = np.repeat([0, 1], [80, 20])


@pytest.fixture
def walk():
    """(12, 100, 3) unwrapped positions that cross the box several times."""
    steps = np.random.default_rng(1).normal(scale=2.0, size=(12, 100, 3))
    return np.cumsum(steps, axis=0)


@pytest.mark.parametrize(
    "columns",
    [
        "id type x y z ix iy iz",
        "iz iy ix z y x vx type id",
        "id type xs ys zs ix iy iz",
        "id type xu yu zu",
        "type zu yu xu id",
        "id type xsu ysu zsu",
        "id type x y z xu yu zu",
    ],
)
@pytest.mark.parametrize("low", [0.0, -5.0, np.array([3.0, -20.0, 0.25])])
def test_any_columns_give_the_same_unwrapped_positions_sorted_by_id(tmp_path, walk, columns, low):
    path = write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH, columns=columns, low=low)
    with DumpTrajectory(path) as trajectory:
        assert (trajectory.frames, trajectory.particles) == (12, 100)
        assert trajectory.box_length == pytest.approx(LENGTH)
        np.testing.assert_array_equal(trajectory.types, TYPES)
        for frame in (0, 11, 4, 5):
            np.testing.assert_allclose(trajectory.positions(frame), walk[frame], atol=1e-6)


def test_frames_are_found_however_the_blocks_of_reading_fall(tmp_path, walk, monkeypatch):
    path = write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH)
    size = path.stat().st_size
    for block in (17, 64, 1000, size // 12, size - 1, size):
        monkeypatch.setattr(dump, "_BLOCK", block)
        with DumpTrajectory(path) as trajectory:
            assert trajectory.frames == 12
            np.testing.assert_allclose(trajectory.positions(7), walk[7], atol=1e-6)


def test_units_times_and_words_beside_the_numbers_are_passed_over(tmp_path, walk):
    texts = []
    for i, positions in enumerate(walk):
        text = frame_text(10 * i, positions, TYPES, LENGTH)
        head, body = text.split("iy iz\n")
        body = "".join(f"{row}Ni \n" for row in body.splitlines(keepends=False))
        units = "ITEM: UNITS\nlj\n" if i == 0 else ""
        texts.append(f"{units}ITEM: TIME\n{0.05 * i}\n{head}iy iz element\n{body}")
    path = tmp_path / "a.dump"
    path.write_text("".join(texts))
    with DumpTrajectory(path, time_step=0.005) as trajectory:
        np.testing.assert_allclose(trajectory.times(), 0.05 * np.arange(12))
        np.testing.assert_allclose(trajectory.positions(3), walk[3], atol=1e-6)


def test_what_lammps_itself_writes_is_where_its_particles_are(tmp_path):
    liquid = kob_andersen(500)
    engine = engines.create("lammps", liquid)
    start = random_start(liquid, np.random.default_rng(1))
    engine.load(start, liquid.types, np.random.default_rng(2).normal(size=(500, 3)))
    path, expected = tmp_path / "own.dump", []
    for _ in range(4):
        engine._commands(f"write_dump all custom {path} id type x y z ix iy iz modify append yes")
        expected.append(engine.positions())
        engine.run(300)
    with DumpTrajectory(path, time_step=0.005) as trajectory:
        assert trajectory.box_length == pytest.approx(liquid.box_length, rel=1e-12)
        np.testing.assert_array_equal(trajectory.types, liquid.types)
        assert trajectory.frame_interval() == pytest.approx(1.5)
        # Six digits, as LAMMPS writes by default.
        np.testing.assert_allclose(list(trajectory), expected, atol=1e-5)


def test_the_file_is_streamed_in_constant_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(dump, "_BLOCK", 2**16)
    walk = np.random.default_rng(1).uniform(0, 10, size=(100, 1000, 3))
    types = np.repeat([0, 1], [800, 200])
    path = write_dump(tmp_path / "a.dump", walk, types, LENGTH)
    assert path.stat().st_size > 4e6
    tracemalloc.start()
    with DumpTrajectory(path) as trajectory:
        seen = sum(len(window) for window in trajectory.windows(10))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen == 100
    assert most < 1e6


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"ITEM: TIMESTEP\n(\d+)", r"\nITEM: TIMESTEP\n\n\1.0\n"),
        (r"ITEM: TIMESTEP\n(\d+)", r"ITEM: TIMESTEP\n\1e0"),
        (r"\n", "\n\n"),
        (r"\n", "\r\n"),
        (r"ITEM: ATOMS", "ITEM: UNITS\nlj\nITEM: ATOMS"),
        (r"\Z", "\n  \n \t"),
    ],
)
def test_blank_lines_and_steps_with_decimals_are_read(tmp_path, walk, old, new):
    path = edited(tmp_path, walk, old, new, 0)
    with open_trajectory(path, time_step=0.005) as trajectory:
        np.testing.assert_allclose(np.stack(list(trajectory)), walk[:3], atol=1e-6)
        np.testing.assert_allclose(trajectory.times(), [0, 1, 2])


# -- times -------------------------------------------------------------------------------------


def timed(tmp_path, walk, times, steps=None, within=False):
    """A dump with times, before the frames or within their headers; None leaves one out."""
    texts = []
    for number, time in enumerate(times):
        step = 200 * number if steps is None else steps[number]
        text = frame_text(step, walk[number], TYPES, LENGTH)
        said = "" if time is None else f"ITEM: TIME\n{time}\n"
        inside = text.replace("ITEM: NUMBER", f"{said}ITEM: NUMBER")
        texts.append(inside if within else said + text)
    path = tmp_path / "a.dump"
    path.write_text("".join(texts))
    return path


@pytest.mark.parametrize("within", [False, True])
def test_times_of_the_file_are_used(tmp_path, walk, within):
    times = [7.5 + 0.4 * number for number in range(12)]
    path = timed(tmp_path, walk, times, within=within)
    with open_trajectory(path) as trajectory:
        assert trajectory.time_step == pytest.approx(0.002)
        assert trajectory.frame_interval() == pytest.approx(0.4)
    with open_trajectory(path, time_step=0.002) as trajectory:
        assert trajectory.time_step == 0.002


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("left_out", [(), (0, 5, 7)])
def test_a_time_step_that_the_times_contradict_is_refused(tmp_path, walk, within, left_out):
    times = [None if number in left_out else 0.4 * number for number in range(12)]
    path = timed(tmp_path, walk, times, within=within)
    first = 1 if left_out else 0
    fault = (
        rf"frames {first} and {first + 1} are 0\.4 tau apart by their times \(ITEM: TIME\), but 1 "
        r"by time_step = 0\.005: leave time_step out"
    )
    with pytest.raises(InputError, match=fault):
        open_trajectory(path, time_step=0.005)


def test_times_with_few_digits_are_no_contradiction(tmp_path, walk):
    steps = [10**8 + 200 * number for number in range(12)]
    times = [f"{0.005 * step:.6g}" for step in steps]
    with open_trajectory(timed(tmp_path, walk, times, steps), time_step=0.005) as trajectory:
        assert trajectory.frame_interval() == pytest.approx(1)


def test_frames_at_equal_times_need_no_equal_steps(tmp_path, walk):
    """As LAMMPS writes them at times, with a time step that changes."""
    steps = [0, 90, 150, 300, 410, 480, 600, 650, 770, 900, 1000, 1100]
    path = timed(tmp_path, walk, [0.5 * number for number in range(12)], steps)
    with open_trajectory(path) as trajectory:
        assert trajectory.frame_interval() == pytest.approx(0.5)
        with pytest.raises(InputError, match="lacks its time step"):
            _ = trajectory.time_step
    with pytest.raises(InputError, match=r"frames 0 and 1 are 0\.5 tau apart"):
        open_trajectory(path, time_step=0.005)


def test_a_run_that_began_again_is_refused_for_dynamics(tmp_path, walk):
    steps = [*range(0, 1200, 200), *range(0, 1200, 200)]
    fault = (
        r"frame 6 has the time (step )?0 after (1000|5): take out repeated frames, .*started over"
    )
    for times in ([None] * 12, [0.005 * step for step in steps]):
        with open_trajectory(timed(tmp_path, walk, times, steps), time_step=0.005) as trajectory:
            with pytest.raises(InputError, match=fault):
                next(trajectory.windows(3))
            with pytest.raises(InputError, match=fault):
                trajectory.times()
            np.testing.assert_allclose(trajectory.positions(7), walk[7], atol=1e-6)


@pytest.mark.parametrize("time_step", [None, 0.005])
def test_times_may_go_on_where_steps_begin_again(tmp_path, walk, time_step):
    steps = [*range(0, 1200, 200), *range(0, 1200, 200)]
    path = timed(tmp_path, walk, [1.0 * number for number in range(12)], steps)
    with open_trajectory(path, time_step=time_step) as trajectory:
        assert trajectory.frame_interval() == pytest.approx(1)
        np.testing.assert_allclose(np.concatenate(list(trajectory.windows(5))), walk, atol=1e-6)


# -- faults ------------------------------------------------------------------------------------


def edited(tmp_path, walk, old, new, count=1, **options):
    """A dump in which a text is replaced, in the last frame if it is in all."""
    path = write_dump(tmp_path / "a.dump", walk[:3], TYPES, LENGTH, **options)
    text = path.read_text()
    assert re.search(old, text), "nothing to replace"
    path.write_text(re.sub(old, new, text, count=count))
    return path


@pytest.mark.parametrize(
    ("old", "new", "count", "fault"),
    [
        (r"pp pp pp", "pp pp ff", 0, r"has the boundaries pp pp ff: .*periodic"),
        (r"1\.0000000000000000e\+01", "1.1e+01", 1, "frame 1 has a different box from the first"),
        (
            r"ITEM: NUMBER OF ATOMS\n100",
            "ITEM: NUMBER OF ATOMS\n99",
            1,
            "frame 1 has 100 particles",
        ),
        (r"id type x y z", "id mol x y z", 0, "has the columns id mol x y z ix iy iz: dump id"),
        (r"id type x y z", "mol type x y z", 0, "has the columns mol"),
        (r"id type x y z", "id type x y c_z", 0, "has the columns"),
        (r"\n(\d+) 2 ", r"\n\1 3 ", 1, r"has species \[1, 2, 3\], expected 1 and 2"),
        (r"\n(\d+) (\d) [-\d.e]+", r"\n\1 \2 nan", 0, "frame 2 has positions that are not finite"),
        (r"\n(\d+) (\d) [-\d.e]+", r"\n\1 \2 word", 0, "frame 0 cannot be read"),
        (r"\n7 1 ", r"\n8 1 ", 1, "has the particle id 8 twice"),
        (r"ITEM: TIMESTEP", "ITEM: TIME", 0, "has no frames"),
        (r"ITEM: TIMESTEP\n200", "ITEM: TIMESTEP\n", 1, "frame 1 has an incomplete header"),
        (
            r"ITEM: TIMESTEP\n200",
            "ITEM: TIMESTEP\n0.4",
            1,
            "frame 1 has 0.4 as its time step or number of particles, expected a whole number: "
            "write the number of the step there; a time belongs under ITEM: TIME",
        ),
        (r"ATOMS\n100", "ATOMS\n0", 0, "frame 0 has 0 particles"),
        (r"ITEM: TIMESTEP", "ITEM: UNITS\nreal\nITEM: TIMESTEP", 0, "frame 0 is in the units real"),
        (r"ITEM: BOX", "ITEM: UNITS\nsi\nITEM: BOX", 1, "frame 0 is in the units si, expected lj"),
        (r"\n(\d+) 2 ", r"\n\1 1 ", 0, "has particles of species 1 alone, expected 1 and 2"),
        (r"\n(\d+) 2 ", r"\n\1 2.5 ", 0, "frame 0 has an id, a type or an image that is not"),
        (r" (\S+) \n7 1 ", r" 0.5 \n7 1 ", 0, "frame 0 has an id, a type or an image that is not"),
        (r" (\S+) \n7 1 ", r" nan \n7 1 ", 0, "frame 0 has an id, a type or an image that is not"),
        (
            r"1\.0000000000000000e\+01",
            "0",
            0,
            r"has a box with the edges \[0\.0, 0\.0, 0\.0\]: give a run in a cubic or",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(tmp_path, walk, old, new, count, fault):
    path = edited(tmp_path, walk, old, new, count)
    with pytest.raises(InputError, match=fault) as refusal:
        DumpTrajectory(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)
    assert "delete" not in str(refusal.value)


def test_a_tilted_box_is_refused(tmp_path, walk):
    path = edited(
        tmp_path, walk, r"pp pp pp\n(.*)\n(.*)\n(.*)\n", r"xy xz yz pp pp pp\n\1 0\n\2 0\n\3 0\n", 0
    )
    with pytest.raises(InputError, match="has a triclinic box: give a run in a cubic or"):
        DumpTrajectory(path)


def changed(tmp_path, walk, **options):
    """Two frames, of which the second is of another kind."""
    first = frame_text(0, walk[0], TYPES, LENGTH)
    second = {"positions": walk[1], "types": TYPES, "length": LENGTH} | options
    path = tmp_path / "a.dump"
    path.write_text(first + frame_text(200, **second))
    return path


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"length": 10.1}, "frame 1 has a different box from the first: .*constant volume"),
        ({"columns": "id type xu yu zu"}, "frame 1 has different columns"),
        ({"types": np.roll(TYPES, 1)}, "frame 1 has different types"),
    ],
)
def test_a_system_that_changes_is_refused(tmp_path, walk, options, fault):
    with pytest.raises(InputError, match=fault):
        DumpTrajectory(changed(tmp_path, walk, **options))


def test_a_particle_number_that_changes_is_refused(tmp_path, walk):
    path = changed(tmp_path, walk, positions=walk[1, :90], types=TYPES[:90])
    with pytest.raises(InputError, match="frame 1 has 90 particles, the first 100"):
        DumpTrajectory(path)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9, 0.97])
def test_a_truncated_dump_says_how_to_keep_what_is_whole(tmp_path, walk, share):
    path = write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"a\.dump: frame \d+, the last, .*truncated") as refusal:
        DumpTrajectory(path)
    whole = re.search(r"head -c (\d+)", str(refusal.value))
    if share > 0.1:
        path.write_bytes(content[: int(whole.group(1))])
        with DumpTrajectory(path) as trajectory:
            assert trajectory.frames == int(12 * share)


def test_a_number_cut_short_is_noticed(tmp_path, walk):
    path = write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH, columns="id type xu yu zu")
    path.write_text(path.read_text()[:-3])
    with pytest.raises(InputError, match="frame 11, the last, ends within a line: truncated"):
        DumpTrajectory(path)


def test_a_damaged_frame_in_the_middle_is_named_when_it_is_read(tmp_path, walk):
    path = write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH)
    frames = path.read_text().split("ITEM: TIMESTEP\n")
    frames[5] = "".join(frames[5].splitlines(keepends=True)[:-3])
    path.write_text("ITEM: TIMESTEP\n".join(frames))
    with DumpTrajectory(path) as trajectory, pytest.raises(InputError, match="frame 4 holds 97 of"):
        list(trajectory)


def test_what_the_system_refuses_is_no_damage(tmp_path, walk, monkeypatch):
    path = write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH)

    def refuse(*_):
        raise OSError(errno.EIO, "as the system says")

    with DumpTrajectory(path) as trajectory:
        monkeypatch.setattr(DumpTrajectory, "_lines", refuse)
        with pytest.raises(InputError, match=r"a\.dump: cannot be read now: Input/output error: "):
            trajectory.positions(1)
    monkeypatch.setattr("pathlib.Path.open", refuse)
    for opened in (DumpTrajectory, open_trajectory):
        with pytest.raises(InputError, match=r"a\.dump: cannot be read now: Input/output error: "):
            opened(path)
