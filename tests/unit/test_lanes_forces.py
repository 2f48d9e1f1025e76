"""Forces, energies and motion of lanes, against sums over all pairs in double precision."""

import numpy as np
import pytest
from direct_sums import forces_and_energy, vectors_and_distances, verlet
from lane_witness import TIME_STEP, batch_of, melt, velocities_of

from softness.liquid import kob_andersen

SINGLE, DOUBLE = (np.float32, 2e-5, 1e-6), (np.float64, 1e-11, 1e-12)


@pytest.fixture(params=["common", "per_pair"])
def cutoff(request):
    return request.param


def differences(batch, liquid):
    """Largest difference of a force, over the largest force, and of U/N, in any lane."""
    forces, energies = batch.forces(), batch.potential_energy()
    of_forces, of_energies = [], []
    for run, positions in enumerate(batch.positions()):
        expected, energy, at_cutoff = forces_and_energy(liquid, positions, liquid.types)
        apart = np.linalg.norm(forces[run] - expected, axis=1)[~at_cutoff]
        of_forces.append(apart.max() / np.linalg.norm(expected, axis=1).max())
        of_energies.append(abs(energies[run] - energy) / liquid.particles)
    return max(of_forces), max(of_energies)


def pairs_through_other_images(liquid, start, positions):
    """How many pairs, of all lanes, are near through an image that was not the nearest."""
    box = liquid.box_length
    before, _ = vectors_and_distances(start, box)
    count = 0
    for place in positions:
        (now, distances), moved = vectors_and_distances(place, box), place - start
        images = np.rint((now - before + moved[:, None] - moved[None, :]) / box)
        count += (images.any(axis=2) & (distances < min(liquid.cutoffs))).sum()
    return count // 2


@pytest.mark.parametrize(("element", "of_forces", "of_energies"), [SINGLE, DOUBLE])
def test_forces_hold_from_the_start(cutoff, element, of_forces, of_energies):
    liquid, start = melt(500, cutoff)
    batch = batch_of(liquid, 2, element=element)
    batch.load(start, liquid.types)
    found = differences(batch, liquid)
    assert found[0] < of_forces
    assert found[1] < of_energies


@pytest.mark.parametrize(("element", "of_forces", "of_energies"), [SINGLE, DOUBLE])
def test_forces_are_right_where_lanes_have_got_to(cutoff, element, of_forces, of_energies):
    """After 30 tau at T = 0.86."""
    liquid, start = melt(500, cutoff)
    batch = batch_of(liquid, 16, element=element)
    batch.load(start, liquid.types)
    batch.set_velocities(velocities_of(500, 0.86, 16))
    batch.set_thermostat(0.86)
    batch.run(6000)
    # By then pairs meet through images other than at the start.
    assert pairs_through_other_images(liquid, start, batch.positions()) > 100
    found = differences(batch, liquid)
    assert found[0] < of_forces
    assert found[1] < of_energies


def test_forces_are_right_in_the_smallest_box(cutoff):
    liquid, start = melt(151, cutoff, temperature=1.2)
    batch = batch_of(liquid, 16)
    batch.load(start, liquid.types)
    batch.set_velocities(velocities_of(151, 1.2, 16))
    batch.set_thermostat(1.2)
    batch.run(4000)
    found = differences(batch, liquid)
    assert found[0] < 2e-5
    assert found[1] < 1e-6


def test_forces_are_right_in_another_liquid():
    """Sizes, depths and shares of the species are those of the configuration."""
    liquid, start = melt(500)
    other = type(liquid)(
        particles=500,
        density=1.0,
        species=("A", "B"),
        fractions=(0.5, 0.5),
        epsilon=(1.0, 0.7, 1.3),
        sigma=(1.0, 1.1, 1.2),
        cutoff="per_pair",
        cutoff_distance=2.2,
    )
    batch = batch_of(other, 3)
    batch.load(start * other.box_length / liquid.box_length, other.types)
    found = differences(batch, other)
    assert found[0] < 2e-5
    assert found[1] < 1e-6


def test_forces_add_up_to_nothing():
    liquid, start = melt(500)
    batch = batch_of(liquid, 16)
    batch.load(start, liquid.types)
    batch.set_velocities(velocities_of(500, 0.86, 16))
    batch.run(200)
    assert np.abs(batch.forces().sum(axis=1)).max() < 1e-5 * np.abs(batch.forces()).max() * 500


def test_types_may_come_in_any_order():
    liquid, start = melt(500)
    order = np.random.default_rng(1).permutation(500)
    plain, shuffled = batch_of(liquid, 1), batch_of(liquid, 1)
    plain.load(start, liquid.types)
    shuffled.load(start[order], liquid.types[order])
    np.testing.assert_array_equal(shuffled.positions(), plain.positions()[:, order])
    np.testing.assert_allclose(shuffled.forces(), plain.forces()[:, order], atol=2e-3)


@pytest.mark.parametrize(
    ("element", "of_positions", "of_velocities"),
    [(np.float32, 1e-5, 1e-4), (np.float64, 1e-12, 1e-11)],
)
def test_motion_is_velocity_verlet(cutoff, element, of_positions, of_velocities):
    liquid, start = melt(500, cutoff)
    velocities = velocities_of(500, 0.86, 3)
    batch = batch_of(liquid, 3, element=element)
    batch.load(start, liquid.types)
    batch.set_velocities(velocities)
    batch.run(40)
    for run in (0, 2):
        expected = verlet(liquid, start, velocities[run], liquid.types, 40)
        assert np.abs(batch.positions()[run] - expected[0]).max() < of_positions
        assert np.abs(batch.velocities()[run] - expected[1]).max() < of_velocities


def chained(liquid, positions, velocities, steps, start, end, coupling_time=0.5):
    """Velocity Verlet with a Nose-Hoover chain of three, by the equations of Martyna et al.

    Forces on the thermostats are divided by their masses; exponentials are numpy's.
    """
    freedom = velocities.size - 3
    chain = np.zeros(3)

    def half_a_step(target, velocities):
        masses = np.array([freedom, 1, 1]) * target * coupling_time**2
        half, kinetic = TIME_STEP / 2, (velocities**2).sum()

        def push(link):
            below = kinetic - freedom * target
            if link:
                below = masses[link - 1] * chain[link - 1] ** 2 - target
            brake = np.exp(-half / 4 * chain[link + 1]) if link < 2 else 1.0
            chain[link] = (chain[link] * brake + half / 2 * below / masses[link]) * brake

        for link in (2, 1, 0):
            push(link)
        factor = np.exp(-half * chain[0])
        kinetic *= factor**2
        for link in (0, 1, 2):
            push(link)
        return velocities * factor

    for step in range(steps):
        target = start + (end - start) * (step + 1) / steps
        velocities = half_a_step(target, velocities)
        positions, velocities = verlet(liquid, positions, velocities, liquid.types, 1)
        velocities = half_a_step(target, velocities)
    return positions, velocities


@pytest.mark.parametrize(("start", "end"), [(0.86, 0.86), (1.5, 0.7)])
def test_thermostats_are_nose_hoover_chains(start, end):
    liquid, positions = melt(500)
    velocities = velocities_of(500, 1.0, 2)
    batch = batch_of(liquid, 2, element=np.float64)
    batch.load(positions, liquid.types)
    batch.set_velocities(velocities)
    batch.ramp(start, end, 40)
    for run in range(2):
        expected = chained(liquid, positions, velocities[run], 40, start, end)
        assert np.abs(batch.positions()[run] - expected[0]).max() < 1e-11
        assert np.abs(batch.velocities()[run] - expected[1]).max() < 1e-10


def test_two_far_particles_fly_past_each_other_through_the_box():
    """They attract through the image that is near, whichever that is by then."""
    liquid = kob_andersen(150, density=0.15)
    box = liquid.box_length
    grid = np.stack(np.meshgrid(*[np.arange(6)] * 3, indexing="ij"), -1).reshape(-1, 3)[:150]
    start = grid * box / 6
    velocities = np.zeros((1, 150, 3))
    velocities[0, 0] = (2.0, 0.3, 0.1)
    velocities[0, 149] = (-2.0, -0.3, -0.1)
    batch = batch_of(liquid, 1, element=np.float64)
    batch.load(start, liquid.types)
    batch.set_velocities(velocities)
    batch.run(2000)
    assert differences(batch, liquid)[0] < 1e-11


def test_a_thermostat_is_reset_only_when_it_is_told_to():
    liquid, start = melt(500)
    velocities, ends = velocities_of(500, 1.4, 1), []
    for reset in (False, True):
        batch = batch_of(liquid, 1)
        batch.load(start, liquid.types)
        batch.set_velocities(velocities)
        batch.set_thermostat(0.86)
        batch.run(100)
        if reset:
            batch.reset_thermostat()
        batch.run(20)
        ends.append(batch.velocities())
    assert np.abs(ends[0] - ends[1]).max() > 1e-3
