"""What tests share: the real configurations, the liquid, and both engines."""

import os

import numpy as np
import pytest

from locations import REAL_DATA, SHARED
from softness import engines
from softness.errors import InputError
from softness.liquid import kob_andersen


@pytest.fixture(scope="session")
def real_data() -> dict[str, np.ndarray]:
    """Ten equilibrated configurations at T = 0.44, made by another group."""
    if not REAL_DATA.exists():
        if SHARED.exists():
            pytest.fail(f"{REAL_DATA} is missing, though {SHARED} is there")
        pytest.skip("the real configurations (../shared/data) are not on this machine")
    with np.load(REAL_DATA) as data:
        return {name: data[name] for name in data.files}


@pytest.fixture(params=engines.ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Name of each engine that can be imported; the others are skipped, with the reason.

    LAMMPS must be there, and HOOMD-blue where SOFTNESS_NEEDS_HOOMD=1: its absence fails.
    """
    try:
        engines.create_batch(request.param, kob_andersen(500), 1)
    except InputError as error:
        if request.param == "lammps" or os.environ.get("SOFTNESS_NEEDS_HOOMD") == "1":
            raise
        pytest.skip(str(error))
    return request.param
