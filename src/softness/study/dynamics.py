"""Settings of the rules that follow the dynamics of thermal runs."""

from typing import Any

from softness.study.base import Base, label


class Dynamics(Base):
    """Relaxation, pair distributions, rearrangements."""

    @property
    def training_label(self) -> str:
        """The training temperature as it stands in file names."""
        return label(self.config["roles"]["training"])

    def displacement_map(self, replica: str) -> dict[str, Any]:
        """Settings of the map of displacements of one run, at the training temperature."""
        return {
            "temperature": self.config["roles"]["training"],
            "replica": int(replica),
            "seed": self.config["seed"],
            "displacement_map": self.config["displacement_map"],
        }

    def relaxation(self, temperature: str) -> dict[str, Any]:
        """Settings of the analysis of relaxation at one temperature."""
        return {
            "temperature": float(temperature),
            "seed": self.config["seed"],
            **self.config["relaxation"],
            **self.config["uncertainty"],
        }

    def equilibration_evidence(self) -> dict[str, Any]:
        """Settings of the evidence of equilibration; runs in the order of its rows."""
        runs = [
            {"temperature": temperature, "replica": replica}
            for temperature in self.temperatures
            for replica in self.replicas
        ]
        return {
            "runs": runs,
            "wave_number": self.config["self_scattering"]["wave_number"],
            "crystal": self.config["equilibration"]["crystal"],
            "evidence": self.config["equilibration"]["evidence"],
            "spacing": {str(t): spacing for t, spacing in self.snapshot_spacings().items()},
        }

    def hop_indicator(self, temperature: str, replica: str) -> dict[str, Any]:
        """Settings of p_hop of one run, which has no threshold."""
        return self._at(temperature, replica) | {"window": self.config["hop"]["window"]}

    def rearrangements(self) -> dict[str, Any]:
        """Settings of the events of one run."""
        return {"threshold": self.config["hop"]["threshold"]}
