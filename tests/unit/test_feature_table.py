"""Feature tables: each moment once, features as computed one by one, files whole or absent."""

import resource
import shutil
import signal
import subprocess
import sys
import tracemalloc
from collections import namedtuple
from pathlib import Path

import h5py
import numpy as np
import pytest

from softness.dynamics.hop import hop_indicator
from softness.dynamics.rearrangements import events
from softness.errors import InputError
from softness.files import features as feature_files
from softness.files import tables
from softness.files.features import reading_features, writing_features
from softness.files.provenance import Provenance
from softness.structure.angular import angular_features
from softness.structure.averaged import averaged_features
from softness.structure.family import Family, family_of, order_of
from softness.structure.feature_set import (
    FAMILIES,
    FeatureSet,
    families_of,
    frame_features,
)
from softness.structure.radial import radial_features
from softness.structure.table import (
    every_moment,
    moments_above_threshold,
    moments_before_events,
    select_rows,
    strided_frames,
    structure_frames,
)

LENGTH = 8.0
SMALL = FeatureSet(radii=(0.9, 1.1, 2.0), shells=(1.0, 2.0), degrees=(4, 6))
MADE_BY = Provenance("test", {"stride": 10})


@pytest.fixture(scope="module")
def liquid():
    """(positions, types) of 600 particles at random."""
    rng = np.random.default_rng(1)
    return rng.uniform(0, LENGTH, size=(600, 3)), (rng.random(600) < 0.2).astype(np.int32)


# -- features ----------------------------------------------------------------------------------


def test_the_study_has_135_features_and_405_with_two_orders():
    assert len(FeatureSet()) == len(FeatureSet().names) == 135
    higher = FeatureSet(orders=(0, 1, 2), cutoff=2.37)
    assert len(higher) == len(set(higher.names)) == 405


def test_names_tell_what_a_column_is():
    names = FeatureSet(orders=(0, 2), cutoff=2.0).names
    assert names[:3] == ("radial_A_0", "radial_A_0.1", "radial_A_0.2")
    assert names[50] == "radial_B_0"
    assert names[100:102] == ("angular_1-1.5_l2", "angular_1-1.5_l4")
    assert names[134] == "angular_3-3.5_l14"
    assert names[135 + 59] == "order2_radial_B_0.9"


def test_each_species_has_radial_features_of_its_own(liquid):
    positions, _ = liquid
    radial = {"first": 0.9, "last": 1.1, "step": 0.2, "width": 0.2}
    one, two, three = (
        FeatureSet.of(families_of({"radial": radial | {"species": number}}), (0, 1), 2.0)
        for number in (1, 2, 3)
    )
    assert two == FeatureSet.of(families_of({"radial": radial}), (0, 1), 2.0)
    assert one.names[:2] == two.names[:2] == three.names[:2] == ("radial_A_0.9", "radial_A_1.1")
    assert three.names[4:6] == ("radial_C_0.9", "radial_C_1.1")
    assert [len(each) for each in (one, two, three)] == [4, 8, 12]
    assert three.columns("radial_C", 1).tolist() == [10, 11]
    assert three.only({"radial"}) == three
    alone = frame_features(positions, np.zeros(600, int), LENGTH, one)
    empty = frame_features(positions, np.zeros(600, int), LENGTH, three)
    np.testing.assert_array_equal(alone[:, :2], empty[:, :2])
    assert (empty[:, 2:6] == 0).all()
    with pytest.raises(InputError, match="types holds 2, which is none of 2 species"):
        frame_features(positions, np.arange(600) % 3, LENGTH, two)


def test_columns_of_a_kind_and_of_an_order():
    features = FeatureSet(orders=(0, 1), cutoff=2.0)
    np.testing.assert_array_equal(features.columns("radial_B"), np.r_[50:100, 185:235])
    np.testing.assert_array_equal(features.columns("angular", 1), np.arange(235, 270))
    np.testing.assert_array_equal(features.columns(order=0), np.arange(135))
    np.testing.assert_array_equal(features.columns(), np.arange(270))


def test_each_column_is_the_feature_that_its_name_says(liquid):
    positions, types = liquid
    table = frame_features(positions, types, LENGTH, SMALL)
    majority = np.flatnonzero(types == 0)
    assert table.shape == (len(majority), 10)
    assert table.dtype == np.float32
    one = radial_features(positions, types, LENGTH, radii=np.array([1.1]))
    column = SMALL.names.index("radial_B_1.1")
    # The sum ends five widths beyond the largest radius, which is another one.
    np.testing.assert_allclose(table[:, column], one[:, 1], atol=1e-4)
    one = angular_features(positions, LENGTH, majority, np.array([2.0]), np.array([6]))
    column = SMALL.names.index("angular_2-2.5_l6")
    np.testing.assert_allclose(table[:, column], one[:, 0], rtol=1e-6)


def test_features_come_in_the_order_of_the_particles_that_are_wanted(liquid):
    positions, types = liquid
    every = frame_features(positions, types, LENGTH, SMALL, np.arange(600))
    some = np.array([599, 3, 3, 250])
    np.testing.assert_allclose(
        frame_features(positions, types, LENGTH, SMALL, some), every[some], rtol=1e-6
    )


def test_higher_orders_are_means_of_means(liquid):
    positions, types = liquid
    features = FeatureSet(SMALL.radii, 0.2, SMALL.shells, SMALL.degrees, (0, 1, 3), cutoff=2.0)
    table = frame_features(positions, types, LENGTH, features, np.arange(0, 600, 7))
    own = frame_features(positions, types, LENGTH, SMALL, np.arange(600)).astype(float)
    for order in (0, 1, 3):
        expected = averaged_features(own, positions, LENGTH, 2.0, order)[::7]
        found = table[:, features.columns(order=order)]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_radial_or_angular_features_alone(liquid):
    positions, types = liquid
    both = frame_features(positions, types, LENGTH, SMALL)
    radial = FeatureSet(radii=SMALL.radii, shells=())
    np.testing.assert_array_equal(frame_features(positions, types, LENGTH, radial), both[:, :6])
    angular = FeatureSet(radii=(), shells=SMALL.shells, degrees=SMALL.degrees)
    assert len(angular) == 4
    np.testing.assert_array_equal(frame_features(positions, types, LENGTH, angular), both[:, 6:])


@pytest.mark.parametrize("kind", [list, np.array])
def test_lists_and_arrays_are_as_good_as_tuples(liquid, kind):
    features = FeatureSet(
        kind(SMALL.radii), 0.2, kind(SMALL.shells), kind(SMALL.degrees), kind((0, 1)), cutoff=2.0
    )
    of_tuples = FeatureSet(SMALL.radii, 0.2, SMALL.shells, SMALL.degrees, (0, 1), cutoff=2.0)
    assert features == of_tuples
    assert hash(features) == hash(of_tuples)
    assert features.names == of_tuples.names
    own = FeatureSet(
        kind(SMALL.radii), shells=kind(SMALL.shells), degrees=kind(SMALL.degrees), orders=kind((0,))
    )
    np.testing.assert_array_equal(
        frame_features(*liquid, LENGTH, own), frame_features(*liquid, LENGTH, SMALL)
    )


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"orders": (0, 1)}, r"orders = \(0, 1\) need a cutoff"),
        ({"orders": ()}, "increasing whole numbers"),
        ({"orders": (1, 0), "cutoff": 2.0}, "increasing whole numbers"),
        ({"orders": (0.5,)}, "increasing whole numbers"),
        ({"radii": (), "shells": ()}, "radii and shells are empty"),
        ({"radii": [], "shells": np.array([])}, "radii and shells are empty"),
        ({"radii": 1.1}, r"radii = 1\.1: give a list of numbers"),
        ({"shells": [[1.0, 2.0]]}, "shells = .*: give a list of numbers"),
        ({"degrees": [[4], [6, 8]]}, "degrees = .*: give a list of numbers"),
        ({"orders": "01"}, "orders = '01': give a list of numbers"),
        ({"species": 0}, "species = 0: give a whole number of 1 or more"),
        ({"species": 27}, "species = 27: give 26 at most"),
    ],
)
def test_a_set_of_features_that_makes_no_sense_is_refused(options, fault):
    with pytest.raises(InputError, match=fault):
        FeatureSet(**options)


# -- families ----------------------------------------------------------------------------------


@pytest.mark.parametrize("family", [kind() for kind in FAMILIES], ids=lambda family: family.name)
def test_a_family_names_its_columns_and_sees_no_further_than_its_reach(family):
    names = family.names
    assert len(set(names)) == len(names) > 0
    assert {family_of(name) for name in names} == {family.name}
    assert {order_of(name) for name in names} == {0}
    assert all(name.startswith(kind) for kind, own in family.kinds.items() for name in own)
    length = 2 * family.reach + 0.1
    positions = np.random.default_rng(1).uniform(0, length, size=(400, 3))
    types = np.arange(400) % 2
    centre, everyone = np.array([0]), np.arange(400)
    found = family.values(positions, types, length, centre)
    assert found.shape == (1, len(names)) and found.dtype == np.float64
    every = family.values(positions, types, length, everyone)
    np.testing.assert_allclose(every[:1], found, rtol=1e-9)
    apart = (positions - positions[0] + length / 2) % length - length / 2
    near = np.linalg.norm(apart, axis=1) < family.reach
    assert 0 < near.sum() < 400
    alone = family.values(positions[near], types[near], length, centre)
    np.testing.assert_allclose(alone, found, rtol=1e-9, atol=1e-12)


def test_family_and_order_of_a_column_stand_in_its_name():
    features = FeatureSet(SMALL.radii, 0.2, SMALL.shells, SMALL.degrees, (0, 2), cutoff=2.0)
    families = np.array([family_of(name) for name in features.names])
    orders = np.array([order_of(name) for name in features.names])
    for order in (0, 2):
        chosen = features.columns(order=order)
        assert set(orders[chosen]) == {order}
        assert (families[chosen] == ["radial"] * 6 + ["angular"] * 4).all()


def test_settings_name_families_in_the_order_of_columns():
    radial = {"first": 0.9, "last": 1.1, "step": 0.2, "width": 0.2}
    angular = {"first": 1.0, "last": 2.0, "step": 1.0, "degrees": [4, 6]}
    both = FeatureSet.of(families_of({"angular": angular, "radial": radial}))
    assert both == FeatureSet((0.9, 1.1), 0.2, (1.0, 2.0), (4, 6), thickness=1.0)
    assert FeatureSet.of(families_of({"angular": angular})).names == both.names[4:]
    higher = FeatureSet.of(families_of({"radial": radial, "angular": angular}), [0, 1], 2.0)
    assert higher.only({"radial"}) == FeatureSet((0.9, 1.1), shells=(), orders=(0, 1), cutoff=2.0)


class Neighbours(Family):
    """Number of neighbours of each species closer than 1.5."""

    name = "neighbours"
    kinds = {"neighbours": ("neighbours_A", "neighbours_B")}  # noqa: RUF012
    reach = 1.5

    @classmethod
    def from_settings(cls, block):
        return cls()

    def values(self, positions, types, box_length, centres):
        apart = positions[None] - positions[centres, None]
        apart -= box_length * np.round(apart / box_length)
        near = np.linalg.norm(apart, axis=2) < self.reach
        near[np.arange(len(centres)), centres] = False
        return np.stack([near[:, types == species].sum(axis=1) for species in (0, 1)], axis=1) + 0.0


def test_another_family_stands_beside_them(liquid):
    positions, types = liquid
    others = (Neighbours(),)
    features = FeatureSet(SMALL.radii, 0.2, SMALL.shells, SMALL.degrees, (0, 1), 2.0, others=others)
    assert len(features) == len(features.names) == 24
    assert features.names[10:12] == ("neighbours_A", "neighbours_B")
    assert features.columns("neighbours").tolist() == [10, 11, 22, 23]
    found = frame_features(positions, types, LENGTH, features)
    np.testing.assert_array_equal(found[:, :10], frame_features(positions, types, LENGTH, SMALL))
    alone = frame_features(positions, types, LENGTH, features.only({"neighbours"}))
    np.testing.assert_array_equal(alone, found[:, features.columns("neighbours")])
    counted = others[0].values(positions, types, LENGTH, np.flatnonzero(types == 0))
    np.testing.assert_array_equal(found[:, 10:12], counted)
    assert counted.sum() > 0


# -- rows --------------------------------------------------------------------------------------


def test_a_moment_wanted_for_two_purposes_is_one_row():
    rows = select_rows(
        {
            "training": (np.array([5, 1]), np.array([7, 7])),
            "event": (np.array([5, 5, 2]), np.array([7, 3, 9])),
            "none": (np.array([], int), np.array([], int)),
        }
    )
    assert list(zip(rows.frames, rows.particles, strict=True)) == [(3, 5), (7, 1), (7, 5), (9, 2)]
    assert rows.roles["training"].tolist() == [False, True, True, False]
    assert rows.roles["event"].tolist() == [True, False, True, True]
    assert not rows.roles["none"].any()
    by_frame = [(frame, particles.tolist()) for frame, particles in rows.by_frame()]
    assert by_frame == [(3, [5]), (7, [1, 5]), (9, [2])]


def test_rows_are_found_by_particle_and_frame():
    rng = np.random.default_rng(1)
    particles, frames = rng.integers(0, 50, 300), rng.integers(0, 40, 300)
    rows = select_rows({"some": (particles, frames)})
    found = rows.find(particles, frames)
    np.testing.assert_array_equal(rows.particles[found], particles)
    np.testing.assert_array_equal(rows.frames[found], frames)
    with pytest.raises(InputError, match=r"particle 60 at frame 3 is not in the table \(1 moments"):
        rows.find(np.array([60]), np.array([3]))


def test_a_strided_population_counts_as_often_as_there_are_frames():
    for first, last in ((0, 99), (3, 108), (5, 14)):
        frames = strided_frames(first, last, 10)
        assert frames[0] == first
        assert frames[-1] + 9 <= last < frames[-1] + 19
    particles, moments = every_moment(np.array([4, 8]), np.array([0, 10, 20]))
    assert list(zip(particles, moments, strict=True)) == [
        (4, 0), (8, 0), (4, 10), (8, 10), (4, 20), (8, 20),
    ]  # fmt: skip
    for first, last, stride in ((5, 13, 10), (0, 9, 0), (-1, 50, 10)):
        with pytest.raises(InputError, match=f"stride = {stride} from frame {first}"):
            strided_frames(first, last, stride)


@pytest.fixture
def found():
    """Events of three particles whose p_hop is above 0.2 in frames 12-14, 20, and 30."""
    hop = np.zeros((40, 3))
    hop[7:10, 0] = (0.3, 0.5, 0.4)
    hop[15, 1] = hop[25, 2] = 0.9
    return events(hop, 0.2, first_frame=5)


def test_moments_above_the_threshold_are_those_two_frames_later(found):
    particles, frames = moments_above_threshold(found, 0, 100)
    expected = [(0, 10), (0, 11), (0, 12), (1, 18), (2, 28)]
    assert sorted(zip(particles.tolist(), frames.tolist(), strict=True)) == expected
    _, frames = moments_above_threshold(found, 11, 18)
    assert sorted(frames.tolist()) == [11, 12, 18]


def test_moments_before_events_have_the_event_within_two_frames(found):
    particles, frames = moments_before_events(found, 0, 100)
    # The maxima are in frames 13, 20 and 30.
    expected = [(0, 11), (0, 12), (1, 18), (1, 19), (2, 28), (2, 29)]
    assert sorted(zip(particles.tolist(), frames.tolist(), strict=True)) == expected
    _, frames = moments_before_events(found, 12, 28)
    assert sorted(frames.tolist()) == [12, 18, 19, 28]
    close = np.concatenate([found, found])
    close["frame"][3:] += 1
    particles, frames = moments_before_events(close, 0, 100)
    assert len(frames) == len(set(zip(particles.tolist(), frames.tolist(), strict=True))) == 9


def test_an_event_that_peaks_where_the_series_cuts_it_does_not_count():
    hop = np.zeros((20, 6))
    hop[:3, 0] = (0.5, 0.4, 0.3)  # falls from a maximum before the series
    hop[:3, 1] = (0.3, 0.5, 0.4)
    hop[-3:, 2] = (0.3, 0.4, 0.5)  # rises to one after it
    hop[-3:, 3] = (0.5, 0.4, 0.3)  # its maximum is its first frame, but not that of the series
    hop[9, 4] = 0.9
    hop[:, 5] = np.linspace(0.5, 0.3, 20)
    particles, frames = moments_before_events(events(hop, 0.2, first_frame=5), 0, 100)
    expected = [(1, 4), (1, 5), (3, 20), (3, 21), (4, 12), (4, 13)]
    assert sorted(zip(particles.tolist(), frames.tolist(), strict=True)) == expected
    none = moments_before_events(events(np.zeros((20, 6))), 0, 100)
    assert [len(part) for part in none] == [0, 0]


def rearranging_share(frames, particles):
    """f of particles that jump at random at a constant rate, and its standard error."""
    rng = np.random.default_rng(frames)
    jumps = rng.random((frames, particles, 1)) < 0.01
    shape = (frames, particles, 3)
    positions = np.cumsum(jumps * rng.normal(scale=0.5, size=shape), axis=0)
    found = events(hop_indicator(positions + rng.normal(scale=0.05, size=shape)))
    # p_hop is known from frame 5 to the sixth from the end.
    first, last = 5, frames - 6 - 3
    chosen, _ = moments_before_events(found, first, last)
    shares = np.bincount(chosen, minlength=particles) / (last - first + 1)
    return shares.mean(), shares.std() / np.sqrt(particles)


def test_the_share_before_events_does_not_depend_on_the_length_of_the_run():
    (long, its_error), (short, other_error) = (
        rearranging_share(frames, 600_000 // frames) for frames in (1000, 50)
    )
    assert 0.01 < long < 0.02
    # False events at the ends of 50 frames made it larger by 8 per cent.
    assert its_error < 0.02 * long
    assert abs(long - short) < 3 * np.hypot(its_error, other_error)


@pytest.mark.parametrize(
    "moments", [(np.array([1, 2]), np.array([1])), (np.array([0.5]), np.array([1])),
                (np.array([1]), np.array([-1]))],
)  # fmt: skip
def test_moments_that_are_none_are_refused(moments):
    with pytest.raises(InputError, match="training has"):
        select_rows({"training": moments})


# -- files -------------------------------------------------------------------------------------


def content(rows=500, columns=7, seed=1):
    """Rows and features of a table."""
    rng = np.random.default_rng(seed)
    chosen = select_rows({"population": every_moment(np.arange(10), np.arange(rows // 10))})
    roles = {"population": np.ones(rows, bool), "event": rng.random(rows) < 0.1}
    header = (chosen.frames, chosen.particles, roles, [f"feature_{i}" for i in range(columns)])
    return header, rng.random((rows, columns)).astype(np.float32)


def write(path, header, features, cut=60, provenance=MADE_BY):
    with writing_features(path, *header, 0.45, 2, provenance) as writer:
        for begin in range(0, len(features), cut):
            writer.append(features[begin : begin + cut])
    return path


def test_a_table_comes_back(tmp_path):
    header, features = content()
    path = write(tmp_path / "folder" / "features.h5", header, features)
    with reading_features(path) as table:
        assert (table.temperature, table.replica, len(table)) == (0.45, 2, 500)
        assert table.columns == tuple(header[3])
        np.testing.assert_array_equal(table.frames, header[0])
        np.testing.assert_array_equal(table.particles, header[1])
        np.testing.assert_array_equal(table.roles["event"], header[2]["event"])
        np.testing.assert_array_equal(table.features(), features)
        assert table.features().dtype == np.float32
    assert tables.read_provenance(path) == MADE_BY.as_text()
    assert list(path.parent.iterdir()) == [path]


def test_a_table_is_read_in_pieces(tmp_path, monkeypatch):
    header, features = content()
    with reading_features(write(tmp_path / "a.h5", header, features)) as table:
        joined = np.empty_like(features)
        for stretch, part in table.chunks(37):
            assert len(part) <= 37
            joined[stretch] = part
        np.testing.assert_array_equal(joined, features)
        event = table.roles["event"]
        np.testing.assert_array_equal(table.features(event), features[event])
        some = np.array([400, 3, 3, 77, 0])
        monkeypatch.setattr(feature_files, "_READ_BYTES", 4 * 7 * 50)
        assert [len(part) for _, part in table.chunks()] == [50] * 10
        np.testing.assert_array_equal(table.features(some), features[some])


def test_equal_content_gives_equal_bytes_however_it_was_cut(tmp_path):
    # More than one chunk, and a last one that is not full.
    header, features = content(rows=4010, columns=135)
    first = write(tmp_path / "a.h5", header, features, cut=4010).read_bytes()
    assert write(tmp_path / "b.h5", header, features, cut=77).read_bytes() == first


def test_a_table_larger_than_its_memory_is_written_and_read(tmp_path):
    header, _ = content(rows=100_000, columns=135)
    piece = np.random.default_rng(1).random((1000, 135)).astype(np.float32)
    path = tmp_path / "a.h5"
    tracemalloc.start()
    with writing_features(path, *header, 0.45, 0, MADE_BY) as writer:
        for _ in range(100):
            writer.append(piece)
    with reading_features(path) as table:
        total = sum(float(part.sum(dtype=np.float64)) for _, part in table.chunks())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 54e6
    assert total == pytest.approx(100 * piece.sum(dtype=np.float64))
    assert most < 20e6


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda header, f: f[:-1], "499 of 500 rows were given"),
        (lambda header, f: np.concatenate([f, f[:1]]), "row 501 of 500 rows"),
        (lambda header, f: f[:, :-1], r"features have the shape \(60, 6\): give \(n, 7\)"),
        (lambda header, f: np.where(np.arange(7) == 3, np.nan, f), "rows 0 to 59 are not finite"),
        (lambda header, f: header[2].update(event=np.ones(3, bool)), r"event has the shape \(3,\)"),
    ],
)
def test_what_does_not_fit_leaves_no_file(tmp_path, spoil, fault):
    header, features = content()
    spoilt = spoil(header, features)
    with pytest.raises(InputError, match=fault):
        write(tmp_path / "a.h5", header, features if spoilt is None else spoilt)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_keeps_the_old_table(tmp_path):
    header, features = content()
    old = write(tmp_path / "a.h5", header, features).read_bytes()
    with (
        pytest.raises(KeyboardInterrupt),
        writing_features(tmp_path / "a.h5", *header, 0.45, 0, MADE_BY) as writer,
    ):
        writer.append(features[:100])
        raise KeyboardInterrupt
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [old]


def test_a_disk_without_room_is_told_before_anything_is_written(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 10**4))
    header, features = content()
    with pytest.raises(InputError, match=r"a\.h5: needs 0\.00\d+ GB, 1e-05 GB are free: free some"):
        write(tmp_path / "a.h5", header, features)
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
import sys
import numpy as np
from softness.errors import InputError
from softness.files.features import writing_features
from softness.files.provenance import Provenance

n = np.arange(20_000)
try:
    with writing_features(sys.argv[1], n, n, {}, list("abc"), 0.45, 0, Provenance("t", {})) as w:
        w.append(np.ones((20_000, 3)))
except InputError as error:
    sys.exit(f"error: {error}")
"""


@pytest.mark.parametrize("limit", [1_000, 300_000])
def test_a_limit_on_the_size_of_files_ends_in_one_line(tmp_path, limit):
    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    path = tmp_path / "a.h5"
    path.write_text("old")
    done = subprocess.run(
        # Without -B Python would cut short the compiled modules that it keeps, too.
        [sys.executable, "-B", "-c", PROGRAM, str(path)],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "PATH": "/usr/bin:/bin"},
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith(f"error: {path}: ")
    assert "free some space" in done.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_table_is_named(tmp_path, share):
    path = write(tmp_path / "a.h5", *content())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"a\.h5: truncated"), reading_features(path):
        pass


def shorten_particles(file):
    file.pop("particles")
    file.create_dataset("particles", data=[1])


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda file: file.pop("features"), "lacks features"),
        (lambda file: file.attrs.update(record="Other"), "holds Other, expected FeatureTable"),
        (lambda file: file.attrs.update(columns=["one"]), r"expected \(500, 1\) of float32"),
        (shorten_particles, r"particles has the shape \(1,\)"),
    ],
)
def test_a_damaged_table_is_named(tmp_path, damage, fault):
    path = write(tmp_path / "a.h5", *content())
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(InputError, match=rf"a\.h5: .*{fault}"), reading_features(path):
        pass


def test_structure_frames_are_those_whose_rearrangements_are_known():
    """20 frames, half a window of 5: p_hop in 5 to 14, events to 13, structure two before."""
    strided, within = structure_frames(20, half_window=5, ahead=2, stride=3)
    assert strided.tolist() == [5, 8]
    assert within == (5, 10)
    strided, _ = structure_frames(20, half_window=5, ahead=2, stride=7)
    assert strided.tolist() == [5]


def test_a_run_without_room_for_a_stride_is_refused():
    with pytest.raises(InputError, match="stride = 8"):
        structure_frames(20, half_window=5, ahead=2, stride=8)


@pytest.mark.parametrize("seed", range(5))
def test_shares_of_moments_before_events_do_not_depend_on_where_a_run_is_cut(seed):
    """What a short piece of a long run says of its structure frames is what the long run says."""
    generator = np.random.default_rng(seed)
    hop = generator.gamma(0.5, 0.2, size=(60, 40))
    first, half_window, frames, ahead = 12, 5, 30, 2
    # Frames of the long run begin with 0; a piece of it holds frames first to first + frames - 1.
    rows = slice(first, first + frames - 2 * half_window)
    long = events(hop, 0.2, first_frame=half_window)
    piece = events(hop[rows], 0.2, first_frame=half_window)
    _, within = structure_frames(frames, half_window, ahead, stride=4)
    shifted = tuple(frame + first for frame in within)
    expected = moments_before_events(long, *shifted, ahead)
    found = moments_before_events(piece, *within, ahead)
    pairs = (sorted(zip(*each, strict=True)) for each in (expected, (found[0], found[1] + first)))
    known, measured = (set(each) for each in pairs)
    # An excursion that the start cuts may have its true maximum before the piece.
    cut = {(p, f) for p, f in known ^ measured if f > first + half_window + 4}
    assert not cut


def test_a_run_without_a_moment_has_a_table_without_rows(tmp_path):
    path, none = tmp_path / "features.h5", np.zeros(0, np.int64)
    roles = {"rearranging": np.zeros(0, bool)}
    made_by = Provenance("test", {})
    with writing_features(path, none, none, roles, ("a", "b"), 0.5, 0, made_by):
        pass
    with reading_features(path) as stored:
        assert len(stored) == 0
        assert stored.features().shape == (0, 2)
        assert list(stored.chunks()) == []
