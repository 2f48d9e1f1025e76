"""The library chemfiles, imported only where a file needs it."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from softness.errors import InputError


def library(path: Path) -> ModuleType:
    """The module.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return import_module("chemfiles")
    except ImportError as error:
        raise InputError(
            f"{path}: is read by chemfiles, which is not installed: pip install softness[formats]"
        ) from error
