"""Numbers in the documentation are those of the code."""

import re

import pytest

from locations import ROOT
from softness import configuration
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
