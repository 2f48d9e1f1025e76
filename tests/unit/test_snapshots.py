"""Snapshots of a stage: counts of their runs and features, side by side."""

import numpy as np
import pytest

from softness.errors import InputError
from softness.files import tables
from softness.files.ensemble_counts import EnsembleCounts
from softness.files.features import writing_features
from softness.files.provenance import Provenance
from softness.files.records.regressed import MatchedThreshold
from softness.stages.shared.snapshots import read_snapshots

PARTICLES = np.array([0, 2, 5])
MADE_BY = Provenance("test", {})
# Snapshot: replica and frame.
PLACES = {0: (0, 10), 1: (1, 10), 2: (0, 30)}
COLUMNS = ("radial_A_1", "radial_A_1.1", "order1_radial_A_1")


def counts_of(snapshot, runs=8, temperature=0.6):
    """In snapshot s, particle i exceeds 0.2 at t = 6 in s + i even runs and in i odd ones.

    At t = 5 in one even run and in s + 1 odd ones, whichever the particle.
    """
    times, bins = np.array([5.0, 6.0, 7.0]), 101
    hop = np.zeros((2, bins, 3, 3), np.uint32)
    for number in range(3):
        for half, exceeding in ((0, snapshot + number), (1, number)):
            hop[half, 50, 1, number] = exceeding
            hop[half, 10, 1, number] = runs // 2 - exceeding
    hop[0, 50, 0], hop[0, 10, 0] = 1, runs // 2 - 1
    hop[1, 50, 0], hop[1, 10, 0] = snapshot + 1, runs // 2 - snapshot - 1
    csd = np.zeros((2, 192, 1, 3), np.uint32)
    # Thresholds 0.020, 0.022 ... 0.096 are the first 39.
    csd[:, 39, 0, 1], csd[:, 38, 0, 2] = 1, 1
    zeros = np.zeros((2, 1, 3), np.int64)
    return EnsembleCounts(
        temperature=np.array(temperature),
        snapshot=np.array(snapshot),
        runs=np.arange(runs),
        particle=PARTICLES,
        hop_threshold=np.arange(1, 101) / 100,
        csd_threshold=np.arange(10, 201) / 500,
        hop_time=times,
        csd_time=np.array([10.0]),
        displacement_time=np.array([1.0]),
        hop=hop,
        hop_cumulative=hop[:, ::-1],
        csd=csd,
        csd_cumulative=csd,
        unit=np.array(1.0),
        displacement=zeros,
        square=zeros,
        hop_crowd_square=np.zeros((2, 100, 3), np.int64),
        hop_cumulative_crowd_square=np.zeros((2, 100, 3), np.int64),
    )


@pytest.fixture
def files(tmp_path):
    """Three ensembles and the features of their two replicas."""
    ensembles, features = [], []
    for snapshot in PLACES:
        ensembles.append(tmp_path / f"snapshot{snapshot}.h5")
        tables.write(ensembles[-1], counts_of(snapshot), MADE_BY)
    for replica in (0, 1):
        frames = [frame for of_replica, frame in PLACES.values() if of_replica == replica]
        rows = np.repeat(frames, 6), np.tile(np.arange(6), len(frames))
        features.append(tmp_path / f"replica{replica}.h5")
        header = (*rows, {"snapshot": np.ones(len(rows[0]), bool)}, COLUMNS, 0.6, replica, MADE_BY)
        with writing_features(features[-1], *header) as writer:
            # A number that tells replica, frame, particle and column.
            whole = 1000 * replica + 10 * rows[0] + rows[1]
            writer.append(whole[:, None] + np.array([0.1, 0.2, 0.3]))
    return ensembles, features


SETTINGS = {
    "places": [PLACES[number] for number in PLACES],
    "label": "instant",
    "threshold": 0.2,
    "time": 6.0,
    "orders": [0],
}


def test_counts_and_features_are_those_of_the_same_particles(files):
    found = read_snapshots(*files, SETTINGS)
    assert found.columns == COLUMNS[:2]
    assert found.snapshot.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert found.replica.tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0]
    np.testing.assert_allclose(found.features[:, 0].round(4)[[0, 4, 8]], [100.1, 1102.1, 305.1])
    assert found.counts.tolist() == [
        [0, 1, 2, 1, 2, 3, 2, 3, 4],
        [0, 1, 2, 0, 1, 2, 0, 1, 2],
    ]
    assert found.runs.tolist() == [4, 4]
    assert found.temperature == 0.6


def test_order_label_threshold_and_time_choose(files):
    averaged = read_snapshots(*files, SETTINGS | {"orders": [1]})
    assert averaged.columns == COLUMNS[2:]
    np.testing.assert_allclose(averaged.features[0], [100.3], rtol=1e-6)
    low = read_snapshots(*files, SETTINGS | {"threshold": 0.05})
    assert (low.counts == 4).all()
    early = read_snapshots(*files, SETTINGS | {"time": 5.0})
    assert early.counts.tolist() == [[1] * 9, [1, 1, 1, 2, 2, 2, 3, 3, 3]]
    late = read_snapshots(*files, SETTINGS | {"time": 7.0})
    assert (late.counts == 0).all()
    both = read_snapshots(*files, SETTINGS | {"orders": [0, 1]})
    assert both.columns == COLUMNS
    # Its bins are those of the other label from the end: 90 for 10, and 50.
    cumulative = read_snapshots(*files, SETTINGS | {"label": "cumulative", "threshold": 0.7})
    instant = read_snapshots(*files, SETTINGS)
    np.testing.assert_array_equal(cumulative.counts, 4 - instant.counts)


def test_other_labels_have_another_time_or_a_multiple_of_the_threshold(files):
    """A multiple is rounded to the grid: 0.3 of 0.2 to 0.06, 0.26 to 0.05, 3 to 0.6."""
    labels = {"late": (7.0, 1.0), "low": (6.0, 0.3), "lower": (6.0, 0.26), "high": (6.0, 3.0)}
    labels = {name: {"time": time, "cutoff": cutoff} for name, (time, cutoff) in labels.items()}
    found = read_snapshots(*files, SETTINGS | {"labels": labels})
    same = read_snapshots(*files, SETTINGS)
    np.testing.assert_array_equal(found.counts, same.counts)
    assert same.others == ()
    late, low, lower, high = found.others
    assert (late == 0).all()
    assert (low == 4).all()
    assert (lower == 4).all()
    assert (high == 0).all()
    # What exceeds 50 of the thresholds is above 0.50, and not above 0.51.
    edge = {name: {"time": 6.0, "cutoff": cutoff} for name, cutoff in (("at", 2.51), ("on", 2.53))}
    at, on = read_snapshots(*files, SETTINGS | {"labels": edge}).others
    np.testing.assert_array_equal(at, found.counts)
    assert (on == 0).all()


def test_labels_by_the_csd_take_its_own_threshold(files, tmp_path):
    numbers = (0.86, 0.2, 0.01, 0.0951, [0.0951], 0.096)
    threshold = MatchedThreshold(*(np.array(number) for number in numbers))
    tables.write(tmp_path / "threshold.h5", threshold, MADE_BY)
    ensembles, features = files
    settings = SETTINGS | {"time": 10.0}
    found = read_snapshots(ensembles, features, settings, tmp_path / "threshold.h5")
    # In the first snapshot 0.096 is exceeded in one run of each half by the second particle.
    assert found.counts[:, :3].tolist() == [[0, 1, 0], [0, 1, 0]]
    # 0.98 of it is 0.094, which the third particle exceeds as well.
    labels = {"lower": {"time": 10.0, "cutoff": 0.98}}
    settings |= {"labels": labels}
    (lower,) = read_snapshots(ensembles, features, settings, tmp_path / "threshold.h5").others
    assert lower[:, :3].tolist() == [[0, 1, 1], [0, 1, 1]]


def test_what_is_off_the_grid_or_missing_is_refused(files):
    ensembles, features = files
    with pytest.raises(InputError, match=r"threshold = 0\.205"):
        read_snapshots(ensembles, features, SETTINGS | {"threshold": 0.205})
    with pytest.raises(InputError, match=r"time = 8"):
        read_snapshots(ensembles, features, SETTINGS | {"time": 8.0})
    with pytest.raises(InputError, match="features of replica 1 are missing"):
        read_snapshots(ensembles, features[:1], SETTINGS)
    places = [(0, 11), *SETTINGS["places"][1:]]
    with pytest.raises(InputError, match="particle 0 at frame 11 is not in the table"):
        read_snapshots(ensembles, features, SETTINGS | {"places": places})


@pytest.mark.parametrize("change", [{"temperature": 0.7}, {"runs": 6}])
def test_snapshots_of_different_ensembles_are_refused(files, change):
    ensembles, features = files
    tables.write(ensembles[1], counts_of(1, **change), MADE_BY)
    with pytest.raises(InputError, match=r"snapshot1\.h5: T = "):
        read_snapshots(ensembles, features, SETTINGS)
