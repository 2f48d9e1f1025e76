"""Packed coordinates of XTC: whole numbers, in as few bits as a frame needs.

A particle is either three numbers within the bounds of the frame, or the differences to the one
before it, in fewer bits; how few is changed as the frame goes on. The format is that of the library
xdrfile of GROMACS, whose reader does not look where a damaged frame makes it write; this one does.
"""

import struct

import numba
import numpy as np

HEAD = struct.Struct(">f6iii")
"""Precision, lower and upper bounds, size of the first differences, number of bytes."""

# Differences are within these numbers of values: about 2^(n/3), which is 8 for n = 9.
_SIZES = np.array(
    [0] * 9
    + [8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 101, 128, 161, 203, 256, 322, 406, 512, 645, 812]
    + [1024, 1290, 1625, 2048, 2580, 3250, 4096, 5060, 6501, 8192, 10321, 13003, 16384, 20642]
    + [26007, 32768, 41285, 52015, 65536, 82570, 104031, 131072, 165140, 208063, 262144, 330280]
    + [416127, 524287, 660561, 832255, 1048576, 1321122, 1664510, 2097152, 2642245, 3329021]
    + [4194304, 5284491, 6658042, 8388607, 10568983, 13316085, 16777216],
    np.int64,
)
_FIRST = 9
# Of the numbers within the bounds; larger ones stand each by itself.
_LARGEST = 2**24 - 1
# Bytes of a particle by itself, and of what says how those after it are packed.
_MOST = 24


def unpack(text: bytes, particles: int) -> np.ndarray:
    """(N, 3) coordinates, float64, from what stands after the number of particles in a frame.

    Raises
    ------
    ValueError
        If the bytes are not the coordinates of so many particles.
    """
    precision, *bounds, index, _ = HEAD.unpack_from(text)
    low, high = np.array(bounds, np.int64).reshape(2, 3)
    sizes = high - low + 1
    if not (0 < precision < np.inf and (sizes > 0).all() and _FIRST <= index < len(_SIZES)):
        raise ValueError("its bounds are none")
    together = 0 if (sizes > _LARGEST).any() else int(np.prod(sizes.astype(object))).bit_length()
    bits = np.array([together, *(int(size).bit_length() for size in sizes)], np.int64)
    # No particle takes more than those bytes that are added, which are read where bits are missing.
    packed = np.frombuffer(text[HEAD.size :] + bytes(_MOST), np.uint8)
    found = np.empty((particles, 3), np.int64)
    if not _unpack(packed, low, sizes, bits, index, found):
        raise ValueError("its bytes are not the coordinates of its particles")
    return found / np.float64(precision)


@numba.njit(cache=True, nogil=True)
def _unpack(
    packed: np.ndarray,
    low: np.ndarray,
    sizes: np.ndarray,
    bits: np.ndarray,
    index: int,
    found: np.ndarray,
) -> bool:
    """Fill in all particles; False if the bits end before, or are of more."""
    at, row, run, end = 0, 0, 0, 8 * (len(packed) - _MOST)
    near, before, small = np.empty(3, np.int64), np.empty(3, np.int64), np.empty(3, np.int64)
    while row < len(found) and at < end:
        if bits[0]:
            _three(packed, at, bits[0], sizes, near)
            at += bits[0]
        else:
            for axis in range(3):
                near[axis] = _bits(packed, at, bits[1 + axis])
                at += bits[1 + axis]
        for axis in range(3):
            near[axis] += low[axis]
            before[axis] = near[axis]
        change = 0
        if _bits(packed, at, 1):
            run = _bits(packed, at + 1, 5)
            change = run % 3 - 1
            run //= 3
            at += 5
        at += 1
        if row + 1 + run > len(found) or at + index * run > end:
            return False
        for axis in range(3):
            small[axis] = _SIZES[index]
        for step in range(run):
            _three(packed, at, index, small, near)
            at += index
            for axis in range(3):
                near[axis] += before[axis] - small[axis] // 2
                found[row, axis] = near[axis]
                # The first two stand in the other order: the oxygen of water is between hydrogens.
                if step == 0:
                    found[row + 1, axis] = before[axis]
                before[axis] = near[axis]
            row += 2 if step == 0 else 1
        if run == 0:
            for axis in range(3):
                found[row, axis] = near[axis]
            row += 1
        index += change
        if not _FIRST <= index < len(_SIZES):
            return False
    return row == len(found) and at <= end


@numba.njit(cache=True, nogil=True, inline="always")
def _bits(packed: np.ndarray, at: int, number: int) -> int:
    """A number of up to 32 bits, the highest first."""
    byte, value = np.uint64(at >> 3), np.uint64(0)
    for _ in range(5):
        value = (value << np.uint64(8)) | np.uint64(packed[byte])
        byte += np.uint64(1)
    after = np.uint64(40 - (at & 7) - number)
    return np.int64((value >> after) & ((np.uint64(1) << np.uint64(number)) - np.uint64(1)))


@numba.njit(cache=True, nogil=True)
def _three(packed: np.ndarray, at: int, number: int, sizes: np.ndarray, into: np.ndarray) -> None:
    """Three numbers that are digits of one, which stands with its lowest byte first."""
    if number > 64:
        _three_long(packed, at, number, sizes, into)
        return
    value, bytes_ = np.uint64(0), number >> 3
    byte, after = np.uint64(at >> 3), np.uint64(8 - (at & 7))
    for place in range(bytes_):
        two = (np.uint64(packed[byte]) << np.uint64(8)) | np.uint64(packed[byte + np.uint64(1)])
        value |= ((two >> after) & np.uint64(255)) << np.uint64(8 * place)
        byte += np.uint64(1)
    if number & 7:
        last = np.uint64(_bits(packed, at + 8 * bytes_, number & 7))
        value |= last << np.uint64(8 * bytes_)
    for axis in (2, 1):
        size = np.uint64(sizes[axis])
        rest = value // size
        into[axis] = np.int64(value - rest * size)
        value = rest
    into[0] = np.int64(value)


@numba.njit(cache=True, nogil=True)
def _three_long(
    packed: np.ndarray, at: int, number: int, sizes: np.ndarray, into: np.ndarray
) -> None:
    """The same, of more than 64 bits, divided by byte."""
    length = (number + 7) >> 3
    digits = np.empty(length, np.int64)
    for byte in range(length):
        digits[byte] = _bits(packed, at + 8 * byte, min(8, number - 8 * byte))
    for axis in (2, 1, 0):
        rest = np.int64(0)
        for byte in range(length - 1, -1, -1):
            rest = (rest << 8) | digits[byte]
            digits[byte] = rest // sizes[axis]
            rest -= digits[byte] * sizes[axis]
        into[axis] = rest
