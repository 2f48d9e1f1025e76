"""Records that stages read, of which only some fields matter."""

from dataclasses import fields

import numpy as np

from softness.files import tables
from softness.files.provenance import Provenance


def made_up(path, kind, **values):
    """Write a record of a kind with zeros for fields that do not matter; returns its path."""
    others = {
        each.name: np.zeros([1] * len(each.metadata["dimensions"]))
        for each in fields(kind)
        if each.name not in values
    }
    given = {name: np.asarray(value) for name, value in values.items()}
    tables.write(path, kind(**others, **given), Provenance("test", {}))
    return path
