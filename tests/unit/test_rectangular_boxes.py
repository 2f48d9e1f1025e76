"""Structure and its correlations in boxes whose edges differ."""

import freud
import numpy as np
import pytest
from direct_sums import nearest_image, vectors_and_distances
from test_angular import angular_by_definition
from test_averaged import averaged_by_definition
from test_radial import radial_by_definition

from softness import periodic
from softness.dynamics.equilibrium import crystalline_share
from softness.dynamics.heterogeneity import neighbour_correlation
from softness.dynamics.pairs import PairDistribution
from softness.errors import InputError
from softness.structure.angular import angular_features
from softness.structure.averaged import averaged_features
from softness.structure.feature_set import FeatureSet, frame_features
from softness.structure.neighbours import neighbour_blocks
from softness.structure.projected import projected_features
from softness.structure.radial import RADII, radial_features

SHAPES = [[12.0, 24.0, 18.0], [24.0, 18.0, 12.0], [18.0, 12.0, 24.0], [11.9, 60.0, 13.0]]
REACH = 5.9


def gas(edges, density=0.15, seed=0):
    rng = np.random.default_rng(seed)
    edges = np.array(edges)
    number = round(density * edges.prod())
    # Unwrapped, over several images.
    positions = rng.uniform(-edges, 2 * edges, (number, 3))
    return positions, (rng.random(number) < 0.2).astype(int), edges


@pytest.mark.parametrize("edges", SHAPES)
def test_each_neighbour_is_found_once_and_freud_finds_the_same(edges):
    positions, _, edges = gas(edges)
    found = set()
    for chosen, block in neighbour_blocks(positions, edges, REACH, np.arange(len(positions))):
        centres = np.arange(len(positions))[chosen]
        counts, pairs = np.diff(block.first), block.first[-1]
        listed = list(
            zip(np.repeat(centres, counts).tolist(), block.index[:pairs].tolist(), strict=True)
        )
        assert not found.intersection(listed)
        found.update(listed)
        direct = positions[block.index[:pairs]] - positions[np.repeat(centres, counts)]
        np.testing.assert_allclose(
            block.vector[:, :pairs].T, nearest_image(direct, edges), atol=1e-12
        )
    box = freud.box.Box(*edges)
    query = freud.locality.AABBQuery(box, box.wrap(positions))
    bonds = query.query(box.wrap(positions), {"r_max": REACH, "exclude_ii": True})
    assert found == set(map(tuple, bonds.toNeighborList()[:].tolist()))


@pytest.mark.parametrize("edges", SHAPES)
def test_features_are_sums_over_all_pairs(edges):
    positions, types, edges = gas(edges)
    centres = np.arange(0, len(positions), 9)
    expected = radial_by_definition(positions, types, edges, centres)
    found = radial_features(positions, types, edges, centres)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * expected.max())
    expected = angular_by_definition(positions, edges, centres)
    np.testing.assert_allclose(angular_features(positions, edges, centres), expected, atol=1e-7)
    features = np.random.default_rng(1).normal(size=(len(positions), 4))
    expected = averaged_by_definition(features, positions, edges, 2.37, 2)
    found = averaged_features(features, positions, edges, 2.37, 2)
    np.testing.assert_allclose(found, expected, atol=1e-13)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_system_beside_its_own_copy_has_the_same_features(axis):
    length, features = 12.0, FeatureSet(orders=(0, 1, 2), cutoff=2.37)
    positions, types, _ = gas([length] * 3, density=0.5)
    along = np.eye(3)[axis] * length
    twice = np.concatenate([positions, positions + along]), np.tile(types, 2), length + along
    one, both = frame_features(positions, types, length, features), frame_features(*twice, features)
    np.testing.assert_allclose(both, np.tile(one, (2, 1)), rtol=1e-5, atol=1e-6)
    weights = np.random.default_rng(2).normal(size=(2, len(features)))
    one = projected_features(positions, types, length, features, weights)
    both = projected_features(*twice, features, weights)
    np.testing.assert_allclose(both, np.tile(one, (2, 1)), atol=1e-4)


def test_axes_may_be_exchanged():
    positions, types, edges = gas(SHAPES[0])
    order = [2, 0, 1]
    features = FeatureSet(orders=(0, 1), cutoff=2.37)
    np.testing.assert_allclose(
        frame_features(positions[:, order], types, edges[order], features),
        frame_features(positions, types, edges, features),
        rtol=1e-5,
        atol=1e-6,
    )


def test_a_cube_by_its_three_edges_gives_the_same_bytes():
    positions, types, edges = gas([12.0] * 3, density=0.5)
    features = FeatureSet(orders=(0, 1), cutoff=2.37)
    one, three = (frame_features(positions, types, box, features) for box in (12.0, edges))
    assert one.tobytes() == three.tobytes()


def test_edges_of_exactly_twice_the_reach_count_no_pair_twice():
    edges = np.array([2 * REACH, 2 * REACH + 5, 2 * REACH])
    positions = np.array([[0, 0, 0], [REACH - 1e-9, 0, 0], [0, 0, REACH], [0, REACH + 2.5, 0]])
    expected = radial_by_definition(positions, np.zeros(4), edges, np.arange(4))
    found = radial_features(positions, np.zeros(4, int), edges)
    np.testing.assert_allclose(found, expected, atol=1e-7)
    assert RADII[-1] + 5 * 0.2 == pytest.approx(REACH)


@pytest.mark.parametrize(
    ("box_length", "named"),
    [
        (
            [12.0, 11.7, 30.0],
            r"shortest edge of box_length = 11\.7 is smaller than twice the reach 5",
        ),
        ([12.0, 12.0], "box_length = .*: give a positive, finite edge of a cubic box, or three"),
        (np.eye(3) * 12, "three of a rectangular one"),
        ([12.0, 0.0, 12.0], "give a positive"),
        ([12.0, np.nan, 12.0], "give a positive, finite edge"),
        ("wide", "box_length = wide: give a positive"),
    ],
)
def test_a_bad_box_is_named(box_length, named):
    positions, types, _ = gas([12.0] * 3)
    with pytest.raises(InputError, match=named):
        radial_features(positions, types, box_length)


def test_pairs_and_neighbours_are_those_of_the_box():
    edges = np.array([10.0, 14.0, 21.0])
    positions, types, _ = gas(edges, density=0.04)
    result = PairDistribution(edges, types, 0.5, 5.0)
    result.add(positions)
    _, distance = vectors_and_distances(positions, edges)
    limits = np.linspace(0, 5, 11)
    shells = 4 / 3 * np.pi * np.diff(limits**3)
    for row, (first, second) in zip(result.values(), [(0, 0), (0, 1), (1, 1)], strict=True):
        counts, _ = np.histogram(distance[np.ix_(types == first, types == second)], limits)
        partners = (types == second).sum() - (first == second)
        expected = counts / (types == first).sum() / shells / (partners / edges.prod())
        np.testing.assert_allclose(row, expected, rtol=1e-4)
    values = np.random.default_rng(3).normal(size=len(positions))
    near = np.nonzero(distance < 2.5)
    found = neighbour_correlation(values, positions, edges, 2.5, np.random.default_rng(4))
    assert found.value == pytest.approx(np.corrcoef(values[near[0]], values[near[1]])[0, 1])
    for limit in ("largest_distance", "distance"):
        with pytest.raises(InputError, match=f"= 10 is smaller than twice the {limit} 5.1"):
            if limit == "distance":
                neighbour_correlation(values, positions, edges, 5.1, np.random.default_rng(4))
            else:
                PairDistribution(edges, types, 0.5, 5.1)


def test_a_lattice_in_a_long_box_is_crystalline():
    cells, edge = np.array([3, 7, 4]), np.sqrt(2)
    corners = np.stack(np.meshgrid(*map(np.arange, cells), indexing="ij"), axis=-1)
    basis = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    lattice = (corners.reshape(-1, 1, 3) + basis).reshape(-1, 3) * edge
    everyone = np.ones(len(lattice), bool)
    # A cube of this volume would cut through the lattice.
    assert crystalline_share(lattice, everyone, cells * edge, 1.2, 0.3) == 1
    assert crystalline_share(lattice, everyone, (cells.prod() ** (1 / 3)) * edge, 1.2, 0.3) < 1
    with pytest.raises(InputError, match=r"smaller than twice the neighbour_distance 2\.2"):
        crystalline_share(lattice, everyone, cells * edge, 2.2, 0.3)


def test_what_is_wrapped_is_put_back():
    edges = np.array([3.0, 10.0, 4.5])
    positions = np.random.default_rng(5).uniform(-50, 50, size=(1000, 3))
    wrapped, images = periodic.wrap(positions, edges)
    assert (wrapped >= -edges / 2).all()
    assert (wrapped < edges / 2).all()
    np.testing.assert_allclose(periodic.unwrap(wrapped, images, edges), positions, atol=1e-12)
    for axis, edge in enumerate(edges):
        alone, its_images = periodic.wrap(positions[:, axis], float(edge))
        assert np.array_equal(alone, wrapped[:, axis])
        assert np.array_equal(its_images, images[:, axis])
