"""Which structure functions the estimator takes."""

from collections.abc import Mapping
from typing import Any

from softness.errors import InputError
from softness.structure.feature_set import FeatureSet, families_of

FEATURES = {
    "radial": {"first": 0.0, "last": 4.9, "step": 0.1, "width": 0.2},
    "angular": {"first": 1.0, "last": 3.0, "step": 0.5, "degrees": [2, 4, 6, 8, 10, 12, 14]},
}
"""Structure functions of the dissertation, by family."""


def feature_set(given: Mapping[str, Mapping[str, Any]] | None, species: int) -> FeatureSet:
    """The features of some families, with other settings where they are given.

    Parameters
    ----------
    given
        Settings by family, each of which replaces one of `FEATURES`; the radial family if not
        given.
    species
        How many there are.

    Raises
    ------
    InputError
        If there is no such family or setting.
    """
    given = {"radial": {}} if given is None else given
    for family, block in given.items():
        if family not in FEATURES:
            raise InputError(f"features has {family}: give one of {', '.join(FEATURES)}")
        for key in block:
            if key not in FEATURES[family]:
                keys = ", ".join(FEATURES[family])
                raise InputError(f"features.{family} has {key}: give one of {keys}")
    blocks = {
        family: {**FEATURES[family], **block, "species": species} for family, block in given.items()
    }
    return FeatureSet.of(families_of(blocks))
