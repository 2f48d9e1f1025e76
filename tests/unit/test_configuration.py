"""Configurations: presets are complete, and every kind of mistake is refused by name."""

import copy

import pytest
import yaml

from locations import ROOT
from softness import configuration
from softness.errors import InputError
from softness.files.provenance import canonical_json
from softness.learning.regressors import REGRESSORS
from softness.liquid import Liquid
from softness.structure.feature_set import FAMILIES

PRESETS = ["dissertation", "laptop", "smoke", "overnight"]


@pytest.fixture
def laptop():
    return configuration.load(ROOT / "tests" / "unit" / "two_replicas.yaml")


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_valid_and_named_after_themselves(preset):
    assert configuration.load(ROOT / "config" / f"{preset}.yaml")["study"] == preset


def test_the_dissertations_file_holds_every_key_of_the_schema():
    written = yaml.safe_load((ROOT / "config" / "dissertation.yaml").read_text())
    assert configuration.checked(written) == written


def test_every_key_of_the_schema_is_described_in_sentences_that_name_its_unit():
    schema = yaml.safe_load(configuration.SCHEMA.read_text())

    def undescribed(rule, place):
        for key, inner in rule.get("properties", {}).items():
            text, is_time = inner.get("description", ""), "duration" in inner.get("$ref", "")
            if not text.endswith(".") or (is_time and "in tau" not in text):
                yield f"{place}.{key}"
            yield from undescribed(inner, f"{place}.{key}")
            yield from undescribed(inner.get("items", {}), f"{place}.{key}[]")

    assert list(undescribed(schema, "")) == []


def test_the_schema_knows_all_regressors_and_families_of_descriptors():
    schema = yaml.safe_load(configuration.SCHEMA.read_text())
    block = schema["properties"]["regression"]["properties"]
    grids = block["grids"]["properties"]
    assert block["models"]["items"]["enum"] == list(grids) == list(REGRESSORS)
    for name, kind in REGRESSORS.items():
        grid = configuration._resolved(schema, grids[name])
        assert set(grid["properties"]) == set(kind.defaults)
    families = schema["properties"]["features"]["properties"]
    assert list(families) == [family.name for family in FAMILIES]


def test_defaults_fill_what_is_left_out(laptop):
    del laptop["hop"], laptop["features"]["radial"]["width"], laptop["engine"]["time_step"]
    filled = configuration.checked(laptop)
    assert filled["hop"] == {"window": 10.0, "threshold": 0.2}
    assert filled["features"]["radial"]["width"] == 0.2
    assert filled["engine"]["time_step"] == 0.005


def change(path, value):
    def apply(config):
        *parents, last = path.split(".")
        for key in parents:
            config = config[int(key) if key.isdigit() else key]
        config[last] = value

    return apply


MISTAKES = [
    (change("liquid.particels", 3), ["liquid.particels", "unknown key", "did you mean particles"]),
    (change("wibble", 3), ["wibble", "unknown key", "known here"]),
    (change("temperatures.0.temperature", 0), ["temperatures.0.temperature", "0"]),
    (change("temperatures.0.temperature", -0.5), ["temperatures.0.temperature", "-0.5"]),
    (change("liquid.fractions", [0.8, 0.3]), ["fractions", "0.3", "add up to 1"]),
    (change("liquid.particles", 500), ["features.radial.last", "5.9", "liquid.particles >= 1973"]),
    (change("pair_distribution.largest_distance", 9.0), ["largest_distance", "9", "half the box"]),
    (
        change("pair_distribution.bin_width", 0.03),
        ["pair_distribution.largest_distance", "5 sigma_AA", "steps of 0.03", "try 5.01"],
    ),
    (change("van_hove.largest", 8.07), ["van_hove.largest", "8.07", "steps of 0.1", "try 8.1"]),
    (change("features.radial.last", 4.85), ["features.radial.last", "steps of 0.1", "try 4.8"]),
    (change("features.angular.step", 0.7), ["features.angular.last", "from 1", "try 3.1"]),
    (change("inherent.model", "mlp"), ["inherent.model", "mlp", "svr"]),
    (change("roles.training", 0.44), ["roles.training", "0.44", "not simulated"]),
    (change("roles.fluidity", [1.0, 3.0]), ["roles.fluidity", "3", "not simulated"]),
    (change("roles.cycle", 0.56), ["cycle.pulses.0.high", "0.56", "roles.cycle"]),
    (change("equilibration.seed_temperature", 0.3), ["seed_temperature", "0.3", "not simulated"]),
    (change("equilibration.cooling.temperature", 0.4), ["cooling.temperature", "0.4", "above"]),
    (change("hop.window", 9.0), ["hop.window", "9", "even number", "try 8"]),
    (change("hop.window", 0.5), ["hop.window", "0.5", "even number", "try 2"]),
    (change("csd.window", 2.5), ["csd.window", "2.5", "whole number"]),
    (change("engine.name", "gromacs"), ["engine.name", "gromacs", "hoomd", "lammps"]),
    (
        change("isoconfigurational.engine", "hoomd"),
        ["isoconfigurational.engine", "hoomd", "lanes", "same"],
    ),
    (change("engine.device", "gpu"), ["engine.device", "gpu", "hoomd"]),
    (change("engine.time_step", float("nan")), ["engine.time_step", "nan", "finite"]),
    (change("engine.time_step", 0.003), ["thermal.frame_interval", "time steps of 0.003"]),
    (change("seed", "abc"), ["seed", "'abc'", "integer"]),
    (change("replicas", 0), ["replicas", "0"]),
    (change("thermal.burst.last", 20.0), ["thermal.burst.last", "20", "interval"]),
    (change("thermal.burst.first", 0.001), ["thermal.burst.first", "0.001", "time step"]),
    (change("temperatures.1.production", 10), ["temperatures[0.53].production", "10", "at least"]),
    (change("liquid.sigma", {"AA": 1, "AB": 0.8}), ["liquid.sigma"]),
    (
        change("liquid.sigma", {"AA": 1, "AB": 0.8, "BB": 1, "BA": 1}),
        ["liquid.sigma.BA", "unknown"],
    ),
    (change("liquid.species", ["A", "A"]), ["liquid.species"]),
    (change("liquid.fractions", [1.0, 0.0]), ["fractions", "two of each"]),
    (change("pair_distribution.frames", 3), ["pair_distribution.frames", "3", "too few"]),
    (change("temperatures.3.equilibrate", 35), ["temperatures[0.6].equilibrate", "35", "segment"]),
    (change("temperatures.3.equilibrate", 10), ["temperatures[0.6].equilibrate", "10", "two"]),
    (change("temperatures.3.temperature", 0.60000001), ["0.60000001", "six digits"]),
    (change("uncertainty.block_length", "2e0"), ["uncertainty.block_length", "2e0", "tau_alpha"]),
    (change("roles.barrier_fit.below", 0.55), ["barrier_fit.below", "2 simulated", "needs 3"]),
    (change("roles.barrier_fit.sensitivity", 0.7), ["barrier_fit.sensitivity", "0.7", "0.8"]),
    (change("roles.fluidity", []), ["roles.fluidity"]),
    (change("van_hove.lag", 2.5), ["van_hove.lag", "2.5", "whole number"]),
    (change("isoconfigurational.duration", 12.0), ["isoconfigurational.duration", "12", "15"]),
    (change("isoconfigurational.duration", 30.5), ["isoconfigurational.duration", "30.5", "whole"]),
    (
        change("isoconfigurational.ensembles.0.temperature", 0.44),
        ["isoconfigurational.ensembles.0.temperature", "0.44", "not simulated"],
    ),
    (
        change("isoconfigurational.ensembles.0.temperature", 0.7),
        ["isoconfigurational.ensembles", "0.7", "listed twice"],
    ),
    (change("isoconfigurational.ensembles.0.snapshots", 1), ["ensembles", "0.6", "leave 1"]),
    (
        change("isoconfigurational.ensembles.0.snapshots", 4),
        ["ensembles.0.snapshots", "last of 4 lies at 175 tau", "0.6 ends at 150", "production"],
    ),
    (
        change("isoconfigurational.ensembles.0.spacing", 51.0),
        ["ensembles.0.spacing", "51", "even number", "1 tau", "try"],
    ),
    (change("isoconfigurational.ensembles.2.spacing", 1.0), ["2.spacing", "1 tau", "try 2"]),
    (change("isoconfigurational.ensembles.0.spacing", 60.0), ["0.snapshots", "150 tau", "lower"]),
    (change("isoconfigurational.ensembles.0.spacing", 0), ["ensembles.0.spacing", "0", "unit tau"]),
    (change("cycle.spacing", 2.5), ["cycle.spacing", "2.5", "even number", "try 2"]),
    (change("inherent.spacing", 83.0), ["inherent.spacing", "83", "even number", "try"]),
    (change("regression.models", ["ridge"]), ["regression.models", "svr is missing", "csd"]),
    (change("regression.elimination.numbers", [4, 200]), ["elimination.numbers", "200", "135"]),
    (change("regression.grids", {"svr": {"c": [1]}}), ["regression.grids.svr", "c"]),
    (change("regression.grids", {"mlp": {"epochs": [0]}}), ["grids.mlp.epochs", "0"]),
    (change("isoconfigurational.ensembles.0.runs", 3), ["3 runs", "0.6", "at least 4"]),
    (change("regression.orders", [0]), ["regression.orders", "0"]),
    (change("regression.time", 8.0), ["regression.time", "8", "csd.window = 10"]),
    (change("roles.regression", 0.5), ["roles.regression", "0.5", "ensembles"]),
    (change("regression.time", 26.0), ["regression.time", "26", "5 to 25"]),
    (change("regression.labels", {"times": [26]}), ["regression.labels.times", "26", "5 to 25"]),
    (change("regression.labels", {"times": [], "cutoffs": []}), ["no time and no cut-off"]),
    (change("hop.threshold", 0.205), ["hop.threshold", "0.205", "multiple of 0.01"]),
    (change("isoconfigurational.ensembles.0.runs", 0), ["ensembles.0.runs", "0"]),
    (change("cycle.pulses", [{"high": 0.57, "hold": 30}]), ["cycle.pulses.0.high", "0.57"]),
    (change("cycle.pulses", [{"high": 0.56, "hold": 0.3}]), ["cycle.pulses.0.hold", "0.3"]),
    (change("cycle.before", 32), ["cycle.before", "32 tau", "intervals of 5 tau", "stride = 5"]),
    (change("cycle.engine", "lammps"), ["cycle.engine", "'lammps'", "lanes", "same"]),
    (change("cycle.pulses", 2 * [{"high": 0.56, "hold": 30}]), ["cycle.pulses", "unique"]),
    (change("cycle.snapshots", 4), ["cycle.snapshots", "last of 4", "931 tau", "0.5 ends at 800"]),
    (change("roles.decay", [0.56, 0.56]), ["roles.decay", "unique"]),
    (change("memory.bins.lowest", 1.5), ["memory.bins.lowest", "1.5", "highest"]),
    (change("memory.longest", 1.0), ["memory.longest", "1.0", "1"]),
    (change("inherent.training_time", 20.0), ["inherent.training_time", "20", "inherent.times"]),
    (
        change("inherent.times", [0.5, 25.0, 4.0]),
        ["inherent.times", "ascending order", "sort them"],
    ),
    (change("inherent.times", [0.0012, 25.0]), ["inherent.times", "0.0012", "time steps of 0.005"]),
    (change("cage.start", 0.0012), ["cage.start", "0.0012", "time steps of 0.005"]),
    (change("cage.frame_interval", 0.001), ["cage.frame_interval", "0.001", "time steps of 0.005"]),
    (change("cage.duration", 2.05), ["cage.duration", "2.05", "cage.frame_interval (0.1 tau)"]),
    (change("cage.duration", 0.4), ["cage.duration", "0.4", "cage.start (0.5 tau)"]),
    (change("cage.runs", 0), ["cage.runs", "0"]),
    (change("cage.engine", "hoomd"), ["cage.engine", "hoomd", "lanes", "same"]),
    (change("inherent.snapshots", 1), ["inherent.snapshots", "1", "leave 1", "raise"]),
    (
        change("inherent.snapshots", 4),
        ["inherent.snapshots", "last of 4", "287 tau", "0.56 ends at 250"],
    ),
    # All runs are quenched, the shortest too.
    (
        change("engine.accepted_versions", "2025.7"),
        ["engine.accepted_versions", "'2025.7'", "array"],
    ),
    (change("engine.accepted_versions", [2025]), ["engine.accepted_versions.0", "2025", "string"]),
    (change("engine.accepted_versions", ["a", "a"]), ["engine.accepted_versions", "unique"]),
    (change("inherent.runs", 1), ["inherent.runs", "1"]),
    (
        change("inherent.published", [{"time": 5, "files": ["a", "b", "c"]}] * 2),
        ["inherent.published", "ascending order"],
    ),
    (
        change(
            "inherent.published",
            [{"time": 1, "files": ["a", "b", "c"]}, {"time": 5, "files": ["d", "e"]}],
        ),
        ["inherent.published.1.files", "2", "3", "one file of each snapshot"],
    ),
    (
        change("inherent.published", [{"time": 5, "files": ["a", "b"]}]),
        ["inherent.published", "2 snapshots", "3 or more"],
    ),
    (
        change("inherent.published", [{"time": 5, "files": ["a"], "snapshots": 2}]),
        ["inherent.published", "2 snapshots", "3 or more"],
    ),
    (
        change("inherent.published", [{"time": 5, "files": ["a", "b", "c"], "snapshots": 3}]),
        ["inherent.published.0.snapshots", "single file", "3 are named"],
    ),
    (change("states.orders", [2, 0]), ["states.orders", "[2, 0]", "ascending order"]),
    (change("states.orders", [5]), ["states.orders", "5"]),
    (change("states.scored", []), ["states.scored"]),
    (change("states.grid", {"C": [1]}), ["states.grid", "no alpha"]),
    (change("states.model", "binomial"), ["states.model", "binomial"]),
    (change("inherent.published_state", "molten"), ["inherent.published_state", "molten"]),
    (change("roles.propensity", 0.55), ["roles.propensity", "0.55", "not simulated"]),
    (change("samples.lead", 1.5), ["samples.lead", "1.5", "whole number"]),
    (change("van_hove.lag", 100.0), ["temperatures[0.65].production", "van_hove.lag", "200"]),
    (change("barriers.stride", 200), ["temperatures[0.6].production", "barriers.stride", "212"]),
    (change("samples.quiet.duration", 300.0), ["[0.53].production", "samples.quiet", "310"]),
    (change("samples.quiet.threshold", 0.3), ["samples.quiet.threshold", "0.3", "auto"]),
    (change("samples.quiet.threshold", "low"), ["samples.quiet.threshold", "low"]),
    (change("samples.activated", 8), ["samples.activated", "8", "classifier.folds"]),
    (change("samples.tail", 0.5), ["samples.tail", "0.5"]),
    (change("barriers.bins.lowest", 3.0), ["barriers.bins.lowest", "3", "highest"]),
    (change("classifier.features", "angular"), ["classifier.features", "radial"]),
    (change("wobble", 1), ["wobble"]),
    (change("relaxation.stretched_exponential.lowest", 0.9), ["lowest", "0.9", "highest"]),
    (change("study", "../elsewhere"), ["study", "../elsewhere"]),
    (change("study", "simulations"), ["study: simulations", "folder", "kept", "rename"]),
]


def _named(value):
    # A function by nothing: its address is another one in each process of pytest-xdist.
    return "" if callable(value) else str(value)[:60]


@pytest.mark.parametrize(("mistake", "named"), MISTAKES, ids=_named)
def test_each_kind_of_mistake_is_refused_in_one_line(laptop, mistake, named):
    config = copy.deepcopy(laptop)
    mistake(config)
    with pytest.raises(InputError) as refused:
        configuration.checked(config)
    lines = str(refused.value).splitlines()
    assert any(all(word in line for word in named) for line in lines), lines
    assert all(line.startswith("config: ") for line in lines)


def test_g_of_r_may_reach_to_half_the_box_itself(laptop):
    half = Liquid.from_settings(laptop["liquid"]).box_length / 2
    laptop["pair_distribution"] |= {"largest_distance": half, "bin_width": half / 300}
    assert configuration.checked(laptop) == laptop
    laptop["pair_distribution"] |= {"largest_distance": half * 1.01, "bin_width": half * 1.01 / 300}
    with pytest.raises(
        InputError, match=r"pair_distribution\.largest_distance: reaches .* half the"
    ):
        configuration.checked(laptop)


@pytest.mark.parametrize("preset", ["dissertation", "laptop", "overnight", "smoke"])
def test_ensembles_and_cycles_of_the_presets_are_done_in_lanes(preset):
    config = configuration.load(ROOT / "config" / f"{preset}.yaml")
    assert config["isoconfigurational"]["engine"] == config["cycle"]["engine"] == "lanes"


def test_snapshots_may_fill_a_run_to_its_end(laptop):
    """The last one lies half a spacing before it, or anywhere within the run."""
    ensemble = laptop["isoconfigurational"]["ensembles"][0]
    for spacing in (50.0, 58.0):
        ensemble["spacing"] = spacing
        assert configuration.checked(laptop) == laptop


def test_a_spacing_must_be_given_for_each_ensemble(laptop):
    del laptop["isoconfigurational"]["ensembles"][1]["spacing"]
    with pytest.raises(InputError, match=r"ensembles\.1: 'spacing' is a required property"):
        configuration.checked(laptop)


def test_other_versions_of_an_engine_may_be_accepted(laptop):
    assert laptop["engine"]["accepted_versions"] == []
    laptop["engine"]["accepted_versions"] = ["2025.7.22", "2024.8.29"]
    checked = configuration.checked(laptop)
    assert checked["engine"]["accepted_versions"] == ["2025.7.22", "2024.8.29"]


def test_a_file_that_names_workers_is_still_taken(laptop):
    assert "workers" not in laptop["isoconfigurational"]
    laptop["isoconfigurational"]["workers"] = 4
    assert configuration.checked(laptop)


def test_a_key_that_is_no_text_is_refused(laptop):
    laptop["liquid"][1] = 2
    with pytest.raises(InputError, match=r"liquid\.1: unknown key"):
        configuration.checked(laptop)


def test_the_spelling_of_a_number_is_no_change(laptop):
    whole = copy.deepcopy(laptop)
    whole["temperatures"][0]["production"] = 800
    whole["hop"]["window"] = 10
    checked = configuration.checked(whole)
    assert canonical_json(checked) == canonical_json(configuration.checked(laptop))
    assert isinstance(checked["replicas"], int)


def test_another_liquid_is_an_overlay(tmp_path):
    """Kob and Andersen's 65:35 mixture, by other names, from the complete configuration."""
    file = tmp_path / "mine.yaml"
    file.write_text("study: mine\nliquid: {species: [Ni, P], fractions: [0.65, 0.35]}")
    assert configuration.load(file)["liquid"]["species"] == ["Ni", "P"]


def test_a_temperature_that_is_listed_twice_is_refused(laptop):
    laptop["temperatures"].append(dict(laptop["temperatures"][0]))
    with pytest.raises(InputError, match=r"0\.5 is listed twice"):
        configuration.checked(laptop)


def test_all_mistakes_are_told_at_once(laptop):
    laptop["roles"]["training"] = 0.44
    laptop["hop"]["window"] = 9.0
    with pytest.raises(InputError) as refused:
        configuration.checked(laptop)
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [("a: [", "not valid YAML"), ("- 1", "contains no keys"), ("\x00", "not valid YAML")],
)
def test_a_file_that_is_no_configuration_is_named(tmp_path, text, named):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=rf"mine\.yaml.*{named}"):
        configuration.load(file)


def test_an_absent_file_is_named():
    with pytest.raises(InputError, match=r"nowhere\.yaml.*exists"):
        configuration.load("nowhere.yaml")


def test_runs_on_a_gpu_end_with_a_whole_segment():
    config = configuration.load(ROOT / "config" / "dissertation.yaml")
    config["temperatures"][2]["production"] = 2020.0
    with pytest.raises(
        InputError, match=r"\[0\.5\]\.production: 2020 tau .*thermal\.segment \(50 tau"
    ):
        configuration.checked(config)
    config["engine"]["device"] = "cpu"
    configuration.checked(config)
