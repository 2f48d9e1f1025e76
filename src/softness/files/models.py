"""Files of scikit-learn's models, with skops; never pickle."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import skops.io

from softness.errors import InputError
from softness.files.atomic import replacing

# Parts of networks and of boosted trees that skops leaves to the reader to trust. Of trees it warns
# that a forged file can crash the process (none can run code); these files come from this study.
_TRUSTED = (
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
)
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def save_model(path: str | Path, model: Any, provenance: str = "{}") -> None:
    """Write a scikit-learn model (a pipeline takes its scaler along), whole or not at all.

    Equal models give equal bytes: addresses in memory and dates are taken out of what skops writes.

    Parameters
    ----------
    path
        The skops file.
    model
        A fitted scikit-learn model.
    provenance
        What made it, as text (canonical JSON).

    Raises
    ------
    InputError
        If the model is made of types that `load_model` would refuse.
    """
    content = skops.io.dumps({"model": model, "provenance": provenance})
    foreign = _foreign_types(content)
    if foreign:
        raise InputError(
            f"model holds {', '.join(foreign)}: give a model that is made of scikit-learn, "
            "numpy and scipy types only"
        )
    with replacing(path) as temporary:
        temporary.write_bytes(_without_addresses(content))


def load_model(path: str | Path) -> Any:
    """Read a model that `save_model` wrote.

    Raises
    ------
    InputError
        The file is absent, truncated, foreign, or holds types that are not trusted.
    """
    return _load(path)["model"]


def load_model_provenance(path: str | Path) -> str:
    """Text of what made a model file."""
    return str(_load(path)["provenance"])


def _load(path: str | Path) -> dict[str, Any]:
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file: run the rule that makes it")
    content = path.read_bytes()
    try:
        foreign = _foreign_types(content)
        if foreign:
            raise InputError(
                f"{path}: contains {', '.join(foreign)}, which is not trusted: "
                "do not use a file of unknown origin; train the model again"
            )
        found = skops.io.loads(content, trusted=list(_TRUSTED))
    except zipfile.BadZipFile as error:
        raise InputError(
            f"{path}: truncated, or not a skops file: delete it and train again"
        ) from error
    # skops raises errors of many kinds for what it cannot read. Their texts stay out: of a forged
    # array, numpy's advises how to open it unsafely.
    except (KeyError, TypeError, ValueError, AttributeError, ImportError, EOFError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path}: damaged, or of another version of skops or scikit-learn "
            f"({type(error).__name__}): delete it and train again"
        ) from None
    if not isinstance(found, dict) or set(found) != {"model", "provenance"}:
        raise InputError(f"{path}: is a skops file of another kind: give a file of this project")
    return found


def _foreign_types(content: bytes) -> list[str]:
    """Types in a skops file that neither skops nor this project trusts."""
    return sorted(set(skops.io.get_untrusted_types(data=content)) - set(_TRUSTED))


def _without_addresses(content: bytes) -> bytes:
    """Return the same skops file with counted numbers for memory addresses, and without dates."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        schema = json.loads(archive.read("schema.json"))
        parts = {name: archive.read(name) for name in archive.namelist()}
    numbers: dict[Any, int] = {}
    names: dict[str, str] = {}

    def rename(node: Any) -> None:
        if isinstance(node, dict):
            if "__id__" in node:
                node["__id__"] = numbers.setdefault(node["__id__"], len(numbers) + 1)
            if "file" in node and isinstance(node["file"], str) and node["file"] in parts:
                suffix = Path(node["file"]).suffix
                node["file"] = names.setdefault(node["file"], f"{len(names) + 1}{suffix}")
            for child in node.values():
                rename(child)
        elif isinstance(node, list):
            for child in node:
                rename(child)

    rename(schema)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for old, new in names.items():
            archive.writestr(zipfile.ZipInfo(new, _NO_DATE), parts[old])
        archive.writestr(zipfile.ZipInfo("schema.json", _NO_DATE), json.dumps(schema))
    return buffer.getvalue()
