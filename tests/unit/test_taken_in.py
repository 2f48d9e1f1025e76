"""Studies of given trajectories: what is refused before any is opened, and what is taken in."""

import copy

import numpy as np
import pytest
from given_study import given_study
from gsd_files import chunks, write_chunks

from locations import ROOT
from softness import configuration, sources
from softness.errors import InputError
from softness.files.joined import matching_files
from softness.files.trajectory import Trajectory
from softness.stages import take_in
from softness.stages.shared.given import given_trajectory
from softness.study import Study

PATH = "T{temperature}_{replica}.gsd"


def loaded(settings):
    return configuration.load(ROOT / "config" / "dissertation.yaml", settings=settings)


def changed(apply):
    settings = given_study(PATH)
    apply(settings)
    return settings


def first_file(**keys):
    return lambda settings: settings["trajectories"]["files"][0].update(keys)


def given(**keys):
    return lambda settings: settings["trajectories"].update(keys)


MISTAKES = [
    (first_file(temperature=0.71), "trajectories.files.0.temperature: 0.71 is not simulated"),
    (first_file(replica=1), "none is replica 0 at T = 0.7: add it"),
    (first_file(replica=1), "2 are replica 1 at T = 0.7: number them"),
    (first_file(replica=2), "one is replica 2 at T = 0.7, but replicas is 2"),
    (given(species=["A"]), "trajectories.species: ['A'] has 1 entries for liquid.species"),
    (given(species=["A", 2]), "are numbers and names"),
    (given(box=[7.0, 7.0, 9.0]), "density is 1.2, but 500 particles in trajectories.box"),
    (given(unwrap="none"), "trajectories.unwrap: 'none' is not one of"),
    (given(boxes=[1, 1, 1]), "did you mean box?"),
    (
        lambda s: s["liquid"].update(species=["A", "B", "C"], fractions=[0.5, 0.3, 0.3]),
        "liquid.fractions: [0.5, 0.3, 0.3] do not add up to 1",
    ),
    (
        lambda s: s.update(thermal={"frame_interval": 0.501}),
        "thermal.frame_interval: 0.501 tau is not a whole number of engine.time_step",
    ),
    (
        lambda s: s["temperatures"][0].update(production=60.5),
        "temperatures[0.7].production: 60.5 tau is not a whole number of thermal.frame_interval",
    ),
    (lambda s: s["roles"].update(training=0.71), "roles.training: 0.71 is not simulated"),
    (
        lambda s: s["features"].update(radial={"last": 4.9}),
        "features.radial.last: reaches 5.9 sigma_AA, half the box is 3.735: shorten it",
    ),
    (
        lambda s: s["features"]["radial"].update(species=3),
        "features.radial.species: 3, but liquid.species names 2",
    ),
]


@pytest.mark.parametrize(("apply", "told"), MISTAKES)
def test_what_no_study_of_files_can_have_is_refused(apply, told):
    with pytest.raises(InputError) as refused:
        loaded(changed(apply))
    assert told in str(refused.value)


def test_a_simulated_study_needs_times_of_equilibration_and_two_species():
    settings = given_study(PATH)
    del settings["trajectories"]
    with pytest.raises(InputError, match=r"temperatures\[0.7\].equilibrate: is missing"):
        loaded(settings)
    settings["liquid"] = {"species": ["A"], "fractions": [1.0]}
    with pytest.raises(InputError, match="cannot be simulated: give two"):
        loaded(settings)


def test_a_potential_is_of_two_species_in_a_cube():
    edges = [7.0, 7.0, 500 / 1.2 / 49]
    with pytest.raises(InputError, match=r"trajectories.potential: energies can be minimised"):
        loaded(changed(given(potential=True, box=edges)))
    loaded(changed(given(box=edges)))


@pytest.mark.parametrize("names", [["A"], ["A", "B", "C"]])
def test_another_number_of_species_is_a_block_of_features_each(names):
    def apply(settings):
        part = 1 / len(names)
        settings["liquid"].update(species=names, fractions=[part] * len(names))
        settings["trajectories"].update(species=names)

    config = loaded(changed(apply))
    assert config["features"]["radial"]["species"] == len(names)
    # The effective configuration of a report can be run again.
    assert configuration.checked(copy.deepcopy(config)) == config


def test_nothing_is_simulated_but_inherent_states_of_a_known_potential():
    study = Study(loaded(given_study(PATH)))
    assert study.all_simulations == ()
    assert (study.kinds, study.engines, study.ensembles) == ((), [], [])
    with_states = Study(loaded(changed(given(potential=True))))
    assert {each.rule for each in with_states.all_simulations} == {"quench"}
    assert {each.temperature for each in with_states.all_simulations} == {0.7, 0.75, 0.8}


def test_files_of_a_pattern_are_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 2, 1):
        (tmp_path / f"frame{number}.xyz").touch()
    names = [path.name for path in matching_files(tmp_path / "frame*.xyz")]
    assert names == ["frame1.xyz", "frame2.xyz", "frame10.xyz"]
    with pytest.raises(InputError, match="no such file"):
        matching_files(tmp_path / "other*.xyz")
    assert matching_files(["b", "a"]) == [*map(type(tmp_path), ["b", "a"])]


# -- files --------------------------------------------------------------------------------

LENGTH = (500 / 1.2) ** (1 / 3)


@pytest.fixture
def walk():
    """(frames, N, 3) steps of a tenth of a diameter, across the faces of the box."""
    generator = np.random.default_rng(3)
    start = generator.uniform(-LENGTH / 2, LENGTH / 2, (500, 3))
    return start + np.cumsum(generator.normal(0, 0.1, (70, 500, 3)), axis=0)


@pytest.fixture
def settings(tmp_path, walk):
    """Settings of one run, whose particles are of both species in turn."""
    types = np.arange(500) % 5 == 4
    write_chunks(tmp_path / "T0.7_0.gsd", chunks(walk, types, LENGTH))
    config = loaded(given_study(tmp_path / PATH, time_step=0.005))
    return Study(config).take_in("0.7", 0)


def taken(settings, tmp_path):
    output = tmp_path / "trajectory.gsd"
    options = take_in.arguments().parse_args(["--settings", "{}", "--trajectory", str(output)])
    options.settings = settings
    take_in.main(options)
    return output


def test_a_run_is_taken_in_as_this_project_writes_its_own(settings, tmp_path, walk):
    with Trajectory(taken(settings, tmp_path)) as own:
        assert own.frames == 60  # of the seventy that are there
        np.testing.assert_allclose(own.times(), np.arange(60.0))
        assert own.box_length == pytest.approx(LENGTH, rel=1e-6)
        np.testing.assert_array_equal(own.types, np.arange(500) % 5 == 4)
        for frame in (0, 31, 59):
            np.testing.assert_allclose(own.positions(frame), walk[frame], atol=2e-6)
        assert '"stage":"take_in"' in own.provenance.replace(" ", "")


@pytest.mark.parametrize(
    ("apply", "told"),
    [
        (lambda s: s["liquid"].update(particles=499), "has 500 particles, expected liquid.parti"),
        (
            lambda s: s["liquid"].update(fractions=[0.7, 0.3]),
            "has 400 of A, 100 of B, expected liquid.fractions",
        ),
        (lambda s: s["liquid"].update(density=1.21), "has the density 1.2, expected liquid.dens"),
        (lambda s: s.update(frames=80), "has 70 frames, 70 tau; production at T = 0.7 asks for 80"),
        (
            lambda s: s.update(frame_interval=0.5),
            "has frames 1 tau apart, not frame_interval = 0.5",
        ),
        (lambda s: s["options"].update(box=[7.0] * 3), "not [7.0, 7.0, 7.0]: leave box out"),
    ],
)
def test_a_run_that_is_not_what_the_configuration_says_is_refused(settings, apply, told):
    settings = copy.deepcopy(settings)
    apply(settings)
    with pytest.raises(InputError) as refused, given_trajectory(settings):
        pass
    assert told in str(refused.value)
    assert settings["path"] in str(refused.value)


def test_taking_in_depends_on_no_engine():
    names = {path.name for path in sources.sources("softness.stages.take_in")}
    assert not names & {"lammps.py", "hoomd.py", "batch.py"}
