"""What stages that follow softness in time have in common: softness of frames, one by one."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from softness.files import tables
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.learned import Classifier, Distribution, ReferenceFeatures
from softness.stages.shared.classified import unseen_model
from softness.stages.shared.structure import features_seen
from softness.structure.feature_set import FeatureSet
from softness.structure.projected import projected_features


class SoftnessScale(NamedTuple):
    """Softness by a model trained without a replica, Z-scored in the equilibrium of a temperature.

    Attributes
    ----------
    features
        Features that the model takes.
    weights
        (1, M) of features that are not standardised.
    shift
        Mean of w.F in the equilibrium of one temperature, and `scale` its standard deviation.
    """

    features: FeatureSet
    weights: np.ndarray
    shift: float
    scale: float

    def of(
        self, positions: np.ndarray, types: np.ndarray, box_length: float | np.ndarray
    ) -> np.ndarray:
        """(A particles,) softness of one frame."""
        given = positions, types, box_length, self.features, self.weights
        return (projected_features(*given)[:, 0] - self.shift) / self.scale


def softness_scale(
    settings: Mapping[str, Any],
    classifier: Path,
    reference: Path,
    distribution: Path,
    replica: int,
) -> SoftnessScale:
    """Softness of a study's classifier at one temperature.

    Parameters
    ----------
    settings
        With the block ``features``.
    classifier
        Softness (HDF5).
    reference
        Mean features of all replicas, at which planes are aligned (HDF5).
    distribution
        Of learned variables, aligned, at the temperature whose equilibrium is the unit (HDF5).
    replica
        Whose particles are judged.

    Raises
    ------
    InputError
        If the classifier sees other features than the settings name.
    """
    softness = tables.read(classifier, Classifier)
    model = unseen_model(softness, replica, tables.read(reference, ReferenceFeatures))
    seen = features_seen(settings, classifier, softness)
    raw = model.plane.raw_weights()
    mean, deviation = _moments(distribution, replica)
    # Standardising takes off the first part, alignment the offset.
    shift = float(raw @ model.plane.mean) + model.spread * (mean + model.offset)
    return SoftnessScale(seen, raw[None], shift, model.spread * deviation)


def _moments(path: Path, replica: int) -> tuple[float, float]:
    """Mean and standard deviation of softness in the run of one replica, in its stored unit."""
    found = tables.read(path, Distribution)
    number = found.names.tolist().index(b"softness")
    count, total, square = found.powers[replica, :, number, :3].sum(axis=0)
    mean = total / count
    return float(mean), float(np.sqrt(square / count - mean**2))


def softness_of_frames(
    trajectory: Trajectory, scale: SoftnessScale, frames: Iterable[int]
) -> Iterator[tuple[int, np.ndarray]]:
    """Numbers of frames, each with its (A particles,) softness; nothing is kept."""
    box = trajectory.types, trajectory.box_length
    for frame in frames:
        yield frame, scale.of(trajectory.positions(frame), *box)


def open_edges(bins: Mapping[str, Any]) -> np.ndarray:
    """(bins + 1,) edges of equal bins, of which the outer ones are open."""
    edges = np.linspace(bins["lowest"], bins["highest"], bins["number"] + 1)
    edges[[0, -1]] = -np.inf, np.inf
    return edges
