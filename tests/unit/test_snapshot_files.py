"""What simulations start from is the configured liquid, or they say what it is instead."""

from dataclasses import replace

import gsd.hoomd
import numpy as np
import pytest

from softness.errors import InputError
from softness.files.frames import Frame, write_segment
from softness.files.snapshot import snapshot_positions, steps_of_frames, unwrapped_frames
from softness.liquid import kob_andersen

PARTICLES = 160
LIQUID = kob_andersen(PARTICLES)
LENGTH = LIQUID.box_length


@pytest.fixture
def places():
    """(3, N, 3) unwrapped positions of three frames, up to three boxes away."""
    return np.random.default_rng(1).uniform(-3 * LENGTH, 3 * LENGTH, (3, PARTICLES, 3))


@pytest.fixture
def own(tmp_path, places):
    """A trajectory as this project writes it."""
    path = tmp_path / "own.gsd"
    frames = [Frame(step, positions) for step, positions in enumerate(places)]
    write_segment(path, frames, LIQUID.types, LENGTH)
    return path


def good():
    """A frame of the liquid, as others would write it."""
    frame = gsd.hoomd.Frame()
    frame.configuration.box = [LENGTH] * 3 + [0, 0, 0]
    frame.particles.N = PARTICLES
    frame.particles.types = ["A", "B"]
    frame.particles.typeid = LIQUID.types
    places = np.random.default_rng(2).uniform(-LENGTH / 2, LENGTH / 2, (PARTICLES, 3))
    frame.particles.position = places.astype(np.float32)
    return frame


def write(path, *frames):
    with gsd.hoomd.open(path, "w") as file:
        for frame in frames:
            file.append(frame)
    return path


def test_own_frames_are_read_wrapped_and_unwrapped(own, places):
    wrapped = snapshot_positions(own, 2, LIQUID)
    assert wrapped.dtype == np.float64
    assert wrapped.shape == (PARTICLES, 3)
    assert np.abs(wrapped).max() <= LENGTH / 2 * (1 + 1e-6)
    boxes = (places[2] - wrapped) / LENGTH
    np.testing.assert_allclose(boxes, np.round(boxes), atol=1e-6)
    found = list(unwrapped_frames(own, [2, 0], LIQUID))
    np.testing.assert_allclose(found, places[[2, 0]], atol=1e-6)
    with pytest.raises(InputError, match=r"has no frame 7"):
        steps_of_frames(own, [0, 7])


def test_steps_of_frames_are_those_of_the_file(tmp_path):
    frames = [Frame(step, np.zeros((PARTICLES, 3)) + step / 100) for step in (0, 40, 100)]
    write_segment(tmp_path / "steps.gsd", frames, LIQUID.types, LENGTH)
    assert steps_of_frames(tmp_path / "steps.gsd", [2, 0, 1]) == [100, 0, 40]


def test_species_may_have_the_names_of_the_configuration_and_any_number(tmp_path):
    frame = good()
    expected = snapshot_positions(write(tmp_path / "a.gsd", frame), 0, LIQUID)
    nickel = replace(LIQUID, species=("Ni", "P"))
    np.testing.assert_array_equal(snapshot_positions(tmp_path / "a.gsd", 0, nickel), expected)
    frame.particles.types, frame.particles.typeid = ["P", "none", "Ni"], 2 - 2 * LIQUID.types
    path = write(tmp_path / "b.gsd", frame)
    np.testing.assert_array_equal(snapshot_positions(path, 0, nickel), expected)
    with pytest.raises(InputError, match="frame 0 has species Ni at particle 0, expected A"):
        snapshot_positions(path, 0, LIQUID)


def denser(frame):
    frame.configuration.box = [LENGTH * 1.2 ** (1 / 3)] * 3 + [0, 0, 0]


def slightly_longer(frame):
    frame.configuration.box = [LENGTH * (1 + 2e-6)] * 3 + [0, 0, 0]


def flat(frame):
    frame.configuration.box = [LENGTH * 2, LENGTH, LENGTH / 2, 0, 0, 0]


def long_third(frame):
    frame.configuration.box = [LENGTH, LENGTH, LENGTH * 1.01, 0, 0, 0]


def tilted(frame):
    frame.configuration.box = [LENGTH] * 3 + [0, 0.1, 0]


def fewer(frame):
    frame.particles.N -= 10
    frame.particles.typeid = frame.particles.typeid[:-10]
    frame.particles.position = frame.particles.position[:-10]


def swapped(frame):
    types = LIQUID.types.copy()
    types[[3, -2]] = types[[-2, 3]]
    frame.particles.typeid = types


def minority_first(frame):
    frame.particles.typeid = LIQUID.types[::-1]


def other_fractions(frame):
    frame.particles.typeid = np.repeat([0, 1], [127, 33])


def foreign(frame):
    frame.particles.types = ["A", "X"]


def one_species(frame):
    frame.particles.typeid = np.zeros(PARTICLES, int)


def unnamed(frame):
    frame.particles.types = ["A"]


def not_finite(frame):
    frame.particles.position[7, 1] = np.nan


LIQUIDS = r"expected 160 in 5\.108730, density 1\.2: it belongs to another liquid: give.*correct"
BAD = {
    denser: rf"has 160 particles in a box of 5\.428835, density 1, {LIQUIDS}",
    slightly_longer: rf"has 160 particles in a box of 5\.10874\d, density 1\.19999, {LIQUIDS}",
    flat: rf"has 160 .* of 10\.217\d+ x 5\.108\d+ x 2\.554\d+, density 1\.2, {LIQUIDS}",
    long_third: rf"has 160 .* of 5\.108\d+ x 5\.108\d+ x 5\.159\d+, density 1\.18\d+, {LIQUIDS}",
    tilted: rf"has 160 .* x 5\.108\d+ tilted by \[0\.0, 0\.1\d*, 0\.0\], density 1\.2, {LIQUIDS}",
    fewer: rf"has 150 particles in a box of 5\.1087\d+, density 1\.125, {LIQUIDS}",
    swapped: "has species B at particle 3, expected A: 128 particles of A come first, then 32 of B",
    minority_first: "has species B at particle 0, expected A",
    other_fractions: "has species B at particle 127, expected A",
    foreign: "has species X at particle 128, expected B",
    one_species: "has species A at particle 128, expected B",
    unnamed: "has type 1 at particle 128, but only 1 types: it is damaged: delete it",
    not_finite: r"has position \[.*, nan, .*\] at particle 7, expected finite numbers",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("frame", [0, 1], ids=["first", "later"])
def test_a_frame_of_another_liquid_is_named(tmp_path, spoil, frame):
    frames = [good(), good()]
    spoil(frames[frame])
    path = write(tmp_path / "run.gsd", *frames)
    message = rf"run\.gsd: frame {frame} {BAD[spoil]}"
    with pytest.raises(InputError, match=message):
        snapshot_positions(path, frame, LIQUID)
    found = unwrapped_frames(path, [1 - frame, frame], LIQUID)
    assert next(found).shape == (PARTICLES, 3)
    with pytest.raises(InputError, match=message):
        next(found)


def test_a_frame_that_is_not_there_is_named(own, tmp_path):
    for frame in (3, -1):
        fault = rf"own\.gsd: has no frame {frame}: its frames are 0 to 2"
        with pytest.raises(InputError, match=fault):
            snapshot_positions(own, frame, LIQUID)
        with pytest.raises(InputError, match=fault):
            next(unwrapped_frames(own, [0, frame], LIQUID))
    with pytest.raises(InputError, match=r"none\.gsd: no such file: run the rule"):
        snapshot_positions(tmp_path / "none.gsd", 0, LIQUID)


def test_a_cut_file_is_named(own, tmp_path):
    content = own.read_bytes()
    cut = tmp_path / "cut.gsd"
    fault = r"cut\.gsd: (damaged|is no GSD file, or cut short).*: delete it and run again"
    for length in range(0, len(content), 499):
        cut.write_bytes(content[:length])
        with pytest.raises(InputError, match=fault):
            snapshot_positions(cut, 2, LIQUID)


def test_no_damage_of_a_byte_ends_in_another_error(own, tmp_path):
    content = own.read_bytes()
    generator = np.random.default_rng(4)
    damaged = tmp_path / "damaged.gsd"
    named = 0
    for place in generator.integers(len(content), size=300):
        changed = bytearray(content)
        changed[place] ^= int(generator.integers(1, 256))
        damaged.write_bytes(changed)
        try:
            list(unwrapped_frames(damaged, [0, 1, 2], LIQUID))
        except InputError as error:
            assert str(damaged) in str(error)
            named += 1
    assert named
