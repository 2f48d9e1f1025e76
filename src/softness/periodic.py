"""Rectangular periodic box, centred on the origin: the one place that wraps and unwraps."""

import numpy as np


def wrap(positions: np.ndarray, box_length: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split unwrapped positions into a place in [-L/2, L/2) and integer images.

    Parameters
    ----------
    positions
        (..., 3) positions, in the unit of ``box_length``.
    box_length
        Edge L of a cubic box, or (3,) edges of a rectangular one.

    Returns
    -------
    wrapped, images
        (..., 3) float64 positions in the box, and (..., 3) int32 images, so that
        ``positions == wrapped + images * box_length`` up to rounding.
    """
    positions = np.asarray(positions, dtype=np.float64)
    images = np.floor(positions / box_length + 0.5)
    wrapped = positions - images * box_length
    # Rounding can leave a particle on the upper face, which belongs to the next image.
    on_face = wrapped >= box_length / 2
    wrapped = np.where(on_face, wrapped - box_length, wrapped)
    return np.maximum(wrapped, -box_length / 2), (images + on_face).astype(np.int32)


def unwrap(wrapped: np.ndarray, images: np.ndarray, box_length: float | np.ndarray) -> np.ndarray:
    """Positions with the images put back: the inverse of `wrap`, in float64."""
    return np.asarray(wrapped, dtype=np.float64) + np.asarray(images) * np.asarray(box_length)
