"""The liquid of Kob and Andersen, and others, as data."""

import numpy as np
import pytest

from softness.errors import InputError
from softness.liquid import Liquid, kob_andersen
from softness.seeds import maxwell_boltzmann, stream


def test_the_dissertations_liquid():
    liquid = kob_andersen()
    assert liquid.counts == (3277, 819)
    assert liquid.box_length == pytest.approx(15.0566, abs=5e-5)
    assert liquid.cutoffs == (2.5, 2.5, 2.5)
    assert (np.bincount(liquid.types) == [3277, 819]).all()


def test_cutoff_per_pair_scales_with_sigma():
    assert kob_andersen(cutoff="per_pair").cutoffs == pytest.approx((2.5, 2.0, 2.2))


def test_a_cutoff_of_half_the_box_is_allowed_whatever_the_rounding_of_its_edge():
    """150 particles at 1.2: the cube root of 125 is 5 - 9e-16."""
    for cutoff in ("per_pair", "common"):
        liquid = kob_andersen(150, 1.2, cutoff)
        assert liquid.largest_cutoff == 2.5
        assert liquid.box_length == pytest.approx(5, abs=1e-12)
    for particles, density in ((125, 1.0), (375, 3.0), (100, 0.8)):
        kob_andersen(particles, density)
    with pytest.raises(InputError, match=r"cut-off 2\.5 exceeds half the box, 2\.494"):
        kob_andersen(149, 1.2, "per_pair")


def test_another_glass_former_is_a_block_of_settings():
    wca = Liquid.from_settings(
        {
            "species": ["A", "B"],
            "particles": 1000,
            "density": 1.2,
            "fractions": [0.65, 0.35],
            "epsilon": {"AA": 1.0, "AB": 1.5, "BB": 0.5},
            "sigma": {"AA": 1.0, "AB": 0.8, "BB": 0.88},
            "cutoff": "per_pair",
            "cutoff_distance": 2 ** (1 / 6),
        }
    )
    assert wca.counts == (650, 350)
    assert wca.largest_cutoff == pytest.approx(2 ** (1 / 6))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"particles": 1}, "particles is 1"),
        ({"density": 0.0}, "density is 0"),
        ({"cutoff": "none"}, "cutoff is 'none'"),
        ({"particles": 100}, "exceeds half the box"),
    ],
)
def test_what_is_no_liquid_is_refused(arguments, named):
    with pytest.raises(InputError, match=named):
        kob_andersen(**arguments)


def test_streams_depend_on_each_key_and_on_nothing_else():
    keys = [(1, "thermal", 0.5, 0, 0), (2, "thermal", 0.5, 0, 0), (1, "cycle", 0.5, 0, 0)]
    keys += [(1, "thermal", 0.51, 0, 0), (1, "thermal", 0.5, 1, 0), (1, "thermal", 0.5, 0, 1)]
    numbers = [stream(*key).random() for key in keys]
    assert len(set(numbers)) == len(keys)
    assert [stream(*key).random() for key in reversed(keys)] == numbers[::-1]


def test_streams_are_the_same_on_every_machine():
    # Fixed numbers: a change of the key or of the generator would change every study.
    drawn = stream(2025, "thermal", 0.45, snapshot=3, run=7).integers(2**32, size=3)
    assert drawn.tolist() == STREAM_REFERENCE


STREAM_REFERENCE = [381960978, 501182654, 2709344053]


def test_a_million_runs_have_a_million_streams():
    keys = {stream(1, "isoconfigurational", 0.45, 0, run).integers(2**63) for run in range(20_000)}
    assert len(keys) == 20_000


def test_velocities_have_no_momentum_and_the_right_energy():
    velocities = maxwell_boltzmann(stream(1, "test", 0.7), 4096, 0.7)
    assert np.abs(velocities.sum(axis=0)).max() < 1e-10
    temperature = (velocities**2).sum() / (3 * 4096 - 3)
    # Its relative standard deviation is sqrt(2 / (3 N)), 1.3 %.
    assert temperature == pytest.approx(0.7, rel=4 * 0.0128)
