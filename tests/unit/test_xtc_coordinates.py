"""Packed coordinates of XTC: those of a reference encoder, and none where bytes are damaged."""

import base64

import numpy as np
import pytest
from trajectory_files import packed_coordinates

from softness.files.xtc_coordinates import unpack

# 60 particles, each near the one before it, packed by chemfiles 0.10.4 with a precision of 1000.
PACKED = base64.b64decode(
    "RHoAAP///lH///y+////GgAAAooAAAFbAAADJAAAABEAAADVQXC0Pw2tpbHIjym/j8VBIpBWKkazgzFOEvYb"
    "iPAINNxcOKdEol2/DwEr7775OywAfmVxM8AI7r78+YIh1Fc/TlERVoOzLGjanTvFLfwLNzXHo9dbx/aUvOvt"
    "6uJvpVpDwx0DOq9nT3nk7BUqoelkAss2e7WNQj0SNVOR1ApPXV1cGBvzt0Unl0lzOnVUcyGDSActmE+ce0QS"
    "B29xt4uClXoPfddaQ76JMso0o8qlXB3kaVSKW7G6PCFCfL8tC1jMZn71PvKAQFZNRUCL8E7ajBPhMDqAAAAA"
)


def neighbours():
    rng = np.random.default_rng(11)
    return np.round(np.cumsum(rng.normal(scale=0.08, size=(60, 3)), axis=0), 3)


def test_differences_to_the_particle_before_are_added_up():
    np.testing.assert_allclose(unpack(PACKED, 60), neighbours(), atol=1e-9)


@pytest.mark.parametrize("precision", [1e2, 1e3, 1e5, 1e6, 1e7])
def test_particles_all_over_the_box_are_unpacked(precision):
    """In numbers of more than 64 bits for a particle, and of more than 24 for an axis."""
    places = np.random.default_rng(1).uniform(-50, 50, size=(200, 3))
    found = unpack(packed_coordinates(places, precision), 200)
    np.testing.assert_allclose(found, places, atol=0.51 / precision)


@pytest.mark.parametrize("damage", [0, 4, 28, 31, 40, 60, 100, len(PACKED) - 30])
def test_no_damage_makes_it_write_elsewhere(damage):
    """Each value of one byte; what is read is finite numbers, or an error."""
    for value in range(256):
        changed = bytearray(PACKED)
        changed[damage] = value
        try:
            found = unpack(bytes(changed), 60)
        except ValueError:
            continue
        assert found.shape == (60, 3)
        assert np.isfinite(found).all()


@pytest.mark.parametrize("length", [40, 100, len(PACKED) - 8])
def test_bytes_that_end_too_early_are_refused(length):
    with pytest.raises(ValueError, match="its bytes are not the coordinates"):
        unpack(PACKED[:length], 60)
