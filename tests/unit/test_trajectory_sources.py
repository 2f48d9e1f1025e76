"""One protocol over all formats: whatever the file, the same particles at the same moments."""

import gsd.hoomd
import numpy as np
import pytest
from dump_files import write_dump

from softness import periodic
from softness.dynamics.hop import HopStream, hop_indicator
from softness.errors import InputError
from softness.files.dump import DumpTrajectory
from softness.files.frames import Frame, read_frames, write_frames, write_segment
from softness.files.trajectory import Trajectory, open_trajectory

LENGTH = 10.0
TYPES = np.repeat([0, 1], [80, 20])


@pytest.fixture
def walk():
    """(200, 100, 3) unwrapped positions that cross the box, no step longer than a few sigma_AA."""
    rng = np.random.default_rng(1)
    steps = rng.normal(scale=0.7, size=(200, 100, 3))
    steps[0] = rng.uniform(-LENGTH / 2, LENGTH / 2, size=(100, 3))
    return np.cumsum(steps, axis=0)


def write_own(path, walk):
    """A GSD file as the simulations of this project write it."""
    segment = path.with_name("segment.gsd")
    write_segment(segment, (Frame(200 * i, r) for i, r in enumerate(walk)), TYPES, LENGTH)
    header = {"time_step": np.array([0.005]), "box_length": np.array([LENGTH])}
    write_frames(path, read_frames(segment), header)
    return path


def write_foreign(path, walk, images=True, types=TYPES, names=("A", "B"), **changes):
    """A GSD file of somebody else; ``changes`` take place half-way."""
    with gsd.hoomd.open(path, "w") as file:
        for number, positions in enumerate(walk):
            late = changes if number >= len(walk) // 2 else {}
            wrapped, crossed = periodic.wrap(positions, LENGTH)
            frame = gsd.hoomd.Frame()
            frame.configuration.step = late.get("step", 200 * number)
            frame.configuration.box = [late.get("length", LENGTH)] * 3 + [0, 0, 0]
            frame.particles.N = late.get("particles", len(positions))
            frame.particles.types = list(names)
            frame.particles.typeid = late.get("typeid", types)[: frame.particles.N]
            frame.particles.position = wrapped[: frame.particles.N]
            if images is True or (images == "first" and number == 0):
                frame.particles.image = crossed[: frame.particles.N]
            file.append(frame)
    return path


SOURCES = {
    "own GSD": lambda path, walk: (write_own(path, walk), {}),
    "foreign GSD": lambda path, walk: (write_foreign(path, walk), {}),
    "GSD without images": lambda path, walk: (
        write_foreign(path, walk, images=False),
        {"unwrap": "steps"},
    ),
    "dump with images": lambda path, walk: (write_dump(path, walk, TYPES, LENGTH), {}),
    "dump without images": lambda path, walk: (
        write_dump(path, walk, TYPES, LENGTH, columns="id type xs ys zs"),
        {"unwrap": "steps"},
    ),
    "unwrapped dump": lambda path, walk: (
        write_dump(path, walk, TYPES, LENGTH, columns="id type xu yu zu"),
        {},
    ),
}


@pytest.fixture(params=SOURCES)
def source(request, tmp_path, walk):
    """A file of each kind, with a name that says nothing, opened."""
    path, options = SOURCES[request.param](tmp_path / "trajectory.data", walk)
    with open_trajectory(path, time_step=0.005, **options) as trajectory:
        yield trajectory


def from_start(positions):
    """Displacements since the first frame, which no choice of the first image changes."""
    positions = np.asarray(positions)
    return positions - positions[:1]


def test_every_source_gives_the_same_frames(source, walk):
    assert (source.frames, source.particles) == (200, 100)
    assert source.box_length == pytest.approx(LENGTH, rel=1e-6)
    np.testing.assert_array_equal(source.types, TYPES)
    np.testing.assert_allclose(source.times(), np.arange(200.0))
    assert source.frame_interval() == pytest.approx(1.0)
    np.testing.assert_allclose(from_start(list(source)), from_start(walk), atol=1e-5)


def test_every_source_gives_any_frame_in_any_order(source, walk):
    first = source.positions(0)
    for frame in (199, 3, 130, 64, 63, 65, 0, 128, 12, 11):
        moved = source.positions(frame) - first
        np.testing.assert_allclose(moved, walk[frame] - walk[0], atol=1e-5)
    for frame in (-1, 200):
        with pytest.raises(InputError, match=rf"has no frame {frame}: .* 0 to 199"):
            source.positions(frame)


@pytest.mark.parametrize(("length", "overlap"), [(200, 0), (7, 0), (7, 3), (500, 0), (2, 1)])
def test_every_source_gives_windows_that_the_caller_may_change(source, walk, length, overlap):
    joined = []
    for window in source.windows(length, overlap):
        joined.append(window[overlap if joined else 0 :].copy())
        window[:] = np.nan
    np.testing.assert_allclose(from_start(np.concatenate(joined)), from_start(walk), atol=1e-5)


def test_every_source_gives_the_same_hop_indicator(source, walk):
    stream = HopStream()
    rows = np.concatenate([stream.push(window) for window in source.windows(30)])
    np.testing.assert_allclose(rows, hop_indicator(walk), atol=1e-4)


def test_windows_read_each_frame_once(tmp_path, walk, monkeypatch):
    read = []
    stored = DumpTrajectory._stored
    path = write_dump(tmp_path / "a.dump", walk[:40], TYPES, LENGTH)
    with DumpTrajectory(path) as trajectory:
        monkeypatch.setattr(
            DumpTrajectory, "_stored", lambda self, frame: read.append(frame) or stored(self, frame)
        )
        assert len(list(trajectory.windows(10, 8))) == 16
    assert read == list(range(40))


# -- unwrapping ------------------------------------------------------------------------------


def wrapped_files(tmp_path, walk):
    """Files that do not tell how often a particle has crossed the box."""
    return [
        write_foreign(tmp_path / "none.gsd", walk, images=False),
        # What HOOMD-blue writes by default: images in the first frame alone.
        write_foreign(tmp_path / "first.gsd", walk, images="first"),
        write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH, columns="id type x y z"),
    ]


def test_wrapped_positions_without_images_are_refused_with_the_remedy(tmp_path, walk):
    for path in wrapped_files(tmp_path, walk + 3 * LENGTH):
        with pytest.raises(
            InputError, match=r"without images .*unwrap='steps' if no particle moves"
        ):
            open_trajectory(path)


def test_without_unwrapping_there_is_structure_and_no_dynamics(tmp_path, walk):
    for path in wrapped_files(tmp_path, walk):
        with open_trajectory(path, unwrap="none") as trajectory:
            assert not trajectory.unwrapped
            apart = (trajectory.positions(150) - walk[150]) / trajectory.box_length
            np.testing.assert_allclose(apart, np.round(apart), atol=1e-5)
            with pytest.raises(InputError, match=r"opened with unwrap='none': .*for dynamics"):
                next(trajectory.windows(10))


def test_one_frame_needs_no_images(tmp_path, walk):
    path = write_foreign(tmp_path / "one.gsd", walk[:1], images=False)
    with open_trajectory(path) as trajectory:
        np.testing.assert_allclose(trajectory.positions(0), walk[0], atol=1e-5)


def test_frames_too_far_apart_cannot_be_unwrapped_by_steps(tmp_path, walk):
    path = write_foreign(tmp_path / "rare.gsd", walk[::20], images=False)
    with (
        open_trajectory(path, unwrap="steps") as trajectory,
        pytest.raises(
            InputError, match=r"moves 0\.[45]\d of the box from frame 0 to frame 1, too far"
        ),
    ):
        list(trajectory)


def test_another_way_to_unwrap_is_refused(tmp_path, walk):
    with pytest.raises(InputError, match="unwrap = 'guess': give one of images, steps, none"):
        open_trajectory(write_own(tmp_path / "a.gsd", walk), unwrap="guess")


# -- species and time --------------------------------------------------------------------------


def test_the_majority_is_a_unless_told_otherwise(tmp_path, walk):
    swapped = 1 - TYPES
    for path, pair in (
        (write_foreign(tmp_path / "a.gsd", walk, types=swapped, names=("P", "Ni")), (1, 0)),
        (write_dump(tmp_path / "a.dump", walk, swapped, LENGTH), (2, 1)),
    ):
        message = rf"more particles of species {pair[0]} than .*species=\({pair[0]}, {pair[1]}\)"
        with pytest.raises(InputError, match=message):
            open_trajectory(path)
        with open_trajectory(path, species=pair) as trajectory:
            np.testing.assert_array_equal(trajectory.types, TYPES)
        with open_trajectory(path, species=pair[::-1]) as trajectory:
            np.testing.assert_array_equal(trajectory.types, swapped)


def test_species_of_a_gsd_file_go_by_name(tmp_path, walk):
    path = write_foreign(tmp_path / "a.gsd", walk, types=1 - TYPES, names=("P", "Ni"))
    with open_trajectory(path, species=("Ni", "P")) as trajectory:
        np.testing.assert_array_equal(trajectory.types, TYPES)
    with pytest.raises(InputError, match=r"has species \['Ni', 'P'\], expected Ni and Si"):
        open_trajectory(path, species=("Ni", "Si"))
    with pytest.raises(InputError, match=r"has species \['Ni', 'P'\], expected Ni: name all"):
        open_trajectory(path, species=("Ni",))
    with pytest.raises(InputError, match=r"species = \('Ni', 'Ni'\): give the file's types, each"):
        open_trajectory(path, species=("Ni", "Ni"))


def test_time_needs_a_time_step_from_the_file_or_the_caller(tmp_path, walk):
    for path in (
        write_foreign(tmp_path / "a.gsd", walk),
        write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH),
    ):
        with (
            open_trajectory(path) as trajectory,
            pytest.raises(InputError, match="lacks its time step: give time_step, in tau"),
        ):
            trajectory.times()
    with pytest.raises(InputError, match=r"time_step = -1: give a positive number"):
        open_trajectory(path, time_step=-1)
    with pytest.raises(InputError, match=r"has the time step 0\.005, not 0\.002"):
        open_trajectory(write_own(tmp_path / "own.gsd", walk), time_step=0.002)


def test_repeated_and_unequally_spaced_frames_are_refused(tmp_path, walk):
    path = write_foreign(tmp_path / "a.gsd", walk[:6], step=400)
    with (
        open_trajectory(path, time_step=0.005) as trajectory,
        pytest.raises(InputError, match=r"frame 3 has the time step 400 after 400: .*repeated"),
    ):
        trajectory.times()
    path = write_foreign(tmp_path / "a.gsd", walk[:2], step=1)
    with open_trajectory(path, time_step=0.005) as trajectory:
        assert trajectory.frame_interval() == pytest.approx(0.005)
    path = write_dump(tmp_path / "a.dump", walk[:3], TYPES, LENGTH)
    path.write_text(path.read_text().replace("TIMESTEP\n400\n", "TIMESTEP\n401\n"))
    with (
        open_trajectory(path, time_step=0.005) as trajectory,
        pytest.raises(InputError, match="has frames that are not equally spaced"),
    ):
        trajectory.frame_interval()


# -- files that do not fit -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"length": 10.5}, "configuration/box changes at frame 10: .*constant volume"),
        ({"particles": 90}, "particles/N changes at frame 10"),
        ({"typeid": np.roll(TYPES, 1)}, "particles/typeid changes at frame 10"),
    ],
)
def test_a_gsd_system_that_changes_is_refused(tmp_path, walk, changes, fault):
    with pytest.raises(InputError, match=fault):
        Trajectory(write_foreign(tmp_path / "a.gsd", walk[:20], **changes))


def test_content_decides_and_neither_format_is_named(tmp_path, walk):
    path = tmp_path / "trajectory.gsd"
    write_dump(path, walk[:2], TYPES, LENGTH)
    with open_trajectory(path) as trajectory:
        assert isinstance(trajectory, DumpTrajectory)
    write_own(path, walk[:2])
    with open_trajectory(path) as trajectory:
        assert isinstance(trajectory, Trajectory)
    path.write_text("ten\nextended xyz\n")
    with pytest.raises(InputError, match=r"trajectory\.gsd: neither GSD, a LAMMPS text dump, XYZ"):
        open_trajectory(path)
    path.write_text("")
    with pytest.raises(InputError, match=r"trajectory\.gsd: empty: give"):
        open_trajectory(path)
    with pytest.raises(InputError, match=r"absent\.gsd: no such file"):
        open_trajectory(tmp_path / "absent.gsd")
