"""GSD files of others, chunk by chunk, as any program may write them."""

import gsd.fl
import numpy as np

from softness import periodic


def chunks(walk, types, length, interval=200):
    """One dictionary of chunks for each frame, nothing left out; steps of ``interval``."""
    frames = []
    for number, positions in enumerate(walk):
        wrapped, images = periodic.wrap(positions, length)
        frames.append(
            {
                "configuration/step": np.array([interval * number], np.uint64),
                "configuration/box": np.array([*np.broadcast_to(length, 3), 0, 0, 0], np.float32),
                "particles/N": np.array([len(positions)], np.uint32),
                "particles/types": names("A", "B"),
                "particles/typeid": np.asarray(types, np.uint32),
                "particles/position": wrapped.astype(np.float32),
                "particles/image": images,
            }
        )
    return frames


def names(*texts):
    """Names of types as GSD keeps them."""
    width = max(map(len, texts)) + 1
    return np.array(texts, f"S{width}").view(np.int8).reshape(len(texts), width)


def write_chunks(path, frames, schema="hoomd", version=(1, 4)):
    """A GSD file of these chunks; returns its path."""
    with gsd.fl.open(path, "w", "somebody", schema, version) as file:
        for frame in frames:
            for name, values in frame.items():
                file.write_chunk(name, values)
            file.end_frame()
    return path
