"""Features of frames from a state file in place of the frames, with their averages."""

import json

import numpy as np
import pytest

from softness.errors import InputError
from softness.files import tables
from softness.files.features import reading_features
from softness.files.frames import Frame, write_segment
from softness.files.provenance import Provenance
from softness.files.records.regressed import Neighbourhood
from softness.stages import features
from softness.structure.feature_set import FeatureSet, frame_features

PARTICLES, LENGTH, STEPS = 120, 5.0, 100
TYPES = np.random.default_rng(1).permutation(np.repeat([0, 1], [96, 24]))
CHOSEN = FeatureSet(
    radii=(0.5, 1.0, 1.5), shells=(1.0,), degrees=(2, 4), orders=(0, 1, 2), cutoff=1.6
)
SETTINGS = {
    "temperature": 0.56,
    "replica": 1,
    "orders": [0, 1, 2],
    "features": {
        "radial": {"first": 0.5, "last": 1.5, "step": 0.5, "width": 0.2},
        "angular": {"first": 1.0, "last": 1.0, "step": 0.5, "degrees": [2, 4]},
    },
}


def write(path, seed, frames):
    """A GSD file of some frames by their numbers; returns their positions."""
    found = {n: np.random.default_rng([seed, n]).uniform(-9, 9, (PARTICLES, 3)) for n in frames}
    log = {"time_step": 0.005, "box_length": LENGTH}
    given = [Frame(STEPS * number, positions, log) for number, positions in found.items()]
    write_segment(path, given, TYPES, LENGTH)
    return found


@pytest.fixture
def files(tmp_path):
    """Arguments of the stage, and positions of the frames and of the states of two of them."""
    paths = {name: tmp_path / f"{name}.gsd" for name in ("trajectory", "states")}
    thermal = write(paths["trajectory"], 2, range(6))
    inherent = write(paths["states"], 3, (1, 4))
    record = Neighbourhood(temperature=np.array(0.56), distance=np.array(1.6))
    tables.write(tmp_path / "neighbourhood.h5", record, Provenance("test", {}))
    arguments = ["--trajectory", paths["trajectory"], "--output", tmp_path / "features.h5"]
    arguments += ["--neighbourhood", tmp_path / "neighbourhood.h5"]
    return arguments, paths["states"], thermal, inherent


def features_of(arguments, *frames):
    line = ["--settings", json.dumps(SETTINGS), *map(str, arguments), "--frames", *map(str, frames)]
    features.main(features.arguments().parse_args(line))
    output = arguments[arguments.index("--output") + 1]
    with reading_features(output) as table:
        return [table.features(table.frames == frame) for frame in frames]


def test_structure_is_that_of_the_states_of_the_frames(files):
    arguments, states, thermal, inherent = files
    for given, positions in (([], thermal), (["--states", states], inherent)):
        for frame, found in zip((1, 4), features_of([*arguments, *given], 1, 4), strict=True):
            expected = frame_features(positions[frame], TYPES, LENGTH, CHOSEN)
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_frame_without_a_state_is_refused(files):
    arguments, states, *_ = files
    with pytest.raises(InputError, match=r"states\.gsd: has no state of the frame at 1 tau"):
        features_of([*arguments, "--states", states], 1, 2)
