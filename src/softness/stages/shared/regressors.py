"""What stages that apply regressors have in common."""

from collections.abc import Sequence
from pathlib import Path

from softness.errors import InputError
from softness.files.models import load_model
from softness.learning.regress import Regressor


def unseen_regressors(paths: Sequence[Path], replica: int) -> dict[str, Regressor]:
    """Regressors that never saw a replica, by the names of the variables that they predict.

    A study of one replica has one model each, which has seen it.

    Parameters
    ----------
    paths
        From the stage ``regress``: for each variable the model of all replicas, then those without
        one replica each.
    replica
        Number of the replica that they will judge.

    Raises
    ------
    InputError
        If a file has another content or too few replicas, or two predict the same variable.
    """
    found: dict[str, Regressor] = {}
    for path in paths:
        models = load_model(path)
        if not isinstance(models, dict):
            raise InputError(
                f"{path}: contains a single model: train it again with the stage regress"
            )
        for name, (_, *left_out) in models.items():
            if name in found:
                raise InputError(f"{path}: predicts {name}, as another file does: give one of them")
            if left_out and replica >= len(left_out):
                raise InputError(
                    f"{path}: has models for {len(left_out)} replicas, but not for replica "
                    f"{replica}: train it again"
                )
            found[name] = Regressor(left_out[replica] if left_out else models[name][0])
    return found
