"""Softness as an estimator: planted barriers, and the numbers of the stages of a study."""

import json
import subprocess
import sys

import jumping_pairs as pairs
import numpy as np
import pytest
from jumping_pairs import ENERGY, ENTROPY, HARD, KIND, SOFT, TEMPERATURES
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from stage_files import made_up

from locations import ROOT
from softness import Softness, configuration, open_trajectory
from softness.errors import InputError
from softness.estimation.features import FEATURES as FEATURES_OF_STUDY
from softness.estimation.runs import ORIGINS, name_of
from softness.files import tables
from softness.files.models import save_model
from softness.files.records.barriers import BarrierTable
from softness.files.records.dynamics import RelaxationTable
from softness.files.records.learned import Accuracies, Classifier, LabelledSet, LearnedValues
from softness.learning.hyperplane import Hyperplane
from softness.stages import (
    activated_samples,
    barriers,
    binned_counts,
    features,
    hop_indicator,
    learned_values,
    rearrangements,
    reference_features,
    train_classifier,
)

COLD, WARMER = TEMPERATURES[:2]
FEATURES = {"radial": {"last": 1.8}}
SETTINGS = {
    "features": FEATURES,
    "activated": 200,
    "quiet_duration": 40,
    "stride": 5,
    "bins_lowest": -2,
    "bins_highest": 2,
    "bins_number": 2,
    "draws": 200,
}
RELAXED = dict.fromkeys(TEMPERATURES, 40.0)
"""Pairs that jump to and fro never relax: as if they did, for stretches of time."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return pairs.written(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def model(runs):
    return Softness(**SETTINGS).fit(runs[COLD], temperature=COLD)


@pytest.fixture(scope="module")
def found(model, runs):
    return model.barriers(runs, relaxation_times=RELAXED)


# -- what is planted ------------------------------------------------------------------------------


def test_softness_is_the_sign_of_structure_in_standard_deviations(model, runs):
    softness = model.predict(runs[COLD][1], range(0, pairs.FRAMES, 40))
    assert softness.shape == (10, pairs.PAIRS)
    assert ((softness > 0) == (KIND == SOFT)).mean() > 0.999
    assert softness.mean() == pytest.approx(0, abs=0.01)
    assert softness.std() == pytest.approx(1, abs=0.01)


def test_probabilities_and_barriers_are_those_that_are_planted(found):
    events, trials = found.table.events[:, 0], found.table.trials[:, 0]
    planted = np.array([pairs.shares(temperature) for temperature in TEMPERATURES])
    assert events.sum() > 10_000
    np.testing.assert_allclose(events / trials, planted, rtol=0.1)
    # With the prefactor 1/T of Kramers a barrier is larger by the mean T of a line in 1/T.
    for kind in (HARD, SOFT):
        low, high = found.energy[kind].interval()
        weights = trials[:, kind] * planted[:, kind]
        mean = weights.sum() / (weights / np.array(TEMPERATURES)).sum()
        assert low < ENERGY[kind] + mean < high
        assert high - low < 1.5
    difference = found.energy[HARD] - found.energy[SOFT]
    assert difference.value == pytest.approx(ENERGY[HARD] - ENERGY[SOFT], abs=0.2)
    low, high = (found.entropy[HARD] - found.entropy[SOFT]).interval()
    assert low < ENTROPY[HARD] - ENTROPY[SOFT] < high


def test_planted_lines_meet_at_the_onset(found):
    onset = (ENERGY[HARD] - ENERGY[SOFT]) / (ENTROPY[HARD] - ENTROPY[SOFT])
    low, high = found.onset.interval()
    assert low < onset < high
    assert found.onset.value == pytest.approx(onset, rel=0.1)


def test_barriers_are_shown_as_a_table_and_as_a_figure(found, tmp_path):
    table = found.frame()
    assert table["flag"].tolist() == ["ok", "ok"]
    assert (table["energy_low"] < table["energy"]).all()
    assert (table["energy"] < table["energy_high"]).all()
    assert str(found).splitlines()[0].split()[:3] == ["low", "high", "softness"]
    figure = found.plot()
    figure.savefig(tmp_path / "barriers.png")
    assert [len(axes.get_lines()) > 0 for axes in figure.axes[:3]] == [True] * 3
    drawn = figure.axes[1].get_lines()[0].get_xydata()
    np.testing.assert_allclose(drawn, np.stack([found.softness, found.energy.value], axis=1))


def test_a_run_that_did_not_relax_is_one_stretch_of_time(model, runs, found):
    assert found.table.blocks.tolist() == [4] * 4
    whole = model.barriers(runs)
    assert np.isnan(list(whole.relaxation_times.values())).all()
    assert whole.table.blocks.tolist() == [1] * 4
    np.testing.assert_array_equal(whole.table.events, found.table.events)


def test_one_run_at_each_temperature_has_barriers_and_no_errors(runs):
    alone = {temperature: each[0] for temperature, each in runs.items()}
    model = Softness(**SETTINGS).fit(alone[COLD])
    assert model.left_out_ == [model.plane_]
    found = model.barriers(alone)
    assert np.isfinite(found.energy.value).all()
    assert np.isnan(found.energy.draws).all()


# -- the stages of a study ------------------------------------------------------------------------

RADIAL = {"features": {"radial": {"first": 0.0, "last": 1.8, "step": 0.1, "width": 0.2}}}
MOMENTS = {"lead": 2.0, "within": 2.0, "stride": 5, "window": 10.0}


class Study:
    """The stages on the same runs, one after the other."""

    def __init__(self, folder, runs):
        self.folder, self.runs = folder, runs
        self.seed = {"seed": Softness().seed}

    def stage(self, module, name, settings, **files):
        output = self.folder / f"{name}.h5"
        line = ["--settings", json.dumps(settings), "--output", str(output)]
        for option, given in files.items():
            given = given if isinstance(given, list) else [given]
            line += [f"--{option.replace('_', '-')}", *map(str, [each for each in given if each])]
        module.main(module.arguments().parse_args(line))
        return output

    def followed(self, temperature):
        files = []
        for replica, path in enumerate(self.runs[temperature]):
            of_run = {"temperature": temperature, "replica": replica}
            name = f"T{temperature}_{replica}"
            hop = self.stage(hop_indicator, f"hop_{name}", of_run | MOMENTS, trajectory=path)
            events = self.stage(rearrangements, f"events_{name}", {"threshold": 0.2}, hop=hop)
            settings = of_run | MOMENTS | RADIAL
            tables_of_run = [
                self.stage(features, f"{kind}_{name}", settings, trajectory=path, **{option: given})
                for kind, option, given in (
                    ("population", "population", ""),
                    ("before", "rearrangements", events),
                )
            ]
            files.append((hop, events, *tables_of_run))
        return [list(each) for each in zip(*files, strict=True)]

    def classifier(self, hops, events, population):
        samples = {"method": "per_event", "lead": 2.0, "too_few": "stop", "folds": 5, "stride": 1}
        quiet = {"threshold": "auto", "duration": 40}
        at = {"temperature": COLD} | self.seed
        settings = samples | at | {"quiet": quiet, "wanted": 200}
        drawn = self.stage(activated_samples, "samples", settings, hop=hops, rearrangements=events)
        radial = RADIAL | {"kinds": ["activated"]}
        of_samples = [
            self.stage(
                features,
                f"samples_{replica}",
                radial | {"temperature": COLD, "replica": replica},
                trajectory=path,
                samples=drawn,
            )
            for replica, path in enumerate(self.runs[COLD])
        ]
        training = {"kind": "activated", "features": "radial", "penalty": 0.01, "folds": 5}
        settings = training | at | {"block_length": 2.0, "jackknife": 4}
        inputs = {"samples": drawn, "features": of_samples, "population": population}
        relaxed = made_up(self.folder / "relaxed.h5", RelaxationTable, relaxation_time=40.0)
        trained = self.stage(train_classifier, "softness", settings, **inputs, relaxation=relaxed)
        return trained, drawn, relaxed


@pytest.fixture(scope="module")
def study(tmp_path_factory, runs):
    """Paths of the samples, the classifier, the values of each run and the barriers."""
    made = Study(tmp_path_factory.mktemp("study"), runs)
    files = {temperature: made.followed(temperature) for temperature in TEMPERATURES}
    hops, events, population, _ = files[COLD]
    classifier, drawn, relaxed = made.classifier(hops, events, population)
    reference = made.stage(
        reference_features,
        "reference",
        {"temperature": WARMER, "features": "radial"},
        population=files[WARMER][2],
    )
    # The best of one bias is this: none is taken off.
    counts = {"samples": np.ones((2, 1, 1)), "right": np.ones((1, 2, 1, 1, 1))}
    counts |= {"found": np.ones(2), "plain_right": np.ones((2, 1))}
    names = {"names": [b"softness"], "bias": [0.0]}
    transfer = made_up(made.folder / "transfer.h5", Accuracies, **names, **counts)
    planes = {
        "features": "radial",
        "random_directions": 0,
        "classifiers": ["softness"],
        "stride": 5,
    }
    bins = {"bins": {"lowest": -2, "highest": 2, "number": 2}, "block_length": 2.0, "window": 10.0}
    values, counts = {}, []
    for temperature, (hops, _, population, before) in files.items():
        values[temperature] = [
            made.stage(
                learned_values,
                f"values_T{temperature}_{replica}",
                planes | made.seed,
                classifiers=classifier,
                reference=reference,
                hop=hops[replica],
                population=population[replica],
                events=before[replica],
            )
            for replica in range(len(hops))
        ]
        inputs = {"values": values[temperature], "transfer": transfer, "relaxation": relaxed}
        counts.append(made.stage(binned_counts, f"counts_T{temperature}", bins, **inputs))
    settings = {"draws": 200, "least_population": 10} | made.seed
    return drawn, classifier, values, made.stage(barriers, "barriers", settings, counts=counts)


def test_samples_and_planes_are_those_of_the_stages(model, study):
    drawn, trained = tables.read(study[0], LabelledSet), tables.read(study[1], Classifier)
    assert model.quiet_threshold_ == float(drawn.lower)
    assert model.found_ == drawn.found.tolist()
    right = (trained.cross_validated > 0) == (trained.label > 0)
    assert model.accuracy_ == pytest.approx(right.mean(), abs=1e-12)
    assert model.feature_names_ == trained.columns.astype(str).tolist()
    close = {"rtol": 1e-9, "atol": 1e-12}
    np.testing.assert_allclose(model.plane_.weights, trained.weights, **close)
    np.testing.assert_allclose(model.plane_.bias, trained.bias, **close)
    for number, plane in enumerate(model.left_out_):
        np.testing.assert_allclose(plane.weights, trained.left_out_weights[number], **close)
    np.testing.assert_allclose(model.left_out_spread_, trained.left_out_spread, **close)


@pytest.mark.parametrize("replica", range(pairs.REPLICAS))
def test_softness_of_a_run_of_the_training_is_that_of_the_stages(model, study, runs, replica):
    """But for the level that planes are shifted to for barriers."""
    values = tables.read(study[2][COLD][replica], LearnedValues)
    frames = np.unique(values.population_frame)[::20]
    softness = model.predict(runs[COLD][replica], frames).ravel()
    stored = values.population[np.isin(values.population_frame, frames), 0]
    assert np.ptp(softness - stored) < 1e-5
    assert abs(np.mean(softness - stored)) < 0.05


def test_barriers_are_those_of_the_stages(found, study):
    expected = tables.read(study[3], BarrierTable)
    for name, value in vars(expected).items():
        given = getattr(found.table, name)
        if name == "names":
            assert given.tolist() == value.tolist()
        else:
            np.testing.assert_allclose(given, value, rtol=1e-6, err_msg=name)


# -- as scikit-learn has it -----------------------------------------------------------------------


def test_parameters_are_got_set_and_cloned(model):
    copied = clone(model)
    assert copied.get_params() == model.get_params()
    assert not hasattr(copied, "plane_")
    assert copied.set_params(stride=7, features=None).stride == 7
    assert model.stride == 5
    with pytest.raises(NotFittedError):
        copied.predict("run.gsd")


def test_the_page_names_all_parameters():
    page = (ROOT / "docs" / "library.md").read_text()
    assert not [name for name in Softness().get_params() if f"`{name}`" not in page]


def test_defaults_are_those_of_the_dissertation():
    config = configuration.load(ROOT / "config" / "dissertation.yaml")
    bins, quiet = config["barriers"]["bins"], config["samples"]["quiet"]
    expected = config["hop"] | config["classifier"] | config["barriers"] | config["samples"]
    expected |= config["self_scattering"] | config["uncertainty"] | {"seed": config["seed"]}
    expected |= {f"bins_{name}": value for name, value in bins.items()}
    expected |= {f"quiet_{name}": value for name, value in quiet.items()}
    given = Softness().get_params()
    assert given.pop("features") is given.pop("opening") is None
    assert given == {name: expected[name] for name in given}
    assert {name: config["features"][name] for name in FEATURES_OF_STUDY} == FEATURES_OF_STUDY
    assert {name: config["self_scattering"][name] for name in ORIGINS} == ORIGINS


def test_the_seed_decides_the_samples(runs):
    given = {**SETTINGS, "seed": 3}
    first, again = (Softness(**given).fit(runs[COLD]) for _ in range(2))
    other = Softness(**SETTINGS).fit(runs[COLD])
    np.testing.assert_array_equal(first.plane_.weights, again.plane_.weights)
    assert abs(first.plane_.weights - other.plane_.weights).max() > 1e-4


def test_open_readers_are_taken_and_stay_open(model, runs):
    with open_trajectory(runs[WARMER][0]) as reader:
        once = model.predict(reader, 3)
        np.testing.assert_array_equal(model.predict(reader, [3, 4])[0], once)
    np.testing.assert_array_equal(model.predict(runs[WARMER][0], 3), once)


def test_files_are_opened_by_the_options_that_are_given(runs, tmp_path):
    """As of files that lack the time step; a run of two files is one, by list or by reader."""
    parts = pairs.in_two_files(tmp_path, COLD)
    alone = Softness(**SETTINGS)
    with pytest.raises(InputError, match="lacks its time step"):
        alone.fit([parts])
    model = alone.set_params(opening={"time_step": 1.0}).fit([parts])
    whole = Softness(**SETTINGS).fit(runs[COLD][0])
    np.testing.assert_array_equal(model.plane_.weights, whole.plane_.weights)
    with open_trajectory(parts, time_step=1.0) as reader:
        assert name_of(reader) == name_of(parts) == model.runs_[0]


def test_what_was_saved_is_what_is_loaded(model, runs, tmp_path):
    model.save(tmp_path / "softness.skops")
    loaded = Softness.load(tmp_path / "softness.skops")
    assert loaded.get_params() == model.get_params()
    fitted = {name for name in vars(model) if name.endswith("_")}
    assert fitted == {name for name in vars(loaded) if name.endswith("_")}
    for run in (runs[COLD][1], runs[WARMER][0]):
        np.testing.assert_array_equal(loaded.predict(run), model.predict(run))


@pytest.mark.parametrize("content", [{"parameters": {}}, {"parameters": {"colour": 1}}, [1]])
def test_files_of_other_models_are_refused(content, tmp_path):
    save_model(tmp_path / "other.skops", content)
    with pytest.raises(InputError, match="no softness of this version"):
        Softness.load(tmp_path / "other.skops")


def test_the_package_imports_no_more_than_is_asked_for():
    program = (
        "import sys, softness; assert not {'sklearn', 'numba', 'h5py'} & set(sys.modules);"
        "from softness import Softness, open_trajectory; Softness();"
        "assert not {'matplotlib', 'snakemake'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    with pytest.raises(ImportError, match="cannot import name 'Hardness'"):
        exec("from softness import Hardness")


# -- what is refused ------------------------------------------------------------------------------


def test_a_run_is_judged_by_a_plane_that_has_not_seen_it(model, runs):
    """Known by its path; any other run is judged by the plane of all runs."""
    marked = clone(model)
    vars(marked).update({name: value for name, value in vars(model).items() if name.endswith("_")})
    zero = Hyperplane(0 * model.plane_.weights, 0.0, model.plane_.mean, model.plane_.scale)
    marked.left_out_ = [model.left_out_[0], zero]
    assert (marked.predict(runs[COLD][1]) == 0).all()
    assert (marked.predict(runs[COLD][0]) != 0).all()
    assert (marked.predict(runs[WARMER][1]) != 0).all()


def refused(message, function, *arguments, **more):
    with pytest.raises(InputError, match=message) as error:
        function(*arguments, **more)
    assert "\n" not in str(error.value)


def test_runs_that_do_not_fit_are_refused(model, runs, tmp_path):
    refused("is given twice", Softness(**SETTINGS).fit, [runs[COLD][0]] * 2)
    refused("trajectories is empty", Softness(**SETTINGS).fit, [])
    fewer = {temperature: runs[temperature] for temperature in TEMPERATURES[:2]}
    refused("need 3 or more", model.barriers, fewer)
    refused("T = 0.6 has 1 runs, the fit 2", model.barriers, runs | {WARMER: runs[WARMER][0]})
    swapped = runs | {COLD: runs[COLD][::-1]}
    refused("is run 1 of the fit and run 0 at T = 0.5", model.barriers, swapped)
    refused("reference = 0.7: give one of", model.barriers, runs, reference=0.7)
    slower = pairs.write(tmp_path / "slower.gsd", WARMER, 0, every=2.0)
    refused("a frame every 2 tau", model.barriers, runs | {WARMER: [slower, runs[WARMER][1]]})
    refused("a frame every 2 tau", Softness(**SETTINGS).fit, [runs[COLD][0], slower])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": {"radial": {"furthest": 2}}}, "features.radial has furthest"),
        ({"features": {"smooth": {}}}, "features has smooth"),
        ({"features": {"radial": {"last": 30.0}}}, "smaller than twice the reach"),
        ({"activated": 100_000}, "found 573 active"),
        ({"window": 500.0}, "hop.window = 500"),
    ],
)
def test_settings_that_do_not_fit_are_refused(change, message, runs):
    refused(message, Softness(**{**SETTINGS, **change}).fit, runs[COLD])


def test_a_fit_that_is_refused_leaves_no_model(runs):
    model = Softness(**{**SETTINGS, "activated": 100_000})
    refused("found 573", model.fit, runs[COLD])
    with pytest.raises(NotFittedError):
        model.predict(runs[COLD][0])
