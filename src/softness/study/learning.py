"""Settings of the rules from labelled samples to barriers, and which classifiers there are."""

from typing import Any

from softness.study.base import Base, label

# Labelled sets from the tails of p_hop: which tails, and how their classifiers are named.
TAILS = {"extremes": "both", "high_tail": "high", "low_tail": "low"}
PREFIXES = {"extremes": "fluidity", "high_tail": "high_tail", "low_tail": "low_tail"}

SOFTNESS_OF_ALL, ALL = "softness_all", "all"
"""The second plane of softness, and which structure functions it sees (section 3.2.4)."""


class Learning(Base):
    """Labelled sets, features, classifiers, learned variables and their barriers."""

    @property
    def transfer_label(self) -> str:
        """Temperature of the transfer test as it stands in file names."""
        return label(self.config["roles"]["transfer_test"])

    @property
    def fluidity_labels(self) -> list[str]:
        """Temperatures of fluidity as they stand in file names, from cold to hot."""
        return [label(temperature) for temperature in sorted(self.config["roles"]["fluidity"])]

    def labelled_sets(self) -> list[tuple[str, str]]:
        """Kind and temperature of each labelled set."""
        activated = dict.fromkeys([self.training_label, self.transfer_label])
        sets = [("activated", temperature) for temperature in activated]
        return sets + [(kind, t) for t in self.fluidity_labels for kind in TAILS]

    def labelled_at(self, temperature: str) -> list[str]:
        """Kinds of labelled sets at a temperature."""
        return [kind for kind, where in self.labelled_sets() if where == temperature]

    def classifiers(self) -> dict[str, tuple[str, str]]:
        """Kind and temperature of the labelled set that each classifier is trained with."""
        return {"softness": ("activated", self.training_label)} | {
            f"{PREFIXES[kind]}_{t}": (kind, t) for kind in TAILS for t in self.fluidity_labels
        }

    def trained_classifiers(self) -> dict[str, tuple[str, str]]:
        """The same, and softness of all structure functions, which Chapter 3 compares with."""
        return self.classifiers() | {SOFTNESS_OF_ALL: ("activated", self.training_label)}

    def variables(self) -> list[str]:
        """Classifiers whose values are computed everywhere; one-tail controls are not."""
        names = self.classifiers()
        return [name for name in names if name.startswith(("softness", "fluidity"))]

    def activated_samples(self, temperature: str) -> dict[str, Any]:
        """Settings of the rearranging and the non-rearranging samples."""
        return self._samples(temperature, "activated") | {
            "quiet": self.config["samples"]["quiet"],
            "stride": 1,
        }

    def extreme_samples(self, kind: str, temperature: str) -> dict[str, Any]:
        """Settings of the samples from both tails of p_hop, or from one."""
        return self._samples(temperature, "extremes") | {
            "tails": TAILS[kind],
            "tail": self.config["samples"]["tail"],
        }

    def _samples(self, temperature: str, size: str) -> dict[str, Any]:
        block = self.config["samples"]
        return {
            "temperature": float(temperature),
            "seed": self.config["seed"],
            "wanted": block[size],
            "folds": self.config["classifier"]["folds"],
            **{key: block[key] for key in ("method", "lead", "too_few")},
        }

    def _features(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of features of one run."""
        return self._at(temperature, replica) | {"features": self.config["features"]}

    def sample_features(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the features of labelled samples of one run, and the kinds of its sets."""
        return self._features(temperature, replica) | {"kinds": self.labelled_at(temperature)}

    def population_features(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the features of the population, and of those before events, of one run."""
        return self._features(temperature, replica) | {
            **self._moments(),
            "window": self.config["hop"]["window"],
        }

    def _moments(self) -> dict[str, Any]:
        """Which moments of a thermal run count."""
        return {
            "lead": self.config["samples"]["lead"],
            "within": self.config["barriers"]["within"],
            "stride": self.config["barriers"]["stride"],
        }

    def train_classifier(self, name: str) -> dict[str, Any]:
        """Settings of a classifier."""
        block = self.config["classifier"]
        kind, temperature = self.trained_classifiers()[name]
        return {
            "kind": kind,
            "temperature": float(temperature),
            "seed": self.config["seed"],
            "block_length": self.config["uncertainty"]["block_length"],
            "features": ALL if name == SOFTNESS_OF_ALL else block["features"],
            **{key: block[key] for key in ("penalty", "folds", "jackknife")},
        }

    def _planes(self) -> dict[str, Any]:
        block = self.config["classifier"]
        return {
            "seed": self.config["seed"],
            "features": block["features"],
            "random_directions": block["random_directions"],
        }

    def reference_features(self) -> dict[str, Any]:
        """Settings of the mean features at which planes of all replicas are aligned."""
        return {
            "temperature": float(self.transfer_label),
            "features": self.config["classifier"]["features"],
        }

    def learned_values(self) -> dict[str, Any]:
        """Settings of the learned variables of one run."""
        return self._planes() | {
            "classifiers": self.variables(),
            "stride": self.config["barriers"]["stride"],
        }

    def accuracy(self, kind: str, temperature: str) -> dict[str, Any]:
        """Settings of the accuracies on one labelled set, and which classifier it trained."""
        own = [
            name
            for name, trained in self.classifiers().items()
            if trained == (kind, label(float(temperature)))
        ]
        return self._planes() | {
            "classifiers": list(self.classifiers()),
            "kind": kind,
            "own": own[0] if own else None,
            "block_length": self.config["uncertainty"]["block_length"],
        }

    def clusters(self) -> dict[str, Any]:
        """Settings of the clusters of soft and of hard particles; the run comes with its values."""
        return {
            "seed": self.config["seed"],
            **self.config["clusters"],
            "neighbour_distance": self.config["displacement_map"]["neighbour_distance"],
        }

    def distribution(self) -> dict[str, Any]:
        """Settings of the distributions of learned variables."""
        return {"block_length": self.config["uncertainty"]["block_length"]}

    def binned_counts(self) -> dict[str, Any]:
        """Settings of the counts in bins of learned variables."""
        return self.distribution() | {
            "bins": self.config["barriers"]["bins"],
            # Moments that lie closer together than this share an excursion.
            "window": self.config["hop"]["window"],
        }

    def barriers(self) -> dict[str, Any]:
        """Settings of the fits of barriers; temperatures come from the files."""
        return {
            "seed": self.config["seed"],
            "draws": self.config["uncertainty"]["draws"],
            "least_population": self.config["barriers"]["least_population"],
        }

    def barrier_labels(self, limit: str) -> list[str]:
        """Temperatures of the fits of barriers: ``below`` the onset, or up to ``sensitivity``."""
        highest = self.config["roles"]["barrier_fit"][limit]
        wide = limit == "sensitivity"
        chosen = [t for t in self.temperatures if t < highest or (wide and t == highest)]
        return [label(temperature) for temperature in chosen]
