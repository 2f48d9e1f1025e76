"""What all parts of a study share: its temperatures and replicas, and settings as text."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from softness.files.provenance import canonical_json


class Base:
    """A checked configuration.

    Parameters
    ----------
    config
        From `softness.configuration.checked`.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config
        self.results = Path("results") / config["study"]

    @property
    def of_files(self) -> bool:
        """Whether others made its trajectories."""
        return "trajectories" in self.config

    @property
    def has_potential(self) -> bool:
        """Whether energies of its frames can be minimised."""
        return not self.of_files or self.config["trajectories"]["potential"]

    @cached_property
    def temperatures(self) -> list[float]:
        """Temperatures of its runs, from cold to hot."""
        return sorted(entry["temperature"] for entry in self.config["temperatures"])

    @property
    def labels(self) -> list[str]:
        """Temperatures as they stand in file names, from cold to hot."""
        return [label(temperature) for temperature in self.temperatures]

    @property
    def replicas(self) -> range:
        """Numbers of the replicas."""
        return range(self.config["replicas"])

    def entry(self, temperature: str | float) -> Mapping[str, Any]:
        """Lengths of the runs at a temperature."""
        entries = self.config["temperatures"]
        return next(e for e in entries if e["temperature"] == float(temperature))

    def _at(self, temperature: str, replica: str | int) -> dict[str, Any]:
        return {"temperature": float(temperature), "replica": int(replica)}

    def parameter(self, rule: str, *arguments: str, **wildcards: str) -> str:
        """Settings of a rule as one text.

        Snakemake compares parameters as a set of values: a swap of two would go unnoticed.
        """
        return canonical_json(getattr(self, rule)(*arguments, **wildcards))

    def blocks(self, *names: str, **place: str | int) -> str:
        """Settings of a rule that needs blocks of the configuration alone, as one text.

        Parameters
        ----------
        names
            Of the blocks.
        place
            Wildcards that count, ``temperature`` and ``replica`` for example.
        """
        where = {key: float(at) if key == "temperature" else int(at) for key, at in place.items()}
        return canonical_json(where | {name: self.config[name] for name in names})


def label(temperature: float) -> str:
    """A temperature as it stands in file names: ``"0.45"``, ``"1"``."""
    return f"{temperature:g}"
