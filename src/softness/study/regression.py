"""Settings of the rules of regressors, and which regressors there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from softness.configuration.analysed import VARIED
from softness.configuration.simulated import LEAST_RUNS
from softness.study.base import label
from softness.study.learning import ALL, Learning
from softness.study.simulations import Simulations

# Regressors that are a model with one thing varied: labels by the CSD or of other times and
# cut-offs, features of one kind or fewer ones, fewer runs.
CSD, RELABELLED, RADIAL = "csd", "relabelled", "radial"
ELIMINATED, THINNED = "eliminated", "thinned"
AVERAGED = "svr"


@dataclass(frozen=True)
class Regressor:
    """A regressor: the model, what is varied in it, and the orders of its features."""

    model: str
    variant: str = ""
    orders: tuple[int, ...] = (0,)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is varied in the model."""
        return not self.variant and self.orders == (0,)


class Regressions(Simulations, Learning):
    """Regressors on snapshots whose runs were counted, and what they make of thermal runs."""

    @property
    def regression_label(self) -> str:
        """Training temperature of regressors as it stands in file names."""
        return label(self.config["roles"]["regression"])

    @property
    def matching_label(self) -> str:
        """Temperature at which the threshold of the CSD is matched, as in file names."""
        return label(self.config["roles"]["matching"])

    def regressors(self) -> dict[str, "Regressor"]:
        """All regressors by name: the plain models, and variants of two of them."""
        block = self.config["regression"]
        found = {model: Regressor(model) for model in block["models"]}
        for variant in block["variants"]:
            model = VARIED[variant]
            found[f"{model}_{variant}"] = Regressor(model, variant)
        for highest in block["orders"]:
            orders = tuple(range(highest + 1))
            found[f"{AVERAGED}_order{highest}"] = Regressor(AVERAGED, orders=orders)
        return found

    def is_by_csd(self, name: str) -> bool:
        """Whether a regressor is trained on labels by the CSD."""
        return self.regressors()[name].variant == CSD

    def labels_of(self, name: str) -> dict[str, dict[str, float]]:
        """Labels that a regressor is trained with by the names of its variables; none if usual."""
        variant, block = self.regressors()[name].variant, self.config["regression"]
        usual, labels = {"time": block["time"], "cutoff": 1.0}, block["labels"]
        if variant not in (CSD, RELABELLED):
            return {}
        model = f"{AVERAGED}_csd" if variant == CSD else AVERAGED
        found = {name: usual} if variant == CSD else {}
        times = labels["times"] if variant == RELABELLED else []
        found |= {f"{model}_t{time:g}": usual | {"time": time} for time in times}
        cutoffs = labels["cutoffs"]
        return found | {f"{model}_cutoff_{c:g}": usual | {"cutoff": c} for c in cutoffs}

    def averaged_regressors(self) -> list[str]:
        """Those on features of higher order."""
        return [name for name, each in self.regressors().items() if each.orders != (0,)]

    def direct_regressors(self) -> list[str]:
        """Those on features of order 0."""
        return [name for name, each in self.regressors().items() if each.orders == (0,)]

    @property
    def _orders(self) -> list[int]:
        """Orders of the features of snapshots: up to the highest that a regressor asks for."""
        return list(range(max([0, *self.config["regression"]["orders"]]) + 1))

    def _orders_of(self, names: Iterable[str]) -> dict[str, Any]:
        found = self.regressors()
        return {name: found[name].orders for name in names if found[name].orders != (0,)}

    def _thinned_runs(self) -> list[int]:
        """Numbers of runs, half of all and so on."""
        runs = self._ensemble(self.regression_label)["runs"]
        halvings = self.config["regression"]["halvings"]
        halved = (runs >> time for time in range(1, halvings + 1))
        return [number for number in halved if number >= LEAST_RUNS]

    def snapshot_features(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the features of snapshots of one run."""
        return self._features(temperature, replica) | {"orders": self._orders}

    @property
    def neighbourhood_is_measured(self) -> bool:
        """Whether g(r) tells how far a neighbourhood reaches."""
        return self.config["regression"]["neighbourhood"] == "auto"

    def neighbourhood(self) -> dict[str, Any]:
        """Settings of the reach of the neighbourhood."""
        return {
            "temperature": self.config["roles"]["regression"],
            "neighbourhood": self.config["regression"]["neighbourhood"],
        }

    def csd_threshold(self) -> dict[str, Any]:
        """Settings of the threshold of the CSD that matches the threshold of p_hop."""
        return {
            "temperature": self.config["roles"]["matching"],
            "threshold": self.config["hop"]["threshold"],
            "window": self.config["csd"]["window"],
        }

    def snapshot_shares(self, temperature: str) -> dict[str, Any]:
        """Settings of the fractions of rearranging particles at one temperature."""
        return {
            "threshold": self.config["hop"]["threshold"],
            "replicas": [replica for replica, _ in self.snapshots_at(temperature)],
        }

    def regress(self, name: str) -> dict[str, Any]:
        """Settings of the training of a regressor."""
        regressor = self.regressors()[name]
        block = self.config["regression"]
        settings = self._counted(self.regression_label) | {
            "seed": self.config["seed"],
            "name": name,
            "model": regressor.model,
            "grid": block["grids"].get(regressor.model, {}),
            "orders": regressor.orders,
            # How well a plane is known is asked of plain models only.
            "errors": regressor.is_plain,
        }
        if labels := self.labels_of(name):
            settings["labels"] = labels
        if regressor.variant == RADIAL:
            settings["features"] = RADIAL
        if regressor.variant == ELIMINATED:
            settings["elimination"] = block["elimination"]
        if regressor.variant == THINNED:
            settings["runs"] = self._thinned_runs()
        return settings

    def predict(self, temperature: str) -> dict[str, Any]:
        """Settings of the predictions of all models for the snapshots of one temperature."""
        seen = len(self.replicas) == 1 and temperature == self.regression_label
        return self._counted(temperature) | {
            "seed": self.config["seed"],
            "random_directions": self.config["classifier"]["random_directions"],
            "orders": self._orders,
            "orders_of": self._orders_of(self.regressors()),
            "seen": seen,
        }

    def _counted(self, temperature: str) -> dict[str, Any]:
        """Which counts of the snapshots of one temperature are asked for."""
        block = self.config["regression"]
        return {
            "places": self.snapshot_places(temperature),
            "label": block["label"],
            "time": block["time"],
            "threshold": self.config["hop"]["threshold"],
        }

    def predicted_values(self) -> dict[str, Any]:
        """Settings of the predictions of all models on features of order 0 for one run."""
        return self._planes() | {"features": ALL, "stride": self.config["barriers"]["stride"]}

    def averaged_values(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the predictions of models on features of higher order for one run."""
        return self.population_features(temperature, replica) | {
            "orders": self._orders,
            "orders_of": self._orders_of(self.averaged_regressors()),
        }

    def binned_predictions(self) -> dict[str, Any]:
        """Settings of the counts in bins of predictions."""
        return self.binned_counts()
