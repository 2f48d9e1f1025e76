"""Clusters of soft and of hard particles: sizes by brute force, controls, figure 5.3."""

from dataclasses import replace

import numpy as np
import pytest
from direct_sums import nearest_image
from figure_by_number import FigureByNumber
from stage_files import made_up
from test_stage_numbers import LENGTH, OF_RUN, A, result, walk, written

from softness.errors import InputError
from softness.figures import style
from softness.files.records.dynamics import RelaxationTable
from softness.files.records.learned import CLUSTERED, LearnedValues, SoftnessClusters
from softness.findings.data import FigureData
from softness.findings.figure_5_3_softness_clusters import size_bins
from softness.seeds import stream
from softness.stages import clusters
from softness.structure.clusters import cluster_sizes, largest, mean_size

EDGES = np.array([6.0, 9.0, 13.0])


def by_hand(positions, edges, distance):
    """Sizes of clusters: labels of neighbours are made equal until none changes."""
    apart = np.linalg.norm(nearest_image(positions[:, None] - positions, edges), axis=-1)
    label = np.arange(len(positions))
    while True:
        lowest = np.where(apart <= distance, label, len(label)).min(axis=1)
        if (lowest == label).all():
            return sorted(np.unique(label, return_counts=True)[1])
        label = lowest


@pytest.mark.parametrize("edges", [8.0, EDGES])
@pytest.mark.parametrize("distance", [0.7, 1.2, 1.5])
def test_sizes_are_those_of_a_union_by_hand(edges, distance):
    positions = np.random.default_rng(1).uniform(-20, 20, size=(150, 3))
    found = sorted(cluster_sizes(positions, edges, distance))
    assert found == by_hand(positions, edges, distance)
    assert 1 < max(found) < 150


def test_clusters_go_on_across_the_faces_of_the_box():
    positions = np.array([[0.2, 0.0, 0.0], [5.9, 9.0, 0.0], [0.1, -0.4, 12.8], [3.0, 4.0, 5.0]])
    assert sorted(cluster_sizes(positions, EDGES, 0.6)) == [1, 3]


def test_a_box_shorter_than_twice_the_distance_is_refused():
    with pytest.raises(
        InputError, match=r"edge of box_length = 6 is smaller than twice the distance 3\.1"
    ):
        cluster_sizes(np.zeros((2, 3)), EDGES, 3.1)


def test_the_largest_values_are_chosen():
    assert sorted(largest(np.array([3.0, -1.0, 7.0, 5.0, 0.0]), 0.4)) == [2, 3]
    with pytest.raises(InputError, match=r"fraction = 0\.05 of 5 particles chooses none"):
        largest(np.arange(5.0), 0.05)


def test_the_mean_size_is_that_of_the_cluster_of_a_particle():
    # Two particles alone and one cluster of three.
    assert mean_size(np.array([2, 0, 1])) == pytest.approx((1 + 1 + 9) / 5)
    assert np.isnan(mean_size(np.zeros((2, 3)))).all()


SETTINGS = {"seed": 7, "fraction": 0.2, "permutations": 40, "neighbour_distance": 1.4}
AT = [3, 7, 11]


def measured(folder, **changes):
    """What the stage finds of a run, and the softness and a random direction it is given."""
    path, _ = written(folder, 2)
    values = np.random.default_rng(5).normal(size=(len(AT) * len(A), 3)).astype(np.float32)
    given = {
        "names": np.array(["fluidity_1", "softness", "random_0"], "S"),
        "population_frame": np.repeat(AT, len(A)),
        "population": values,
        "event": np.zeros((1, 3)),
        **{name: OF_RUN[name] for name in ("temperature", "replica")},
    }
    learned = made_up(folder / "values.h5", LearnedValues, **given)
    files = {"trajectory": path, "values": learned}
    found = result(clusters, SoftnessClusters, folder, SETTINGS | changes, **files)
    return found, values.reshape(len(AT), len(A), 3)


def test_clusters_of_each_group_and_frame_are_those_by_hand(tmp_path):
    found, values = measured(tmp_path)
    assert found.groups.astype(str).tolist() == list(CLUSTERED)
    assert found.frame.tolist() == AT
    generator = stream(7, "clusters", OF_RUN["temperature"], OF_RUN["replica"])
    for place, frame in enumerate(AT):
        positions, softness = walk(2)[frame][A], values[place, :, 1]
        permuted = [generator.permutation(softness) for _ in range(40)]
        groups = [softness], [-softness], permuted, [values[place, :, 2]]
        for counts, chosen in zip(found.counts[:, place], groups, strict=True):
            sizes = []
            for each in chosen:
                members = positions[np.argsort(each)[-17:]]
                sizes += by_hand(members, LENGTH, 1.4)
            np.testing.assert_array_equal(counts, np.bincount(sizes, minlength=1 + len(counts))[1:])


def test_random_pairs_are_neighbours_as_often_as_pairs_of_all_particles(tmp_path):
    """Two of n particles form one cluster with the fraction of pairs that are near."""
    found, _ = measured(tmp_path, fraction=2 / len(A), permutations=3000)
    near = []
    for frame in AT:
        positions = walk(2)[frame][A]
        apart = nearest_image(positions[:, None] - positions, LENGTH)
        close = np.linalg.norm(apart, axis=-1)[np.triu_indices(len(A), 1)] < 1.4
        near.append(close.mean())
    random = found.counts[CLUSTERED.index("random particles")]
    shares = random[:, 1] / 3000
    error = np.sqrt(np.mean(near) * (1 - np.mean(near)) / 3000)
    np.testing.assert_allclose(shares, near, atol=4 * error)
    assert mean_size(random.sum(axis=0)) == pytest.approx(1 + shares.mean())


def test_values_of_another_run_are_refused(tmp_path):
    path, _ = written(tmp_path, 2)
    given = {"population_frame": np.zeros(4), "population": np.zeros((4, 1))}
    learned = made_up(tmp_path / "values.h5", LearnedValues, **given)
    with pytest.raises(InputError, match=r"has 4 values for 1 frames of 86 particles"):
        result(clusters, SoftnessClusters, tmp_path, SETTINGS, trajectory=path, values=learned)


# Figure 5.3

SOFT_NAME = "mean cluster size of soft particles over that of random particles, coldest liquid"
HARD_NAME = SOFT_NAME.replace("soft", "hard")
DIRECTIONS = "mean cluster size of soft particles over that by random directions, coldest liquid"
REPRODUCED, NOT, UNSURE, UNTESTED = "reproduced", "not reproduced", "inconclusive", "not tested"


def made(temperature, replica, of_size, frames=40, directions=True):
    """Groups of 24 particles in clusters of one size each; a frame in four has them all apart."""
    counts = np.zeros((len(CLUSTERED), frames, 24), np.int32)
    for group, size in enumerate(of_size):
        counts[group, :, size - 1] = 24 // size
    apart = np.random.default_rng(replica).permutation(frames)[: frames // 4]
    counts[:, apart] = 0
    counts[:, apart, 0] = 24
    if not directions:
        counts[-1] = 0
    return SoftnessClusters(
        temperature=np.array(temperature),
        replica=np.array(replica),
        interval=np.array(1.0),
        stride=np.array(10),
        fraction=np.array(0.05),
        groups=np.array(CLUSTERED, "S"),
        frame=np.arange(3, 3 + 10 * frames, 10),
        counts=counts,
    )


def data(of_size=(8, 6, 2, 3), time=20.0, temperatures=(0.5, 0.6), replicas=2, **options):
    relaxation = [
        RelaxationTable(
            **{name: np.zeros(1) for name in RelaxationTable.__dataclass_fields__}
            | {"temperature": np.array(each), "relaxation_time": np.array(time)}
        )
        for each in temperatures
    ]
    return FigureData(
        settings={"seed": 1, "draws": 200, "block_length": 2.0},
        clusters=[made(t, r, of_size, **options) for t in temperatures for r in range(replicas)],
        relaxation=relaxation,
    )


def claims(given):
    return {claim.name: claim for claim in FigureByNumber("5.3").claims(given)}


def test_what_is_planted_is_found():
    found = claims(data())
    assert list(found) == [SOFT_NAME, HARD_NAME, DIRECTIONS]
    sizes = {size: 0.75 * size + 0.25 for size in (8, 6, 2, 3)}
    for name, pair in ((SOFT_NAME, (8, 2)), (HARD_NAME, (6, 2)), (DIRECTIONS, (8, 3))):
        assert found[name].value == pytest.approx(sizes[pair[0]] / sizes[pair[1]])
        assert found[name].verdict == REPRODUCED
        assert found[name].origin == "ours"
        assert found[name].note == "at T = 0.5, 5 % of the A particles"
        # Blocks of two relaxation times in 400 tau.
        assert found[name].units == "20 time blocks of 2 replicas"


@pytest.mark.parametrize(
    ("name", "changes", "verdict"),
    [
        (SOFT_NAME, {"of_size": (2, 2, 2, 2)}, NOT),
        (SOFT_NAME, {"replicas": 1}, UNSURE),
        (DIRECTIONS, {"of_size": (2, 2, 2, 8)}, NOT),
        (DIRECTIONS, {"directions": False}, UNTESTED),
        (HARD_NAME, {"directions": False}, REPRODUCED),
        (SOFT_NAME, {"temperatures": ()}, UNTESTED),
    ],
)
def test_verdicts_follow_what_is_planted(name, changes, verdict):
    assert claims(data(**changes))[name].verdict == verdict


def test_replicas_that_differ_decide_nothing():
    clusters = [made(0.5, 0, (8, 8, 2, 2)), made(0.5, 1, (2, 2, 2, 2))]
    assert claims(replace(data(), clusters=clusters))[SOFT_NAME].verdict == UNSURE


def test_the_table_has_mean_sizes_and_the_number_of_clusters_of_each_size():
    found = FigureByNumber("5.3").table(data())
    cold = found[found["temperature"] == 0.5]
    sizes = cold[cold["quantity"] == "mean size"].set_index("group")["value"]
    assert sizes["soft"] == pytest.approx(0.75 * 8 + 0.25)
    number = cold[(cold["quantity"] == "n(s)") & (cold["group"] == "soft")]
    assert number["first_size"].tolist() == [1, 8]
    assert number["last_size"].tolist() == [1, 10]
    # A quarter of the frames has single particles; the others three clusters of 24 particles, in a
    # bin of three sizes.
    np.testing.assert_allclose(number["value"], [0.25, 0.75 * 3 / 24 / 3])


def test_bins_of_sizes_grow_evenly_and_end_beyond_the_largest_one():
    assert size_bins(1).tolist() == [1, 2]
    assert size_bins(7).tolist() == [1, 2, 3, 4, 6, 8]
    assert size_bins(8).tolist() == [1, 2, 3, 4, 6, 8, 11]
    assert all(size_bins(n)[-1] > n >= size_bins(n)[-2] for n in range(1, 3000))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"time": np.nan},
        {"replicas": 1, "frames": 1},
        {"directions": False},
        {"of_size": (1, 1, 1, 1)},
        {"temperatures": ()},
    ],
)
@pytest.mark.filterwarnings("error")
def test_the_figure_is_drawn_from_whatever_a_study_has(changes):
    given = data(**changes)
    with style.applied():
        figure = FigureByNumber("5.3").plot(given)
        figure.draw_without_rendering()
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
    shown = FigureByNumber("5.3").table(given).select_dtypes("number").to_numpy()
    assert np.isfinite(shown.astype(float)).all()
