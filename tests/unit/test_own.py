"""A first configuration for trajectories of others: found, suggested, explained, and refused."""

import dump_files
import gsd_files
import numpy as np
import pytest
import yaml

from softness import configuration
from softness.__main__ import main
from softness.errors import InputError
from softness.own.runs import temperature_in_name
from softness.own.text import Setting, as_yaml
from softness.stages.shared.given import given_trajectory
from softness.study import Study

CELLS, SPACING = 8, 1.06
LENGTH = CELLS * SPACING
TYPES = (np.arange(CELLS**3) % 5 == 4).astype(np.int32)
INTERVAL = 200
"""Time steps between frames: 1 tau at 0.005."""
# Rate of hops of each particle and frame, from cold to hot.
RATES = {0.45: 1e-3, 0.5: 2e-3, 0.6: 4e-3}


def vibrating(rate, seed, frames=120):
    """Particles that rattle about the sites of a crystal, and hop for good at times."""
    generator = np.random.default_rng(seed)
    sites = np.stack(np.meshgrid(*[np.arange(CELLS)] * 3), axis=-1).reshape(-1, 3) * SPACING
    shape = (frames, len(sites), 3)
    hops = np.where(generator.random(shape[:2])[..., None] < rate, 0.4, 0.0)
    hops = (hops * generator.choice([-1, 1], shape)).cumsum(axis=0)
    return sites - LENGTH / 2 + generator.normal(scale=0.075, size=shape) + hops


def diffusing(seed, frames=120):
    """Brownian particles."""
    steps = np.random.default_rng(seed).normal(scale=0.3, size=(frames, CELLS**3, 3))
    return vibrating(0.0, seed, 1) + steps.cumsum(axis=0)


def write(folder, name, walk, interval=INTERVAL, length=LENGTH):
    chunks = gsd_files.chunks(walk, TYPES, length, interval)
    return str(gsd_files.write_chunks(folder / name, chunks))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two runs at three cold temperatures and at a hot one."""
    folder = tmp_path_factory.mktemp("runs")
    found = []
    for replica in range(2):
        for t, rate in RATES.items():
            seed = int(1000 * t) + replica
            found.append(write(folder, f"T{t}_{replica}.gsd", vibrating(rate, seed)))
        found.append(write(folder, f"T2.0_{replica}.gsd", diffusing(replica)))
    return found


def write_xyz(path, walk, types, edges, first=0, temperature=""):
    """Extended XYZ of unwrapped positions, of P, Q and R, in a rectangular box."""
    a, b, c = edges
    columns = "Properties=species:S:1:unwrapped_positions:R:3"
    lines = []
    for number, positions in enumerate(walk, first):
        lattice = f'Lattice="{a} 0 0 0 {b} 0 0 0 {c}"'
        lines += [f"{len(types)}", f"{lattice} {columns} Time={number} {temperature}"]
        rows = zip(types, positions, strict=True)
        lines += ["PQR"[t] + " " + " ".join(f"{x:.6f}" for x in place) for t, place in rows]
    path.write_text("\n".join(lines) + "\n")
    return str(path)


EDGES = (LENGTH, LENGTH, 1.5 * LENGTH)
THREE = np.arange(CELLS**3) % 3


def stretched(seed, frames=40):
    """A crystal with a longer edge."""
    return vibrating(2e-3, seed, frames) * [1, 1, 1.5]


STEP = ["--time-step", "0.005"]


def written(capsys, *arguments):
    """The text of a configuration."""
    assert main(["own", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys, *arguments):
    """The one line of a refusal."""
    assert main(["own", *arguments]) == 1
    *_, line = capsys.readouterr().err.splitlines()
    return line


def test_what_is_in_the_files_is_in_the_configuration(files, capsys):
    text = written(capsys, *files, *STEP)
    found = yaml.safe_load(text)
    assert found["replicas"] == 2
    assert found["liquid"]["species"] == ["A", "B"]
    assert found["liquid"]["particles"] == len(TYPES)
    assert found["liquid"]["density"] == pytest.approx(SPACING**-3)
    assert found["liquid"]["fractions"] == pytest.approx([1 - TYPES.mean(), TYPES.mean()])
    assert found["thermal"] == {"frame_interval": 1.0}
    assert found["temperatures"] == [
        {"temperature": t, "production": 120} for t in (0.45, 0.5, 0.6, 2.0)
    ]
    given = found["trajectories"]
    assert given["time_step"] == 0.005
    assert given["species"] == ["A", "B"]
    assert given["files"][:2] == [
        {"path": files[0], "temperature": 0.45, "replica": 0},
        {"path": files[4], "temperature": 0.45, "replica": 1},
    ]
    assert "in the name of the file" in text


def test_what_is_suggested_follows_from_the_motion(files, capsys):
    text = written(capsys, *files, *STEP)
    found = yaml.safe_load(text)
    # The plateau is 6 sigma^2 high, 0.034, and begins at once.
    assert found["hop"] == {"window": 10, "threshold": 0.2}
    assert "0.034 sigma_AA^2" in text
    assert found["roles"] == {
        "training": 0.5,
        "transfer_test": 0.6,
        "fluidity": [2.0],
        "barrier_fit": {"below": 2, "sensitivity": 2},
    }
    # 2e-3 hops of 410 particles in 110 frames of two runs; few are so near that they are one.
    events = 2e-3 * (TYPES == 0).sum() * 110 * 2
    assert found["samples"]["activated"] == pytest.approx(0.75 * events, rel=0.2)
    assert found["features"]["radial"]["last"] == 3.2
    assert found["pair_distribution"]["largest_distance"] == 4.22


def test_it_is_a_configuration_that_passes_all_checks(files, tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text(written(capsys, *files, *STEP))
    config = configuration.load(path)
    assert config["study"] == "mine"
    assert config["hop"]["window"] == 10.0
    known = yaml.safe_load(configuration.SCHEMA.read_text())["properties"]
    chosen = yaml.safe_load(path.read_text())
    assert list(chosen) == [key for key in known if key in chosen]
    assert not {"isoconfigurational", "cycle", "inherent", "memory", "regression"} & set(chosen)


def test_the_same_files_give_the_same_bytes(files, capsys):
    assert written(capsys, *files, *STEP) == written(capsys, *files, *STEP)


def test_a_liquid_in_other_units_is_scaled(tmp_path, capsys):
    path = write(tmp_path, "T300.gsd", 2.5 * vibrating(2e-3, 1), length=2.5 * LENGTH)
    found = yaml.safe_load(written(capsys, path, *STEP))
    radial = found["features"]["radial"]
    assert radial["step"] == pytest.approx(0.25, abs=0.02)
    assert radial["width"] == pytest.approx(2 * radial["step"])
    assert radial["last"] == pytest.approx(2.5 * 3.2, abs=0.3)
    assert found["hop"]["threshold"] == pytest.approx(0.2 * 2.5**2, rel=0.25)
    assert found["self_scattering"]["wave_number"] * 2.5 * SPACING == pytest.approx(7.7, rel=0.3)


def test_dumps_are_read_as_well(tmp_path, capsys):
    path = dump_files.write_dump(
        tmp_path / "0.45.dump", vibrating(2e-3, 1, 60), TYPES, LENGTH, INTERVAL
    )
    found = yaml.safe_load(written(capsys, str(path), *STEP))
    assert found["trajectories"]["species"] == [1, 2]
    assert found["liquid"]["species"] == ["A", "B"]
    assert found["trajectories"]["files"][0]["temperature"] == 0.45


def test_a_constant_temperature_in_the_file_counts_more_than_its_name(tmp_path, capsys):
    chunks = gsd_files.chunks(vibrating(2e-3, 1, 40), TYPES, LENGTH, INTERVAL)
    for frame in chunks:
        frame["log/temperature"] = np.array([0.47])
    path = str(gsd_files.write_chunks(tmp_path / "T0.45.gsd", chunks))
    found = yaml.safe_load(written(capsys, path, *STEP))
    assert found["temperatures"][0]["temperature"] == 0.47
    given = yaml.safe_load(written(capsys, path, *STEP, "--temperatures", "0.5"))
    assert given["temperatures"][0]["temperature"] == 0.5


def test_three_species_in_a_rectangular_box_are_found_and_taken_in(tmp_path, capsys):
    places = []
    for number, t in enumerate((0.45, 0.5, 0.6, 0.7)):
        walk = stretched(number, 60)
        places.append(write_xyz(tmp_path / f"T{t}.xyz", walk, THREE, EDGES))
    path = tmp_path / "mine.yaml"
    path.write_text(written(capsys, *places, "--species", "Q", "P", "R"))
    config = configuration.load(path)
    assert config["liquid"]["species"] == config["trajectories"]["species"] == ["Q", "P", "R"]
    assert config["trajectories"]["box"] == pytest.approx(EDGES)
    assert config["liquid"]["density"] == pytest.approx(len(THREE) / np.prod(EDGES))
    with given_trajectory(Study(config).take_in("0.5", 0)) as reader:
        assert reader.frames == 60
        assert np.bincount(reader.types)[0] == np.count_nonzero(THREE == 1)


def test_other_units_of_a_rectangular_box_are_taken_in(tmp_path, capsys):
    places = []
    for number, t in enumerate((0.45, 0.5, 0.6, 0.7)):
        walk = 2 * stretched(number, 60)
        places.append(write_xyz(tmp_path / f"T{t}.xyz", walk, TYPES, 2 * np.array(EDGES)))
    path = tmp_path / "mine.yaml"
    units = ["--length-unit", "0.5", "--time-unit", "10"]
    path.write_text(written(capsys, *places, "--species", "P", "Q", *units))
    config = configuration.load(path)
    assert config["trajectories"]["box"] == pytest.approx(EDGES)
    assert config["thermal"]["frame_interval"] == 10.0
    # Six times 2 (1 + 1 + 1.5^2) 0.075^2, the height of the plateau.
    assert config["hop"]["threshold"] == 0.3
    with given_trajectory(Study(config).take_in("0.5", 0)) as reader:
        assert reader.box_length == pytest.approx(EDGES)


def test_a_run_may_be_files_of_a_frame_each_or_in_parts(tmp_path, capsys):
    walk, kind = stretched(1), "temperature=0.55"
    for number in range(len(walk)):
        frame = walk[number : number + 1]
        write_xyz(tmp_path / f"frame{number}.xyz", frame, TYPES, EDGES, number, kind)
    parts = [
        write_xyz(tmp_path / f"part{k}.xyz", walk[at], TYPES, EDGES, at.start, kind)
        for k, at in enumerate((slice(0, 15), slice(15, 40)))
    ]
    pattern, species = str(tmp_path / "frame*.xyz"), ["--species", "P", "Q"]
    found = yaml.safe_load(written(capsys, pattern, *species, "--run", *parts))
    assert found["trajectories"]["files"] == [
        {"path": pattern, "temperature": 0.55, "replica": 0},
        {"path": parts, "temperature": 0.55, "replica": 1},
    ]
    assert found["temperatures"] == [{"temperature": 0.55, "production": 40}]


def test_a_kinetic_temperature_does_not_count(tmp_path, capsys):
    path = tmp_path / "T0.5.xyz"
    write_xyz(path, stretched(1), TYPES, EDGES, temperature="temperature=0.49")
    path.write_text(path.read_text().replace("temperature=0.49", "temperature=0.51", 1))
    found = yaml.safe_load(written(capsys, str(path), "--species", "P", "Q"))
    assert found["temperatures"][0]["temperature"] == 0.5


def test_runs_without_a_partner_are_left_out_and_the_shortest_counts(files, tmp_path, capsys):
    short = write(tmp_path, "T0.45_short.gsd", vibrating(1e-3, 9, 100))
    text = written(capsys, *files, short, files[1], *STEP)
    assert "Left out, since other temperatures have 2 run(s)" in text
    assert f"{short}, {files[1]}." in " ".join(text.replace("#", "").split())
    assert yaml.safe_load(text)["temperatures"][0]["production"] == 120
    found = yaml.safe_load(written(capsys, files[0], short, *STEP))
    assert found["temperatures"] == [{"temperature": 0.45, "production": 100}]


def test_a_liquid_without_cages_is_told_so(tmp_path, capsys):
    path = write(tmp_path, "T2.gsd", diffusing(1))
    text = written(capsys, path, *STEP)
    assert "has no plateau" in text
    assert "a fit of barriers needs 3" in text
    found = yaml.safe_load(text)
    assert found["hop"]["window"] == 10
    assert found["roles"]["training"] == 2.0


def test_other_systems_are_refused_by_name(files, tmp_path, capsys):
    larger = write(tmp_path, "T0.5.gsd", vibrating(0, 1, 20), length=LENGTH + 0.5)
    line = refused(capsys, files[0], larger, *STEP)
    assert line.startswith(f"error: {larger}: has a box of 8.98 x 8.98 x 8.98, but {files[0]} has")
    slower = write(tmp_path, "T0.6.gsd", vibrating(0, 1, 20), interval=2 * INTERVAL)
    line = refused(capsys, files[0], slower, *STEP)
    assert "a frame interval of 2 tau" in line


def test_what_cannot_be_read_or_is_missing_is_one_line_with_a_remedy(files, tmp_path, capsys):
    assert "give time_step" in refused(capsys, files[0])
    nameless = write(tmp_path, "run.gsd", vibrating(0, 1, 20))
    assert refused(capsys, nameless, *STEP).endswith(
        "give --temperatures, one for each run, in their order"
    )
    short = write(tmp_path, "T0.7.gsd", vibrating(0, 1, 5))
    assert "has 5 frames" in refused(capsys, short, *STEP)
    short = write(tmp_path, "T0.8.gsd", vibrating(0, 1, 15))
    assert "give runs of 20 or more" in refused(capsys, files[0], short, *STEP)
    assert "--temperatures names 1 for 2" in refused(
        capsys, *files[:2], *STEP, "--temperatures", "0.45"
    )
    assert "name trajectories" in refused(capsys)
    assert "give a positive number" in refused(capsys, files[0], "--time-unit", "-1")
    assert "--box" in refused(capsys, files[0], "--box", "1", "2")


def test_a_box_too_small_for_features_is_refused(tmp_path, capsys):
    few = np.arange(CELLS**3).reshape(3 * (CELLS,))[:3, :3, :3].ravel()
    chunks = gsd_files.chunks(vibrating(0, 1, 40)[:, few], TYPES[few], 3 * SPACING)
    small = str(gsd_files.write_chunks(tmp_path / "T0.45.gsd", chunks))
    assert "give a larger system" in refused(capsys, small, *STEP)


@pytest.mark.parametrize(
    ("place", "temperature"),
    [
        ("KA_T0.45_rho1.2.xyz", 0.45),
        ("T_0.45/replica0/frame.gsd", 0.45),
        ("T=1.dump", 1.0),
        ("run2/temperature0.5/x.gsd", 0.5),
        ("0.45/1.xyz", 0.45),
        ("T0.45.0001.xyz", 0.45),
        (["T0.5/part1.gsd", "T0.5/part2.gsd"], 0.5),
        ("results2/T0.6/replica1/T0.7.gsd", 0.7),
    ],
)
def test_temperatures_are_read_from_names(place, temperature):
    assert temperature_in_name(place) == temperature


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("run/frame12.xyz", "has no temperature"),
        ("1.2_0.45.xyz", "has the temperatures 0.45, 1.2"),
        (["T0.45.gsd", "T0.5.gsd"], "several runs are given without quotes"),
        ("0.0.xyz", "has no temperature"),
    ],
)
def test_names_without_a_temperature_or_with_two_are_refused(place, fault):
    with pytest.raises(InputError, match=fault):
        temperature_in_name(place)


def test_settings_are_yaml_with_comments_above():
    text = as_yaml(
        [
            Setting("replicas", 2, "Why."),
            Setting("block", [Setting("a", [1.0, 2.0]), Setting("b", {"c": 1e-05}, "word " * 30)]),
            Setting("files", [{"path": "a: b", "temperature": 0.5}, {"path": ["x", "0.5"]}]),
        ]
    )
    assert text.startswith("# Why.\nreplicas: 2\n\nblock:\n  a: [1.0, 2.0]\n  # word word")
    assert max(map(len, text.splitlines())) <= 100
    assert yaml.safe_load(text) == {
        "replicas": 2,
        "block": {"a": [1.0, 2.0], "b": {"c": 1e-05}},
        "files": [{"path": "a: b", "temperature": 0.5}, {"path": ["x", "0.5"]}],
    }
