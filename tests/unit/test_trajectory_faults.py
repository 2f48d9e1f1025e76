"""Files of others that leave out, contradict themselves, or cannot be opened: what is told."""

import errno
import resource

import gsd.fl
import gsd.hoomd
import numpy as np
import pytest
from dump_files import write_dump
from gsd_files import chunks, names, write_chunks

from softness.errors import InputError
from softness.files import gsd_file
from softness.files.frames import Frame, read_frames, write_frames, write_segment
from softness.files.gsd_file import GsdFile
from softness.files.snapshot import snapshot_positions
from softness.files.trajectory import Trajectory, open_trajectory
from softness.liquid import kob_andersen

LENGTH = 8.0
TYPES = np.repeat([0, 1], [10, 3])


@pytest.fixture
def walk():
    """(8, 13, 3) unwrapped positions."""
    rng = np.random.default_rng(3)
    steps = rng.normal(scale=0.06, size=(8, 13, 3))
    steps[0] = rng.uniform(-LENGTH / 2, LENGTH / 2, size=(13, 3))
    return np.cumsum(steps, axis=0)


@pytest.fixture
def frames(walk):
    return chunks(walk, TYPES, LENGTH)


def without(frames, name, numbers=None):
    for number, frame in enumerate(frames):
        if numbers is None or number in numbers:
            del frame[name]


# -- what GSD leaves out ----------------------------------------------------------------------


def test_what_is_as_in_the_first_frame_may_be_left_out(tmp_path, walk, frames):
    later = range(1, 8)
    for name in ("configuration/box", "particles/N", "particles/types", "particles/typeid"):
        without(frames, name, later)
    without(frames, "configuration/step", [0])
    with open_trajectory(write_chunks(tmp_path / "a.gsd", frames), time_step=0.005) as trajectory:
        np.testing.assert_array_equal(trajectory.types, TYPES)
        np.testing.assert_allclose(np.stack(list(trajectory)), walk, atol=1e-5)
        np.testing.assert_allclose(trajectory.times(), np.arange(8.0))


def test_defaults_of_the_schema_are_those_of_the_reference_reader(tmp_path):
    """An empty frame, read by the reader of the format's authors."""
    path = write_chunks(tmp_path / "a.gsd", [{}, {"particles/N": np.array([2], np.uint32)}])
    reference = gsd.hoomd.open(path)
    with GsdFile(path, "no remedy") as file:
        for number, expected in enumerate(reference):
            assert file.particles(number) == expected.particles.N
            assert file.type_names(number) == expected.particles.types
            for name in (gsd_file.STEP, gsd_file.DIMENSIONS, gsd_file.BOX):
                value = getattr(expected.configuration, name.partition("/")[2])
                np.testing.assert_array_equal(file.chunk(number, name), np.atleast_1d(value))
            for name in (gsd_file.TYPES, gsd_file.POSITIONS, gsd_file.IMAGES):
                value = getattr(expected.particles, name.partition("/")[2])
                found = file.chunk(number, name)
                assert (found.shape, found.dtype) == (value.shape, value.dtype)
                np.testing.assert_array_equal(found, value)


def test_a_box_with_edges_of_one_may_be_left_out(tmp_path, walk):
    """As its authors' writer does, if lengths are in units of the box."""
    frames = chunks(walk / LENGTH, TYPES, 1.0)
    without(frames, "configuration/box")
    with open_trajectory(write_chunks(tmp_path / "a.gsd", frames)) as trajectory:
        assert trajectory.box_length == 1.0


def no_box(frames):
    without(frames, "configuration/box")


def no_particles(frames):
    without(frames, "particles/N")
    without(frames, "particles/position")


def no_positions(frames):
    without(frames, "particles/position", [0])


def standing_still(frames):
    without(frames, "particles/position", range(1, 8))


def types_begin_late(frames):
    without(frames, "particles/typeid", [0])


def types_change(frames):
    frames[5]["particles/typeid"] = np.roll(frames[5]["particles/typeid"], 1)


def names_change(frames):
    for frame in frames[4:]:
        frame["particles/types"] = names("B", "A")


def flat(frames):
    for frame in frames:
        frame["configuration/box"] = np.array([LENGTH, LENGTH, 0, 0, 0, 0], np.float32)


def called_flat(frames):
    frames[0]["configuration/dimensions"] = np.array([2], np.uint8)


def box_of(*edges):
    def change(frames):
        for frame in frames:
            frame["configuration/box"] = np.array([*edges, 0, 0, 0], np.float32)

    return change


def one_species(frames):
    without(frames, "particles/typeid")


def other_shape(frames):
    frames[3]["particles/position"] = frames[3]["particles/position"][:-1]


def other_numbers(frames):
    frames[7]["particles/image"] = frames[7]["particles/image"].astype(np.float32)


def steps_begin_again(frames):
    for number, frame in enumerate(frames[4:]):
        frame["configuration/step"][:] = 200 * number


FAULTY = {
    no_box: r"has no box, which in GSD means edges of 1, but particle \d+ is at \[.*\]: write the",
    no_particles: r"has no particles in its first frame \(particles/N\)",
    no_positions: r"has no positions in its first frame",
    standing_still: r"has positions in its first frame alone: no particle moves: write positions",
    types_begin_late: r"particles/typeid changes at frame 1: the first frame leaves it out, which "
    "in GSD means 0: write it",
    types_change: "particles/typeid changes at frame 5: give a run",
    names_change: r"the types \['A', 'B'\] are called \['B', 'A'\] from frame 4 on",
    flat: r"is two-dimensional, in the box \[8\.0, 8\.0, 0\.0",
    called_flat: r"is two-dimensional, in the box \[8\.0, 8\.0, 8\.0",
    box_of(0, 0, 0): r"has the box \[0\.0, .*\], without a length: give a run in a cubic or",
    box_of(-8, -8, -8): r"has the box \[-8\.0, .*\], without a length",
    box_of(np.nan, np.nan, np.nan): r"has the box \[nan, .*\], without a length",
    one_species: "has particles of species 0 alone, expected 0 and 1: write all particles",
    other_shape: r"frame 3 has particles/position of shape \(12, 3\), expected \(13, 3\): damaged",
    other_numbers: "frame 7 has particles/image of type float32: damaged",
    steps_begin_again: "frame 4 has the time step 0 after 600: .*where a run started over",
}


@pytest.mark.parametrize("spoil", FAULTY, ids=lambda spoil: spoil.__name__)
def test_what_is_the_matter_is_told_and_nothing_is_to_be_deleted(tmp_path, frames, spoil):
    spoil(frames)
    path = write_chunks(tmp_path / "a.gsd", frames)
    with (
        pytest.raises(InputError, match=FAULTY[spoil]) as told,
        open_trajectory(path, time_step=0.005) as trajectory,
    ):
        list(trajectory.windows(4))
    assert str(told.value).startswith(f"{path}: ")
    assert "\n" not in str(told.value)
    assert "delete" not in str(told.value)


def test_names_of_types_that_no_particle_has_may_change(tmp_path, frames):
    frames[3]["particles/types"] = names("A", "B", "C")
    with open_trajectory(write_chunks(tmp_path / "a.gsd", frames), species=("A", "B")) as opened:
        np.testing.assert_array_equal(opened.types, TYPES)


def test_steps_that_begin_again_leave_structure(tmp_path, frames, walk):
    steps_begin_again(frames)
    with open_trajectory(write_chunks(tmp_path / "a.gsd", frames)) as trajectory:
        np.testing.assert_allclose(trajectory.positions(5), walk[5], atol=1e-5)


def test_a_file_without_steps_is_read_in_the_order_of_its_frames(tmp_path, frames, walk):
    without(frames, "configuration/step")
    with open_trajectory(write_chunks(tmp_path / "a.gsd", frames), time_step=0.005) as trajectory:
        np.testing.assert_allclose(np.concatenate(list(trajectory.windows(3))), walk, atol=1e-5)
        with pytest.raises(InputError, match="frame 1 has the time step 0 after 0"):
            trajectory.times()


@pytest.mark.parametrize(
    ("schema", "version"), [("monatomic", (1, 4)), ("hoomd", (3, 0)), ("hoomd", (0, 9))]
)
def test_another_schema_is_named(tmp_path, frames, schema, version):
    path = write_chunks(tmp_path / "a.gsd", frames, schema, version)
    with pytest.raises(InputError, match=rf"has the schema '{schema}' of version {version[0]}\."):
        open_trajectory(path)


# -- damage, and what is none -----------------------------------------------------------------


def own_file(path, walk, length=LENGTH):
    segment = path.with_name("segment.gsd")
    write_segment(segment, (Frame(200 * i, r) for i, r in enumerate(walk)), TYPES, length)
    header = {"time_step": np.array([0.005]), "box_length": np.array([LENGTH])}
    write_frames(path, read_frames(segment), header)
    return path


def test_only_a_file_of_the_study_is_to_be_deleted(tmp_path, frames):
    frames[7]["particles/position"][3] = np.nan
    path = write_chunks(tmp_path / "a.gsd", frames)
    with pytest.raises(
        InputError, match=r"frame 7 .* not finite: bring a whole copy of it, or give"
    ):
        open_trajectory(path)
    # What files of the study have in their first frame.
    frames[0]["log/box_length"] = np.array([LENGTH])
    with pytest.raises(InputError, match=r"frame 7 .* not finite: delete it and run again"):
        open_trajectory(write_chunks(path, frames))


def test_a_file_of_one_species_may_be_that_of_a_study(tmp_path, walk):
    """Whose configuration may have a liquid of one species."""
    segment, path = tmp_path / "segment.gsd", tmp_path / "own.gsd"
    write_segment(segment, [Frame(0, walk[0])], np.zeros(13, int), LENGTH)
    write_frames(path, read_frames(segment), {"box_length": np.array([LENGTH])})
    with Trajectory(path) as trajectory:
        assert not trajectory.types.any()


def test_two_boxes_that_differ_are_told(tmp_path, walk):
    with pytest.raises(InputError, match=r"has the box 8\.5, but 8 in log/box_length: damaged"):
        Trajectory(own_file(tmp_path / "own.gsd", walk, length=8.5))


def test_no_damage_of_a_byte_ends_in_another_error(tmp_path, frames):
    content = write_chunks(tmp_path / "a.gsd", frames).read_bytes()
    generator = np.random.default_rng(4)
    path, named = tmp_path / "damaged.gsd", 0
    for place in generator.integers(len(content), size=400):
        changed = bytearray(content)
        changed[place] ^= int(generator.integers(1, 256))
        path.write_bytes(changed)
        try:
            with open_trajectory(path, time_step=0.005) as trajectory:
                list(trajectory.windows(3))
                trajectory.times()
        except InputError as error:
            assert str(path) in str(error)
            named += 1
    assert named


def test_a_closed_file_is_not_called_damaged(tmp_path, walk, frames):
    for path in (
        write_chunks(tmp_path / "a.gsd", frames),
        write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH),
    ):
        with open_trajectory(path) as trajectory:
            trajectory.positions(0)
        with pytest.raises(InputError, match="is closed: read it inside"):
            trajectory.positions(0)


READERS = {
    "trajectory": lambda path: open_trajectory(path),
    "frames": lambda path: list(read_frames(path)),
    "snapshot": lambda path: snapshot_positions(path, 0, kob_andersen(160)),
}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EACCES, "Permission denied: ask its owner"),
        (errno.EIO, "Input/output error: its content was not looked at"),
        (errno.EAGAIN, "Resource temporarily unavailable: another program"),
    ],
)
def test_what_the_system_refuses_is_no_damage(tmp_path, frames, monkeypatch, read, number, reason):
    path = write_chunks(tmp_path / "a.gsd", frames)

    def refuse(*_):
        raise OSError(number, "as the system says", str(path))

    monkeypatch.setattr(gsd.fl, "open", refuse)
    with pytest.raises(InputError, match=rf"a\.gsd: cannot be read now: {reason}"):
        READERS[read](path)


@pytest.mark.parametrize("name", ["a.gsd", "a.dump"])
def test_too_many_open_files_are_no_damage(tmp_path, walk, frames, name):
    write_chunks(tmp_path / "a.gsd", frames)
    write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, limits[1]))
    try:
        with pytest.raises(InputError, match=r"cannot be read now: Too many open files: raise"):
            while True:
                taken.append(open_trajectory(tmp_path / name))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for one in taken:
            one.close()


def test_files_that_are_refused_are_closed(tmp_path, walk, frames):
    """However many of them there are."""
    one_species(frames)
    refused = [
        write_chunks(tmp_path / "a.gsd", frames),
        write_dump(tmp_path / "a.dump", walk, TYPES * 0, LENGTH),
    ]
    errors = []
    for path in refused * 200:
        with pytest.raises(InputError, match="alone") as told:
            open_trajectory(path)
        # With the traceback, and so with all that the reader holds.
        errors.append(told)


def test_a_folder_is_no_trajectory(tmp_path):
    with pytest.raises(InputError, match="Is a directory: name a file in it"):
        open_trajectory(tmp_path)
