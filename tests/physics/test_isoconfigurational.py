"""Isoconfigurational runs of a real configuration: the cage, and how reliability grows with runs.

The reference is another group's data at nearly this state point: the mean displacement of A is 0.10
to 0.11 at t = 0.13 and 0.145 +- 0.005 at t = 0.43.
"""

import numpy as np
import pytest

from softness.files.ensemble_counts import merged
from softness.liquid import kob_andersen
from softness.simulate.counting import Accumulator
from softness.simulate.isoconfigurational import Ensemble, InBatches, RunProtocol
from softness.simulate.settings import RunSettings

TEMPERATURE = 0.44
# Frames at 0.13 and at about 0.43 are of interest: nothing is learned of p_hop in so short a run.
IN_THE_CAGE = RunProtocol(frame_interval=1, frames=86, half_window=2, csd_window=4, time=0.005)
FULL = RunProtocol(frame_interval=200, frames=30, half_window=5, csd_window=10, time=1.0)


def settings(cutoff="common"):
    return RunSettings(
        liquid=kob_andersen(cutoff=cutoff),
        engine="lammps",
        time_step=0.005,
        coupling_time=0.5,
        seed=1,
        temperature=TEMPERATURE,
        replica=0,
    )


def counted(real_data, row, protocol, numbers, run):
    positions = real_data["positions"][row].astype(np.float64)
    ensemble = Ensemble(run, protocol, positions, row)
    accumulator = Accumulator(protocol, np.flatnonzero(run.liquid.types == 0))
    for number, frames in InBatches(run.create_batch("cpu"), ensemble).trajectories(numbers):
        accumulator.add(number, frames)
    return accumulator.counts(run.temperature, row)


def test_particles_of_a_real_configuration_move_in_their_cages_as_others_found(real_data):
    run = settings()
    counts = counted(real_data, 0, IN_THE_CAGE, range(16), run)
    mean = counts.displacement.sum(axis=0).mean(axis=1) * float(counts.unit) / 16
    # Frame n is at 0.005 n.
    assert 0.10 <= mean[25] <= 0.11
    assert mean[85] == pytest.approx(0.145, abs=0.005)
    assert (np.diff(mean[:20]) > 0).all()


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_reliability_grows_with_runs_as_spearman_and_brown_say(real_data):
    """Two halves of 32 runs agree better than two halves of 8, by the known formula."""
    run = settings()
    parts = [counted(real_data, 0, FULL, range(first, first + 8), run) for first in range(0, 32, 8)]
    few = np.mean([_reliability(part, 8) for part in parts])
    many = _reliability(merged(parts, [str(number) for number in range(4)]), 32)
    predicted = 4 * few / (1 + 3 * few)
    print(f"reliability of 8 runs {few:.4f}, of 32 runs {many:.4f}, predicted {predicted:.4f}")
    assert many > few > 0
    assert many == pytest.approx(predicted, abs=0.05)


def _reliability(counts, runs):
    """Correlation over particles of the mean displacement at t = 25 in the two halves."""
    means = counts.displacement[:, 24] / (runs / 2)
    return float(np.corrcoef(means)[0, 1])
