"""The example of docs/library.md, run as it stands there, on short runs of a small liquid."""

import re
from pathlib import Path

import numpy as np
import pytest

from softness import engines
from softness.barriers import fit
from softness.files.frames import Frame, read_frames, write_frames, write_segment
from softness.files.trajectory import open_trajectory
from softness.liquid import kob_andersen
from softness.seeds import maxwell_boltzmann, stream
from softness.simulate.start import random_start
from softness.structure.feature_set import FeatureSet

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
TEMPERATURES = (0.9, 0.8, 0.7, 0.6)
FRAMES = 160
TIME_STEP = 0.005
PER_FRAME = 200


@pytest.fixture(scope="session")
def trajectories(tmp_path_factory):
    """Runs of 160 tau at four temperatures, two as GSD, two as dumps that LAMMPS wrote."""
    folder = tmp_path_factory.mktemp("trajectories")
    liquid = kob_andersen(500)
    generator = stream(1, "library example", 1.0)
    engine = engines.create("lammps", liquid)
    start = random_start(liquid, generator)
    engine.load(start, liquid.types, maxwell_boltzmann(generator, 500, 1.0))
    engine.set_thermostat(1.0)
    engine.run(2000)
    hotter, paths = 1.0, {}
    for number, temperature in enumerate(TEMPERATURES):
        engine.ramp(hotter, temperature, 2000)
        engine.run(4000)
        write = write_gsd if number % 2 else write_dump
        # Names that say nothing: the content decides.
        paths[temperature] = folder / f"T{temperature}.trajectory"
        write(engine, paths[temperature])
        hotter = temperature
    return paths


def write_gsd(engine, path):
    """A trajectory as the simulations of the project write it."""
    liquid, segment = engine.liquid, path.with_suffix(".segment.gsd")
    frames = []
    for number in range(FRAMES):
        frames.append(Frame(PER_FRAME * number, engine.positions()))
        engine.run(PER_FRAME)
    write_segment(segment, frames, liquid.types, liquid.box_length)
    header = {
        "time_step": np.array([TIME_STEP]),
        "box_length": np.array([liquid.box_length]),
    }
    write_frames(path, read_frames(segment), header)


def write_dump(engine, path):
    """A trajectory as LAMMPS itself writes it."""
    for _ in range(FRAMES):
        engine._commands(
            f"write_dump all custom {path} id type xs ys zs ix iy iz modify append yes"
        )
        engine.run(PER_FRAME)


@pytest.fixture(scope="session")
def blocks():
    """The three pieces of the example: settings, analysis, tables."""
    _, _, page = PAGE.read_text().partition("## Step by step")
    found = re.findall(r"^```python\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    assert len(found) == 3
    return found


SMALL = {
    "wanted_samples": 150,
    "quiet_length": 30,
    "stride": 5,
    # A box of 7.5 sigma_AA has room for neighbours up to 3.7.
    "feature_set": FeatureSet(radii=tuple(np.arange(4, 28) / 10), shells=(1.0, 1.5, 2.0)),
    "edges": np.array([-30.0, -4, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 30.0]),
}


@pytest.fixture(scope="session")
def result(trajectories, blocks, tmp_path_factory):
    """What the example has computed."""
    settings, analysis, _ = blocks
    names = {}
    exec(compile(settings, f"{PAGE.name}: settings", "exec"), names)
    unknown = (set(SMALL) | {"trajectories", "time_step"}) - set(names)
    assert not unknown, f"the settings of the page lack {unknown}"
    names |= SMALL | {"trajectories": trajectories, "time_step": TIME_STEP}
    exec(compile(analysis, f"{PAGE.name}: analysis", "exec"), names)
    return names


def test_the_trajectories_are_what_the_example_asks_for(trajectories):
    for temperature, path in trajectories.items():
        with open_trajectory(path, time_step=TIME_STEP) as trajectory:
            assert trajectory.frames == FRAMES, temperature
            assert trajectory.frame_interval() == pytest.approx(1.0)
            last = trajectory.positions(FRAMES - 1) - trajectory.positions(0)
            moved = np.sqrt((last**2).sum(axis=1).mean())
            assert 0.3 < moved < 8


def test_structure_tells_rearranging_from_quiet_particles(result):
    assert len(result["training"].labels) == 300
    assert result["validation"].accuracy > 0.58
    assert 0.01 < result["quiet_threshold"] < 0.2


def test_no_group_is_in_two_folds(result):
    folds, groups = result["validation"].folds, result["training"].groups
    assert all(len(np.unique(folds[groups == group])) == 1 for group in np.unique(groups))


def test_events_and_population_are_all_counted(result):
    for temperature, one in zip(sorted(result["trajectories"]), result["counts"], strict=True):
        assert one.left_out == (0, 0)
        # 400 A particles, and p_hop in 150 of 160 frames, which whole strides fill.
        assert one.trials.sum() == 400 * 150, temperature
        assert 0 < one.events.sum() < one.trials.sum()


def test_bins_with_events_have_finite_barriers_and_others_a_flag(result):
    barrier, rearranged = result["barrier"], result["rearranged"]
    with_events = (rearranged > 0).sum(axis=1) >= 3
    assert with_events.sum() >= 3
    assert (barrier.flag[with_events] == fit.OK).all()
    assert np.isfinite(barrier.energy[with_events]).all()
    assert (barrier.energy_error[with_events] > 0).all()
    without = rearranged.sum(axis=1) == 0
    assert without.any()
    assert np.isnan(barrier.energy[without]).all()
    assert np.isin(barrier.flag[without], (fit.NO_EVENTS, fit.TOO_FEW_TEMPERATURES)).all()


def test_soft_particles_rearrange_more_often_and_over_lower_barriers(result):
    barrier = result["barrier"]
    rate = result["rearranged"].sum(axis=1) / np.maximum(result["population"].sum(axis=1), 1)
    known = np.flatnonzero(barrier.flag == fit.OK)
    assert rate[known[-1]] > 3 * rate[known[0]]
    assert (barrier.energy[known] > 0).all()
    assert np.polyfit(known, barrier.energy[known], 1)[0] < 0


def test_a_table_on_the_disk_gives_the_same_softness(result, blocks, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = dict(result)
    exec(compile(blocks[2], f"{PAGE.name}: tables", "exec"), names)
    expected = result["plane"].value(result["features"])
    np.testing.assert_allclose(names["softness"], expected, atol=1e-6)
    assert (tmp_path / "features.h5").is_file()
