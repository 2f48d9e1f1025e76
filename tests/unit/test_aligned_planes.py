"""Planes of different offsets: shifted to one level, they give back accuracy and slope."""

import numpy as np
import pytest
from learned_tables import made_up

from softness.barriers.controls import steepness
from softness.errors import InputError
from softness.files.records.learned import ReferenceFeatures
from softness.learning.scores import balanced_accuracy, held_out_right
from softness.stages.shared.classified import unseen_models

OFFSET = 0.66
SIGNAL, LEVEL = 0, 1
"""Features: what decides, and one whose mean is not 0 away from the training temperature."""

BIASES = np.linspace(-3, 3, 121)
PARTICLES = 20_000


def planes():
    """A classifier whose two left-out planes lie an offset above and below each other."""
    made = made_up(replicas=2).softness[0]
    features = len(made.weights)
    weights = np.zeros((2, features))
    weights[:, SIGNAL] = 1.0
    weights[:, LEVEL] = OFFSET, -OFFSET
    whole = {"weights": weights.mean(axis=0), "left_out_weights": weights}
    spreads = {"spread": np.array(1.0), "left_out_spread": np.ones(2)}
    return type(made)(**{**vars(made), **whole, **spreads}), features


def population(generator, features):
    """(particles, features) of a liquid in which the second feature has moved by 1."""
    values = np.zeros((PARTICLES, features))
    values[:, SIGNAL] = generator.normal(size=PARTICLES)
    values[:, LEVEL] = 1.0
    return values


def values_of(aligned):
    """True signal, and values of both replicas by the models that never saw them."""
    classifier, features = planes()
    given = [population(np.random.default_rng(replica), features) for replica in range(2)]
    reference = ReferenceFeatures(
        temperature=np.array(0.47),
        columns=np.arange(features),
        mean=np.array([each.mean(axis=0) for each in given]),
    )
    models = [
        unseen_models({"softness": classifier}, replica, 0, 1, reference if aligned else None)
        for replica in range(2)
    ]
    values = [models[replica]["softness"](each) for replica, each in enumerate(given)]
    return [each[:, SIGNAL] for each in given], values


def accuracy(aligned):
    """With a bias that was chosen on the other replica."""
    signal, values = values_of(aligned)
    labels = [np.where(each > 0, 1, -1) for each in signal]
    samples = np.array([[[(each == label).sum()] for each in labels] for label in (1, -1)])
    right = [
        [
            [((value[chosen == label][:, None] > BIASES) == (label > 0)).sum(axis=0)]
            for value, chosen in zip(values, labels, strict=True)
        ]
        for label in (1, -1)
    ]
    found = held_out_right(np.array(right), samples)
    return float(balanced_accuracy(found.sum(axis=(1, 2)), samples.sum(axis=(1, 2))))


def slope(aligned):
    """Slope of Delta E, which is -1 a unit of the signal, in bins of both replicas together."""
    signal, values = (np.concatenate(each) for each in values_of(aligned))
    edges = np.linspace(-2, 2, 9)
    number = np.digitize(values, edges)
    inverse = 1 / np.array([0.5, 0.6, 0.7, 0.8])
    chance = np.exp(-np.multiply.outer(inverse, 5 - signal))
    logs = [np.log(chance[:, number == each].mean(axis=1)) for each in range(1, len(edges))]
    barriers = np.array([-np.polyfit(inverse, each, 1)[0] for each in logs])
    return steepness((edges[:-1] + edges[1:]) / 2, barriers)


def test_aligned_planes_give_back_the_accuracy():
    assert accuracy(aligned=True) == pytest.approx(1.0, abs=0.02)
    # Each plane by itself is perfect; a bias from the other one is off by twice the offset.
    assert accuracy(aligned=False) < 0.8


def test_aligned_planes_give_back_the_slope_of_barriers():
    assert slope(aligned=True) == pytest.approx(-1.0, abs=0.05)
    assert slope(aligned=False) > -0.8


def test_planes_keep_their_mean_level():
    """The shift takes off what differs between planes; biases stay in the plane's own unit."""
    signal, values = values_of(aligned=True)
    _, plain = values_of(aligned=False)
    assert np.mean(values) == pytest.approx(np.mean(plain), abs=1e-12)
    levels = [value.mean() for value in values]
    assert levels[0] == pytest.approx(levels[1], abs=1e-12)
    assert np.corrcoef(signal[0], values[0])[0, 1] == pytest.approx(1.0)


def test_a_replica_that_the_reference_lacks_is_named():
    classifier, features = planes()
    reference = ReferenceFeatures(np.array(0.47), np.arange(features), np.zeros((1, features)))
    with pytest.raises(InputError, match="replica 1: the reference features know 1"):
        unseen_models({"softness": classifier}, 1, 0, 1, reference)
