"""The liquid against values of other groups' codes: STUDY's table, as far as short runs can tell.

Tolerances are those that runs of this length can hold; the long suite (test_reference_table.py)
holds the table's own.
"""

import freud
import numpy as np
import pytest
from direct_pairs import energy_and_forces
from liquid_runs import run_liquid

from softness import engines
from softness.dynamics.pairs import PairDistribution, first_peak, second_minimum
from softness.liquid import kob_andersen

ENERGIES = [-7.0079, -7.0399, -7.0292, -7.0441, -7.0211]
ENERGIES += [-7.0341, -7.0187, -7.0421, -7.0448, -7.0423]


# Measured here, on configurations of both ensembles (error 1e-4); docs/findings.md.
COMMON_CUTOFF_AT_2 = -0.1595


def rosenfeld_tarazona(temperature: float) -> float:
    """U/N with the cut-off per pair, through two points of RUMD/gamdpy reference runs."""
    return -8.6548 + 2.6396 * temperature**0.6


@pytest.mark.parametrize("row", range(10))
def test_energies_of_real_configurations_cut_off_per_pair(engine_name, real_data, row):
    engine = engines.create(engine_name, kob_andersen(cutoff="per_pair"))
    engine.load(real_data["positions"][row], real_data["types"])
    assert engine.potential_energy() / 4096 == pytest.approx(ENERGIES[row], abs=1e-4)


@pytest.mark.parametrize("row", [0, 4, 9])
def test_energies_of_real_configurations_with_the_common_cut_off(engine_name, real_data, row):
    liquid = kob_andersen(cutoff="common")
    positions = real_data["positions"][row].astype(np.float64)
    engine = engines.create(engine_name, liquid)
    engine.load(positions, real_data["types"])
    found = engine.potential_energy() / 4096
    expected = energy_and_forces(liquid, positions, real_data["types"])[0] / 4096
    assert found == pytest.approx(expected, abs=1e-10)
    # STUDY: lower than per pair by 0.161 at T = 0.44.
    assert found - ENERGIES[row] == pytest.approx(-0.161, abs=0.005)


PEAKS = {"AA": (0, 1.070, 4.26), "AB": (1, 0.881, 5.47), "BB": (2, 1.380, 1.72)}


@pytest.fixture(scope="module")
def real_pairs(real_data):
    """Mean g(r) of the ten real configurations, bins of 0.02."""
    result = PairDistribution(float(real_data["box_length"]), real_data["types"], 0.02, 5.0)
    for positions in real_data["positions"]:
        result.add(positions)
    return result


@pytest.mark.parametrize("pair", PEAKS)
def test_first_peaks_of_real_configurations(real_pairs, pair):
    row, place, height = PEAKS[pair]
    values = real_pairs.values()[row]
    # The second peak of BB is higher than its first.
    near = real_pairs.distances < 1.55 if pair == "BB" else real_pairs.distances < 1.3
    found = first_peak(real_pairs.distances[near], values[near])
    assert found[0] == pytest.approx(place, abs=0.015)
    assert found[1] == pytest.approx(height, rel=0.05)


def test_the_second_shell_of_real_configurations_ends_where_the_source_has_it(real_pairs):
    found = second_minimum(real_pairs.distances, real_pairs.values()[0])
    assert found == pytest.approx(2.37, abs=0.04)


def test_the_structure_factor_peaks_where_relaxation_is_measured(real_data):
    box = freud.box.Box.cube(float(real_data["box_length"]))
    factor = freud.diffraction.StaticStructureFactorDirect(
        bins=60, k_max=9.0, k_min=6.0, num_sampled_k_points=4000
    )
    for positions in real_data["positions"][:4]:
        points = box.wrap(positions[real_data["types"] == 0])
        factor.compute((box, points), reset=False)
    smooth = np.convolve(np.nan_to_num(factor.S_k), np.ones(7) / 7, mode="same")
    peak = factor.bin_centers[3 + smooth[3:-3].argmax()]
    assert peak == pytest.approx(7.2, abs=0.2)


@pytest.mark.parametrize(
    ("temperature", "equilibrate", "production", "expected"),
    [(2.0, 20, 60, -4.654), (0.8, 60, 120, -6.346)],
)
def test_energies_of_the_melt_per_pair(temperature, equilibrate, production, expected):
    run = run_liquid(temperature, "per_pair", equilibrate, production, 0.2, keep_every=10)
    # Runs of 1000 particles: the standard error is about 0.006.
    assert run.energy_error() < 0.012
    assert run.energy() == pytest.approx(expected, abs=0.03)


def test_energies_follow_rosenfeld_and_tarazona():
    run = run_liquid(1.2, "per_pair", 30, 80, 0.2, keep_every=10)
    assert run.energy() == pytest.approx(rosenfeld_tarazona(1.2), abs=0.03)


def test_the_common_cut_off_lowers_the_energy_of_the_melt():
    run = run_liquid(2.0, "common", 20, 60, 0.2, keep_every=10)
    assert run.energy() == pytest.approx(-4.654 + COMMON_CUTOFF_AT_2, abs=0.03)
    # Configuration by configuration the shift is almost the same: a much sharper test.
    shifts = []
    for frame in run.frames[:10]:
        energies = []
        for cutoff in ("common", "per_pair"):
            engine = engines.create("lammps", kob_andersen(len(run.types), cutoff=cutoff))
            engine.load(frame, run.types)
            energies.append(engine.potential_energy() / len(run.types))
        shifts.append(energies[0] - energies[1])
    assert np.mean(shifts) == pytest.approx(COMMON_CUTOFF_AT_2, abs=0.001)


def test_relaxation_of_the_melt():
    run = run_liquid(2.0, "per_pair", 20, 12, 0.02)
    assert run.relaxation_time(7.28) == pytest.approx(0.35, abs=0.03)


def test_the_liquid_relaxes_at_intermediate_temperature():
    run = run_liquid(0.7, "common", 60, 120, 0.2)
    # STUDY's trial: 5 +- 20 %; one short run of 1000 particles scatters as much again.
    assert run.relaxation_time(7.25) == pytest.approx(5, rel=0.4)
