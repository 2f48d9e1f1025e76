"""Trajectories in several files: parts of one run, or a file for each frame."""

import numpy as np
import pytest
from dump_files import frame_text
from gsd_files import chunks, write_chunks
from trajectory_files import (
    EDGES,
    INTERVAL,
    LENGTH,
    PARTICLES,
    STEPS,
    TYPES,
    extended_text,
    walk_of,
    write_npz,
    write_text,
    xyz_text,
)

from softness.errors import InputError
from softness.files import joined
from softness.files.frames import Frame, read_frames, write_frames, write_segment
from softness.files.trajectory import Trajectory, open_trajectory

STEP = INTERVAL / STEPS


@pytest.fixture
def walk():
    return walk_of(12)


def dumps(folder, walk, cuts, edges=LENGTH):
    """A dump of the frames of each cut (first and last), called by its number."""
    paths = []
    for number, (first, last) in enumerate(cuts):
        paths.append(folder / f"part.{number}.dump")
        texts = (frame_text(STEPS * n, walk[n], TYPES, edges) for n in range(first, last))
        paths[-1].write_text("".join(texts))
    return paths


def plain(folder, walk, numbers):
    """Plain XYZ without times, a frame in each file."""
    for number in numbers:
        write_text(folder / f"a{number}.xyz", xyz_text(walk[number : number + 1]))
    return str(folder / "a*.xyz")


PLAIN = {"box": LENGTH, "frame_interval": INTERVAL, "unwrap": "steps"}


def test_parts_of_a_run_are_one_trajectory(tmp_path, walk):
    paths = dumps(tmp_path, walk, [(0, 5), (5, 6), (6, 12)])
    for given in (paths, str(tmp_path / "part.*.dump"), list(map(str, paths))):
        with open_trajectory(given, time_step=STEP) as found:
            assert (found.frames, found.particles) == (12, PARTICLES)
            np.testing.assert_allclose(found.times(), INTERVAL * np.arange(12))
            np.testing.assert_allclose(np.concatenate(list(found.windows(5))), walk, atol=1e-6)
            np.testing.assert_allclose(found.positions(5), walk[5], atol=1e-6)
    with open_trajectory(paths[:1], time_step=STEP) as found:
        assert found.frames == 5


def test_numbers_in_names_are_sorted_as_numbers(tmp_path, walk):
    with open_trajectory(plain(tmp_path, walk, range(12)), **PLAIN) as found:
        np.testing.assert_allclose(np.stack(list(found)), walk, atol=1e-6)


def test_a_list_keeps_its_order(tmp_path, walk):
    plain(tmp_path, walk, range(12))
    order = [3, 1, 2]
    with open_trajectory([tmp_path / f"a{i}.xyz" for i in order], **PLAIN) as found:
        np.testing.assert_allclose(np.stack(list(found)), walk[order], atol=1e-6)


def test_few_files_are_open_at_a_time(tmp_path, walk, monkeypatch):
    monkeypatch.setattr(joined, "_KEPT_OPEN", 3)
    with open_trajectory(plain(tmp_path, walk, range(12)), **PLAIN) as found:
        for frame in (0, 5, 11, 5, 2, 7):
            np.testing.assert_allclose(found.positions(frame), walk[frame], atol=1e-6)
            assert len(found._parts) <= 3


def test_packed_parts_and_archives(tmp_path, walk):
    for number, (first, last) in enumerate([(0, 5), (5, 12)]):
        said = {n: f"Time={INTERVAL * (first + n)}" for n in range(last - first)}
        content = extended_text(walk[first:last], EDGES, keys=said.get)
        write_text(tmp_path / f"a{number}.xyz.gz", content, packed=True)
        times = INTERVAL * np.arange(first, last)
        write_npz(tmp_path / f"b{number}.npz", walk[first:last], EDGES, times=times)
    for pattern in ("a*.gz", "b*.npz"):
        with open_trajectory(tmp_path / pattern) as found:
            np.testing.assert_allclose(found.box_length, EDGES)
            np.testing.assert_allclose(np.stack(list(found)), walk, atol=1e-6)
            assert found.frame_interval() == pytest.approx(INTERVAL)


def test_gsd_files_of_one_frame_have_their_images(tmp_path, walk):
    for number, frame in enumerate(chunks(walk, TYPES, LENGTH, STEPS)):
        write_chunks(tmp_path / f"{number}.gsd", [frame])
    with open_trajectory(tmp_path / "*.gsd", time_step=STEP) as found:
        np.testing.assert_allclose(np.stack(list(found)), walk, atol=1e-5)


# -- what is refused, both files named -----------------------------------------------------------


def refused(given, fault, **options):
    with pytest.raises(InputError, match=fault) as refusal:
        open_trajectory(given, **options)
    told = str(refusal.value)
    assert "\n" not in told
    return told


def test_parts_that_overlap_are_refused(tmp_path, walk):
    paths = dumps(tmp_path, walk, [(0, 6), (5, 12)])
    fault = (
        r"part\.1\.dump: begins at 500 time steps, and .*part\.0\.dump ends at 500: name files in"
    )
    refused(paths, fault)
    refused(paths, r"begins at 2\.5 tau, and .*part\.0\.dump ends at 2\.5", time_step=STEP)
    refused(paths[::-1], r"part\.0\.dump: begins at 0 time steps, and .*part\.1\.dump ends at 1100")
    refused([paths[0], paths[0]], r"part\.0\.dump: stands 2 times in the list of files")


@pytest.mark.parametrize("cuts", [[(0, 4), (6, 12)], [(0, 4), (6, 7)], [(0, 1), (3, 12)]])
def test_frames_that_are_missing_between_parts_are_refused(tmp_path, walk, cuts):
    refused(
        dumps(tmp_path, walk, cuts),
        r"part\.1\.dump: begins 300 time steps after the end of .*part\.0\.dump, where frames are "
        "100 apart: add what is missing",
    )


def test_a_file_that_is_missing_among_frames_is_noticed_by_time_or_name(tmp_path, walk):
    there = [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    refused(
        plain(tmp_path, walk, there),
        r"a6\.xyz: begins 2 by their names after the end of .*a4\.xyz, where frames are 1 apart",
        **PLAIN,
    )
    for number in there:
        said = f"Time={INTERVAL * number}"
        content = extended_text(walk[number : number + 1], keys=lambda _, said=said: said)
        write_text(tmp_path / f"{number}.ext", content)
    refused(
        tmp_path / "*.ext", r"6\.ext: begins 1 tau after the end of .*4\.ext, where .* 0\.5 apart"
    )


def test_frames_at_times_that_grow_have_no_gaps(tmp_path, walk):
    for number in range(8):
        content = frame_text(STEPS * (2**number - 1), walk[number], TYPES, LENGTH)
        (tmp_path / f"{number}.dump").write_text(content)
    with open_trajectory(tmp_path / "*.dump", time_step=STEP) as found:
        np.testing.assert_allclose(found.times(), INTERVAL * (2.0 ** np.arange(8) - 1))


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"edges": 10.5}, "has another box than that in .*part.0.dump"),
        ({"types": np.roll(TYPES, 1)}, "has particles of other species than those in"),
        ({"number": 90}, "has 90 particles, and there are 100 in"),
        ({"ids": True}, "has other particle ids than those in"),
        ({"columns": "id type xu yu zu"}, "has its positions or images in another way than in"),
    ],
)
def test_parts_of_another_system_are_refused(tmp_path, walk, options, fault):
    path, second = dumps(tmp_path, walk, [(0, 6)])[0], tmp_path / "part.1.dump"
    number = options.get("number", PARTICLES)
    columns = options.get("columns", "id type x y z ix iy iz")
    types = options.get("types", TYPES)[-number:]
    content = "".join(
        frame_text(
            STEPS * n, walk[n, :number], types, options.get("edges", LENGTH), columns=columns
        )
        for n in range(6, 12)
    )
    if "ids" in options:
        content = content.replace("\n100 2 ", "\n700 2 ")
    second.write_text(content)
    assert refused([path, second], fault).startswith(f"{second}: ")


def test_no_file_of_a_pattern_is_told(tmp_path):
    refused(tmp_path / "*.dump", r"\*\.dump: no such file: check the pattern")
    refused([], "no such file")


# -- boxes and species of the project's own files --------------------------------------------------


@pytest.mark.parametrize("edges", [LENGTH, EDGES], ids=["cube", "rectangle"])
@pytest.mark.parametrize("species", [1, 2, 4])
def test_own_files_have_any_box_and_species(tmp_path, walk, edges, species):
    types = np.arange(PARTICLES, dtype=np.int32)[::-1] % species
    segment, path = tmp_path / "segment.gsd", tmp_path / "own.gsd"
    write_segment(segment, (Frame(STEPS * n, r) for n, r in enumerate(walk)), types, edges)
    # Edges that single precision does not hold.
    exact = np.atleast_1d(edges) * (1 + 1e-9)
    header = {"time_step": np.array([STEP]), "box_length": exact}
    write_frames(path, read_frames(segment), header)
    with Trajectory(path) as found:
        np.testing.assert_array_equal(found.types, types)
        np.testing.assert_array_equal(np.ravel(found.box_length), exact)
        np.testing.assert_allclose(np.stack(list(found)), walk, atol=2e-6)


def test_own_files_of_which_the_minority_is_analysed(tmp_path, walk):
    segment, path = tmp_path / "segment.gsd", tmp_path / "own.gsd"
    write_segment(segment, [Frame(0, walk[0])], 1 - TYPES, LENGTH)
    write_frames(path, read_frames(segment), {"box_length": np.array([LENGTH])})
    with Trajectory(path) as found:
        np.testing.assert_array_equal(found.types, 1 - TYPES)
