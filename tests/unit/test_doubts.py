"""Doubts that hold for all claims at a temperature."""

from dataclasses import replace

import numpy as np
import pytest
from figure_by_number import FigureByNumber
from learned_tables import made_up
from test_figures import data as chapter_1

from softness.dynamics.equilibrium import EnergyHalves, doubt
from softness.files.records.dynamics import EquilibrationEvidence
from softness.findings.doubts import temperatures_of, with_doubts

RUNS = ((0.45, 0), (0.45, 1), (1.0, 0), (2.0, 0))


def evidence(texts=None, spacing=None):
    """Of four runs; texts and spacings by temperature."""
    texts, spacing = texts or {}, spacing or {}
    temperature = np.array([t for t, _ in RUNS])
    numbers = {
        name: np.zeros(len(RUNS))
        for name in EquilibrationEvidence.__dataclass_fields__
        if name not in ("temperature", "replica", "doubt")
    }
    numbers["relaxation_time"] = np.where(temperature < 0.5, 900.0, 1.0)
    numbers["snapshot_spacing"] = np.array([spacing.get(t, np.nan) for t in temperature])
    doubts = np.array([texts.get(t, "") for t in temperature], dtype="S60")
    replica = np.array([number for _, number in RUNS])
    return EquilibrationEvidence(temperature=temperature, replica=replica, doubt=doubts, **numbers)


def judged(number, given, table):
    return with_doubts(FigureByNumber(number).claims(given), temperatures_of(given), table)


def test_a_sound_study_is_left_as_it_is():
    before = FigureByNumber("2.4").claims(made_up())
    assert judged("2.4", made_up(), evidence()) == before


def test_a_run_that_fails_puts_a_doubt_on_claims_at_its_temperature():
    table = evidence({0.45: "1.3% of the particles are crystalline"})
    for claim in judged("2.4", made_up(), table):
        assert claim.verdict == "inconclusive"
        assert "T = 0.45, replica 1: 1.3% of the particles are crystalline" in claim.doubt
    # Temperatures at which a relaxation time is only looked up do not count.
    hot = evidence({3.0: "never simulated"})
    assert {claim.verdict for claim in judged("2.4", made_up(), hot)} == {"reproduced"}


def test_figures_of_the_relaxation_itself_are_about_its_temperatures():
    found = judged("1.3", chapter_1(), evidence({2.0: "U/N differs by +0.050 between the halves"}))
    assert {claim.verdict for claim in found} == {"inconclusive"}


def test_what_is_not_tested_stays_so():
    few = made_up(hot=(1.2,), randoms=0)
    found = judged("2.2", few, evidence({0.45: "crystals"}))
    assert {"not tested", "inconclusive"} == {claim.verdict for claim in found}


def test_snapshots_that_lie_too_near_are_no_units():
    table = evidence(spacing={0.45: 100.0, 1.0: 100.0})
    claims = FigureByNumber("2.4").claims(made_up())
    of_snapshots = [replace(claim, units="6 snapshots of 2 replicas") for claim in claims]
    temperatures = temperatures_of(made_up())
    for claim in with_doubts(of_snapshots, temperatures, table):
        assert claim.verdict == "inconclusive"
        assert claim.doubt == (
            "snapshots at T = 0.45 lie 100 tau apart, less than tau_alpha = 900: they are not "
            "independent"
        )
    assert with_doubts(claims, temperatures, table) == claims


@pytest.mark.parametrize(
    ("difference", "error", "freedom", "crystalline", "text"),
    [
        (0.05, 0.01, 18, 0.0, "U/N differs by +0.050 between the halves"),
        (-0.05, 0.01, 18, 0.0, "U/N differs by -0.050 between the halves"),
        # Significant, but too small to matter; large, but not significant.
        (0.005, 0.001, 18, 0.0, ""),
        (0.05, 0.02, 18, 0.0, ""),
        # Two blocks in each half know little of their error; one knows nothing.
        (0.05, 0.01, 2, 0.0, ""),
        (0.05, np.nan, 0, 0.0, ""),
        (0.0, 0.01, 18, 0.02, "2.0% of the particles are crystalline"),
    ],
)
def test_evidence_fails_by_what_matters_and_is_known(difference, error, freedom, crystalline, text):
    energies = EnergyHalves(-7.0, -7.0 + difference, error, freedom)
    assert doubt(energies, crystalline, 0.01, 0.01) == text
