"""From the types that a file names to species indices, of which 0 is analysed."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files.opening import Species

_MANY = 26
"""As many species as have a letter; more are names of particles."""

Pair = tuple[int, int] | tuple[str, str]


def species_indices(
    labels: np.ndarray,
    wanted: Species | None,
    usual: Sequence[Pair],
    error: Callable[[str, str], InputError],
) -> np.ndarray:
    """(N,) int32 species indices.

    Parameters
    ----------
    labels
        (N,) the file's types: texts, texts as bytes, or numbers.
    wanted
        Those that are 0, 1, ...; any number of them, each of which has particles.
    usual
        Pairs that are A and B where nothing is wanted, the first that has all labels; then A is
        the majority, since a file that calls it B would be analysed for the wrong species.
    error
        Makes the error from a fault and a remedy.

    Raises
    ------
    InputError
        If the labels are others than wanted.
    """
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", errors="replace")
    if wanted is not None and (labels.dtype.kind == "U" or isinstance(wanted[0], str)):
        labels, wanted = labels.astype(str), [str(one) for one in wanted]
    present = np.unique(labels).tolist()
    fitting = (pair for pair in usual if set(present) <= set(pair))
    chosen: Sequence[Any] = next(fitting, usual[0]) if wanted is None else wanted
    _check_present(present, chosen, error)
    if wanted is None and 2 * np.count_nonzero(labels == chosen[1]) > len(labels):
        first, second = chosen
        raise error(
            f"has more particles of species {second} than of {first}, but A, which is analysed, "
            "is the majority",
            f"open it with species=({second!r}, {first!r}), or in this order if that is meant",
        )
    order = np.argsort(chosen)
    return order[np.searchsorted(np.array(chosen)[order], labels)].astype(np.int32)


def _check_present(
    present: list[Any], chosen: Sequence[Any], error: Callable[[str, str], InputError]
) -> None:
    expected = " and ".join(map(str, chosen))
    if len(present) > _MANY:
        raise error(
            f"has {len(present)} species, {str(present[:_MANY])[1:-1]}, ..., expected {expected}",
            "where these are ids or labels of single particles, write the species there",
        )
    if not set(present) <= set(chosen):
        raise error(
            f"has species {present}, expected {expected}",
            f"name all on opening it, the one that is analysed first: species={tuple(present)}",
        )
    absent = [one for one in chosen if one not in present]
    if absent and len(present) == 1:
        raise error(
            f"has particles of species {present[0]} alone, expected {expected}",
            "write all particles of the mixture, since the structure around each is made of all; "
            f"if there is one species, give species=({present[0]!r},)",
        )
    if absent:
        raise error(f"has species {present}, and none of {absent}", "leave those out of species")
