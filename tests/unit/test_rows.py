"""Numbers of a text: the compiled reader gives what numpy gives, to the last bit, or leaves it."""

import numpy as np
import pytest

from softness.files import rows
from softness.files.lines import Lines
from softness.files.rows import LABEL, NUMBER, SKIPPED, read_rows

KINDS = [LABEL, NUMBER, SKIPPED, NUMBER, NUMBER]


def text_of(values, form):
    lines = ("AB"[i % 2] + f" {form % x} word {form % y} {form % z}" for i, (x, y, z) in values)
    return ("\n".join(lines) + "\n").encode()


def fits(text, number, kinds=KINDS):
    """Whether the compiled function reads a text alone."""
    numbers, labels = np.empty((number, 3)), np.zeros((number, 1, 16), np.uint8)
    return rows._fill(np.frombuffer(text, np.uint8), np.array(kinds), numbers, labels)


@pytest.mark.parametrize("form", ["%g", "%.9g", "%.6f", "%+.3e", "%.15G", "%d", "%.17g", "%.18e"])
def test_numbers_are_those_of_numpy_to_the_last_bit(form):
    rng = np.random.default_rng(6)
    values = rng.normal(size=(3000, 3)) * 10.0 ** rng.integers(-9, 9, size=(3000, 1))
    text = text_of(enumerate(values), form)
    numbers, labels = read_rows(text, 3000, KINDS)
    expected = np.loadtxt(text.decode().splitlines(), usecols=(1, 3, 4))
    np.testing.assert_array_equal(numbers.view(np.int64), expected.view(np.int64))
    np.testing.assert_array_equal(labels[:, 0], np.resize([b"A", b"B"], 3000))
    assert fits(text, 3000) == (form not in ("%.15G", "%.17g", "%.18e"))


@pytest.mark.parametrize(
    "number",
    ["0", "-0.0", ".5", "5.", "+1", "1e5", "1E-05", "9007199254740992", "0000000.1", "1e22"],
)
def test_usual_numbers_are_read_by_the_compiled_function(number):
    text = f"A {number} x 1 2\n".encode()
    assert fits(text, 1)
    assert np.copysign(1, read_rows(text, 1, KINDS)[0][0, 0]) == np.copysign(1, float(number))
    assert read_rows(text, 1, KINDS)[0][0, 0] == float(number)


@pytest.mark.parametrize("number", ["9007199254740993", "1e-30", "1e23", "nan", "inf", "-INF"])
def test_others_are_left_to_numpy(number):
    text = f"A {number} x 1 2\n".encode()
    assert not fits(text, 1)
    np.testing.assert_equal(read_rows(text, 1, KINDS)[0][0, 0], float(number))


@pytest.mark.parametrize(
    "number", [".", "-", "1e", "1e+", "1_0", "0x1p3", "1.2.3", "--1", "1d5", "word", "1,5"]
)
def test_what_is_no_number_is_refused(number):
    with pytest.raises(ValueError, match="could not convert string"):
        read_rows(f"A {number} x 1 2\n".encode(), 1, KINDS)


@pytest.mark.parametrize("row", ["A 1 x 2", "A 1 x 2 3 4", "A"])
def test_another_number_of_columns_is_refused(row):
    with pytest.raises(ValueError, match="columns"):
        read_rows(f"A 1 x 2 3\n{row}\n".encode(), 2, KINDS)


def test_blank_rows_are_not_counted():
    text = b"A 1 x 2 3\n  \nA 1 x 2 3\n"
    assert len(read_rows(text, 3, KINDS)[0]) == 2
    assert len(read_rows(b"\n \n", 2, KINDS)[0]) == 0


@pytest.mark.parametrize("block", [1, 7, 64, 4096])
def test_lines_are_taken_whole_however_blocks_fall(tmp_path, monkeypatch, block):
    monkeypatch.setattr("softness.files.lines._BLOCK", block)
    content = b"".join(b"%d %s\n" % (i, b"x" * (i % 50)) for i in range(200)) + b"no end"
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    expected = content.splitlines(keepends=True)
    with path.open("rb") as file:
        lines, found, offset = Lines(file), [], 0
        for number in (3, 1, 100, 1, 60, 100):
            found.append(lines.line())
            taken = lines.take(number)
            offset += len(found[-1]) + len(taken)
            found += taken.splitlines(keepends=True)
            assert lines.offset == offset
        assert found == expected
        assert lines.line() == b"" == lines.take(3)
