"""What is measured of each run, from a bounded number of its frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from softness.dynamics import structure_factor
from softness.dynamics.caging import Plateau, find_plateau, mean_squared_displacement
from softness.dynamics.drift import relative_to_centre
from softness.dynamics.hop import HopStream
from softness.dynamics.pairs import PairDistribution, first_minimum, first_peak
from softness.dynamics.rearrangements import events, quiet_runs
from softness.dynamics.scattering import log_spaced_lags
from softness.errors import InputError
from softness.files.reader import TrajectoryReader
from softness.learning import samples

ORIGINS, LAGS_PER_DECADE = 40, 6

# Bounds of memory and time: numbers that are kept, and particles times frames that are read.
_KEPT = 10**6
_READ = 2 * 10**7
_IN_STRUCTURE = 10**5
_FRAMES_OF_STRUCTURE = 40
# Range of g(r), in mean distances of particles, and its resolution.
_NEAREST, _FARTHEST, _BINS_IN_DISTANCE = 0.5, 3.0, 50


@dataclass(frozen=True)
class Structure:
    """Distances and wave number of the analysed species.

    Attributes
    ----------
    most_numerous
        First peak of g(r) of the most numerous species, in sigma_AA.
    peak
        First peak of its own g(r), in sigma_AA.
    minimum
        First minimum of its g(r), in sigma_AA.
    wave_number
        First peak of its structure factor, in sigma_AA^-1.
    """

    most_numerous: float
    peak: float
    minimum: float
    wave_number: float


@dataclass(frozen=True)
class Counts:
    """How often particles rearrange in a part of a run, and how often they do not.

    Attributes
    ----------
    moments
        Particles times frames that were looked at.
    events
        Number of excursions of p_hop above the threshold, without those that an end cuts.
    quiet
        Number of quiet runs, by their length in frames.
    extremes
        Number of excursions into the tail of p_hop that has fewer, by the share of the tail.
    """

    moments: int
    events: int
    quiet: dict[int, int]
    extremes: dict[float, int]


def plateau(reader: TrajectoryReader) -> Plateau:
    """The plateau of the mean squared displacement of the analysed species.

    Raises
    ------
    InputError
        If the run is too short.
    """
    longest = (reader.frames - 1) // 2
    if longest < 3:
        raise InputError(
            f"{reader.path}: has {reader.frames} frames: seven or more are needed, and hundreds "
            "for an analysis"
        )
    lags = log_spaced_lags(longest, LAGS_PER_DECADE)
    is_analysed = reader.types == 0
    number = int(np.clip(3 * _KEPT // is_analysed.sum(), 2, ORIGINS))
    origins = np.unique(np.linspace(0, reader.frames - 1 - longest, number).astype(int))
    needed = np.unique([origins, *(origins + lag for lag in lags)])
    frames = _without_drift(reader, needed, is_analysed)
    values = mean_squared_displacement(frames, origins, lags)
    if not values.all():
        raise InputError(
            f"{reader.path}: no particle moves between frames: write positions of every frame"
        )
    return find_plateau(lags * reader.frame_interval(), values)


def structure(reader: TrajectoryReader) -> Structure:
    """Peaks of g(r) and of the structure factor of the analysed species.

    Raises
    ------
    InputError
        If g(r) has no peak.
    """
    edges = np.broadcast_to(reader.box_length, 3)
    is_analysed = reader.types == 0
    distance = float((np.prod(edges) / reader.particles) ** (1 / 3))
    end = min(_FARTHEST * distance, edges.min() / 2)
    pairs = PairDistribution(reader.box_length, reader.types, distance / _BINS_IN_DISTANCE, end)
    number = int(np.clip(_IN_STRUCTURE // reader.particles, 2, _FRAMES_OF_STRUCTURE))
    frames = np.unique(np.linspace(0, reader.frames - 1, number).astype(int))
    positions = [reader.positions(frame) for frame in frames]
    for each in positions:
        pairs.add(each)
    # A pair that lies closer, if there is one, is alone and says nothing of the others.
    beyond = pairs.distances > _NEAREST * distance
    distances, values = pairs.distances[beyond], pairs.values()[:, beyond]
    most = int(np.argmax(np.bincount(reader.types)))
    # Pairs are in the order 00, 01, 11, 02, 12, 22, ...
    peak, most_numerous = (
        first_peak(distances, values[own])[0] for own in (0, most * (most + 3) // 2)
    )
    if not (np.isfinite(peak) and np.isfinite(most_numerous)):
        raise InputError(
            f"{reader.path}: g(r) of a species has no peak up to {end:.3g} sigma_AA: check --box "
            "and --length-unit"
        )
    vectors = structure_factor.wave_vectors(
        reader.box_length, *structure_factor.range_of_first_peak(peak)
    )
    found = [structure_factor.structure_factor(each[is_analysed], vectors) for each in positions]
    wave_number = structure_factor.first_peak(
        np.linalg.norm(vectors, axis=1), np.mean(found, axis=0)
    )
    return Structure(most_numerous, peak, first_minimum(distances, values[0]), wave_number)


def counts(
    reader: TrajectoryReader,
    half_window: int,
    threshold: float,
    lengths: Sequence[int],
    shares: Sequence[float],
) -> Counts:
    """Count events, quiet runs and extremes in the beginning of a run.

    Parameters
    ----------
    reader
        The run.
    half_window
        Of p_hop, in frames.
    threshold
        Of p_hop; quiet particles stay below half of it.
    lengths
        Of quiet runs, in frames.
    shares
        Of all values of p_hop, in each tail.
    """
    hop = _hop(reader, half_window)
    found = events(hop, threshold, half_window)
    quiet = {length: len(quiet_runs(hop, threshold / 2, length, half_window)) for length in lengths}
    extremes = {}
    for share in shares:
        if round(share * hop.size) >= 1:
            ends = zip(samples.tail_thresholds(hop, share), ("low", "high"), strict=True)
            extremes[share] = min(len(samples.tail(hop, end, side)) for end, side in ends)
    return Counts(hop.size, int((~found["cut"]).sum()), quiet, extremes)


def _hop(reader: TrajectoryReader, half_window: int) -> np.ndarray:
    """(rows, particles) p_hop of some analysed particles in the first frames."""
    least = 2 * half_window + 1
    frames = int(np.clip(_READ // reader.particles, 10 * least, reader.frames))
    analysed = np.flatnonzero(reader.types == 0)
    some = np.zeros(reader.particles, dtype=bool)
    number = min(max(_KEPT // frames, 1), len(analysed))
    some[analysed[np.linspace(0, len(analysed) - 1, number).astype(int)]] = True
    stream = HopStream(half_window)
    chosen = _without_drift(reader, np.arange(min(frames, reader.frames)), some)
    return np.concatenate([stream.push(positions[None]) for _, positions in chosen])


def _without_drift(
    reader: TrajectoryReader, frames: np.ndarray, particles: np.ndarray
) -> Iterator[tuple[int, np.ndarray]]:
    """Numbers and positions of some frames, relative to the centre of mass."""
    for frame in frames.tolist():
        yield frame, relative_to_centre(reader.positions(frame))[particles]
