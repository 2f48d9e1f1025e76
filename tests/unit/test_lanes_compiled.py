"""Compiled kernels are kept for all processes, and made anew after an edit of any file."""

import os
import shutil
import subprocess
import sys

import pytest

from locations import ROOT

# How far a particle at (1, 1, 1) is outside a box of half width 1/4 about the origin.
PROGRAM = """
import numpy as np
from softness.lanes import lists
from softness.lanes.vectors import FIELD, vector_dtype, vectors

places = vectors(3, vector_dtype(np.float32, {lanes}))
places[FIELD] = 1
outside = np.zeros(1, np.float32)
boxes = np.zeros((1, 3), np.float32), np.full((1, 3), 0.25, np.float32)
lists.set_outside(places, *boxes, outside)
stats = lists.set_outside.stats
print(outside[0], sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""
OUTSIDE, INVERTED = 0.75 * 3**0.5, 1.25 * 3**0.5


@pytest.fixture
def package(tmp_path):
    """A copy of the package that may be edited."""
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.nb?")
    )
    return tmp_path / "src"


def outcome(package, lanes=16, cache=None):
    """In a process of its own: the distance, and how many kernels came from the cache or not."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    env |= {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
    if cache:
        env["NUMBA_CACHE_DIR"] = str(cache)
    command = [sys.executable, "-c", PROGRAM.format(lanes=lanes)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    distance, hits, misses = done.stdout.split()
    return pytest.approx(float(distance), rel=1e-6), int(hits), int(misses)


def kept(folder):
    """Names of the kernels' files, with their times."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.nbc")}


def edit(path, before, after):
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def test_a_second_process_compiles_nothing(package, tmp_path):
    assert outcome(package, cache=tmp_path / "kept") == (OUTSIDE, 0, 1)
    before = kept(tmp_path / "kept")
    assert before
    assert outcome(package, cache=tmp_path / "kept") == (OUTSIDE, 1, 0)
    assert kept(tmp_path / "kept") == before


def test_an_edit_of_the_vectors_is_seen_by_kernels_of_other_files(package, tmp_path):
    assert outcome(package, cache=tmp_path / "kept") == (OUTSIDE, 0, 1)
    edit(package / "softness/lanes/vectors.py", 'vector, _chosen(">"))', 'vector, _chosen("<"))')
    assert outcome(package, cache=tmp_path / "kept") == (INVERTED, 0, 1)


def test_another_width_is_another_kernel(package, tmp_path):
    assert outcome(package, 16, tmp_path / "kept") == (OUTSIDE, 0, 1)
    assert outcome(package, 8, tmp_path / "kept") == (OUTSIDE, 0, 1)
    for lanes in (8, 16):
        assert outcome(package, lanes, tmp_path / "kept") == (OUTSIDE, 1, 0)


def test_kernels_are_kept_beside_the_package(package):
    assert outcome(package) == (OUTSIDE, 0, 1)
    assert kept(package / "softness/lanes/__pycache__")
    assert outcome(package) == (OUTSIDE, 1, 0)


def test_the_users_own_folder_of_numba_is_left_as_it_was():
    program = (
        "from numba.core import config; before = config.CACHE_DIR; import softness.lanes.lists; "
        "assert config.CACHE_DIR == before"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, "-c", program], env=env, check=True)
