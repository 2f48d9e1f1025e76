"""Training sets: one sample for each event, balanced, with groups that say what depends on what."""

import numpy as np
import pytest

from softness.dynamics.rearrangements import events, quiet_runs
from softness.errors import InputError
from softness.learning import samples


@pytest.fixture
def hop():
    """p_hop of four particles: two jumps, one jump, a jump cut by the end, and no jump."""
    series = np.full((40, 4), 0.02)
    series[10:13, 0] = [0.3, 0.5, 0.4]
    series[30:32, 0] = [0.25, 0.21]
    series[20:24, 1] = [0.3, 0.3, 0.9, 0.3]
    series[38:, 2] = [0.3, 0.6]
    return series


def test_an_event_gives_one_sample_two_frames_before_its_maximum(hop):
    found = samples.rearranging(events(hop, 0.2, first_frame=5), "per_event", lead=2, replica=3)
    rows = sorted(zip(found.particles, found.frames, strict=True))
    assert rows == [(0, 11 + 5 - 2), (0, 30 + 5 - 2), (1, 22 + 5 - 2)]  # the cut jump is left out
    assert set(found.replicas) == {3}
    assert len(set(found.events)) == 3


def test_the_way_of_the_source_takes_every_frame_above_the_threshold(hop):
    found = samples.rearranging(events(hop, 0.2, first_frame=5), "per_frame", lead=2)
    expected = {(p, row + 5 - 2) for row, p in zip(*np.nonzero(hop > 0.2), strict=True)}
    assert set(zip(found.particles, found.frames, strict=True)) == expected
    assert len(found) == len(expected)
    of_first = found.events[(found.particles == 0) & (found.frames < 20)]
    assert len(of_first) == 3
    assert len(set(of_first)) == 1


def test_structure_before_the_first_frame_does_not_exist():
    hop = np.full((10, 1), 0.02)
    hop[1] = 0.5
    assert len(samples.rearranging(events(hop, 0.2, first_frame=0), lead=2)) == 0
    assert len(samples.rearranging(events(hop, 0.2, first_frame=1), lead=2)) == 1


def test_a_quiet_particle_is_sampled_in_the_middle_of_its_quiet_run(hop):
    runs = quiet_runs(hop, 0.05, 40, first_frame=5)
    found = samples.quiet(runs)
    assert found.particles.tolist() == [3]
    assert found.frames.tolist() == [5 + 19]


def test_tails_hold_the_wanted_share_of_all_samples():
    hop = np.random.default_rng(1).lognormal(size=(500, 40))
    low, high = samples.tail_thresholds(hop, 0.01)
    assert np.count_nonzero(hop < low) == 200
    assert np.count_nonzero(hop > high) == 200
    assert samples.tail_thresholds([hop[:100], hop[100:]], 0.01) == (low, high)


@pytest.mark.parametrize("side", ["low", "high"])
def test_an_excursion_into_a_tail_is_one_sample_at_its_extreme(side):
    hop = np.random.default_rng(2).lognormal(size=(300, 7))
    low, high = samples.tail_thresholds(hop, 0.2)
    threshold, sign = (low, -1) if side == "low" else (high, 1)
    expected = set()
    for particle in range(7):
        beyond = sign * hop[:, particle] > sign * threshold
        row = 0
        while row < 300:
            if beyond[row]:
                end = row
                while end < 300 and beyond[end]:
                    end += 1
                expected.add((particle, row + int(np.argmax(sign * hop[row:end, particle])) + 5))
                row = end
            row += 1
    found = samples.tail(hop, threshold, side, "per_event", first_frame=5, lead=0)
    assert set(zip(found.particles, found.frames, strict=True)) == expected
    assert len(found) == len(expected)
    frames = samples.tail(hop, threshold, side, "per_frame", first_frame=5, lead=0)
    assert len(frames) == np.count_nonzero(sign * hop > sign * threshold)
    assert len(set(frames.events)) == len(expected)


def test_training_set_is_balanced_and_never_repeats_a_sample(hop):
    generator = np.random.default_rng(3)
    hop = generator.lognormal(size=(2000, 30))
    low, high = samples.tail_thresholds(hop, 0.05)
    active, inactive = samples.tail(hop, high, "high"), samples.tail(hop, low, "low")
    drawn = samples.draw(active, inactive, 500, generator)
    assert drawn.complete
    assert (drawn.labels == 1).sum() == (drawn.labels == -1).sum() == 500
    rows = set(zip(drawn.moments.particles, drawn.moments.frames, drawn.labels, strict=True))
    assert len(rows) == 1000
    assert drawn.found == (len(active), len(inactive))
    candidates = set(zip(active.particles, active.frames, strict=True))
    assert {row[:2] for row in rows if row[2] == 1} <= candidates


@pytest.mark.parametrize(
    ("group_by", "key"),
    [
        ("particle", lambda m, label: (m.replicas, m.particles)),
        ("event", lambda m, label: (m.replicas, label, m.events)),
        ("replica", lambda m, label: (m.replicas,)),
    ],
)
def test_samples_share_a_group_exactly_if_they_share_its_origin(group_by, key):
    generator = np.random.default_rng(4)
    halves = []
    for _ in range(2):
        part = []
        for replica in range(2):
            hop = generator.lognormal(size=(300, 5))
            part.append(samples.tail(hop, 2.0, "high", "per_frame", replica=replica))
        halves.append(samples.joined(part))
    drawn = samples.draw(*halves, 100, generator, group_by=group_by)
    origins = list(zip(*key(drawn.moments, drawn.labels), strict=True))
    pairs = {(origin, group) for origin, group in zip(origins, drawn.groups, strict=True)}
    assert len(pairs) == len(set(origins)) == len(set(drawn.groups))


def test_same_generator_gives_same_training_set(hop):
    hop = np.random.default_rng(5).lognormal(size=(500, 10))
    active, inactive = samples.tail(hop, 3.0, "high"), samples.tail(hop, 0.3, "low")
    first, second = (
        samples.draw(active, inactive, 50, np.random.default_rng(9)).moments.frames for _ in "ab"
    )
    assert (first == second).all()


def test_too_few_events_are_counted_in_the_message(hop):
    few = samples.rearranging(events(hop, 0.2))
    many = samples.random_moments(np.arange(4), np.arange(40), 100, np.random.default_rng(1))
    with pytest.raises(InputError, match=r"active has 3 candidates.*3800.*wanted.*longer runs"):
        samples.draw(few, many, 3800, np.random.default_rng(1))
    drawn = samples.draw(few, many, 3800, np.random.default_rng(1), least=2)
    assert not drawn.complete
    assert drawn.found == (3, 100)
    assert drawn.wanted == 3800
    assert (drawn.labels == 1).sum() == (drawn.labels == -1).sum() == 3


def test_random_moments_cover_all_particles_and_frames_once():
    every = samples.random_moments(
        np.array([4, 7]), np.arange(10, 15), 10, np.random.default_rng(1), 2
    )
    assert set(zip(every.particles, every.frames, strict=True)) == {
        (p, f) for p in (4, 7) for f in range(10, 15)
    }
    with pytest.raises(InputError, match="number = 11"):
        samples.random_moments(np.array([4, 7]), np.arange(5), 11, np.random.default_rng(1))


@pytest.mark.parametrize("share", [0.0, 0.5, -1.0, float("nan")])
def test_a_tail_is_less_than_half(share):
    with pytest.raises(InputError, match=r"share = .* between 0 and 0\.5"):
        samples.tail_thresholds(np.ones((10, 10)), share)


def test_messages_name_argument_value_and_remedy(hop):
    with pytest.raises(InputError, match=r"share = 0\.00033.*less than one.*wider tail"):
        samples.tail_thresholds(hop, 0.00033)
    with pytest.raises(InputError, match="hop holds 1 values that are NaN"):
        samples.tail_thresholds(np.where(np.arange(4) == 0, np.nan, 1.0)[None], 0.3)
    with pytest.raises(InputError, match=r"side = 'left'.*high, low"):
        samples.tail(hop, 0.2, "left")
    with pytest.raises(InputError, match=r"method = 'all'.*per_event, per_frame"):
        samples.rearranging(events(hop, 0.2), "all")
