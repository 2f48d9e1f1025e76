"""Rows of text as numbers and labels: the usual ones compiled, all others by numpy.

The digits of a number are a whole number, which up to 2^53 a float holds, times or by a power of
ten that it holds as well: one operation gives what numpy.loadtxt does, to the last bit. A text in
which anything else stands is left to numpy, which reads it or says what is wrong with it.
"""

import numba
import numpy as np

LABEL_LENGTH = 16
"""Longer ones would be cut; a label of as many letters is taken for a longer one."""

NUMBER, LABEL, SKIPPED = 0, 1, 2

_DIGITS = 18  # as a 64-bit integer has
_LARGEST = 2**53  # up to which floats are whole numbers
_POWERS = 10.0 ** np.arange(23)
_SPACE, _TAB, _RETURN, _END, _POINT, _PLUS, _MINUS, _ZERO = 32, 9, 13, 10, 46, 43, 45, 48
_E, _LARGE_E = 101, 69
_ONE = np.uint64(1)


def read_rows(text: bytes, rows: int, kinds: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Columns of rows that have as many as there are kinds.

    Parameters
    ----------
    text
        The rows, each with its end.
    rows
        Their number.
    kinds
        Of each column `NUMBER`, `LABEL` or `SKIPPED`.

    Returns
    -------
    numbers, labels
        (rows, numbers) float64 and (rows, labels) texts as bytes, in the order of the columns; of
        fewer rows, if there are blank ones.

    Raises
    ------
    ValueError
        If a row has another number of columns, or a column of numbers anything else.
    """
    numbers = np.empty((rows, kinds.count(NUMBER)))
    letters = np.zeros((rows, kinds.count(LABEL), LABEL_LENGTH), np.uint8)
    if _fill(np.frombuffer(text, np.uint8), np.array(kinds), numbers, letters):
        return numbers, letters.view(f"S{LABEL_LENGTH}")[..., 0]
    if not text.strip():
        return numbers[:0], letters.view(f"S{LABEL_LENGTH}")[:0, :, 0]
    types = {NUMBER: "f8", LABEL: f"U{LABEL_LENGTH}", SKIPPED: "U1"}
    row = np.dtype([(str(column), types[kind]) for column, kind in enumerate(kinds)])
    lines = text.decode(errors="replace").replace("\r\n", "\n").split("\n")
    found = np.loadtxt(lines, row, comments=None, ndmin=1)
    columns = {kind: [found[str(i)] for i, k in enumerate(kinds) if k == kind] for kind in types}
    numbers = np.column_stack(columns[NUMBER])
    labels = np.empty((len(found), len(columns[LABEL])), f"S{LABEL_LENGTH}")
    for column, values in enumerate(columns[LABEL]):
        # Letters that are no ASCII count as more than one.
        labels[:, column] = np.char.encode(values, "utf-8")
    return numbers, labels


@numba.njit(cache=True, nogil=True)
def _fill(text: np.ndarray, kinds: np.ndarray, numbers: np.ndarray, labels: np.ndarray) -> bool:
    """Fill both from the rows; False if they do not fit, or hold numbers that are not usual."""
    # Unsigned, so that no index counts from the end: four times as fast.
    at, end = np.uint64(0), np.uint64(len(text))
    for row in range(len(numbers)):
        number, label = 0, 0
        for kind in kinds:
            while at < end and _is_blank(text[at]):
                at += _ONE
            begin = at
            if kind == NUMBER:
                at, numbers[row, number] = _number(text, at, end)
                number += 1
            else:
                while at < end and text[at] > _SPACE:
                    if kind == LABEL and at - begin < LABEL_LENGTH:
                        labels[row, label, at - begin] = text[at]
                    at += _ONE
                label += kind == LABEL
            if at == begin or at >= end or text[at] > _SPACE:
                return False
        while at < end and _is_blank(text[at]):
            at += _ONE
        if at >= end or text[at] != _END:
            return False
        at += _ONE
    return at == end


@numba.njit(cache=True, nogil=True, inline="always")
def _is_blank(letter: int) -> bool:
    return letter in (_SPACE, _TAB, _RETURN)


@numba.njit(cache=True, nogil=True, inline="always")
def _number(text: np.ndarray, at: np.uint64, end: np.uint64) -> tuple[np.uint64, float]:
    """Where a number ends, and its value; where it begins, if it is none or has many digits."""
    begin, negative = at, at < end and text[at] == _MINUS
    if at < end and (negative or text[at] == _PLUS):
        at += _ONE
    mantissa, digits, power, pointed = np.int64(0), 0, 0, False
    while at < end:
        digit = np.int64(text[at]) - _ZERO
        if 0 <= digit <= 9:
            mantissa = 10 * mantissa + digit
            digits += 1
            power -= pointed
        elif text[at] == _POINT and not pointed:
            pointed = True
        else:
            break
        at += _ONE
    if at < end and (text[at] == _E or text[at] == _LARGE_E):
        at += _ONE
        down = at < end and text[at] == _MINUS
        if at < end and (down or text[at] == _PLUS):
            at += _ONE
        exponent, first = np.int64(0), at
        while at < end and at - first < 4 and 0 <= np.int64(text[at]) - _ZERO <= 9:
            exponent = 10 * exponent + np.int64(text[at]) - _ZERO
            at += _ONE
        power += -exponent if down else exponent
        if at == first:
            return begin, 0.0
    if not 0 < digits <= _DIGITS or mantissa > _LARGEST or abs(power) >= len(_POWERS):
        return begin, 0.0
    value = mantissa * _POWERS[power] if power >= 0 else mantissa / _POWERS[-power]
    return at, -value if negative else value
