"""Room on the disk, by formulas of particles, frames and bytes.

Bytes of a number are those of the files' own layout where it is not compressed (GSD: 12 of
position and 12 of image for each particle; features: 4 each), and measured in finished studies
where it is (p_hop, learned values, histories, counts).
"""

from collections.abc import Callable, Mapping

from softness.learning.regressors import REGRESSORS
from softness.planning.sizes import Sizes

FRAME_BYTES, FRAME_EXTRA = 24, 250
"""Of a GSD frame: of each particle, and what a frame takes besides."""

STATE_BYTES = 140
"""Of a particle in a saved state: positions, velocities and the engine's own."""

HISTORY_BYTES = 10
"""Of a particle in a frame of an equilibration's history, compressed."""

ROW_EXTRA = 9
"""Of a row of features, besides them: frame, particle, role."""

HOP_BYTES = 3.35
"""Of a value of p_hop, compressed."""

VALUE_BYTES = 3.6
"""Of a learned or predicted value, compressed."""

HOP_CELL, CSD_CELL, CELL_GROWTH = 2.7, 4.3, 0.32
"""Counts of a particle at a time of one half of the runs take cell * (runs of a half)^growth
bytes, compressed: 6 bytes for 16 runs; more runs fill more of the bins."""

MOVED_BYTES = 4
"""Of a sum of displacements or of their squares, compressed."""

OTHER_BYTES = 25e3
"""Of a job whose files are small: the mean of 130 such jobs of a laptop study."""

Bytes = Callable[[Sizes, Mapping[str, str]], float]


def _thermal(sizes: Sizes, job: Mapping[str, str]) -> float:
    frames = sizes.frames(job) + sizes.burst_frames(job)
    return frames * (sizes.particles * FRAME_BYTES + FRAME_EXTRA)


def _cycles(sizes: Sizes, job: Mapping[str, str]) -> float:
    return sizes.cycle_frames(job) * (sizes.particles * FRAME_BYTES + FRAME_EXTRA)


def _equilibrate(sizes: Sizes, job: Mapping[str, str]) -> float:
    return sizes.particles * (STATE_BYTES + HISTORY_BYTES * sizes.history_frames(job))


def _rows(rows: Callable[[Sizes, Mapping[str, str]], int]) -> Bytes:
    return lambda sizes, job: rows(sizes, job) * (4 * sizes.features + ROW_EXTRA)


def _snapshot_features(sizes: Sizes, job: Mapping[str, str]) -> float:
    return sizes.snapshot_rows(job) * (4 * sizes.features * sizes.orders + ROW_EXTRA)


def _state_features(sizes: Sizes, job: Mapping[str, str]) -> float:
    return sizes.inherent_rows * (4 * sizes.features * sizes.orders_of_states + ROW_EXTRA)


def _counts(sizes: Sizes, job: Mapping[str, str]) -> float:
    hop, csd, moved = sizes.ensemble_times()
    growth = max(sizes.runs_of_block(job) / 2, 1) ** CELL_GROWTH
    # Two kinds (at a time, up to a time) and two sums (displacement, square), of two halves.
    each = growth * (hop * HOP_CELL + csd * CSD_CELL) + moved * MOVED_BYTES
    return 4 * each * sizes.centres


def _quenched_runs(sizes: Sizes, job: Mapping[str, str]) -> float:
    """Two sums (displacement, square) of two states and two halves."""
    return 8 * len(sizes.config["inherent"]["times"]) * MOVED_BYTES * sizes.centres


def _cages(sizes: Sizes, job: Mapping[str, str]) -> float:
    """Frames that are kept one by one, and together as a result."""
    frames = len(sizes.study.cage_frames(job["temperature"], job["replica"]))
    return 2 * frames * (sizes.particles * FRAME_BYTES + FRAME_EXTRA)


def _trained(sizes: Sizes, job: Mapping[str, str]) -> float:
    """A regressor: those of kernels keep the particles, the others little."""
    kind = REGRESSORS[sizes.study.regressors()[job["regressor"]].model]
    kept = 8 * sizes.training_rows * sizes.features if kind.keeps_particles else 0
    return 0.3e6 + kept * len(sizes.study.replicas)


RULES: dict[str, Bytes] = {
    "equilibrate_seed": _equilibrate,
    "equilibrate": _equilibrate,
    "thermal": _thermal,
    "cycle": _cycles,
    "control": _cycles,
    "isoconfigurational": _counts,
    "ensemble": _counts,
    "inherent_propensity": _quenched_runs,
    "cage": _cages,
    "inherent_features": lambda sizes, job: sizes.inherent_rows * (4 * sizes.features + ROW_EXTRA),
    "state_features": _state_features,
    "hop_indicator": lambda sizes, job: HOP_BYTES * sizes.hop_values(job),
    "population_features": _rows(Sizes.population_rows),
    "event_features": _rows(Sizes.event_rows),
    "sample_features": _rows(Sizes.sample_rows),
    "snapshot_features": _snapshot_features,
    "compared_features": _rows(Sizes.state_rows),
    "learned_values": lambda sizes, job: VALUE_BYTES * sizes.variables * sizes.value_rows(job),
    "predicted_values": lambda sizes, job: VALUE_BYTES * sizes.predictions * sizes.value_rows(job),
    "averaged_values": lambda sizes, job: VALUE_BYTES * (sizes.orders - 1) * sizes.value_rows(job),
    "regress": _trained,
    "accuracy": lambda sizes, job: 0.43e6,
    "train_classifier": lambda sizes, job: 0.14e6,
    "barriers": lambda sizes, job: 2.2e6,
    "report": lambda sizes, job: 6e6,
}


def job_bytes(sizes: Sizes, rule: str, wildcards: Mapping[str, str]) -> float:
    """Room that the files of one job take.

    Parameters
    ----------
    sizes
        Of the study.
    rule, wildcards
        Of the job.
    """
    if rule.startswith(("figure_", "table_")):
        return 0.4e6
    found = RULES.get(rule)
    return found(sizes, wildcards) if found else OTHER_BYTES
