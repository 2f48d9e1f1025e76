"""Vectors of lanes: every operation is the one that is written, rounded once, in every lane."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numba
import numpy as np
import pytest

from softness.lanes.integration import exponential
from softness.lanes.vectors import (
    CACHE_LINE,
    FIELD,
    any_less,
    any_not_within,
    first_lane,
    larger,
    largest,
    load,
    lowest_bit,
    multiply_add,
    smaller,
    spread,
    store,
    vector_dtype,
    vectors,
    where_less,
    which_less,
    widened,
)

FORMATS = [(element, lanes) for element in (np.float32, np.float64) for lanes in (8, 16)]
ROWS = 64
compiled = numba.njit(error_model="numpy")


@pytest.fixture(params=FORMATS, ids=lambda each: f"{each[0].__name__}x{each[1]}")
def dtype(request):
    return vector_dtype(*request.param)


def filled(dtype, numbers):
    """An array of vectors with these numbers, (rows, lanes) or what broadcasts to it."""
    found = vectors(ROWS, dtype)
    found[FIELD] = numbers
    return found


def drawn(dtype, seed, scale=1.0):
    generator = np.random.default_rng(seed)
    return filled(dtype, scale * generator.normal(size=(ROWS, dtype[FIELD].shape[0])))


def rounded(exact: Fraction, digits: int) -> float:
    """The number of so many binary digits that is nearest, to even where two are."""
    if exact == 0:
        return 0.0
    power = math.floor(math.log2(abs(exact))) + 1 - digits
    whole = round(exact / Fraction(2) ** power)
    return math.ldexp(whole, power)


@compiled
def put_arithmetic(a, b, c, out):
    for k in range(len(a)):
        x, y, z = load(a, k), load(b, k), load(c, k)
        store(out, k, x + y)
        store(out, len(a) + k, x - y)
        store(out, 2 * len(a) + k, x * y)
        store(out, 3 * len(a) + k, x / y)
        store(out, 4 * len(a) + k, -x)
        store(out, 5 * len(a) + k, x * y + z)
        store(out, 6 * len(a) + k, 1 / x - 0.5)
        store(out, 7 * len(a) + k, multiply_add(x, y, z))
        store(out, 8 * len(a) + k, multiply_add(x, 0.1, z))


@pytest.fixture
def arithmetic(dtype):
    """Arguments and results, each (rows, lanes)."""
    a, b = drawn(dtype, 1), drawn(dtype, 2)
    # Near minus the product, so that its last digits matter.
    nearly = -a[FIELD] * b[FIELD]
    noise = 1 + np.finfo(nearly.dtype).eps * np.random.default_rng(3).integers(-8, 9, nearly.shape)
    c = filled(dtype, nearly * noise.astype(nearly.dtype))
    out = vectors(9 * ROWS, dtype)
    put_arithmetic(a, b, c, out)
    return a[FIELD], b[FIELD], c[FIELD], out[FIELD].reshape(9, ROWS, -1)


def test_arithmetic_is_that_of_each_number(arithmetic):
    a, b, c, out = arithmetic
    expected = a + b, a - b, a * b, a / b, -a, a * b + c, 1 / a - a.dtype.type(0.5)
    for found, wanted in zip(out, expected, strict=False):
        np.testing.assert_array_equal(found, wanted)


def test_a_product_and_a_sum_are_rounded_once(arithmetic):
    a, b, c, out = arithmetic
    digits = np.finfo(a.dtype).nmant + 1
    tenth = float(a.dtype.type(0.1))
    for found, factor in ((out[7], b), (out[8], np.full_like(b, tenth))):
        for x, y, z, value in zip(*(p.flat for p in (a, factor, c, found)), strict=True):
            exact = Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
            assert float(value) == rounded(exact, digits)


def test_rounding_once_is_not_rounding_twice(arithmetic):
    out = arithmetic[3]
    assert (out[5] != out[7]).mean() > 0.5


@compiled
def put_chosen(a, b, out):
    for k in range(len(a)):
        x, y = load(a, k), load(b, k)
        store(out, k, larger(x, y))
        store(out, len(a) + k, smaller(x, y))
        store(out, 2 * len(a) + k, where_less(x, y, x + y))
        store(out, 3 * len(a) + k, larger(x, 0.25))
        store(out, 4 * len(a) + k, where_less(x, 0.25, 7.0))


@compiled
def put_of_rows(a, b, numbers, masks):
    for k in range(len(a)):
        x, y = load(a, k), load(b, k)
        masks[0, k] = which_less(x, y)
        masks[1, k] = any_less(x, y)
        masks[2, k] = any_not_within(x, y)
        numbers[0, k] = largest(x)
        numbers[1, k] = first_lane(x)


@pytest.fixture
def two(dtype):
    """Vectors with ties, zeros of both signs, infinities, and what is no number."""
    a, b = drawn(dtype, 4), drawn(dtype, 5)
    odd = np.random.default_rng(6)
    for each in (a, b):
        numbers = each[FIELD]
        for value in (np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0):
            numbers[odd.random(numbers.shape) < 0.05] = value
    a[FIELD][0], b[FIELD][0] = 1.0, 2.0
    a[FIELD][1], b[FIELD][1] = 2.0, 2.0
    a[FIELD][2], b[FIELD][2] = -3.0, np.nan
    a[FIELD][3], b[FIELD][3] = 3.0, 2.0
    return a, b


def test_lanes_are_chosen_by_a_comparison_in_each(two):
    a, b = two
    out = vectors(5 * ROWS, a.dtype)
    put_chosen(a, b, out)
    a, b, out = a[FIELD], b[FIELD], out[FIELD].reshape(5, ROWS, -1)
    with np.errstate(invalid="ignore"):
        expected = (
            np.where(a > b, a, b),
            np.where(a < b, a, b),
            np.where(a < b, a + b, 0),
            np.where(a > 0.25, a, 0.25),
            np.where(a < 0.25, 7, 0),
        )
    for found, wanted in zip(out, expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_masks_and_the_largest_number_are_those_of_all_lanes(two):
    a, b = two
    masks, numbers = np.zeros((3, ROWS), np.int64), np.zeros((2, ROWS))
    put_of_rows(a, b, numbers, masks)
    a, b = a[FIELD], b[FIELD]
    weights = 1 << np.arange(a.shape[1], dtype=np.int64)
    np.testing.assert_array_equal(masks[0], ((a < b) * weights).sum(axis=1))
    np.testing.assert_array_equal(masks[1], (a < b).any(axis=1))
    np.testing.assert_array_equal(masks[2], (~(a <= b)).any(axis=1))
    np.testing.assert_array_equal(numbers[0], np.where(a > 0, a, 0).max(axis=1))
    np.testing.assert_array_equal(numbers[1], a[:, 0])
    assert list(masks[1, :4]) == [1, 0, 0, 0]
    assert list(masks[2, :4]) == [0, 0, 1, 1]
    assert numbers[0, 2] == 0


@compiled
def put_widened(a, out):
    for k in range(len(a)):
        store(out, k, widened(load(a, k)))


def test_numbers_are_widened_exactly(dtype):
    a = drawn(dtype, 7)
    out = vectors(ROWS, vector_dtype(np.float64, dtype[FIELD].shape[0]))
    put_widened(a, out)
    np.testing.assert_array_equal(out[FIELD], a[FIELD].astype(np.float64))


@compiled
def put_spread(a, number):
    for k in range(len(a)):
        store(a, k, spread(a, number))


def test_a_number_is_spread_over_all_lanes(dtype):
    a = drawn(dtype, 8)
    put_spread(a, 0.1)
    assert (a[FIELD] == dtype[FIELD].base.type(0.1)).all()


@compiled
def lowest(bits):
    return lowest_bit(bits)


def test_the_lowest_bit_is_found():
    assert [lowest(bits) for bits in (1, 2, 0b1100, 1 << 15, 1 << 62)] == [0, 1, 2, 15, 62]


@pytest.mark.parametrize("shape", [1, 7, (3, 5)])
def test_no_vector_lies_across_cache_lines(dtype, shape):
    for _ in range(5):
        made = vectors(shape, dtype)
        assert made.ctypes.data % CACHE_LINE == 0
        assert made.shape == (shape if isinstance(shape, tuple) else (shape,))
        assert not made[FIELD].any()


@compiled
def sum_of_two(a, b):
    store(a, 0, load(a, 0) + load(b, 0))


def test_vectors_of_different_formats_do_not_mix():
    narrow, wide = (vectors(1, vector_dtype(np.float32, lanes)) for lanes in (8, 16))
    with pytest.raises(numba.TypingError):
        sum_of_two(narrow, wide)


@pytest.mark.parametrize(("reach", "ulps"), [(1e-3, 1.0), (1.0, 1.5), (300.0, 1.5)])
def test_the_exponential_is_right_to_the_last_digit(reach, ulps):
    worst = 0.0
    with localcontext() as context:
        context.prec = 40
        for x in np.random.default_rng(9).uniform(-reach, reach, 1000):
            found, exact = exponential(float(x)), Decimal(float(x)).exp()
            worst = max(worst, float(abs(Decimal(found) - exact)) / math.ulp(float(exact)))
    assert worst < ulps


def test_the_exponential_of_zero_is_one():
    assert exponential(0.0) == 1.0
    assert exponential(-0.0) == 1.0
