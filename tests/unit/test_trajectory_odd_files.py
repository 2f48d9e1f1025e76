"""Files as they come: read right, or refused in one line that says what to add or to do."""

import gzip
import re
import zipfile

import numpy as np
import pytest
from trajectory_files import (
    EDGES,
    INTERVAL,
    LENGTH,
    PARTICLES,
    STEPS,
    TYPES,
    dcd_bytes,
    extended_text,
    walk_of,
    write_npz,
    xtc_bytes,
    xyz_text,
)

from softness import periodic
from softness.errors import InputError
from softness.files.trajectory import open_trajectory

WALK = walk_of(8)
WRAPPED = periodic.wrap(WALK, LENGTH)[0]
PLAIN = {"box": LENGTH, "frame_interval": INTERVAL, "unwrap": "steps"}
ALONE = {"species": ("A",), "unwrap": "steps"}
ONE_DCD = ALONE | {"time_step": 0.005}


def read(path, **options):
    """All that a study asks of a trajectory; displacements since the first frame."""
    with open_trajectory(path, **options) as found:
        together = np.concatenate(list(found.windows(3)))
        found.frame_interval()
    return together - together[0]


def text(content, name="a.xyz"):
    """Writes a text file."""
    return lambda folder: (folder / name, (folder / name).write_text(content))[0]


def data(content, name="a.data"):
    """Writes a file of bytes."""
    return lambda folder: (folder / name, (folder / name).write_bytes(content))[0]


def archive(**changes):
    """Writes an archive."""
    return lambda folder: write_npz(folder / "a.npz", WALK, **changes)


def fortran(walk):
    return np.asfortranarray(periodic.wrap(walk, LENGTH)[0])


EXTENDED = extended_text(WALK)
FIRST, SECOND = extended_text(WALK[:1]), extended_text(WALK[1:2])
STEPPED = extended_text(WALK, keys=lambda n: f"Step={STEPS * n}")
LAMMPS = xyz_text(WALK, [f" Atoms. Timestep: {STEPS * i} Time: {INTERVAL * i:f}" for i in range(8)])


def every(pattern, new, content=EXTENDED, count=0):
    """The text with a pattern replaced, in which something must match."""
    changed, number = re.subn(pattern, new, content, count=count)
    assert number
    return changed


def late(pattern, new, content=EXTENDED, frames=4):
    """The same in later frames alone."""
    lines = content.splitlines(keepends=True)
    begin = frames * (PARTICLES + 2)
    return "".join(lines[:begin]) + every(pattern, new, "".join(lines[begin:]))


READ = {
    "extended": (text(EXTENDED), {}),
    "plain, with the box told": (text(xyz_text(WALK)), PLAIN),
    "time and step of LAMMPS": (text(LAMMPS), {"box": LENGTH, "unwrap": "steps"}),
    "blank lines between frames": (text(every(rf"(?m)^{PARTICLES}$", f"\n  \n{PARTICLES}")), {}),
    "blank lines at the end": (text(EXTENDED + "\n \n"), {}),
    "ends of lines of Windows": (text(every(r"\n", "\r\n")), {}),
    "tabs and more spaces": (text(every(" (?=[-0-9])", "  \t ")), {}),
    "keys in other letters": (text(every("Time=", "time = ")), {}),
    "time steps alone": (text(STEPPED), {"frame_interval": INTERVAL}),
    "times of few digits": (
        text(extended_text(WALK, keys=lambda n: f"Time={1000 + n / 3:.4f}")),
        {},
    ),
    "unknown keys and a comment": (text(every("Time=", 'title="a: b = c" energy=-1 Time=')), {}),
    "a box that is told as well": (text(EXTENDED), {"box": LENGTH}),
    "text packed by gzip": (data(gzip.compress(EXTENDED.encode())), {}),
    "gzip in two members": (
        data(gzip.compress(EXTENDED[:999].encode()) + gzip.compress(EXTENDED[999:].encode())),
        {},
    ),
    "types as numbers": (text(every(r"(?m)^A ", "1 ", every(r"(?m)^B ", "2 "))), {}),
    "image columns by axis": (
        text(every("image:I:3", "ix:I:1:iy:I:1:iz:I:1")),
        {},
    ),
    "an archive of texts": (archive(types=np.array(["A", "B"])[TYPES]), {}),
    "an archive with ids": (archive(ids=np.arange(PARTICLES) + 5), {}),
    "an archive without a box": (archive(box=None), {"box": LENGTH}),
    "DCD of a program that does not end": (data(dcd_bytes(WALK, claimed=0)), ONE_DCD),
    "DCD with a cell of ones": (data(dcd_bytes(WALK, edges=1)), ONE_DCD | {"box": LENGTH}),
    "DCD with a cell of zeros": (data(dcd_bytes(WALK, edges=0)), ONE_DCD | {"box": LENGTH}),
}


@pytest.mark.parametrize("write, options", READ.values(), ids=READ)
def test_what_can_be_meant_in_one_way_alone_is_read(tmp_path, write, options):
    np.testing.assert_allclose(read(write(tmp_path), **options), WALK - WALK[0], atol=2e-5)


END = "ends within a line: truncated, or still being written: wait .*head -c"
REFUSED = {
    # -- the box
    "no box": (text(xyz_text(WALK)), PLAIN | {"box": None}, "has no box, .*: give box on opening"),
    "another box than told": (text(EXTENDED), {"box": 9}, r"has the box \[10.*, not \[9.*leave b"),
    "a box in some frames": (
        text(late(r'Lattice="[^"]*" ', "")),
        {},
        "frame 4 or the first has no Lattice=: write it with each",
    ),
    "a box that changes": (
        text(late('"10 0', '"10.5 0')),
        {},
        "frame 4 has a different box from the first: give a run at constant volume",
    ),
    "a tilted box": (text(every('"10 0', '"10 0.5')), {}, 'has a tilted box .Lattice="10 0.5 0'),
    "a broken box": (text(every('"10 0', '"10')), {}, "frame 0 has Lattice=.*expected nine num"),
    "no length": (text(every('"10 0', '"-10 0')), {}, r"has the box \[-10.*without a length"),
    "a free surface": (text(every('pbc="T', 'pbc="F')), {}, "is not periodic in all directions"),
    "edges of one": (
        text(every(r'Lattice="[^"]*"', 'Lattice="1 0 0 0 1 0 0 0 1"')),
        {},
        "give box",
    ),
    "DCD, a cell of ones": (data(dcd_bytes(WALK, edges=1)), ONE_DCD, "has no box, or edges of 0"),
    "DCD, no cell": (data(dcd_bytes(WALK, edges=None)), ONE_DCD, "has no box"),
    "DCD, tilted": (
        data(dcd_bytes(WALK).replace(np.float64(90).tobytes(), np.float64(80).tobytes())),
        ONE_DCD,
        r"has a tilted box, with the angles \[80\.0, 80",
    ),
    "npz, no box": (archive(box=None), {}, "has no box"),
    "npz, a box that changes": (
        archive(box=LENGTH + np.zeros((8, 3)) + np.arange(8)[:, None] // 5),
        {},
        "frame 5 has a different box from the first",
    ),
    "npz, tilted": (archive(box=LENGTH * np.eye(3) + 0.1), {}, r"has a tilted box \(box\)"),
    "npz, two edges": (archive(box=np.ones(2)), {}, r"has box of shape \(2,\): give one edge"),
    # -- types
    "no types": (
        text(xyz_text(WALK).replace("A ", "").replace("B ", "")),
        PLAIN,
        "no types of par",
    ),
    "DCD, no types": (data(dcd_bytes(WALK)), {"unwrap": "steps"}, "has no types .*give topology"),
    "unknown types": (
        text(xyz_text(WALK, labels=["Cu", "Zr"])),
        PLAIN,
        r"has species \['Cu', 'Zr'\], expected A and B: .*species=\('Cu', 'Zr'\)",
    ),
    "the minority first": (text(extended_text(WALK, types=1 - TYPES)), {}, r"species=\('B', 'A'\)"),
    "types that change": (text(late(r"(?m)^A (\d+ )", r"B \1")), {}, "frame 7 has different types"),
    "an order that changes": (
        text(xyz_text(WALK[:4]) + xyz_text(WALK[4:], types=np.roll(TYPES, 3))),
        PLAIN,
        "frame 7 has different types from the first: write ids, or the same order",
    ),
    "a long name": (text(xyz_text(WALK, labels=["A" * 20, "B"])), PLAIN, "of 16 letters or more"),
    "npz, other types": (
        archive(types=TYPES[:-1]),
        {},
        r"types of shape \(99,\).* the shape \(100,",
    ),
    # -- particles
    "ids that change": (text(late(r"(?m)^(A|B) 7 ", r"\1 700 ")), {}, "frame 7 has different part"),
    "an id twice": (text(every(r"(?m)^A 7 ", "A 8 ")), {}, "has the particle id 8 twice"),
    "an id with a point": (
        text(every(r"(?m)^A 7 ", "A 7.5 ")),
        {},
        "an id or an image that is not",
    ),
    "fewer particles": (
        text(FIRST + xyz_text(WALK[1:, :50], types=TYPES[:50])),
        {},
        "frame 1 has 50 particles, the first 100",
    ),
    "a line too few": (
        text(FIRST[: FIRST.rstrip().rindex("\n") + 1] + SECOND),
        {},
        "cannot be read|begins with",
    ),
    "a line too many": (
        text(FIRST + FIRST[FIRST.rstrip().rindex("\n") + 1 :] + SECOND),
        {},
        r"frame 1 begins with '.*', expected its number of particles",
    ),
    "a blank line among particles": (
        text(FIRST.replace("\nA", "\n\nA", 1) + SECOND),
        {},
        "begins with|holds",
    ),
    # -- moments
    "no times": (
        text(xyz_text(WALK)),
        PLAIN | {"frame_interval": None},
        "give frame_interval, in t",
    ),
    "npz, no times": (archive(times=None), {}, "has neither times nor time steps: give frame_in"),
    "steps alone": (text(STEPPED), {}, "lacks its time step: give time_step"),
    "DCD, no time step": (data(dcd_bytes(WALK)), ALONE, "lacks its time step: give time_step"),
    "times that go back": (
        text(FIRST + EXTENDED),
        {},
        "frame 1 has the time 0 after 0: take out repeated frames",
    ),
    "uneven times": (
        text(EXTENDED.replace("Time=2\n", "Time=2.1\n")),
        {},
        "has frames that are not equally spaced",
    ),
    "uneven steps": (
        text(LAMMPS.replace("Timestep: 300", "Timestep: 310").replace(" Time:", " at:")),
        PLAIN,
        "has frames that are not frame_interval = 0.5 apart: their time steps are not equally",
    ),
    "an interval that the file contradicts": (
        text(EXTENDED),
        {"frame_interval": 1.0},
        "has frames 0.5 tau apart, not frame_interval = 1: leave",
    ),
    "a time step that the file contradicts": (
        text(LAMMPS),
        {"box": LENGTH, "time_step": 0.1, "unwrap": "steps"},
        r"frames 0 and 1 are 0.5 tau apart by their times \(Time=\), but 10 by time_step = 0.1",
    ),
    "no number as a time": (
        text(EXTENDED.replace("Time=1\n", "Time=12:30\n")),
        {},
        "frame 2 has time=12:30 in its comment: write a number",
    ),
    "half a step": (text(every("Time=", "Step=")), {}, "frame 1 has step=0.5 .*expected a whole"),
    "steps in some frames": (
        text(late(r"Step=\d*", "", STEPPED)),
        {},
        "frame 4 has no time step, and others have",
    ),
    "npz, other times": (archive(times=np.arange(7.0)), {}, r"has times of shape \(7,\)"),
    "npz, no numbers as times": (
        archive(times=np.full(8, np.nan)),
        {},
        "has times that are not fin",
    ),
    # -- columns
    "no positions": (text(every("pos:R:3", "velo:R:3")), {}, "has Properties=.*: write positions"),
    "columns without names": (
        text(every(r"Properties=\S*", "")),
        {"box": LENGTH},
        "has rows of 8 columns, and no Properties= that names them",
    ),
    "broken Properties": (
        text(every("pos:R:3", "pos:R")),
        {},
        "has Properties=.*write name:kind:n",
    ),
    "other columns later": (
        text(late("id:I:1", "no:I:1")),
        {},
        "frame 4 has different Properties=",
    ),
    "a column too few": (text(every(r"(?m)^(A 7 .*) \S+$", r"\1")), {}, "frame 0 cannot be read"),
    "a column too many": (text(every(r"(?m)^(A 7 .*)$", r"\1 0")), {}, "frame 0 cannot be read"),
    "a word as a number": (
        text(every(r"(?m)^A 7 \S+", "A 7 x")),
        {},
        "could not convert string 'x'",
    ),
    "no finite number": (
        text(late(r"(?m)^A 7 \S+", "A 7 nan")),
        {},
        "frame 7 has positions that are",
    ),
    "no images": (
        text(extended_text(WALK, columns="species pos")),
        {},
        "may be wrapped or not, and no images: open it with unwrap='steps'",
    ),
    "npz, no positions": (archive(positions=None), {}, "has the arrays .*: add positions"),
    "npz, flat": (archive(positions=WALK[..., :2]), {}, r"has positions of shape \(8, 100, 2\)"),
    "npz, whole numbers": (archive(positions=WALK.astype(int)), {}, "has positions of .*int64"),
    "npz, other images": (archive(images=np.zeros((8, 99, 3), int)), {}, "has images of shape"),
    "npz, columns first": (archive(positions=fortran(WALK)), {}, "in the order of Fortran"),
    "npz of runs": (
        archive(initial_positions=WALK[0]),
        {},
        "holds initial_positions: runs or snap",
    ),
    "npz of objects": (
        archive(types=np.array([None] * PARTICLES)),
        {},
        "is no .npz of arrays of pl",
    ),
    "DCD, fixed atoms": (data(dcd_bytes(WALK, n8=5)), ONE_DCD, "has 5 fixed atoms, or four dimens"),
    # -- cut short
    "the last line": (text(EXTENDED[:-3]), {}, f"frame 7, the last, {END}"),
    "the last end of a line": (text(EXTENDED[:-1]), {}, f"frame 7, the last, {END}"),
    "the last particles": (
        text("".join(EXTENDED.splitlines(keepends=True)[:-5])),
        {},
        "frame 7, the last, holds 95 of 100 particles: truncated",
    ),
    "the comment": (text(EXTENDED + "100\nLatt"), {}, "frame 8, the last, has an incomplete head"),
    "the count": (text(EXTENDED + "10"), {}, "frame 8, the last, has an incomplete header"),
    "gzip": (
        data(gzip.compress(EXTENDED.encode())[:-2000]),
        {},
        r"cannot be unpacked \(.*\): bring a whole copy",
    ),
    "gzip, its sum": (
        data(gzip.compress(EXTENDED.encode())[:-8] + bytes(8)),
        {},
        r"cannot be unpacked \(CRC check failed .*\): bring a whole copy",
    ),
    "text in gzip": (
        data(gzip.compress(EXTENDED[:-3].encode())),
        {},
        r"frame 7, the last, ends within a line: .*zcat FILE . head -c \d+",
    ),
    "DCD": (
        data(dcd_bytes(WALK)[:-40]),
        ONE_DCD,
        r"frame 7, the last, has \d+ of \d+ bytes: trunc",
    ),
    "DCD, whole frames": (
        data(dcd_bytes(WALK[:6], claimed=8)),
        ONE_DCD,
        "holds 6 frames, and its header tells of 8",
    ),
    "DCD, its header": (data(dcd_bytes(WALK)[:150]), ONE_DCD, "has an incomplete header"),
    "XTC": (data(xtc_bytes(WALK[:, :9])[:-7]), ALONE, r"frame 7, the last, has 157 of 164 bytes"),
    "XTC, a header": (data(xtc_bytes(WALK[:, :9])[:-120]), ALONE, "frame 7, the last, has an inco"),
    "npz": (
        lambda folder: data(archive()(folder).read_bytes()[:-100], "b.npz")(folder),
        {},
        "is no .npz of arrays of plain numbers: damaged, cut short",
    ),
    "npz, a byte": (
        lambda folder: data(
            (content := archive()(folder).read_bytes())[:5000] + b"?" + content[5001:], "b.npz"
        )(folder),
        {},
        "is no .npz of arrays of plain numbers: damaged",
    ),
    # -- others
    "empty": (text(""), {}, "empty: give one of these formats"),
    "some text": (
        text("a title\n3\n"),
        {},
        "neither GSD, a LAMMPS text dump, XYZ, npz, DCD nor XTC",
    ),
    "no particles": (
        text("0\n\n"),
        {},
        "frame 0 begins with '0', expected its number of particles",
    ),
    "packed otherwise": (
        lambda folder: _zipped(folder / "a.zip"),
        {},
        "has the arrays a.xyz: add positions",
    ),
}


def _zipped(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.xyz", EXTENDED)
    return path


@pytest.mark.parametrize("write, options, fault", REFUSED.values(), ids=REFUSED)
def test_what_is_missing_or_wrong_is_told_in_one_line(tmp_path, write, options, fault):
    path = write(tmp_path)
    with pytest.raises(InputError, match=fault) as refusal:
        read(path, **options)
    told = str(refusal.value)
    assert told.startswith(f"{path}: ")
    assert "\n" not in told
    assert "delete" not in told


def test_what_remains_of_a_truncated_text_is_read(tmp_path):
    content = EXTENDED[:-3]
    path = text(content)(tmp_path)
    with pytest.raises(InputError) as refusal:
        open_trajectory(path)
    whole = int(re.search(r"head -c (\d+)", str(refusal.value)).group(1))
    moved = read(text(content[:whole])(tmp_path))
    np.testing.assert_allclose(moved, (WALK - WALK[0])[:7], atol=1e-6)


def test_unwrapped_columns_are_preferred_to_wrapped_ones_without_images(tmp_path):
    path = text(extended_text(WALK, EDGES, columns="species pos unwrapped"))(tmp_path)
    np.testing.assert_allclose(read(path), WALK - WALK[0], atol=1e-6)


def test_a_frame_that_is_damaged_in_the_middle_is_named_when_it_is_read(tmp_path):
    lines = EXTENDED.splitlines(keepends=True)
    lines[3 * (PARTICLES + 2) + 50] = "A 1 word 0 0 0 0 0\n"
    with open_trajectory(text("".join(lines))(tmp_path)) as found:
        found.positions(2)
        with pytest.raises(InputError, match=r"frame 3 cannot be read \(could not convert"):
            found.positions(3)


@pytest.mark.parametrize("content", ["text", "gzip", "npz", "DCD", "XTC", "packed XTC"])
def test_no_damage_of_a_byte_ends_in_another_error(tmp_path, content):
    whole, options = {
        "text": (lambda: EXTENDED.encode(), {}),
        "gzip": (lambda: gzip.compress(EXTENDED.encode()), {}),
        "npz": (lambda: archive()(tmp_path).read_bytes(), {}),
        "DCD": (lambda: dcd_bytes(WALK), ONE_DCD),
        "XTC": (lambda: xtc_bytes(WALK[:, :9]), ALONE),
        "packed XTC": (lambda: xtc_bytes(WALK), ALONE),
    }[content]
    whole, generator, named = whole(), np.random.default_rng(4), 0
    for place in generator.integers(len(whole), size=150):
        changed = bytearray(whole)
        changed[place] ^= int(generator.integers(1, 256))
        path = data(bytes(changed), "damaged")(tmp_path)
        try:
            read(path, **options)
        except InputError as error:
            assert str(path) in str(error)
            named += 1
    assert named
