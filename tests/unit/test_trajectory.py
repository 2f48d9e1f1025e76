"""Trajectories: written in segments, read as a stream, damage and foreign files named."""

import itertools
import re

import gsd.hoomd
import numpy as np
import pytest

from softness.errors import InputError
from softness.files.frames import (
    Frame,
    read_frames,
    text_chunk,
    write_frames,
    write_segment,
)
from softness.files.trajectory import Trajectory

LENGTH = 10.0
TYPES = np.repeat([0, 1], [80, 20])
HEADER = {
    "provenance": text_chunk('{"stage":"test"}'),
    "time_step": np.array([0.005]),
    "box_length": np.array([LENGTH]),
}


@pytest.fixture
def walk():
    """(30, 100, 3) unwrapped positions that cross the box several times."""
    steps = np.random.default_rng(1).normal(scale=2.0, size=(30, 100, 3))
    return np.cumsum(steps, axis=0)


def write(folder, walk, cuts):
    """The walk as a trajectory, cut into segments."""
    paths = []
    for number, frames in enumerate(np.split(np.arange(len(walk)), cuts)):
        paths.append(folder / f"segment-{number}.gsd")
        chosen = (Frame(200 * i, walk[i], {"potential_energy": float(i)}) for i in frames)
        write_segment(paths[-1], chosen, TYPES, LENGTH)
    path = folder / "trajectory.gsd"
    frames = itertools.chain.from_iterable(map(read_frames, paths))
    write_frames(path, frames, HEADER)
    return path


def test_positions_come_back_unwrapped(tmp_path, walk):
    with Trajectory(write(tmp_path, walk, [10])) as trajectory:
        assert (trajectory.frames, trajectory.particles) == (30, 100)
        for number, positions in enumerate(trajectory):
            # Places in the box are kept in single precision.
            np.testing.assert_allclose(positions, walk[number], atol=1e-6)


def test_what_was_measured_comes_back(tmp_path, walk):
    with Trajectory(write(tmp_path, walk, [10])) as trajectory:
        np.testing.assert_allclose(trajectory.times(), np.arange(30.0))
        np.testing.assert_array_equal(trajectory.logged("potential_energy"), np.arange(30.0))
        assert trajectory.provenance == '{"stage":"test"}'
        assert trajectory.box_length == LENGTH
        np.testing.assert_array_equal(trajectory.types, TYPES)


def test_the_bytes_do_not_depend_on_the_cuts(tmp_path, walk):
    contents = []
    for number, cuts in enumerate(([], [1], [5, 6, 29])):
        folder = tmp_path / str(number)
        folder.mkdir()
        contents.append(write(folder, walk, cuts).read_bytes())
    assert contents[0] == contents[1] == contents[2]


def test_the_bytes_do_not_depend_on_what_was_finished_before(tmp_path, walk):
    """A longer run takes the frames of a shorter one from its finished file."""
    whole = write(tmp_path, walk, [20]).read_bytes()
    shorter, longer = tmp_path / "shorter", tmp_path / "longer.gsd"
    shorter.mkdir()
    finished = write(shorter, walk[:25], [20])
    frames = (read_frames(finished, end=200 * 20), read_frames(tmp_path / "segment-1.gsd"))
    write_frames(longer, itertools.chain(*frames), HEADER)
    assert longer.read_bytes() == whole


def test_frames_are_read_up_to_an_end(tmp_path, walk):
    path = write(tmp_path, walk, [])
    for end, number in ((0, 0), (1, 1), (200 * 7, 7), (200 * 7 + 1, 8), (1e9, 30)):
        steps = [frame.configuration.step for frame in read_frames(path, end)]
        assert steps == [200 * frame for frame in range(number)]


def test_a_damaged_file_is_named_as_its_frames_are_read(tmp_path, walk):
    path = write(tmp_path, walk, [])
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"trajectory\.gsd: damaged .*bring it back"):
        list(read_frames(path))


@pytest.mark.parametrize(("length", "overlap"), [(30, 0), (7, 0), (7, 3), (100, 0), (2, 1)])
def test_windows_cover_the_trajectory(tmp_path, walk, length, overlap):
    with Trajectory(write(tmp_path, walk, [])) as trajectory:
        windows = list(trajectory.windows(length, overlap))
    joined = np.concatenate([windows[0], *[window[overlap:] for window in windows[1:]]])
    np.testing.assert_allclose(joined, walk, atol=1e-6)


def test_a_window_that_overlaps_itself_is_refused(tmp_path, walk):
    with (
        Trajectory(write(tmp_path, walk, [])) as trajectory,
        pytest.raises(InputError, match="overlap is 5"),
    ):
        next(trajectory.windows(5, 5))


@pytest.mark.parametrize(
    ("share", "named"),
    [
        (0.001, "is no GSD file, or cut short: bring"),
        *((share, "damaged (Corrupt GSD file): bring") for share in (0.3, 0.7, 0.95)),
    ],
)
def test_a_truncated_file_is_named(tmp_path, walk, share, named):
    path = write(tmp_path, walk, [])
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=re.escape(f"trajectory.gsd: {named}")):
        list(Trajectory(path))


def test_a_file_that_is_no_gsd_is_named(tmp_path):
    path = tmp_path / "dump.gsd"
    path.write_text("ITEM: TIMESTEP\n0\n")
    with pytest.raises(InputError, match=r"dump\.gsd: is no GSD file"):
        Trajectory(path)


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.gsd: no such file"):
        Trajectory(tmp_path / "nothing.gsd")


def foreign(path, **changes):
    """A GSD file of somebody else's system."""
    frame = gsd.hoomd.Frame()
    frame.particles.N = 10
    frame.particles.position = np.ones((10, 3), dtype=np.float32)
    frame.particles.typeid = changes.get("typeid", np.repeat([0, 1], [8, 2]))
    frame.configuration.box = changes.get("box", [9, 9, 9, 0, 0, 0])
    if "position" in changes:
        frame.particles.position = changes["position"]
    with gsd.hoomd.open(path, "w") as file:
        if changes.get("frames", 1):
            file.append(frame)
    return path


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"box": [9, 9, 9, 0.5, 0, 0]}, "which is tilted: give a run in a cubic or rectangular"),
        ({"typeid": np.arange(10) % 3}, r"species \[0, 1, 2\]"),
        ({"frames": 0}, "has no frames"),
        ({"position": np.full((10, 3), np.nan, dtype=np.float32)}, "not finite"),
    ],
)
def test_a_system_that_does_not_fit_is_refused(tmp_path, changes, named):
    with pytest.raises(InputError, match=named):
        Trajectory(foreign(tmp_path / "foreign.gsd", **changes))


def test_a_file_without_a_time_step_says_so_when_time_is_asked_for(tmp_path):
    with (
        Trajectory(foreign(tmp_path / "foreign.gsd")) as trajectory,
        pytest.raises(InputError, match="lacks its time step"),
    ):
        trajectory.times()
