"""How many frames, rows and values a study makes: what time and disk are estimated from."""

import math
from collections.abc import Mapping
from functools import cached_property

from softness.configuration.analysed import number_of_features
from softness.liquid import Liquid
from softness.simulate.thermal import burst_offsets
from softness.study import Study
from softness.study.memory import cycle_duration

# Fraction of (particle, moment) pairs at which p_hop exceeds its threshold of 0.2, as an Arrhenius
# law through the thermal runs of the laptop study (N = 2048, T = 0.50 to 0.78: 0.3 to 21 %).
# A guess for the plan alone: the liquid is super-Arrhenius, so at T = 0.45 the true share is
# about a third of it.
SHARE_PREFACTOR, SHARE_BARRIER = 6.1, 5.95
# In the same runs, `cumulative` counts as many events as 6.5 independent moments would.
MOMENTS_OF_CUMULATIVE = 6.5


def rearranging_share(temperature: float, label: str = "instant") -> float:
    """Guess of the probability that a particle rearranges, at a moment or within a run.

    Parameters
    ----------
    temperature
        In eps_AA/k_B.
    label
        ``"instant"``: p_hop exceeds 0.2 at one moment; ``"cumulative"``: at any moment of a run
        of 30 tau.

    Returns
    -------
    float
        From 0 to 1; right within a factor of about four for the Kob-Andersen liquid.
    """
    share = min(math.exp(SHARE_PREFACTOR - SHARE_BARRIER / temperature), 1.0)
    return share if label == "instant" else 1 - (1 - share) ** MOMENTS_OF_CUMULATIVE


class Sizes:
    """Numbers of frames, rows and values of a study.

    Parameters
    ----------
    study
        The study.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.config = study.config
        self.particles: int = self.config["liquid"]["particles"]

    @cached_property
    def centres(self) -> int:
        """Particles that are analysed, of species A."""
        return Liquid.from_settings(self.config["liquid"]).counts[0]

    @cached_property
    def features(self) -> int:
        """Features of order 0."""
        return number_of_features(self.config["features"])

    @property
    def orders(self) -> int:
        """Orders of the features of snapshots, 0 included."""
        return 1 + max([0, *self.config["regression"]["orders"]])

    @property
    def orders_of_states(self) -> int:
        """The same of the features of states of structure."""
        return 1 + max(self.config["states"]["orders"])

    def frames(self, wildcards: Mapping[str, str]) -> int:
        """Frames of a thermal run."""
        production = self.study.entry(wildcards["temperature"])["production"]
        return round(production / self.config["thermal"]["frame_interval"])

    def burst_frames(self, wildcards: Mapping[str, str]) -> int:
        """Frames of the bursts of a thermal run."""
        burst, step = self.config["thermal"]["burst"], self.config["engine"]["time_step"]
        offsets = burst_offsets(burst["first"], burst["last"], burst["frames"], step)
        production = self.study.entry(wildcards["temperature"])["production"]
        return math.ceil(production / burst["interval"]) * len(offsets)

    def history_frames(self, wildcards: Mapping[str, str]) -> int:
        """Frames of the history of an equilibration: one before it and one for each segment."""
        duration = self.study.entry(wildcards["temperature"])["equilibrate"]
        return 1 + round(duration / self.config["equilibration"]["segment"])

    def hop_values(self, wildcards: Mapping[str, str]) -> int:
        """Values of p_hop of a thermal run."""
        window = self.config["hop"]["window"] / self.config["thermal"]["frame_interval"]
        return max(self.frames(wildcards) - round(window), 0) * self.centres

    def population_rows(self, wildcards: Mapping[str, str]) -> int:
        """Rows of the features of the population: all A in every ``stride``-th frame."""
        block, interval = self.config["barriers"], self.config["thermal"]["frame_interval"]
        ahead = max(self.config["samples"]["lead"], block["within"])
        left_out = round((self.config["hop"]["window"] + ahead) / interval)
        return math.ceil((self.frames(wildcards) - left_out) / block["stride"]) * self.centres

    def event_rows(self, wildcards: Mapping[str, str]) -> int:
        """Rows of the features before rearrangements: by the guess of their share."""
        share = rearranging_share(float(wildcards["temperature"]))
        return round(share * self.hop_values(wildcards))

    def barrier_event_rows(self, wildcards: Mapping[str, str]) -> int:
        """The same, where barriers are fitted; else there are none."""
        fitted = wildcards["temperature"] in self.study.barrier_labels("sensitivity")
        return self.event_rows(wildcards) if fitted else 0

    def value_rows(self, wildcards: Mapping[str, str]) -> int:
        """Rows of learned values of a thermal run."""
        return self.population_rows(wildcards) + self.barrier_event_rows(wildcards)

    def sample_rows(self, wildcards: Mapping[str, str]) -> int:
        """Rows of the features of labelled samples of a run: two classes, over all replicas."""
        wanted = self.config["samples"]
        rows = sum(
            2 * wanted["activated" if kind == "activated" else "extremes"]
            for kind in self.study.labelled_at(wildcards["temperature"])
        )
        return math.ceil(rows / len(self.study.replicas))

    def state_rows(self, wildcards: Mapping[str, str]) -> int:
        """Particles in the frames of one run whose structure is compared by states."""
        return len(self.study.state_frames(wildcards["temperature"])) * self.centres

    def snapshot_rows(self, wildcards: Mapping[str, str]) -> int:
        """Particles in the snapshots of one run."""
        frames = self.study.snapshot_frames(wildcards["temperature"], wildcards["replica"])
        return len(frames) * self.centres

    @property
    def inherent_rows(self) -> int:
        """Particles in the snapshots of one replica whose runs are quenched."""
        return self.config["inherent"]["snapshots"] * self.centres

    def cycle_frames(self, wildcards: Mapping[str, str]) -> int:
        """Frames of the runs of one snapshot through a pulse, or of their controls."""
        study, place = self.study, (wildcards["replica"], wildcards["snapshot"])
        is_control = "pulse" not in wildcards
        settings = study.control(*place) if is_control else study.cycle(wildcards["pulse"], *place)
        first, last = settings["runs"]
        return (last - first) * (round(cycle_duration(settings) / settings["frame_interval"]) + 1)

    def followed_frames(self, wildcards: Mapping[str, str]) -> int:
        """Frames whose softness is needed: of a thermal run, or of cycles and their controls."""
        if "pulse" in wildcards:
            control = {name: wildcards[name] for name in ("replica", "snapshot")}
            return self.cycle_frames(wildcards) + self.cycle_frames(control)
        lags = self.config["memory"]["lags_per_decade"] * math.log10(self.frames(wildcards))
        late = min(self.frames(wildcards), round(self.config["memory"]["origins"] * lags))
        return late + self.burst_frames(wildcards)

    @property
    def training_rows(self) -> int:
        """Particles that a regressor is trained with."""
        return len(self.study.snapshots_at(self.study.regression_label)) * self.centres

    @property
    def variables(self) -> int:
        """Learned variables, random directions included."""
        return len(self.study.variables()) + self.config["classifier"]["random_directions"]

    @property
    def predictions(self) -> int:
        """Predicted variables: a variant is several, one for each number of features or runs."""
        several = {
            "eliminated": len(self.config["regression"]["elimination"]["numbers"]),
            "thinned": self.config["regression"]["halvings"],
        }
        names = self.study.direct_regressors()
        variants = {name: self.study.regressors()[name].variant for name in names}
        predicted = sum(
            several.get(variant, len(self.study.labels_of(name)) or 1)
            for name, variant in variants.items()
        )
        return predicted + 1 + self.config["classifier"]["random_directions"]

    def runs_of_block(self, wildcards: Mapping[str, str]) -> int:
        """Runs that one file of counts is made of: of a block, or of a whole ensemble."""
        place = tuple(wildcards[name] for name in ("temperature", "replica", "snapshot"))
        blocks = self.study.ensemble_blocks(wildcards["temperature"])
        chosen = [wildcards["block"]] if "block" in wildcards else [str(block) for block in blocks]
        parts = [self.study.isoconfigurational(*place, block)["runs"] for block in chosen]
        return sum(last - first for first, last in parts)

    def ensemble_times(self) -> tuple[int, int, int]:
        """Times of the counts of p_hop, of the CSD, and of displacements."""
        interval = self.config["thermal"]["frame_interval"]
        frames = round(self.config["isoconfigurational"]["duration"] / interval)
        hop, csd = (round(self.config[kind]["window"] / interval) for kind in ("hop", "csd"))
        return max(frames + 1 - hop, 1), max(frames + 1 - csd, 1), frames
