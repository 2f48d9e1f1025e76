"""Particles jump in files whose images or ids begin anew, and only there: no motion looks so."""

import numpy as np
import pytest
from dump_files import frame_text, write_dump
from gsd_files import chunks, write_chunks

from softness.errors import InputError
from softness.files.jumps import Spikes, with_jumped_images
from softness.files.trajectory import open_trajectory

LENGTH = 8.0
FRAMES = 24
TYPES = np.repeat([0, 1], [10, 3])


def walk_of(scale, frames=FRAMES, particles=13, seed=3):
    """(frames, N, 3) unwrapped positions, all over the box at first; ``scale`` in sigma_AA."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(scale=scale, size=(frames, particles, 3))
    steps[0] = rng.uniform(-LENGTH / 2, LENGTH / 2, size=(particles, 3))
    return np.cumsum(steps, axis=0)


@pytest.fixture
def walk():
    """Particles that move by 0.1, some of them across the box."""
    return walk_of(0.06)


def begun_again(walk, first=12):
    """The same walk with all particles back in the first box from a frame on."""
    boxes = np.floor(walk[first] / LENGTH + 0.5)
    assert boxes.any(), "no particle has left the box"
    return np.concatenate([walk[:first], walk[first:] - boxes * LENGTH])


def images_begin_late(path, walk):
    frames = chunks(walk, TYPES, LENGTH)
    for frame in frames[:12]:
        del frame["particles/image"]
    return write_chunks(path, frames)


def images_end(path, walk):
    frames = chunks(walk, TYPES, LENGTH)
    for frame in frames[12:]:
        del frame["particles/image"]
    return write_chunks(path, frames)


def images_of_every_second_frame(path, walk):
    frames = chunks(walk, TYPES, LENGTH)
    for frame in frames[1::2]:
        del frame["particles/image"]
    return write_chunks(path, frames)


def images_begin_again(path, walk):
    return write_dump(path, begun_again(walk), TYPES, LENGTH)


def unwrapped_positions_begin_again(path, walk):
    return write_dump(path, begun_again(walk), TYPES, LENGTH, columns="id type xu yu zu")


def images_begin_again_in_gsd(path, walk):
    return write_chunks(path, chunks(begun_again(walk), TYPES, LENGTH))


FAULTY = [
    images_begin_late,
    images_end,
    images_of_every_second_frame,
    images_begin_again,
    unwrapped_positions_begin_again,
    images_begin_again_in_gsd,
]


@pytest.mark.parametrize("write", FAULTY, ids=lambda write: write.__name__)
def test_images_that_jump_are_refused_with_frame_and_particle(tmp_path, walk, write):
    path = write(tmp_path / "a.data", walk)
    fault = (
        rf"{path}: (particle \d+|the particle with id \d+) jumps by about a whole box from frame "
        r"\d+ to frame \d+.*: open it with unwrap='steps'"
    )
    with open_trajectory(path) as trajectory, pytest.raises(InputError, match=fault):
        list(trajectory.windows(10))


@pytest.mark.parametrize("write", FAULTY, ids=lambda write: write.__name__)
def test_the_remedies_read_the_same_file(tmp_path, walk, write):
    path = write(tmp_path / "a.data", walk)
    with open_trajectory(path, unwrap="steps") as trajectory:
        moved = np.stack([r - trajectory.positions(0) for r in trajectory])
    np.testing.assert_allclose(moved, walk - walk[0], atol=1e-5)
    with open_trajectory(path, unwrap="none") as trajectory:
        apart = (np.stack(list(trajectory)) - walk) / LENGTH
        np.testing.assert_allclose(apart, np.round(apart), atol=1e-5)
        with pytest.raises(InputError, match="opened with unwrap='none'"):
            next(trajectory.windows(10))


def test_frames_are_compared_in_the_order_in_which_they_are_asked_for(tmp_path, walk):
    path = images_begin_again(tmp_path / "a.dump", walk)
    with open_trajectory(path) as trajectory:
        # A frame of before and one of after the images began again.
        trajectory.positions(20)
        with pytest.raises(InputError, match="from frame 20 to frame 3"):
            trajectory.positions(3)


def test_a_caller_may_change_the_positions(tmp_path, walk):
    path = write_chunks(tmp_path / "a.gsd", chunks(walk, TYPES, LENGTH))
    with open_trajectory(path) as trajectory:
        for frame in range(FRAMES):
            trajectory.positions(frame)[:] += 1.01 * LENGTH * (frame % 2)


@pytest.mark.parametrize("renamed", [10, 8])
def test_ids_given_anew_are_refused(tmp_path, walk, renamed):
    """As LAMMPS gives them anew on reading a system again, within each species."""
    texts = [frame_text(200 * i, walk[i], TYPES, LENGTH) for i in range(12)]
    order = np.concatenate([np.roll(np.arange(renamed), 3), np.arange(renamed, 13)])
    again = walk[:, order]
    texts += [frame_text(200 * i, again[i], TYPES, LENGTH) for i in range(12, FRAMES)]
    path = tmp_path / "a.dump"
    path.write_text("".join(texts))
    fault = (
        r"the particle with id \d+ and others are scattered over the box from frame 11 to frame "
        r"12, .*: give the frames before and after as separate files"
    )
    with open_trajectory(path) as trajectory, pytest.raises(InputError, match=fault):
        list(trajectory)


# -- what no file is refused for ----------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.01, 0.3, 1.0, 2.0, 4.0, 8.0, 40.0])
@pytest.mark.parametrize("particles", [13, 500])
def test_hot_liquids_are_read_whatever_the_time_between_frames(tmp_path, scale, particles):
    """From cages to particles that cross the box several times from one frame to the next."""
    walk = walk_of(scale, 60, particles)
    types = np.arange(particles) % 5 // 4
    path = write_chunks(tmp_path / "a.gsd", chunks(walk, types, LENGTH))
    with open_trajectory(path) as trajectory:
        np.testing.assert_allclose(np.stack(list(trajectory)), walk, atol=2e-4)


@pytest.mark.parametrize("drift", [0.5, 1.0, 3.0])
def test_a_drift_of_all_particles_is_no_jump(tmp_path, walk, drift):
    """Without removal of momentum; dynamics takes it out."""
    drifting = walk + drift * LENGTH * np.arange(FRAMES)[:, None, None]
    path = write_chunks(tmp_path / "a.gsd", chunks(drifting, TYPES, LENGTH))
    with open_trajectory(path) as trajectory:
        np.testing.assert_allclose(np.stack(list(trajectory)), drifting, atol=1e-4)


def test_independent_configurations_of_a_real_liquid_are_read(tmp_path, real_data):
    """Frames so far apart that nothing is left of where particles were."""
    length = float(real_data["box_length"])
    places = real_data["positions"].astype(np.float64)
    path = write_chunks(tmp_path / "a.gsd", chunks(places, real_data["types"], length))
    with open_trajectory(path) as trajectory:
        np.testing.assert_allclose(np.stack(list(trajectory)), places, atol=1e-4)


def test_motion_of_any_extent_is_no_jump_of_images():
    rng = np.random.default_rng(1)
    for particles in (13, 100, 1000):
        for extent in (0.05, 0.2, 0.5, 1.0, 3.0):
            for _ in range(200):
                shape = (particles, 3)
                normal = rng.normal(scale=extent, size=shape)
                assert not len(with_jumped_images(normal))
                # Flat, as positions of different particles are.
                assert not len(with_jumped_images(rng.uniform(-extent, extent, shape)))
                assert not len(with_jumped_images(normal + np.array([3.01, -0.5, 0.0])))
        for _ in range(200):
            # Hops of 2 sigma_AA in a box of 12, among particles in their cages.
            hops = rng.normal(scale=0.17, size=shape) * (rng.random((particles, 1)) < 0.1)
            assert not len(with_jumped_images(hops + rng.normal(scale=0.01, size=shape)))


@pytest.mark.parametrize("particles", [13, 4096])
@pytest.mark.parametrize("scale", [0.001, 0.02, 0.04])
def test_a_single_jump_is_seen_among_any_number_of_particles(particles, scale):
    """Up to displacements of 0.04 of the box, which is 0.6 sigma_AA in a box of 15."""
    rng = np.random.default_rng(2)
    for _ in range(50):
        moved = rng.normal(scale=scale, size=(particles, 3))
        who = rng.integers(particles)
        moved[who, rng.integers(3)] += rng.choice([-1, 1, 2])
        np.testing.assert_array_equal(with_jumped_images(moved), [who])


def spikes(distances, steps):
    """Numbers of the frames before which particles were strewn, for mean distances in boxes."""
    rng = np.random.default_rng(1)
    watched = Spikes(lambda: np.asarray(steps))
    moved = [rng.uniform(-2 * each, 2 * each, size=(400, 3)) for each in distances]
    return [
        frame - 1 for frame, each in enumerate(moved, 1) if watched.before(frame, each) is not None
    ]


def test_only_a_step_unlike_the_ones_before_and_after_is_a_spike():
    every = np.arange(8)
    assert spikes([0.01, 0.01, 0.25, 0.01, 0.01], every) == [3]
    # A liquid that is heated, or cooled, or hot; a pulse of heat; an instant of rest.
    assert spikes([0.01, 0.01, 0.25, 0.25, 0.25], every) == []
    assert spikes([0.25, 0.25, 0.01, 0.01, 0.01], every) == []
    assert spikes([0.25, 0.25, 0.25, 0.25, 0.25], every) == []
    assert spikes([0.01, 0.01, 0.12, 0.01, 0.01], every) == []
    assert spikes([0.25, 0.25, 0.01, 0.25, 0.25], every) == []


def test_frames_at_times_that_grow_have_no_spikes():
    """Bursts of frames at 1, 2, 4, ..., one burst after the other; frames that were repeated."""
    intervals = np.tile(2 ** np.arange(8), 3)
    distances = np.minimum(0.25, 0.004 * intervals**0.8)
    assert spikes(distances, np.concatenate([[0], np.cumsum(intervals)])) == []
    # A gap in time between two stretches of a run.
    assert spikes([0.01, 0.01, 0.25, 0.01], [0, 1, 2, 1000, 1001]) == []
    # Each frame twice.
    assert spikes([0, 0.25, 0, 0.25, 0], [0, 0, 5, 5, 10, 10]) == []


# -- whole groups ----------------------------------------------------------------------------------


EDGES = np.array([8.0, 9.0, 7.0])


def moved_by_edges(walk, group, edges, first=12):
    """The same walk with a group moved by one edge, along one axis, from a frame on."""
    changed = walk.copy()
    changed[first:, group, 1] += np.broadcast_to(edges, 3)[1]
    return changed


@pytest.mark.parametrize("edges", [LENGTH, EDGES], ids=["cube", "rectangle"])
@pytest.mark.parametrize("number", [1, 6, 7, 12])
@pytest.mark.parametrize("particles", [13, 12])
def test_a_group_that_moves_by_exactly_one_edge_is_found(tmp_path, number, particles, edges):
    """Half of the particles as well, for which the median displacement is half an edge."""
    if number >= particles:
        number = particles - 1
    walk = walk_of(0.06, particles=particles)
    columns = "id type xu yu zu"
    changed = moved_by_edges(walk, np.arange(number), edges)
    path = write_dump(tmp_path / "a.dump", changed, TYPES[-particles:], edges, columns=columns)
    with (
        open_trajectory(path) as trajectory,
        pytest.raises(InputError, match="jumps by about a whole box from frame 11 to frame 12"),
    ):
        list(trajectory)
    # By steps, it is taken back: no particle has moved half an edge between two frames.
    with open_trajectory(path, unwrap="steps") as trajectory:
        found = np.stack(list(trajectory))
    np.testing.assert_allclose(found - found[0], walk - walk[0], atol=1e-5)
