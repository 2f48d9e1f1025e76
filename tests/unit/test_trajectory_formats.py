"""Every format gives the same particles at the same moments, and each fault is told in one line."""

import gzip
import importlib.util
import re
import tracemalloc
import zipfile
from functools import partial

import numpy as np
import pytest
from dump_files import frame_text, write_dump
from gsd_files import chunks, write_chunks
from trajectory_files import (
    EDGES,
    INTERVAL,
    LENGTH,
    PARTICLES,
    STEPS,
    TYPES,
    dcd_bytes,
    extended_text,
    rows_text,
    walk_of,
    write_npz,
    write_text,
    xtc_bytes,
    xyz_text,
)

from softness import engines, periodic
from softness.errors import InputError
from softness.files import lines, trajectory
from softness.files.frames import Frame, read_frames, write_frames, write_segment
from softness.files.trajectory import Trajectory, open_trajectory
from softness.liquid import kob_andersen
from softness.simulate.start import random_start

FRAMES = 20
STEP = INTERVAL / STEPS
needs_chemfiles = pytest.mark.skipif(
    importlib.util.find_spec("chemfiles") is None, reason="chemfiles is not installed"
)


@pytest.fixture
def walk():
    return walk_of()


def comments_of_lammps(walk):
    return [f" Atoms. Timestep: {STEPS * i}" for i in range(len(walk))]


def topology(path):
    """A frame with types and neither the box, the unit nor the positions of the trajectory."""
    return write_text(path.with_name("topology.xyz"), xyz_text(np.zeros((1, PARTICLES, 3))))


def xyz(path, walk, edges, packed=False):
    write_text(path, xyz_text(walk, comments_of_lammps(walk)), packed)
    return path, {"box": edges, "time_step": STEP, "unwrap": "steps"}


def extended(path, walk, edges, columns, packed=False):
    return write_text(path, extended_text(walk, edges, columns), packed), {}


def npz(path, walk, edges, **changes):
    path = path.with_suffix(".npz")
    return write_npz(path, walk, edges, **changes), {}


def dcd(path, walk, edges, **options):
    path.write_bytes(dcd_bytes(walk, edges, **options))
    return path, {"topology": topology(path), "time_step": STEP, "unwrap": "steps"}


def xtc(path, walk, edges):
    path.write_bytes(xtc_bytes(walk, edges))
    return path, {"topology": topology(path), "unwrap": "steps"}


def dump(path, walk, edges):
    return write_dump(path, walk, TYPES, edges, interval=STEPS), {"time_step": STEP}


def foreign(path, walk, edges):
    return write_chunks(path, chunks(walk, TYPES, edges, STEPS)), {"time_step": STEP}


def own(path, walk, edges):
    segment = path.with_name("segment.gsd")
    write_segment(segment, (Frame(STEPS * i, r) for i, r in enumerate(walk)), TYPES, edges)
    header = {"time_step": np.array([STEP]), "box_length": np.atleast_1d(edges)}
    write_frames(path, read_frames(segment), header)
    return path, {}


def one_each(path, walk, edges):
    """Extended XYZ of one frame a file, numbered without zeros before."""
    for number, positions in enumerate(walk):
        said = f"Time={INTERVAL * number}"
        text = extended_text(positions[None], edges, keys=lambda _, said=said: said)
        write_text(path.with_name(f"frame.{number}.xyz"), text)
    return str(path.with_name("frame.*.xyz")), {}


def parts(path, walk, edges):
    """Three dumps of a run, the second of one frame."""
    cuts = [0, 7, 8, len(walk)]
    paths = [path.with_name(f"part{number}") for number in range(3)]
    for part, first, last in zip(paths, cuts[:-1], cuts[1:], strict=True):
        frames = (
            frame_text(STEPS * number, walk[number], TYPES, edges) for number in range(first, last)
        )
        part.write_text("".join(frames))
    return paths, {"time_step": STEP}


SOURCES = {
    "XYZ": xyz,
    "XYZ, packed": partial(xyz, packed=True),
    "extended XYZ": partial(extended, columns="species id pos image"),
    "extended XYZ, packed": partial(extended, columns="id image pos species", packed=True),
    "extended XYZ, in order": partial(extended, columns="species pos image"),
    "extended XYZ, unwrapped": partial(extended, columns="species pos unwrapped"),
    "npz": npz,
    "npz, packed": partial(npz, packed=True),
    "npz, single precision": lambda path, walk, edges: npz(
        path, walk, edges, positions=periodic.wrap(walk, edges)[0].astype(np.float32)
    ),
    "npz with steps": lambda path, walk, edges: (
        npz(path, walk, edges, times=None, steps=STEPS * np.arange(len(walk)))[0],
        {"time_step": STEP},
    ),
    "npz, unwrapped": lambda path, walk, edges: npz(path, walk, edges, unwrapped_positions=walk),
    "npz with a box for each frame": lambda path, walk, edges: npz(
        path, walk, edges, box=np.broadcast_to(edges, (len(walk), 3))
    ),
    "npz with vectors of the box": lambda path, walk, edges: npz(
        path, walk, edges, box=np.diag(np.broadcast_to(edges, 3))
    ),
    "npz without times": lambda path, walk, edges: (
        npz(path, walk, edges, times=None)[0],
        {"frame_interval": INTERVAL},
    ),
    "DCD": dcd,
    "DCD, other bytes first": partial(dcd, order=">"),
    "DCD with cosines": partial(dcd, cosines=True),
    "DCD without a box": lambda path, walk, edges: (
        dcd(path, walk, None)[0],
        dcd(path, walk, None)[1] | {"box": edges},
    ),
    "XTC": xtc,
    "dump": dump,
    "dump, packed": lambda path, walk, edges: (
        write_text(path.with_suffix(".gz"), dump(path, walk, edges)[0].read_text(), packed=True),
        {"time_step": STEP},
    ),
    "GSD": foreign,
    "own GSD": own,
    "a frame each": one_each,
    "parts": parts,
}


@pytest.mark.parametrize("edges", [LENGTH, EDGES], ids=["cube", "rectangle"])
@pytest.mark.parametrize("write", SOURCES.values(), ids=SOURCES)
def test_every_format_gives_the_same_frames(tmp_path, write, edges):
    walk = walk_of(FRAMES, edges=edges)
    path, options = write(tmp_path / "a.data", walk, edges)
    with open_trajectory(path, **options) as found:
        assert (found.frames, found.particles) == (FRAMES, PARTICLES)
        assert isinstance(found.box_length, float) == (edges is LENGTH)
        np.testing.assert_allclose(found.box_length, edges, rtol=1e-6)
        np.testing.assert_array_equal(found.types, TYPES)
        np.testing.assert_allclose(found.times(), INTERVAL * np.arange(FRAMES), rtol=1e-6)
        assert found.frame_interval() == pytest.approx(INTERVAL)
        together = np.concatenate(list(found.windows(7)))
        np.testing.assert_allclose(together - together[0], walk - walk[0], atol=3e-5)
        for frame in (19, 0, 7, 6):
            np.testing.assert_allclose(found.positions(frame), together[frame], atol=1e-9)
    for frame in (0, 19):
        with pytest.raises(InputError, match="is closed: read it inside"):
            found.positions(frame)


@pytest.mark.parametrize("write", SOURCES.values(), ids=SOURCES)
def test_units_of_the_file_are_multiplied(tmp_path, walk, write):
    path, options = write(tmp_path / "a.data", walk, LENGTH)
    units = {"length_unit": 0.5, "time_unit": 4.0}
    if "time_step" in options:
        options["time_step"] *= 4
    if "frame_interval" in options:
        options["frame_interval"] *= 4
    if write is own:
        return  # Whose time step is in tau.
    with open_trajectory(path, **options, **units) as found:
        assert found.box_length == pytest.approx(LENGTH / 2)
        assert found.frame_interval() == pytest.approx(4 * INTERVAL)
        moved = found.positions(12) - found.positions(3)
        np.testing.assert_allclose(moved, (walk[12] - walk[3]) / 2, atol=3e-5)


@pytest.mark.parametrize(
    "name",
    [
        *("XYZ", "XYZ, packed", "extended XYZ", "npz", "npz, packed", "DCD", "XTC", "a frame each"),
    ],
)
def test_memory_does_not_grow_with_the_number_of_frames(tmp_path, monkeypatch, name):
    monkeypatch.setattr(lines, "_BLOCK", 2**12)
    monkeypatch.setattr(zipfile.ZipExtFile, "MAX_SEEK_READ", 2**12)
    peaks = []
    for frames in (20, 20, 400):
        folder = tmp_path / f"{frames}-{len(peaks)}"
        folder.mkdir()
        path, options = SOURCES[name](folder / "a.data", walk_of(frames, scale=0.02), LENGTH)
        tracemalloc.start()
        with open_trajectory(path, **options) as found:
            for _ in found:
                pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The first run loads modules. A frame has 2400 bytes; its place, step and time, or its path,
    # a few numbers.
    allowed = 1200 if name == "a frame each" else 400
    assert peaks[2] < peaks[1] + allowed * 380


# -- a forward pass through a packed file ------------------------------------------------------


def test_a_packed_file_is_unpacked_once_in_a_forward_pass(tmp_path, monkeypatch):
    path, options = SOURCES["XYZ, packed"](tmp_path / "a.gz", walk_of(60), LENGTH)
    length = len(gzip.decompress(path.read_bytes()))
    with open_trajectory(path, **options) as found:
        found.positions(0)
        read = []
        raw = found._file._buffer.raw
        readinto = raw.read
        monkeypatch.setattr(raw, "read", lambda n=-1: read.append(readinto(n)) or read[-1])
        for _ in found:
            pass
    assert sum(map(len, read)) <= length + 2**18


# -- species -----------------------------------------------------------------------------------


def test_any_number_of_species_may_be_named_the_analysed_first(tmp_path, walk):
    types = np.repeat([2, 0, 1], [50, 20, 30])
    path = write_text(tmp_path / "a.xyz", xyz_text(walk, labels=["Ni", "P", "Si"], types=types))
    options = {"box": LENGTH, "frame_interval": 1.0, "unwrap": "steps"}
    with open_trajectory(path, species=("P", "Si", "Ni"), **options) as found:
        np.testing.assert_array_equal(found.types, np.repeat([1, 2, 0], [50, 20, 30]))
        assert found.labels == ("P", "Si", "Ni")
        assert found.types.dtype == np.int32
        assert found.labels == ("P", "Si", "Ni")
    with pytest.raises(InputError, match=r"has species \['Ni', 'P', 'Si'\], expected P and Ni"):
        open_trajectory(path, species=("P", "Ni"), **options)
    with pytest.raises(InputError, match=r"has species .*, expected A and B: name all on opening"):
        open_trajectory(path, **options)
    with pytest.raises(InputError, match=r"and none of \['Fe'\]: leave those out"):
        open_trajectory(path, species=("P", "Si", "Ni", "Fe"), **options)


def test_one_species_is_read_if_it_is_asked_for(tmp_path, walk):
    for path, label in (
        (write_text(tmp_path / "a.xyz", extended_text(walk, types=TYPES * 0)), "A"),
        (write_npz(tmp_path / "a.npz", walk, types=TYPES * 0), 0),
        (write_dump(tmp_path / "a.dump", walk, TYPES * 0, LENGTH), 1),
        (write_chunks(tmp_path / "a.gsd", chunks(walk, TYPES * 0, LENGTH)), 0),
    ):
        with pytest.raises(InputError, match=rf"species {label} alone, .*species=\({label!r},\)"):
            open_trajectory(path)
        with open_trajectory(path, species=(label,)) as found:
            assert not found.types.any()


def test_numbers_may_be_written_as_texts(tmp_path, walk):
    path = write_dump(tmp_path / "a.dump", walk, TYPES, LENGTH)
    with open_trajectory(path, species=("2", "1")) as found:
        np.testing.assert_array_equal(found.types, 1 - TYPES)


def test_positions_alone_are_one_species(tmp_path, walk):
    text = "".join(f"{PARTICLES}\n\n{rows_text(r.T)}" for r in walk)
    path = write_text(tmp_path / "a.xyz", text)
    with pytest.raises(InputError, match=r"no types of particles: give topology, .*or one spe"):
        open_trajectory(path, box=LENGTH, unwrap="steps")
    with open_trajectory(path, species=["A"], box=LENGTH, unwrap="steps") as found:
        np.testing.assert_allclose(found.positions(0), walk[0], rtol=1e-5)
    with open_trajectory(path, topology=topology(path), box=LENGTH, unwrap="steps") as found:
        np.testing.assert_array_equal(found.types, TYPES)


def test_a_topology_of_another_system_is_refused(tmp_path, walk):
    path, options = SOURCES["DCD"](tmp_path / "a.dcd", walk[:, :15], LENGTH)
    with pytest.raises(InputError, match=r"topology\.xyz: has 100 particles, and the traj.* 15"):
        open_trajectory(path, **options)
    path = write_text(tmp_path / "a.xyz", extended_text(walk))
    with pytest.raises(InputError, match=r"a\.xyz: has types of its own: leave topology out"):
        open_trajectory(path, topology=topology(path))


def gro_line(number, name, place):
    x, y, z = place
    return f"{1:>5}MOL  {name:>5}{number % 100000:>5}{x:8.3f}{y:8.3f}{z:8.3f}\n"


def pdb_line(number, name, place):
    x, y, z = place
    return f"ATOM  {number:>5} {name:<4} MOL A   1    {x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00\n"


@pytest.mark.parametrize("suffix", [".gro", ".pdb"])
def test_names_of_atoms_are_the_types_of_a_topology(tmp_path, walk, suffix):
    path, options = SOURCES["DCD"](tmp_path / "a.dcd", walk, LENGTH)
    line = {".gro": gro_line, ".pdb": pdb_line}[suffix]
    rows = [line(i, ["Ni", "P"][kind], walk[0, i]) for i, kind in enumerate(TYPES)]
    before, after = {
        ".gro": (f"a title\n{PARTICLES}\n", "10 10 10\n"),
        ".pdb": ("TITLE\n", "ENDMDL\n" + "".join(rows)),
    }[suffix]
    named = tmp_path / f"names{suffix}"
    named.write_text(before + "".join(rows) + after)
    options |= {"topology": named, "species": ("P", "Ni")}
    with open_trajectory(path, **options) as found:
        np.testing.assert_array_equal(found.types, 1 - TYPES)
    named.write_text(before + "".join(rows[:-2]))
    with pytest.raises(InputError, match=r"names\....: has (no names of atoms|98 particles)"):
        open_trajectory(path, **options)
    named.write_text("nothing\n")
    with pytest.raises(InputError, match=r"names\....: has no names of atoms, or fewer than it s"):
        open_trajectory(path, **options)


def test_few_particles_are_not_packed_in_xtc(tmp_path, walk):
    path = tmp_path / "a.xtc"
    path.write_bytes(xtc_bytes(walk[:, :9]))
    with open_trajectory(path, species=("A",), unwrap="none") as found:
        assert found.box_length == LENGTH
        np.testing.assert_array_equal(found.times(), INTERVAL * np.arange(20))
        for frame in (0, 19, 4):
            np.testing.assert_allclose(found.positions(frame), walk[frame, :9], rtol=1e-6)


def test_what_lammps_itself_writes_is_where_its_particles_are(tmp_path):
    """In all its formats of a run, beside its text dump."""
    liquid = kob_andersen(500)
    engine = engines.create("lammps", liquid)
    start = random_start(liquid, np.random.default_rng(1))
    engine.load(start, liquid.types, np.random.default_rng(2).normal(size=(500, 3)))
    styles = {
        "custom": ("a.dump", "id type x y z ix iy iz"),
        "custom/gz": ("a.dump.gz", "id type xu yu zu"),
        "xyz": ("a.xyz", ""),
        "xyz/gz": ("a.xyz.gz", ""),
        "extxyz": ("a.extxyz", ""),
        "dcd": ("a.dcd", ""),
        "xtc": ("a.xtc", ""),
    }
    for style, (name, columns) in styles.items():
        engine._commands(f"dump {name} all {style} 100 {tmp_path / name} {columns}")
        engine._commands(f"dump_modify {name} sort id")
        if "xyz" in style:
            engine._commands(f"dump_modify {name} element A B")
    engine.run(500)
    for name, _ in styles.values():
        engine._commands(f"undump {name}")
    with open_trajectory(tmp_path / "a.dump", time_step=0.005) as found:
        expected = np.stack(list(found))
        assert found.frames == 6
    told = {"time_step": 0.005, "unwrap": "steps"}
    box, types = {"box": liquid.box_length}, {"topology": tmp_path / "a.dump"}
    for name, options in {
        "a.dump.gz": {"time_step": 0.005},
        "a.xyz": told | box,
        "a.xyz.gz": told | box,
        "a.extxyz": told,
        "a.dcd": told | types,
        "a.xtc": told | types,
    }.items():
        if name == "a.xtc":
            _keep_whole_frames(tmp_path / name, options)
        with open_trajectory(tmp_path / name, **options) as found:
            np.testing.assert_array_equal(found.types, liquid.types)
            assert found.frame_interval() == pytest.approx(0.5)
            moved = np.stack(list(found)) - found.positions(0)
            # XTC has three digits after the point.
            np.testing.assert_allclose(moved, (expected - expected[0])[: len(moved)], atol=2e-3)


def _keep_whole_frames(path, options):
    """LAMMPS leaves the end of an XTC file unwritten; the message says what to keep."""
    try:
        open_trajectory(path, **options).close()
    except InputError as error:
        whole = int(re.search(r"head -c (\d+)", str(error)).group(1))
        path.write_bytes(path.read_bytes()[:whole])


@needs_chemfiles
def test_dcd_agrees_with_the_library(tmp_path, walk):
    import chemfiles

    path, options = SOURCES["DCD"](tmp_path / "a.dcd", walk, LENGTH)
    with (
        open_trajectory(path, **options | {"unwrap": "none"}) as found,
        chemfiles.Trajectory(str(path), "r", "DCD") as reference,
    ):
        assert reference.nsteps == found.frames
        for number in range(found.frames):
            frame = reference.read_step(number)
            np.testing.assert_array_equal(found.positions(number), frame.positions)
    with chemfiles.Trajectory(str(path), "w", "DCD") as file:
        for positions in walk:
            frame = chemfiles.Frame()
            frame.resize(PARTICLES)
            frame.positions[:] = positions
            frame.cell = chemfiles.UnitCell(EDGES.tolist())
            file.write(frame)
    with open_trajectory(path, **options) as found:
        np.testing.assert_allclose(found.box_length, EDGES)
        np.testing.assert_allclose(found.positions(19), walk[19], rtol=1e-5)


@needs_chemfiles
@pytest.mark.parametrize(
    ("scale", "precision"), [(0.01, 1e3), (0.1, 1e3), (1, 1e2), (3, 1e5), (9, 1e5), (9, 1e6)]
)
def test_xtc_agrees_with_the_library(tmp_path, scale, precision):
    """Particles one after the other, which differ by little, and all over the box."""
    import chemfiles

    rng = np.random.default_rng(8)
    path, expected = tmp_path / "a.xtc", []
    with chemfiles.Trajectory(str(path), "w", "XTC") as file:
        for number in range(4):
            frame = chemfiles.Frame()
            frame.resize(500)
            # In Angstrom, which are tenths of what stands in the file.
            frame.positions[:] = np.cumsum(rng.normal(scale=10 * scale, size=(500, 3)), axis=0)
            frame.cell = chemfiles.UnitCell((10 * EDGES).tolist())
            frame["xtc_precision"], frame["time"] = precision, INTERVAL * number
            file.write(frame)
    with chemfiles.Trajectory(str(path), "r", "XTC") as file:
        for _ in range(4):
            frame = file.read()
            expected.append(frame.positions / 10)
    with open_trajectory(path, species=("A",), unwrap="none") as found:
        np.testing.assert_allclose(found.box_length, EDGES, rtol=1e-6)
        np.testing.assert_allclose(np.stack(list(found)), expected, rtol=3e-7, atol=1e-7)


def test_the_choice_of_a_reader_is_by_content(tmp_path, walk):
    assert trajectory.reader_of(own(tmp_path / "a.xyz", walk, LENGTH)[0]) is Trajectory
