"""Settings of softness by states of structure, figure 5.2: Chapter 2 on fewer frames."""

from typing import Any

from softness.files.states import INHERENT, THERMAL
from softness.structure.table import structure_frames
from softness.study.base import label
from softness.study.states import States

CLASSIFIER = "softness"


class StateSoftness(States):
    """Softness of thermal and of inherent structure, from the same particles and moments."""

    @property
    def softness_states(self) -> list[str]:
        """States of structure whose softness is compared."""
        return self.config["states"]["softness"]

    @property
    def state_labels(self) -> list[str]:
        """Temperatures of their barriers, and of training and transfer test, from cold to hot."""
        needed = {*self.barrier_labels("below"), self.training_label, self.transfer_label}
        return [name for name in self.labels if name in needed]

    def state_variable(self, state: str) -> str:
        """Name of the softness of a state; that of thermal structure has no ending."""
        return CLASSIFIER if state == THERMAL else f"{CLASSIFIER}_{state}"

    def _state_moments(self) -> dict[str, Any]:
        return self._moments() | {
            "stride": self.config["states"]["stride"],
            "window": self.config["hop"]["window"],
        }

    def state_frames(self, temperature: str) -> list[int]:
        """Frames of a thermal run whose structure is compared; none elsewhere."""
        if temperature not in self.state_labels:
            return []
        interval, moments = self.config["thermal"]["frame_interval"], self._state_moments()
        frames, _ = structure_frames(
            round(self.entry(temperature)["production"] / interval),
            round(moments["window"] / (2 * interval)),
            round(max(moments["lead"], moments["within"]) / interval),
            moments["stride"],
        )
        return frames.tolist()

    def quenched_frames(self, temperature: str, replica: str | int) -> list[int]:
        """Frames of a thermal run whose energy is minimised."""
        frames = {*super().quenched_frames(temperature, replica)}
        if INHERENT in self.softness_states:
            frames |= {*self.state_frames(temperature)}
        return sorted(frames)

    def state_samples(self, temperature: str) -> dict[str, Any]:
        """Settings of the samples of both classes at the frames that are compared."""
        return self.activated_samples(temperature) | self._state_moments() | {"too_few": "go_on"}

    def compared_features(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of the features of one run: those that classifiers see."""
        family, blocks = self.config["classifier"]["features"], self.config["features"]
        seen = blocks if family == "all" else {family: blocks[family]}
        return (
            self._at(temperature, replica)
            | self._state_moments()
            | {
                "features": seen,
                "kinds": ["activated"] if self._is_labelled(temperature) else [],
            }
        )

    def _is_labelled(self, temperature: str) -> bool:
        return temperature in (self.training_label, self.transfer_label)

    def state_values(self, state: str) -> dict[str, Any]:
        """Settings of the softness of one run: each moment stands for itself."""
        return self._state_planes(state) | {"stride": 1}

    def state_accuracy(self, state: str, temperature: str) -> dict[str, Any]:
        """Settings of the accuracy on one labelled set."""
        name = self.state_variable(state)
        return self._state_planes(state) | {
            "kind": "activated",
            "own": name if label(float(temperature)) == self.training_label else None,
            "block_length": self.config["uncertainty"]["block_length"],
        }

    def _state_planes(self, state: str) -> dict[str, Any]:
        """Random directions are controls of thermal structure alone: names would occur twice."""
        planes = self._planes() | {"classifiers": [self.state_variable(state)]}
        return planes if state == THERMAL else planes | {"random_directions": 0}
