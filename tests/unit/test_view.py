"""One frame of a study: its softness and p_hop by hand, columns read back, pictures, refusals."""

import re
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
import yaml
from stage_files import made_up
from test_stage_numbers import COLUMNS, FEATURES, INTERVAL, LENGTH, TYPES, A, radial, walk
from test_stage_numbers import written as run_written

from locations import ROOT
from softness import configuration
from softness.__main__ import main
from softness.errors import InputError
from softness.figures import softness_slab, style
from softness.files.columns import WRITERS, Columns
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import Classifier, ReferenceFeatures
from softness.files.trajectory import open_trajectory
from softness.periodic import wrap
from softness.structure.radial import radial_features
from softness.view import Place, columns_of

FRAME, THRESHOLD = 7, 0.25
ROW = np.linspace(0, 0.5, len(A))


@pytest.fixture
def study(tmp_path):
    """A folder of results with a run at T = 0.6, replica 1, and planes that were planted."""
    results = tmp_path / "results" / "toy"
    run = results / "thermal" / "T0.6" / "replica1"
    run.mkdir(parents=True)
    run_written(run, 2)[0].rename(run / "trajectory.gsd")
    settings = {"features": FEATURES, "regression": {"elimination": {"numbers": [4]}}}
    settings |= {"hop": {"threshold": THRESHOLD}}
    config = configuration.load(ROOT / "config" / "smoke.yaml", settings=settings)
    (results / "config.yaml").write_text(yaml.safe_dump(config))
    generator = np.random.default_rng(4)
    planes = {"columns": np.array(COLUMNS, "S"), "weights": np.ones(6), "covariance": np.eye(6)}
    planes |= {"mean": generator.normal(size=6), "scale": generator.uniform(1, 2, size=6)}
    planes |= {"left_out_weights": generator.normal(size=(2, 6)), "left_out_bias": [0.3, 0.4]}
    planes |= {"left_out_spread": [2.0, 3.0], "jackknife_weights": np.ones((1, 6))}
    (results / "classifiers").mkdir()
    (results / "hop_indicator" / "T0.6").mkdir(parents=True)
    given = {**planes, "half_weights": np.ones((2, 6))}
    made_up(results / "classifiers" / "softness.h5", Classifier, **given)
    means = {"columns": planes["columns"], "mean": generator.normal(size=(2, 6))}
    made_up(results / "reference_features.h5", ReferenceFeatures, **means)
    hop = np.zeros((10, len(A)))
    hop[FRAME - 5] = ROW
    known = {"first_frame": 5, "particle": A, "values": hop}
    made_up(results / "hop_indicator" / "T0.6" / "replica1.h5", HopIndicator, **known)
    return results, planes, means["mean"]


def by_hand(planes, means):
    """Softness of A in the frame, by the plane of replica 1, at the level of both planes."""
    weights, spread = planes["left_out_weights"], np.array(planes["left_out_spread"])
    levels = ((means - planes["mean"]) / planes["scale"] * weights).sum(axis=1) / spread
    features = (radial(walk(2)[FRAME]) - planes["mean"]) / planes["scale"]
    return features @ weights[1] / spread[1] - (levels[1] - levels.mean())


def test_softness_and_p_hop_are_those_by_hand(study):
    results, planes, means = study
    found, threshold = columns_of(Place(results, 0.6, 1, FRAME))
    assert threshold == THRESHOLD
    assert (found.time, found.step) == (FRAME * INTERVAL, 100 * FRAME)
    softness, hop = found.values["softness"], found.values["p_hop"]
    np.testing.assert_allclose(softness[A], by_hand(planes, means), atol=1e-4)
    np.testing.assert_allclose(hop[A], ROW, atol=1e-6)
    others = np.flatnonzero(TYPES != 0)
    assert np.isnan(softness[others]).all()
    assert np.isnan(hop[others]).all()


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_the_command_writes_a_picture_and_what_others_read(study, tmp_path, capsys, kind):
    results, planes, means = study
    name = str(tmp_path / "out" / "T0.6")
    line = ["view", str(results), "--temperature", "0.6", "--replica", "1", "--frame", str(FRAME)]
    assert main([*line, "--format", kind, "--output", name]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[:3] == [f"{name}.{each}" for each in ("png", "pdf", kind)]
    assert f"{(ROW > THRESHOLD).sum()} particles have p_hop above 0.25" in said
    assert (tmp_path / "out" / "T0.6.png").read_bytes().startswith(b"\x89PNG")
    positions, values = READERS[kind](f"{name}.{kind}")
    apart = positions - walk(2)[FRAME]
    np.testing.assert_allclose(apart - LENGTH * np.rint(apart / LENGTH), 0, atol=1e-5)
    np.testing.assert_allclose(values["softness"][A], by_hand(planes, means), atol=1e-4)
    np.testing.assert_allclose(values["p_hop"][A], ROW, atol=1e-6)
    assert np.isnan(values["softness"][TYPES == 1]).all()


def from_gsd(path):
    with gsd.hoomd.open(path) as file:
        frame = file[0]
        assert len(file) == 1
    assert frame.log["time"] == [FRAME * INTERVAL]
    names = ("softness", "p_hop")
    return frame.particles.position, {name: frame.log[f"particles/{name}"] for name in names}


def from_xyz(path):
    number, header, *rows = Path(path).read_text().splitlines()
    assert int(number) == len(rows) == len(TYPES)
    assert "Properties=species:S:1:pos:R:3:softness:R:1:p_hop:R:1" in header
    assert [row.split()[0] for row in rows] == ["AB"[species] for species in TYPES]
    columns = np.array([row.split()[1:] for row in rows], float)
    return columns[:, :3], {"softness": columns[:, 3], "p_hop": columns[:, 4]}


READERS = {"gsd": from_gsd, "xyz": from_xyz}


def test_near_an_end_of_the_run_p_hop_is_unknown(study, tmp_path, capsys):
    results, _, _ = study
    line = ["view", str(results), "--temperature", "0.6", "--replica", "1", "--frame", "0"]
    assert main([*line, "--output", str(tmp_path / "first")]) == 0
    assert "p_hop is unknown at frame 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 0.65}, "has no temperature 0.65: give one of 0.6"),
        ({"replica": 0}, "replica0: no such replica: give one of 1"),
        ({"frame": 20}, "has no frame 20: give one from 0 to 19"),
        ({"frame": -1}, "has no frame -1: give one from 0 to 19"),
    ],
)
def test_what_a_study_lacks_is_refused_with_what_there_is(study, changes, message):
    place = {"results": study[0], "temperature": 0.6, "replica": 1, "frame": FRAME} | changes
    with pytest.raises(InputError, match=re.escape(message)):
        columns_of(Place(**place))


def test_a_folder_without_results_is_refused_with_those_beside_it(study):
    results = study[0]
    with pytest.raises(InputError, match=re.escape(f"give one of {results}")):
        columns_of(Place(results.parent / "toys", 0.6, 1, FRAME))
    (results / "config.yaml").unlink()
    with pytest.raises(InputError, match="no results of a study: give one of"):
        columns_of(Place(results, 0.6, 1, FRAME))


def test_a_slab_without_particles_is_refused(study, capsys):
    line = ["view", str(study[0]), "--temperature", "0.6", "--replica", "1", "--frame", str(FRAME)]
    assert main([*line, "--thickness", "0"]) == 1
    assert "no particle is in the slab" in capsys.readouterr().err


EDGES = np.array([8.0, 12.0, 10.0])


def test_runs_in_rectangular_boxes_are_looked_at(study, tmp_path):
    results, planes, _ = study
    cubic, _ = columns_of(Place(results, 0.6, 1, FRAME))
    with gsd.hoomd.open(results / "thermal/T0.6/replica1/trajectory.gsd", "w") as file:
        for number, positions in enumerate(walk(2)):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = 100 * number
            frame.configuration.box = [*EDGES, 0, 0, 0]
            frame.particles.N, frame.particles.types = len(positions), ["A", "B"]
            frame.particles.typeid = TYPES
            frame.particles.position, frame.particles.image = wrap(positions, EDGES)
            frame.log = {"time_step": [INTERVAL / 100]}
            file.append(frame)
    found, _ = columns_of(Place(results, 0.6, 1, FRAME))
    np.testing.assert_array_equal(found.box_length, EDGES)
    weights, spread = planes["left_out_weights"][1], planes["left_out_spread"][1]
    features = radial_features(walk(2)[FRAME], TYPES, EDGES, A, [0.5, 1.0, 1.5])
    projected = (features - planes["mean"]) / planes["scale"] @ weights / spread
    # Up to the offset of the plane, which is the same for all particles.
    away = found.values["softness"][A] - projected
    np.testing.assert_allclose(away, away[0], atol=1e-4)
    assert np.abs(found.values["softness"][A] - cubic.values["softness"][A]).max() > 0.1
    line = ["view", str(results), "--temperature", "0.6", "--replica", "1", "--frame", str(FRAME)]
    assert main([*line, "--output", str(tmp_path / "rectangular")]) == 0


def in_a_rectangular_box():
    positions = np.random.default_rng(3).uniform(-30, 30, size=(40, 3))
    softness = np.where(np.arange(40) % 5 == 0, np.nan, np.linspace(-3, 3, 40))
    return Columns(200, 1.0, positions, (np.arange(40) % 5 == 0) * 2, EDGES, {"softness": softness})


def test_files_of_a_rectangular_box_hold_its_edges_and_three_species(tmp_path):
    columns = in_a_rectangular_box()
    WRITERS["gsd"](tmp_path / "frame.gsd", columns)
    with gsd.hoomd.open(tmp_path / "frame.gsd") as file:
        frame = file[0]
    np.testing.assert_allclose(frame.configuration.box, [*EDGES, 0, 0, 0])
    assert frame.configuration.step == 200
    assert frame.particles.types == ["A", "B", "C"]
    assert frame.particles.typeid.tolist() == columns.types.tolist()
    assert (np.abs(frame.particles.position) <= EDGES / 2 + 1e-5).all()
    unwrapped = frame.particles.position + frame.particles.image * EDGES
    np.testing.assert_allclose(unwrapped, columns.positions, atol=1e-5)
    WRITERS["xyz"](tmp_path / "frame.xyz", columns)
    header = (tmp_path / "frame.xyz").read_text().splitlines()[1]
    assert header.startswith('Lattice="8 0 0 0 12 0 0 0 10" pbc="T T T"')


def test_a_gsd_file_that_was_written_is_a_trajectory_of_one_frame(study, tmp_path):
    found, _ = columns_of(Place(study[0], 0.6, 1, FRAME))
    WRITERS["gsd"](tmp_path / "frame.gsd", found)
    with open_trajectory(tmp_path / "frame.gsd") as trajectory:
        np.testing.assert_allclose(trajectory.positions(0), found.positions, atol=1e-5)
        assert trajectory.types.tolist() == TYPES.tolist()


@pytest.mark.filterwarnings("error")
def test_a_picture_has_a_disc_for_each_particle_and_rims_around_marked_ones():
    columns = in_a_rectangular_box()
    marked = np.arange(40) % 7 == 1
    given = columns.positions % EDGES - EDGES / 2, EDGES, columns.values["softness"], marked
    with style.applied():
        figure = softness_slab.plot(*given, title="$T = 0.6$", mark="hops")
        figure.draw_without_rendering()
    axes = figure.axes[0]
    assert len(axes.patches) == 40
    assert axes.get_xlim() == (-4, 4)
    assert axes.get_ylim() == (-6, 6)
    black = [disc for disc in axes.patches if disc.get_edgecolor() == (0, 0, 0, 1)]
    assert len(black) == (marked & ~np.isnan(columns.values["softness"])).sum()
    assert axes.get_legend().get_texts()[0].get_text() == "hops"
