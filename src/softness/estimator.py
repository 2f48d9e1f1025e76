"""Softness of anyone's trajectories as an estimator: fit it, predict, and find energy barriers.

The stages of the workflow do the same, each with files of its own, and call the same functions.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from softness.barriers.bins import BinCounts, count_bins
from softness.errors import InputError
from softness.estimation import runs as of_runs
from softness.estimation.barriers import SoftnessBarriers, barrier_table
from softness.estimation.features import feature_set
from softness.estimation.runs import Run, checked_runs, checked_temperatures, name_of, opened
from softness.files.models import load_model, save_model
from softness.files.provenance import canonical_json
from softness.files.records.learned import LabelledSet, LearnedValues
from softness.learning.classify import cross_validate, train_hyperplane
from softness.learning.hyperplane import Hyperplane
from softness.learning.population import FeatureMoments
from softness.seeds import stream
from softness.stages.shared.activated import EVERY_FRAME, activated_set
from softness.stages.shared.classified import UnseenModel, stride_blocks
from softness.structure.feature_set import frame_features
from softness.version import __version__


class Softness(BaseEstimator):
    """Softness: a hyperplane that tells from structure which particles are about to rearrange.

    Parameters have the names that they have in a configuration
    (``workflow/schemas/config.schema.yaml``), and the values of the dissertation. Lengths are in
    sigma_AA, times in tau.

    Parameters
    ----------
    window, threshold
        Of p_hop: length of both its windows, and the value p_c (sigma_AA^2) above which a particle
        rearranges.
    features
        Settings of the structure functions by family, ``"radial"`` and ``"angular"``, each of which
        replaces one of `softness.estimation.features.FEATURES`; the radial family alone if not
        given. Half the box must hold the largest radius and five widths.
    activated
        Samples of each class.
    method, lead
        Of rearranging samples: one for each event (``"per_event"``) or each frame
        (``"per_frame"``), from the structure this time before.
    quiet_threshold, quiet_duration
        Of non-rearranging samples: p_hop stays below the threshold for that time; ``"auto"`` is the
        lowest threshold with enough samples.
    too_few
        Where samples lack: ``"stop"``, or ``"go_on"`` with those that there are.
    penalty, folds
        C of the support vector machine, and parts of its cross-validation.
    stride
        All particles are looked at in every stride-th frame.
    bins_lowest, bins_highest, bins_number
        Bins of softness, in standard deviations.
    least_population
        Particles that a bin needs at a temperature.
    wave_number
        Of F_s(q, t), in 1/sigma_AA, which falls to 1/e at tau_alpha.
    block_length
        Minimum length of the time blocks that errors come from, in tau_alpha.
    draws
        Bootstrap resamples.
    seed
        Of all random streams (`softness.seeds.stream`).
    opening
        Options of `open_trajectory` for runs that come as files, such as
        ``{"time_step": 0.005, "species": ("Ni", "P")}``.

    Attributes
    ----------
    plane_ : Hyperplane
        Trained with all runs; `feature_names_` names its features.
    left_out_ : list of Hyperplane
        For each run the plane that never saw it; `plane_` itself if there is one run only.
    spread_, left_out_spread_ : float, list of float
        Standard deviation of w.F over the population, which is the unit of softness.
    accuracy_ : float
        Fraction of samples that are classified correctly by planes that saw no sample of their
        particle.
    quiet_threshold_ : float
        Below which p_hop stays in non-rearranging samples.
    found_ : tuple of int
        Candidates of the rearranging and of the non-rearranging class.
    frame_interval_ : float
        Of the runs, in tau.
    runs_ : list of str
        The runs, by the paths of their files.
    """

    def __init__(
        self,
        window: float = 10.0,
        threshold: float = 0.2,
        *,
        features: Mapping[str, Mapping[str, Any]] | None = None,
        activated: int = 3800,
        method: str = "per_event",
        lead: float = 2.0,
        quiet_threshold: float | str = "auto",
        quiet_duration: float = 120.0,
        too_few: str = "stop",
        penalty: float = 0.01,
        folds: int = 5,
        stride: int = 10,
        bins_lowest: float = -3.0,
        bins_highest: float = 3.0,
        bins_number: int = 12,
        least_population: int = 10,
        wave_number: float = 7.25,
        block_length: float = 2.0,
        draws: int = 1000,
        seed: int = 2025,
        opening: Mapping[str, Any] | None = None,
    ) -> None:
        self.window = window
        self.threshold = threshold
        self.features = features
        self.activated = activated
        self.method = method
        self.lead = lead
        self.quiet_threshold = quiet_threshold
        self.quiet_duration = quiet_duration
        self.too_few = too_few
        self.penalty = penalty
        self.folds = folds
        self.stride = stride
        self.bins_lowest = bins_lowest
        self.bins_highest = bins_highest
        self.bins_number = bins_number
        self.least_population = least_population
        self.wave_number = wave_number
        self.block_length = block_length
        self.draws = draws
        self.seed = seed
        self.opening = opening

    def fit(
        self, trajectories: Run | Sequence[Run], y: None = None, *, temperature: float = 0.0
    ) -> Self:
        """Train with the runs at one temperature, usually the coldest.

        Parameters
        ----------
        trajectories
            One run, or a list of independent ones (replicas): a file, or what `open_trajectory`
            gives.
        y
            Not used: labels come from the dynamics.
        temperature
            Of the runs. It is a part of the key of random streams and nothing else: with it, the
            samples are those of a study with the same seed.

        Raises
        ------
        InputError
            A file is refused, runs have different frame intervals, or samples are too few.
        """
        runs, interval, followed = checked_runs(trajectories), None, []
        for number, run in enumerate(runs):
            with opened(run, self.opening or {}) as trajectory:
                given = self._settings(interval), temperature, number
                followed.append(of_runs.followed(trajectory, *given))
                interval, species = trajectory.frame_interval(), int(trajectory.types.max()) + 1
        labelled = activated_set(self._of_samples(temperature), *zip(*followed, strict=True))
        # p_hop of all runs is the largest of all that is in memory.
        del followed
        features = feature_set(self.features, species)
        trained = of_runs.training_features(runs, labelled, self._settings(interval), features)
        self._train(*trained, labelled, stream(self.seed, "folds activated", temperature))
        self.feature_names_, self.species_ = list(features.names), species
        self.frame_interval_ = interval
        self.quiet_threshold_ = float(labelled.lower)
        self.found_ = labelled.found.tolist()
        self.runs_ = [name_of(run) for run in runs]
        return self

    def _train(
        self,
        features: np.ndarray,
        moments: FeatureMoments,
        labelled: LabelledSet,
        generator: np.random.Generator,
    ) -> None:
        """The planes with all runs and without each, and the accuracy on folds."""
        labels, runs = labelled.label, range(int(labelled.replicas))
        alike = {"penalty": self.penalty, "mean": moments.mean, "scale": moments.scale}
        plane = train_hyperplane(features, labels, **alike)
        others = [labelled.replica != number for number in runs] if len(runs) > 1 else []
        left_out = [train_hyperplane(features[each], labels[each], **alike) for each in others]
        folded = cross_validate(features, labels, generator, labelled.group, self.folds, **alike)
        self.plane_, self.left_out_, self.accuracy_ = plane, left_out or [plane], folded.accuracy
        self.spread_ = moments.spread(plane.weights)
        self.left_out_spread_ = [moments.spread(each.weights) for each in self.left_out_]

    def predict(self, trajectory: Run, frame: int | Sequence[int] = 0) -> np.ndarray:
        """Softness of each analysed particle of a frame, or of several frames.

        Parameters
        ----------
        trajectory
            A run. One of several that the model was trained with is known by its path, and judged
            by the plane that never saw it.
        frame
            Number of a frame, or several.

        Returns
        -------
        numpy.ndarray
            (n,), or (frames, n): w.F in standard deviations of the population at the training
            temperature, where the mean is 0.
        """
        check_is_fitted(self)
        name, features = name_of(trajectory), feature_set(self.features, self.species_)
        model = UnseenModel(self.plane_, self.spread_)
        if name in self.runs_:
            model = self._unseen(self.runs_.index(name))
        with opened(trajectory, self.opening or {}) as reader:
            values = [
                model(
                    frame_features(
                        reader.positions(number), reader.types, reader.box_length, features
                    )
                )
                for number in np.atleast_1d(frame).tolist()
            ]
        return np.array(values) if np.ndim(frame) else values[0]

    def barriers(
        self,
        trajectories: Mapping[float, Run | Sequence[Run]],
        *,
        reference: float | None = None,
        relaxation_times: Mapping[float, float] | None = None,
    ) -> SoftnessBarriers:
        """Energy barriers and entropies of bins of softness, from runs at several temperatures.

        Each run is judged by the plane that was trained without the run at the same position of the
        list: the same planes at all temperatures. Away from the training temperature each plane has
        an offset of its own, which is taken off.

        Parameters
        ----------
        trajectories
            The runs at each temperature, at three temperatures or more, all below the onset. Where
            the model was trained with several runs, as many at each temperature; those of the
            training in the same order.
        reference
            Temperature at which planes have one level; the second lowest if not given.
        relaxation_times
            tau_alpha at some temperatures, in tau, where it is not to be measured; nan where the
            liquid did not relax, so that each run is one time block.

        Raises
        ------
        InputError
            A file is refused, runs are missing or change places, or temperatures are too few.
        """
        check_is_fitted(self)
        runs = checked_temperatures(trajectories, self.runs_)
        levels, times, counts, offsets = sorted(runs), {}, {}, None
        first = levels[1] if reference is None else float(reference)
        if first not in runs:
            raise InputError(f"reference = {first:g}: give one of the temperatures {levels}")
        for temperature in sorted(levels, key=lambda level: level != first):
            given = (relaxation_times or {}).get(temperature)
            values, time = self._values(runs[temperature], temperature, given)
            if offsets is None:
                offsets = self._offsets(values)
            times[temperature] = time
            counts[temperature] = [
                self._counted(each, offsets[number % len(offsets)], time)
                for number, each in enumerate(values)
            ]
        table = barrier_table(
            levels,
            [counts[level] for level in levels],
            self._edges(),
            self.stride,
            self.least_population,
            self.draws,
            stream(self.seed, "barriers bootstrap", 0.0),
        )
        return SoftnessBarriers(table, {level: times[level] for level in levels})

    def save(self, path: str | Path) -> None:
        """Write the fitted estimator as a skops file, which holds numbers and no code."""
        check_is_fitted(self)
        planes = [vars(plane) for plane in (self.plane_, *self.left_out_)]
        fitted = {
            name: value
            for name, value in vars(self).items()
            if name.endswith("_") and name not in ("plane_", "left_out_")
        }
        content = {"parameters": self.get_params(), "planes": planes, "fitted": fitted}
        save_model(path, content, canonical_json({"softness": __version__}))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read an estimator that `save` wrote.

        Raises
        ------
        InputError
            The file is absent, truncated, foreign, or of another version.
        """
        content = load_model(path)
        try:
            made = cls(**content["parameters"])
            planes = [Hyperplane(**plane) for plane in content["planes"]]
            vars(made).update(content["fitted"], plane_=planes[0], left_out_=planes[1:])
        except (KeyError, TypeError, IndexError) as error:
            raise InputError(
                f"{path}: is no softness of this version: give a file that Softness.save wrote, or "
                "fit again"
            ) from error
        return made

    # Settings as the stages take them

    def _settings(self, interval: float | None) -> dict[str, Any]:
        """Of rearrangements, and of the moments whose structure counts."""
        names = ("window", "threshold", "lead", "stride")
        own = {name: getattr(self, name) for name in names}
        opening = self.opening or {}
        return own | {"within": self.lead, "interval": interval, "opening": opening}

    def _of_samples(self, temperature: float) -> dict[str, Any]:
        names = ("method", "lead", "too_few", "folds", "seed")
        quiet = {"threshold": self.quiet_threshold, "duration": self.quiet_duration}
        own = {name: getattr(self, name) for name in names}
        rest = {"temperature": temperature, "wanted": self.activated, "stride": EVERY_FRAME}
        return own | rest | {"quiet": quiet}

    def _edges(self) -> np.ndarray:
        return np.linspace(self.bins_lowest, self.bins_highest, self.bins_number + 1)

    # Runs

    def _unseen(self, number: int) -> UnseenModel:
        number %= len(self.left_out_)
        return UnseenModel(self.left_out_[number], self.left_out_spread_[number])

    def _values(
        self, runs: Sequence[Run], temperature: float, time: float | None
    ) -> tuple[list[LearnedValues], float]:
        """Softness of each run, and tau_alpha: as given, or the mean over the runs."""
        values, times, features = [], [], feature_set(self.features, self.species_)
        for number, run in enumerate(runs):
            with opened(run, self.opening or {}) as trajectory:
                given = (
                    self._unseen(number),
                    self._settings(self.frame_interval_),
                    features,
                    temperature,
                    number,
                )
                values.append(of_runs.softness_of_run(trajectory, *given))
                if time is None:
                    times.append(of_runs.relaxation_time_of_run(trajectory, self.wave_number))
        return values, float(np.mean(times)) if time is None else float(time)

    def _offsets(self, values: Sequence[LearnedValues]) -> np.ndarray:
        """(planes,) what the mean softness of each run lies above that of all; 0 of a single plane.

        As `softness.stages.shared.classified.unseen_models` shifts planes.
        """
        if len(self.left_out_) == 1:
            return np.zeros(1)
        means = np.array([each.population.mean() for each in values])
        return means - means.mean()

    def _counted(self, values: LearnedValues, offset: float, time: float) -> BinCounts:
        """Events and population of a run in bins of softness, by time blocks."""
        of_population, of_events, blocks = stride_blocks(
            values, time, self.block_length, self.window
        )
        softness = values.event[:, 0] - offset, values.population[:, 0] - offset
        return count_bins(*softness, self._edges(), self.stride, of_events, of_population, blocks)
