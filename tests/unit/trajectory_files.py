"""Trajectories in each format, as programs of others write them, by numpy alone."""

import gzip
import struct

import numpy as np

from softness import periodic

LENGTH = 10.0
EDGES = np.array([10.0, 12.0, 9.0])
TYPES = np.repeat([0, 1], [80, 20])
PARTICLES = len(TYPES)
INTERVAL = 0.5
STEPS = 100


def walk_of(frames=20, particles=PARTICLES, scale=0.1, edges=LENGTH, seed=5):
    """(frames, N, 3) unwrapped positions, all over the box at first, that cross its faces."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(scale=scale, size=(frames, particles, 3))
    moves[0] = rng.uniform(-0.5, 0.5, size=(particles, 3)) * edges
    return np.cumsum(moves, axis=0)


def rows_text(columns):
    """Lines of columns of texts and numbers."""
    told = [
        [str(x) for x in column] if column.dtype.kind in "iuU" else [f"{x:.9g}" for x in column]
        for column in columns
    ]
    return "".join(" ".join(row) + "\n" for row in zip(*told, strict=True))


def xyz_text(walk, comments=None, labels="AB", types=TYPES):
    """Plain XYZ: a label and three coordinates."""
    labels = np.array(list(labels))[types]
    comments = ["" for _ in walk] if comments is None else comments
    return "".join(
        f"{len(r)}\n{comment}\n{rows_text([labels, *r.T])}"
        for r, comment in zip(walk, comments, strict=True)
    )


def extended_text(walk, edges=LENGTH, columns="species id pos image", types=TYPES, keys=None):
    """Extended XYZ with any of the columns, in an order of its own in each frame."""
    rng = np.random.default_rng(3)
    vectors = np.diag(np.broadcast_to(edges, 3)).ravel()
    lattice = " ".join(f"{x:.9g}" for x in vectors)
    kinds = {"species": "S:1", "id": "I:1", "pos": "R:3", "image": "I:3", "unwrapped": "R:3"}
    properties = ":".join(f"{name}:{kinds[name]}" for name in columns.split())
    texts = []
    for number, r in enumerate(walk):
        wrapped, images = periodic.wrap(r, edges)
        values = {
            "species": [np.array(["A", "B"])[types]],
            "id": [np.arange(len(r)) + 1],
            "pos": list(wrapped.T),
            "image": list(images.T),
            "unwrapped": list(r.T),
        }
        order = rng.permutation(len(r)) if "id" in columns.split() else np.arange(len(r))
        chosen = [column[order] for name in columns.split() for column in values[name]]
        said = f"Time={INTERVAL * number:g}" if keys is None else keys(number)
        comment = f'Lattice="{lattice}" Properties={properties} pbc="T T T" {said}'
        texts.append(f"{len(r)}\n{comment}\n{rows_text(chosen)}")
    return "".join(texts)


def write_text(path, text, packed=False):
    """A text file, packed by gzip or not; returns its path."""
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


def write_npz(path, walk, edges=LENGTH, packed=False, **changes):
    """An archive with wrapped positions and images; returns its path."""
    wrapped, images = periodic.wrap(walk, edges)
    arrays = {
        "positions": wrapped,
        "images": images,
        "types": TYPES,
        "box": np.asarray(edges),
        "times": INTERVAL * np.arange(len(walk)),
    } | changes
    save = np.savez_compressed if packed else np.savez
    save(path, **{name: values for name, values in arrays.items() if values is not None})
    return path


def dcd_bytes(walk, edges=LENGTH, order="<", cosines=False, claimed=None, **changes):
    """A DCD file as CHARMM and LAMMPS write it; ``changes`` by number of the header."""
    whole, real = np.dtype(f"{order}i4"), np.dtype(f"{order}f4")

    def record(content):
        length = np.array([len(content)], whole).tobytes()
        return length + content + length

    header = np.zeros(20, whole)
    header[[0, 1, 2, 19]] = len(walk) if claimed is None else claimed, 0, STEPS, 24
    header[10] = edges is not None
    for number, value in changes.items():
        header[int(number[1:])] = value
    right = 0.0 if cosines else 90.0
    text = record(b"CORD" + header.tobytes())
    text += record(np.array([1], whole).tobytes() + b"made by a test".ljust(80))
    text += record(np.array([walk.shape[1]], whole).tobytes())
    for r in walk:
        if edges is not None:
            a, b, c = np.broadcast_to(edges, 3)
            text += record(np.array([a, right, b, right, right, c], f"{order}f8").tobytes())
        text += b"".join(record(x.astype(real).tobytes()) for x in r.T)
    return text


def packed_coordinates(r, precision=1e5):
    """Coordinates as XTC packs them, each particle by itself: any reader takes them."""
    values = np.rint(r * precision).astype(np.int64)
    low, high = values.min(axis=0), values.max(axis=0)
    sizes = [int(size) for size in high - low + 1]
    number = (sizes[0] * sizes[1] * sizes[2]).bit_length()
    bits = []
    for x, y, z in (values - low).tolist():
        if max(sizes) >= 2**24:
            each = zip((x, y, z), sizes, strict=True)
            bits += [f"{one:0{size.bit_length()}b}" for one, size in each] + ["0"]
            continue
        value = (x * sizes[1] + y) * sizes[2] + z
        for shift in range(0, number, 8):
            here = min(8, number - shift)
            bits.append(f"{value >> shift & 2**here - 1:0{here}b}")
        bits.append("0")
    text = "".join(bits)
    content = int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")
    head = struct.pack(">f6iii", precision, *low, *high, 9, len(content))
    return head + content.ljust(-(-len(content) // 4) * 4, b"\0")


def xtc_bytes(walk, edges=LENGTH, precision=1e5):
    """An XTC file."""
    box = np.diag(np.broadcast_to(edges, 3)).ravel()
    number = walk.shape[1]
    return b"".join(
        struct.pack(">iiif9fi", 1995, number, STEPS * i, INTERVAL * i, *box, number)
        + (packed_coordinates(r, precision) if number > 9 else r.astype(">f4").tobytes())
        for i, r in enumerate(walk)
    )
