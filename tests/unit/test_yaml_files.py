import pytest
import yaml

from locations import ROOT
from softness import configuration, yaml_files
from softness.errors import InputError


def read(tmp_path, text):
    (tmp_path / "mine.yaml").write_text(text)
    return yaml_files.read(tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-2", 0.01),
        ("+1E3", 1000.0),
        ("1.e-2", 0.01),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.inf", float("-inf")),
        ("0777", 777),
        ("08", 8),
        ("0o17", 15),
        ("0x1f", 31),
        ("1_000", 1000),
        ("-3", -3),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("'12'", "12"),
        ("e5", "e5"),
        ("1.2.3", "1.2.3"),
        ("true", True),
        ("~", None),
    ],
)
def test_a_value_is_what_it_looks_like(tmp_path, text, value):
    found = read(tmp_path, f"key: {text}\n")["key"]
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "hop: {threshold: 0.1}\nseed: 1\nhop: {window: 8}\n",
            "hop is given twice, in lines 1 and 3",
        ),
        ("hop:\n  window: 8\n  window: 10\n", "window is given twice, in lines 2 and 3"),
        ("a: [{b: 1, b: 2}]\n", "b is given twice, in lines 1 and 1"),
        ("1: a\n1: b\n", "1 is given twice, in lines 1 and 2"),
    ],
)
def test_a_key_that_stands_twice_is_refused(tmp_path, text, fault):
    with pytest.raises(InputError, match=rf"mine\.yaml: {fault}: keep one of them$"):
        read(tmp_path, text)


def test_the_same_key_may_stand_in_two_mappings_and_beside_a_merged_one(tmp_path):
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\n"
    assert read(tmp_path, text) == {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\x00", "a: -\n"])
def test_what_is_no_yaml_is_told_in_one_line(tmp_path, text):
    with pytest.raises(InputError, match=r"mine\.yaml: is not valid YAML: ") as error:
        read(tmp_path, text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "config").glob("*.yaml")), ids=lambda path: path.name
)
def test_the_presets_are_read_as_by_others(path):
    assert yaml_files.read(path) == yaml.safe_load(path.read_text())


def test_settings_of_the_command_line_go_over_those_of_files(tmp_path):
    (tmp_path / "mine.yaml").write_text("seed: 0777\n")
    smoke = ROOT / "config" / "smoke.yaml"
    assert configuration.load(smoke, tmp_path / "mine.yaml")["seed"] == 777
    found = configuration.load(smoke, tmp_path / "mine.yaml", settings={"seed": 3})
    assert found["seed"] == 3


def test_a_study_that_no_file_names_is_called_after_the_first(tmp_path):
    (tmp_path / "mine.yaml").write_text("seed: 1\n")
    (tmp_path / "other.yaml").write_text("seed: 2\n")
    files = tmp_path / "mine.yaml", tmp_path / "other.yaml"
    assert configuration.load(*files)["study"] == "mine"
    assert configuration.load(ROOT / "config" / "smoke.yaml", *files)["study"] == "smoke"
    (tmp_path / "other.yaml").write_text("study: named\n")
    assert configuration.load(*files)["study"] == "named"
    assert configuration.load()["study"] == "dissertation"
