"""Bond-orientational order against spherical harmonics, freud and known crystals."""

import freud
import numpy as np
import pytest
from direct_sums import vectors_and_distances
from scipy.special import sph_harm_y

from softness.errors import InputError
from softness.structure.angular import DEGREES, angular_features

SHELLS = np.array([[1.0, 1.5], [1.5, 2.0], [2.0, 2.5], [2.5, 3.0], [3.0, 3.5]])


def angular_by_definition(positions, box_length, centres, shells=SHELLS, degrees=DEGREES):
    """Eq. 3.2 and 3.3 with the spherical harmonics of scipy."""
    vector, distance = vectors_and_distances(positions, box_length, centres)
    found = np.zeros((len(centres), len(shells), len(degrees)))
    for i, shell in np.ndindex(len(centres), len(shells)):
        members = (distance[i] >= shells[shell][0]) & (distance[i] < shells[shell][1])
        if not members.any():
            continue
        x, y, z = vector[i, members].T
        polar, azimuth = np.arccos(z / distance[i, members]), np.arctan2(y, x)
        for column, degree in enumerate(degrees):
            orders = np.arange(-degree, degree + 1)[:, None]
            mean = sph_harm_y(degree, orders, polar, azimuth).mean(axis=1)
            found[i, shell, column] = np.sqrt(
                4 * np.pi / (2 * degree + 1) * (np.abs(mean) ** 2).sum()
            )
    return found.reshape(len(centres), -1)


def angular_by_freud(positions, box_length, shells=SHELLS, degrees=DEGREES):
    box = freud.box.Box.cube(box_length)
    particles = len(positions)
    vector, distance = vectors_and_distances(positions, box_length, np.arange(particles))
    columns = []
    for inner, outer in shells:
        i, j = np.nonzero((distance >= inner) & (distance < outer))
        bonds = freud.locality.NeighborList.from_arrays(particles, particles, i, j, vector[i, j])
        steinhardt = freud.order.Steinhardt(l=[int(degree) for degree in degrees])
        order = steinhardt.compute((box, box.wrap(positions)), neighbors=bonds).particle_order
        columns.append(np.nan_to_num(np.reshape(order, (particles, -1))))
    return np.concatenate(columns, axis=1)


def random_liquid(particles=500, box_length=8.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, box_length, (particles, 3)), box_length


def lattice(basis, cells=6, edge=1.2):
    corners = np.stack(np.meshgrid(*3 * [np.arange(cells)], indexing="ij"), axis=-1)
    positions = (corners.reshape(-1, 1, 3) + np.array(basis)).reshape(-1, 3) * edge
    return positions, cells * edge


FACE_CENTRED = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]


def disturbed_crystal():
    positions, box_length = lattice(FACE_CENTRED, cells=5, edge=1.55)
    return positions + np.random.default_rng(3).normal(scale=0.05, size=positions.shape), box_length


@pytest.mark.parametrize("configuration", [random_liquid, disturbed_crystal])
def test_it_is_the_equation_of_the_source(configuration):
    positions, box_length = configuration()
    centres = np.arange(0, len(positions), 50)
    expected = angular_by_definition(positions, box_length, centres)
    found = angular_features(positions, box_length, centres)
    assert found.shape == (len(centres), 35)
    np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize("configuration", [random_liquid, disturbed_crystal])
def test_freud_gives_the_same(configuration):
    positions, box_length = configuration()
    expected = angular_by_freud(positions, box_length)
    np.testing.assert_allclose(angular_features(positions, box_length), expected, atol=1e-4)


def test_all_degrees_even_odd_and_in_any_order():
    positions, box_length = random_liquid()
    degrees = [7, 0, 2, 1, 14, 3, 20]
    centres = np.arange(0, 500, 100)
    expected = angular_by_definition(positions, box_length, centres, degrees=degrees)
    found = angular_features(positions, box_length, centres, degrees=degrees)
    np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize(
    ("basis", "nearest", "expected"),
    [
        ([[0, 0, 0]], 1.0, {2: 0, 4: 0.763763, 6: 0.353553}),
        ([[0, 0, 0], [0.5, 0.5, 0.5]], np.sqrt(0.75), {2: 0, 4: 0.509175, 6: 0.628539}),
        (FACE_CENTRED, np.sqrt(0.5), {2: 0, 4: 0.190941, 6: 0.574524}),
    ],
    ids=["simple cubic", "body-centred cubic", "face-centred cubic"],
)
def test_crystals_have_the_values_of_steinhardt(basis, nearest, expected):
    edge = 1.2
    positions, box_length = lattice(basis, edge=edge)
    shell = [[0.98 * nearest * edge, 1.02 * nearest * edge]]
    found = angular_features(positions, box_length, shells=shell, degrees=list(expected))
    np.testing.assert_allclose(found, np.tile(list(expected.values()), (len(found), 1)), atol=1e-6)


def test_one_neighbour_is_perfect_order_and_two_opposite_ones_have_no_odd_part():
    one = np.array([[5, 5, 5], [5.3, 6.1, 5.2]])
    degrees = np.arange(1, 15)
    np.testing.assert_allclose(angular_features(one, 10.0, [0], [1.0], degrees), 1)
    two = np.concatenate([one, 2 * one[:1] - one[1:]])
    found = angular_features(two, 10.0, [0], [1.0], degrees)[0]
    np.testing.assert_allclose(found, (degrees + 1) % 2, atol=1e-7)


def test_many_random_neighbours_have_hardly_any_order():
    directions = np.random.default_rng(5).normal(size=(400, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    positions = np.concatenate([np.zeros((1, 3)), 1.2 * directions])
    found = angular_features(positions, 10.0, [0], [1.0])
    # Independent directions: the mean of Q_l^2 is one over their number.
    assert 0.5 < np.sqrt((found**2).mean() * 400) < 1.5


def test_an_empty_shell_is_zero():
    found = angular_features(np.array([[1.0, 1, 1], [2.2, 1, 1]]), 10.0).reshape(2, 5, 7)
    np.testing.assert_allclose(found[:, 0], 1)
    assert (found[:, 1:] == 0).all()
    assert (angular_features(np.zeros((1, 3)), 10.0) == 0).all()


def test_a_shell_holds_its_inner_edge_and_not_its_outer_edge():
    positions = np.array([[0.0, 0, 0], [1.5, 0, 0], [0, 1.5, 0]])
    found = angular_features(positions, 10.0, [0], degrees=[2]).reshape(5)
    assert found[0] == 0
    assert found[1] == pytest.approx(0.5)


def test_the_order_of_columns_is_shell_by_shell():
    positions, box_length = random_liquid()
    whole = angular_features(positions, box_length).reshape(500, 5, 7)
    one = angular_features(positions, box_length, shells=[2.0], degrees=[6])[:, 0]
    np.testing.assert_allclose(whole[:, 2, 2], one, atol=1e-6)


def test_it_is_the_same_wherever_the_box_is_cut_and_however_it_is_turned():
    positions, box_length = random_liquid()
    expected = angular_features(positions, box_length)
    images = np.random.default_rng(1).integers(-9, 9, positions.shape)
    for moved in (
        positions + images * box_length,
        positions + np.array([3.3, -7.1, 100.0]),
        positions[:, [1, 0, 2]] * [-1, 1, 1],
    ):
        np.testing.assert_allclose(angular_features(moved, box_length), expected, atol=1e-6)


def test_it_does_not_depend_on_the_order_of_particles():
    positions, box_length = random_liquid()
    order = np.random.default_rng(2).permutation(len(positions))
    expected = angular_features(positions, box_length)[order]
    np.testing.assert_allclose(angular_features(positions[order], box_length), expected, atol=1e-6)


def test_the_same_input_gives_the_same_bits():
    frame = random_liquid()
    assert np.array_equal(angular_features(*frame), angular_features(*frame))


def test_two_particles_at_one_place_are_no_exception():
    positions = np.array([[1.0, 1, 1], [1.0, 1, 1], [1.4, 1, 1]])
    found = angular_features(positions, 10.0, [0], shells=[0.0], degrees=[4])
    assert found == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"positions": np.zeros((4, 3, 3))}, "positions has the shape"),
        ({"positions": np.full((4, 3), np.inf)}, "positions of particle 0"),
        ({"box_length": 6.9}, "smaller than twice the reach 3.5"),
        ({"centres": [500]}, "centres holds 500"),
        ({"shells": [[1.5, 1.0]]}, "shells"),
        ({"shells": [-1.0]}, "shells"),
        ({"degrees": [2, -4]}, "degrees"),
        ({"degrees": [2.5]}, "degrees"),
    ],
)
def test_a_bad_argument_is_named(change, named):
    positions, box_length = random_liquid()
    with pytest.raises(InputError, match=named):
        angular_features(**({"positions": positions, "box_length": box_length} | change))
