"""Right answers of a labelled set, counted by class, replica and block of time."""

from types import SimpleNamespace

import numpy as np

from softness.stages import accuracy


def test_every_sample_counts_once_in_its_class_replica_and_block():
    generator = np.random.default_rng(1)
    labels = np.array([1, -1] * 50)
    values = generator.normal(size=100) + labels
    replica, blocks = generator.integers(3, size=100), generator.integers(4, size=100)
    labelled = SimpleNamespace(label=labels, replica=replica, replicas=3)
    cells, shape = accuracy._cells(labelled, blocks, 4)
    assert shape == (2, 3, 4)
    right = accuracy._right(values, labels, cells, shape)
    for number, label in enumerate((1, -1)):
        of_cell = (labels == label) & (replica == 2) & (blocks == 1)
        for place in (0, 80, 100):
            answers = np.where(values > accuracy.BIASES[place], 1, -1) == labels
            assert right[number, 2, 1, place] == answers[of_cell].sum()
    # At the outermost biases one class is right and the other wrong.
    assert right[..., 0].sum(axis=(1, 2)).tolist() == [50, 0]
    assert right[..., -1].sum(axis=(1, 2)).tolist() == [0, 50]


def test_plain_folds_are_counted_by_class():
    labels = np.array([1, 1, 1, -1, -1, -1])
    labelled = SimpleNamespace(label=labels)
    plain = np.array([0.5, 0.5, -0.5, -0.5, 0.5, 0.5])
    classifier = SimpleNamespace(bias=0.25, spread=0.5, plain_cross_validated=plain)
    found = accuracy._plain_right(classifier, labelled)
    # w.F - b = 0 is the trained bias: 0.25 / 0.5 spreads.
    assert found[:, np.argmin(np.abs(accuracy.BIASES - 0.5))].tolist() == [2, 1]
    assert accuracy._plain_right(None, labelled).sum() == 0
