"""Wrapping and unwrapping in the periodic box."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from softness.periodic import unwrap, wrap

places = arrays(np.float64, (5, 3), elements=st.floats(-1e3, 1e3))


@given(places, st.floats(1, 100))
def test_wrapped_positions_lie_in_the_box_and_unwrap_to_themselves(positions, length):
    wrapped, images = wrap(positions, length)
    assert (wrapped >= -length / 2).all()
    assert (wrapped < length / 2).all()
    np.testing.assert_allclose(unwrap(wrapped, images, length), positions, atol=1e-9)


def test_the_upper_face_belongs_to_the_next_image():
    wrapped, images = wrap(np.array([[5.0, -5.0, np.nextafter(5.0, 0)]]), 10.0)
    assert wrapped[0, :2].tolist() == [-5.0, -5.0]
    assert images[0].tolist() == [1, 0, 0]


def test_a_place_that_rounding_leaves_on_the_upper_face_goes_to_the_next_image():
    position, length = np.full((1, 3), 19.24), 2.96
    assert (position - np.floor(position / length + 0.5) * length >= length / 2).all()
    wrapped, images = wrap(position, length)
    assert (wrapped >= -length / 2).all() and (wrapped < 0).all()
    assert (images == 7).all()
