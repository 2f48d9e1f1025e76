"""When a run would end, and which preset takes less where it is long."""

import re

import pytest

from locations import ROOT
from softness import configuration, launch
from softness.planning.rate import given_rate
from softness.study import Study

HOUR = 3600


@pytest.fixture
def said(monkeypatch):
    """What is said of a preset, on a machine on which the laptop study takes so many hours."""

    def of(preset, hours):
        by_study = {"overnight": 10 * hours, "laptop": hours, "smoke": hours / 12}
        monkeypatch.setattr(
            launch,
            "rate_of",
            lambda study, cores, seconds: given_rate(study.config, 1000 / hours),
        )
        monkeypatch.setattr(
            launch,
            "seconds_left",
            lambda path, study, rate, cores: HOUR * by_study[study.config["study"]],
        )
        path = ROOT / "config" / f"{preset}.yaml"
        return launch.end_of_run(path, Study(configuration.load(path)), cores=2)

    return of


def test_a_short_run_is_told_its_end_alone(said):
    assert re.fullmatch(
        r"It takes about 1 h 30 min on 2 cores, until \d\d:\d\d\.", said("laptop", 1.5)
    )


@pytest.mark.parametrize(
    ("preset", "hours", "smaller"),
    [("laptop", 3, "smoke"), ("overnight", 1, "laptop"), ("overnight", 3, "smoke")],
)
def test_of_a_long_one_the_largest_preset_that_takes_less_is_named(said, preset, hours, smaller):
    last = said(preset, hours).splitlines()[-1]
    assert last.endswith(f"make figures CONFIG={ROOT / 'config' / smaller}.yaml")


def test_nothing_is_named_that_takes_long_as_well(said):
    assert "make figures" not in said("smoke", 36)


def test_on_gpus_the_plan_is_named(said):
    assert "depends on the GPUs" in said("dissertation", 1)
