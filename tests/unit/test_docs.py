"""Numbers in the documentation are those of the code."""

import re

import pytest

from locations import ROOT
from softness import configuration
from softness.figures.registry import FIGURES
from softness.report.page import caption_text
from softness.study import Study

ROWS = re.findall(
    r"^\| (\w+) \|.* \| ([\d ]+) tau, N = (\d+) \|$",
    (ROOT / "docs" / "reproduce.md").read_text(),
    flags=re.MULTILINE,
)


def test_the_table_of_presets_holds_all():
    overlays = {path.stem for path in (ROOT / "config").glob("*.yaml")}
    assert {name for name, _, _ in ROWS} == overlays - {"cpu"}


@pytest.mark.parametrize(("preset", "time", "particles"), ROWS)
def test_simulated_times_of_presets(preset, time, particles):
    config = configuration.load(ROOT / "config" / f"{preset}.yaml")
    simulated = Study(config).total_steps() * config["engine"]["time_step"]
    assert int(time.replace(" ", "")) == round(simulated)
    assert int(particles) == config["liquid"]["particles"]


def test_the_configuration_of_published_data_alone_is_one(tmp_path):
    page = (ROOT / "docs" / "published.md").read_text()
    text, command = re.findall(r"^```\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)[:2]
    (tmp_path / "published.yaml").write_text(text)
    study = Study(configuration.load(tmp_path / "published.yaml"))
    assert f"{study.results}/state_scores_published.h5" in command
    assert list(study.published_snapshots) == list(range(10))
    assert study.published_states == ["thermal", "inherent"]
    # Else it would be measured in runs of our own.
    assert not study.neighbourhood_is_measured


def captions(**settings):
    config = configuration.load(ROOT / "config" / "smoke.yaml", settings=settings)
    files = {each.number: ROOT / "workflow" / "captions" / f"{each.name}.rst" for each in FIGURES}
    return {number: caption_text(path.read_text(), config) for number, path in files.items()}


@pytest.mark.parametrize("number", ["3.2", "3.3", "3.7"])
def test_captions_name_the_time_of_the_configuration(number):
    assert "within the next 2 tau" in captions()[number]
    assert "within the next 3 tau" in captions(barriers={"within": 3.0})[number]


def test_the_caption_of_the_map_names_its_lag():
    assert "within 1 times the relaxation time" in captions()["1.1"]
    assert "within 0.5 times" in captions(displacement_map={"lag": 0.5})["1.1"]


def test_the_caption_of_pairs_names_those_of_two_species():
    config = configuration.load(ROOT / "config" / "smoke.yaml")
    path = ROOT / "workflow" / "captions" / "figure_1_2_pair_distribution.rst"
    assert " of the pairs AA (a), AB (b) and BB (c) at " in captions()["1.2"]
    for species in (["A"], ["A", "B", "C"]):
        other = config | {"liquid": config["liquid"] | {"species": species}}
        text = caption_text(path.read_text(), other)
        assert " of each pair of species, of which A is the analysed one, at " in text
