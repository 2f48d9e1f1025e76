"""What a simulation belongs to: what changes its identity and what does not, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from liquid_settings import liquid_settings

from softness.files.provenance import canonical_json
from softness.simulate import identity as module
from softness.simulate.identity import EXTENTS, Identity, digest_of_arrays

COMMON = {
    "engine": {"name": "lammps", "time_step": 0.005, "coupling_time": 0.5},
    "liquid": liquid_settings(250),
    "seed": 7,
    "temperature": 0.5,
    "replica": 0,
}
SNAPSHOT = COMMON | {"snapshot": 3, "frame": 12, "runs": [0, 4]}
BURST = {"interval": 2.0, "first": 0.01, "last": 0.5, "frames": 6}
COOLING = {"temperature": 2.0, "melt": 1.0, "quench": 2.0}
TIMES = {"before": 1.0, "ramp": 0.5, "hold": 2.0, "after": 3.0}
SETTINGS = {
    "equilibrate": COMMON
    | {"duration": 4.0, "segment": 2.0, "sample_interval": 0.5, "cooling": COOLING},
    "thermal": COMMON | {"duration": 3.0, "segment": 1.0, "frame_interval": 0.25, "burst": BURST},
    "isoconfigurational": SNAPSHOT
    | {"of": 40, "duration": 5.0, "frame_interval": 0.2, "hop_window": 2.0, "csd_window": 1.0},
    "inherent_propensity": SNAPSHOT | {"times": [0.1, 1.0], "force_tolerance": 1e-4},
    "cycle": SNAPSHOT | TIMES | {"high": 0.6, "frame_interval": 0.5, "segment": 1.0},
    "quench": COMMON | {"frames": [0, 4], "force_tolerance": 1e-4},
    "cage": COMMON
    | {"frames": [0, 4], "runs": 16, "start": 0.5, "duration": 2.0, "frame_interval": 0.1},
}

# How much of a simulation is asked for: a dotted name and another value.
EXTENT = {
    "equilibrate": [("duration", 8.0)],
    "thermal": [("duration", 6.0)],
    "isoconfigurational": [("runs", [4, 8]), ("of", 100), ("frame", 24)],
    "inherent_propensity": [("runs", [0, 8]), ("frame", 24)],
    "cycle": [("after", 6.0), ("runs", [0, 8]), ("frame", 24)],
    "quench": [("frames", [0, 2, 4])],
    "cage": [("frames", [0, 2, 4])],
}
OF_ALL = [
    ("engine.name", "hoomd"),
    ("engine.time_step", 0.004),
    ("engine.coupling_time", 0.4),
    ("liquid.particles", 500),
    ("liquid.density", 1.19),
    ("liquid.cutoff_distance", 2.4),
    ("liquid.epsilon.AB", 1.4),
    ("seed", 8),
    ("temperature", 0.5000001),
    ("replica", 1),
]
DECIDING = {
    "equilibrate": [
        ("segment", 1.0),
        ("sample_interval", 0.25),
        ("cooling.temperature", 1.9),
        ("cooling.melt", 2.0),
        ("cooling.quench", 1.0),
    ],
    "thermal": [
        ("segment", 0.5),
        ("frame_interval", 0.5),
        ("burst.interval", 1.0),
        ("burst.first", 0.02),
        ("burst.last", 0.4),
        ("burst.frames", 7),
    ],
    "isoconfigurational": [
        ("snapshot", 4),
        ("duration", 10.0),
        ("frame_interval", 0.1),
        ("hop_window", 1.0),
        ("csd_window", 2.0),
    ],
    "inherent_propensity": [("snapshot", 4), ("times", [0.1, 2.0]), ("force_tolerance", 1e-3)],
    "cycle": [
        ("snapshot", 4),
        ("before", 2.0),
        ("ramp", 1.0),
        ("hold", 1.0),
        ("high", 0.7),
        ("frame_interval", 0.25),
        ("segment", 0.5),
    ],
    "quench": [("force_tolerance", 1e-3)],
    "cage": [("runs", 32), ("start", 0.4), ("duration", 1.0), ("frame_interval", 0.05)],
}
ARRAYS = {"positions": np.arange(12.0).reshape(4, 3), "types": np.array([0, 0, 0, 1], np.int64)}


def changed(settings, name, value):
    first, _, rest = name.partition(".")
    assert settings[first] != value
    return settings | {first: changed(settings[first], rest, value) if rest else value}


def of(kind, settings=None):
    return Identity.of(kind, 1, settings or SETTINGS[kind], "2025.7", ARRAYS)


def cases(*tables):
    return [(kind, *each) for table in tables for kind in SETTINGS for each in table[kind]]


def test_each_kind_is_here():
    assert set(SETTINGS) == set(EXTENTS) == set(EXTENT) == set(DECIDING)


@pytest.mark.parametrize(("kind", "name", "value"), cases(EXTENT))
def test_how_much_is_asked_for_is_no_part_of_it(kind, name, value):
    assert of(kind, changed(SETTINGS[kind], name, value)) == of(kind)


@pytest.mark.parametrize(
    ("kind", "name", "value"), cases(dict.fromkeys(SETTINGS, OF_ALL), DECIDING)
)
def test_what_decides_numbers_is_part_of_it(kind, name, value):
    other = of(kind, changed(SETTINGS[kind], name, value))
    assert other != of(kind)
    assert other.name != of(kind).name


@pytest.mark.parametrize("kind", SETTINGS)
def test_there_is_no_setting_that_was_forgotten_here(kind):
    listed = {name.split(".")[0] for name, _ in [*EXTENT[kind], *DECIDING[kind], *OF_ALL]}
    assert listed == set(SETTINGS[kind])


def test_a_run_from_random_places_is_not_one_from_a_state():
    settings = {key: value for key, value in SETTINGS["equilibrate"].items() if key != "cooling"}
    assert of("equilibrate", settings).name != of("equilibrate").name
    assert Identity.of("quench", 1, SETTINGS["quench"], "1").reads == ""


@pytest.mark.parametrize(
    "change",
    [{"kind": "cycle"}, {"physics": 2}, {"version": "2025.8"}, {"reads": "0" * 16}],
    ids=str,
)
def test_kind_physics_engine_and_arrays_are_part_of_it(change):
    thermal = of("thermal")
    other = replace(thermal, **change)
    assert other != thermal
    assert other.name != thermal.name


def test_it_is_the_same_after_it_was_written_down():
    for kind in SETTINGS:
        identity = of(kind)
        assert Identity.from_dict(identity.as_dict()) == identity


def test_names_begin_with_the_place():
    assert of("thermal").name.startswith("T0.5_replica0_")
    assert of("cycle").name.startswith("T0.5_replica0_snapshot3_")


def test_names_stay_as_they_are():
    """With another recipe, no simulation that was ever kept would be found again: all is lost.

    The digest is that of this text; who has to change the one or the other moves all folders.
    """
    settings = {"engine": {"name": "lammps", "time_step": 0.005}, "temperature": 0.5, "replica": 0}
    identity = Identity("thermal", 1, settings, "2025.7", "0123456789abcdef")
    assert canonical_json(identity.as_dict()) == (
        '{"engine_version":"2025.7","kind":"thermal","physics":1,"reads":"0123456789abcdef",'
        '"settings":{"engine":{"name":"lammps","time_step":0.005},"replica":0,"temperature":0.5}}'
    )
    assert identity.name == "T0.5_replica0_d3f0e8b4d395ee6e"
    assert digest_of_arrays(ARRAYS) == "e7dabce00ecd26d5"


# -- arrays -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda a: {"places": a["positions"], "types": a["types"]},
        lambda a: {"positions": a["positions"]},
        lambda a: a | {"positions": a["positions"].astype(np.float32)},
        lambda a: a | {"positions": a["positions"].reshape(3, 4)},
        lambda a: a | {"positions": np.nextafter(a["positions"], 1e9)},
        lambda a: a | {"positions": a["positions"][::-1]},
        lambda a: a | {"types": a["types"].astype(np.int32)},
        lambda a: a | {"types": a["types"].astype(np.uint64)},
    ],
    ids=["name", "fewer", "precision", "shape", "last_bit", "order", "int32", "unsigned"],
)
def test_names_types_shapes_and_bytes_of_arrays_count(change):
    assert digest_of_arrays(change(ARRAYS)) != digest_of_arrays(ARRAYS)


@pytest.mark.parametrize(
    "change",
    [
        np.asfortranarray,
        lambda array: np.repeat(array, 2, axis=0)[::2],
        lambda array: array.astype(array.dtype.newbyteorder(">")),
    ],
    ids=["columns", "stride", "byte_order"],
)
def test_how_arrays_lie_in_memory_does_not_count(change):
    same = {name: change(array) for name, array in reversed(ARRAYS.items())}
    assert digest_of_arrays(same) == digest_of_arrays(ARRAYS)


# -- settings that came later -----------------------------------------------------------------


@pytest.fixture
def later(monkeypatch):
    """Two settings came after simulations had been kept."""
    neutral = {"thermal": {"engine.precision": "double", "barostat": None}}
    monkeypatch.setattr(module, "NEUTRAL", neutral)


def with_later(kind, precision="double", barostat=None):
    settings = SETTINGS[kind]
    engine = settings["engine"] | {"precision": precision}
    return of(kind, settings | {"engine": engine, "barostat": barostat})


def test_at_their_neutral_values_later_settings_are_no_part_of_it(later):
    assert with_later("thermal") == of("thermal")
    assert with_later("thermal").name == of("thermal").name


def test_at_other_values_and_for_other_kinds_they_are(later):
    others = [
        with_later("thermal", precision="single"),
        with_later("thermal", barostat=1.0),
        with_later("thermal", precision="single", barostat=1.0),
        of("thermal"),
    ]
    assert len({each.name for each in others}) == 4
    assert others[0].settings["engine"]["precision"] == "single"
    assert "barostat" not in others[0].settings
    assert with_later("cycle") != of("cycle")


def test_settings_that_are_given_are_not_changed(later):
    settings = SETTINGS["thermal"] | {"engine": SETTINGS["thermal"]["engine"] | {"precision": 1}}
    before = canonical_json(settings)
    of("thermal", settings)
    assert canonical_json(settings) == before
