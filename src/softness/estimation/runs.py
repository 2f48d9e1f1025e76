"""Runs of anyone: their rearrangements, features and softness, one frame at a time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from softness.dynamics.scattering import relaxation_time
from softness.errors import InputError
from softness.files.joined import matching_files
from softness.files.reader import TrajectoryReader
from softness.files.records.hops import HopIndicator, Rearrangements
from softness.files.records.learned import LabelledSet, LearnedValues
from softness.files.trajectory import open_trajectory
from softness.learning.population import FeatureMoments
from softness.stages.shared.classified import UnseenModel
from softness.stages.shared.hops import hop_indicator, rearrangements
from softness.stages.shared.scattering import scattering_of_run
from softness.stages.shared.structure import event_moments, population_moments
from softness.structure.feature_set import FeatureSet, frame_features
from softness.structure.table import REARRANGING, Moments, TableRows, select_rows

Run = str | Path | Sequence[str | Path] | TrajectoryReader
"""A trajectory: what `open_trajectory` takes, or gives. In a list of runs, an inner list holds the
files of one run in the order of time."""

LEAST_TEMPERATURES = 3
"""Of barriers: two make a line through any two points."""

POPULATION, SAMPLES = "population", "samples"

ORIGINS = {"origins": 200, "least_origins": 20, "lags_per_decade": 12}
"""At how many moments F_s begins, as in a study: how finely tau_alpha is read, not what it is."""


def checked_runs(given: Run | Sequence[Run]) -> list[Run]:
    """Runs as a list, each of them once.

    Raises
    ------
    InputError
        If there is none, or one stands there twice.
    """
    runs = [given] if isinstance(given, (str, Path, TrajectoryReader)) else list(given)
    if not runs:
        raise InputError("trajectories is empty: give the files of one run or more")
    names = [name_of(run) for run in runs]
    twice = sorted(name for name in set(names) if names.count(name) > 1)
    if twice:
        raise InputError(
            f"{twice[0]}: is given twice: give each run once, replicas are independent"
        )
    return runs


def checked_temperatures(
    trajectories: Mapping[float, Run | Sequence[Run]], seen: Sequence[str]
) -> dict[float, list[Run]]:
    """Runs by temperature, in an order in which each has a plane that did not see it.

    Parameters
    ----------
    trajectories
        Runs at each temperature.
    seen
        Names of the runs that the planes were trained with. Where there are several, one plane was
        trained without each.

    Raises
    ------
    InputError
        Temperatures are too few, runs lack or are too many for the planes, or change places.
    """
    runs = {float(level): checked_runs(given) for level, given in trajectories.items()}
    if len(runs) < LEAST_TEMPERATURES:
        raise InputError(
            f"trajectories has the temperatures {sorted(runs)}: barriers need "
            f"{LEAST_TEMPERATURES} or more"
        )
    for level, here in runs.items() if len(seen) > 1 else ():
        if len(here) != len(seen):
            raise InputError(
                f"T = {level:g} has {len(here)} runs, the fit {len(seen)}: give as many at each "
                "temperature, or fit with one run"
            )
        for place, name in enumerate(map(name_of, here)):
            if name in seen and seen.index(name) != place:
                raise InputError(
                    f"{name}: is run {seen.index(name)} of the fit and run {place} at "
                    f"T = {level:g}: keep the order, so that no plane judges what it has seen"
                )
    return runs


def name_of(run: Run) -> str:
    """A run by the paths of its first and last file, which tell it from others."""
    if isinstance(run, TrajectoryReader):
        return str(Path(run.path).resolve())
    paths = matching_files(run)
    # As a reader of several files is called.
    whole = paths[0] if len(paths) == 1 else f"{paths[0]} to {paths[-1]}"
    return str(Path(whole).resolve())


@contextmanager
def opened(run: Run, options: Mapping[str, Any]) -> Iterator[TrajectoryReader]:
    """The reader of a run, by options of `open_trajectory`; one that came open stays open."""
    if isinstance(run, TrajectoryReader):
        yield run
        return
    with open_trajectory(run, **options) as trajectory:
        yield trajectory


def followed(
    trajectory: TrajectoryReader, settings: Mapping[str, Any], temperature: float, replica: int
) -> tuple[HopIndicator, Rearrangements]:
    """p_hop and the rearrangements of a run, with ``window`` and ``threshold`` of the settings.

    Raises
    ------
    InputError
        As `hop_indicator`, or the run has another ``interval`` between frames than the settings.
    """
    interval, expected = trajectory.frame_interval(), settings["interval"]
    if expected is not None and not np.isclose(interval, expected, rtol=1e-6, atol=0):
        raise InputError(
            f"{trajectory.path}: has a frame every {interval:g} tau, the first run of the fit one "
            f"every {expected:g} tau: give frames at equal intervals, which p_hop depends on"
        )
    hop = hop_indicator(trajectory, settings["window"], temperature, replica)
    return hop, rearrangements(hop, settings["threshold"])


def training_features(
    runs: Sequence[Run],
    labelled: LabelledSet,
    settings: Mapping[str, Any],
    features: FeatureSet,
) -> tuple[np.ndarray, FeatureMoments]:
    """Features of labelled samples, and moments of those of the population of all runs.

    Parameters
    ----------
    runs
        By number of the replica.
    labelled
        Samples of all runs.
    settings
        As for `softness.stages.shared.structure.population_moments`; ``opening`` has options of
        `open_trajectory`.
    features
        Which ones.

    Returns
    -------
    tuple of numpy.ndarray, FeatureMoments
        (samples, M) float32, and the population's, of which no features are kept.
    """
    found, moments = np.empty((len(labelled.label), len(features)), np.float32), None
    for replica, run in enumerate(runs):
        own = labelled.replica == replica
        wanted = labelled.particle[own], labelled.frame[own]
        with opened(run, settings["opening"]) as trajectory:
            population = population_moments(settings, trajectory)
            rows = select_rows({POPULATION: population, SAMPLES: wanted})
            parts = [np.empty((0, len(features)), np.float32)]
            for part, role in features_by_frame(trajectory, rows, features):
                if role[POPULATION].any():
                    moments = moments or FeatureMoments(part[role[POPULATION]][0])
                    moments.add(part[role[POPULATION]])
                parts.append(part[role[SAMPLES]])
        places = np.searchsorted(np.flatnonzero(rows.roles[SAMPLES]), rows.find(*wanted))
        found[own] = np.concatenate(parts)[places]
    return found, moments


def features_by_frame(
    trajectory: TrajectoryReader, rows: TableRows, features: FeatureSet
) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Features of the rows of each frame, and for each role which of these rows have it."""
    begin = 0
    for frame, particles in rows.by_frame():
        end = begin + len(particles)
        given = trajectory.types, trajectory.box_length, features, particles
        role = {name: mask[begin:end] for name, mask in rows.roles.items()}
        yield frame_features(trajectory.positions(frame), *given), role
        begin = end


def softness_of_run(
    trajectory: TrajectoryReader,
    model: UnseenModel,
    settings: Mapping[str, Any],
    features: FeatureSet,
    temperature: float,
    replica: int,
) -> LearnedValues:
    """Softness of the population of a run, and of its particles before they rearrange.

    Parameters
    ----------
    trajectory
        Of the run.
    model
        That has not seen it.
    settings
        As for `followed`, and for `softness.stages.shared.structure.event_moments`.
    features
        That the model takes.
    temperature, replica
        Of the run.
    """
    hop, events = followed(trajectory, settings, temperature, replica)
    rows = select_rows(_wanted(trajectory, settings, events))
    parts = features_by_frame(trajectory, rows, features)
    softness = np.concatenate([model(part) for part, _ in parts])[:, None]
    population, before = rows.roles[POPULATION], rows.roles[REARRANGING]
    return LearnedValues(
        temperature=hop.temperature,
        replica=hop.replica,
        interval=hop.interval,
        duration=hop.frames * hop.interval,
        stride=np.array(settings["stride"]),
        names=np.array(["softness"], dtype="S"),
        population_frame=rows.frames[population],
        population=softness[population],
        event_frame=rows.frames[before],
        event=softness[before],
    )


def _wanted(
    trajectory: TrajectoryReader, settings: Mapping[str, Any], events: Rearrangements
) -> dict[str, Moments]:
    before = event_moments(settings, trajectory, events)[REARRANGING]
    return {POPULATION: population_moments(settings, trajectory), REARRANGING: before}


def relaxation_time_of_run(trajectory: TrajectoryReader, wave_number: float) -> float:
    """tau_alpha of the analysed species, in tau; nan where F_s does not fall to 1/e."""
    block = ORIGINS | {"wave_number": wave_number}
    lags, _, values = scattering_of_run(trajectory, trajectory.times(), block)
    return relaxation_time(lags, np.nanmean(values, axis=0))
