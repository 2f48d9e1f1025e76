"""Settings of trajectories that others made: which files, and what is expected of them."""

from collections.abc import Mapping
from typing import Any

from softness.files.joined import matching_files
from softness.study.base import Base

OF_STUDY = ("files", "potential", "same_liquid")
OF_ENTRY = ("path", "temperature", "replica")
"""Keys of the block, and of its entries, that do not say how a file is read."""


class TakenIn(Base):
    """Given trajectories, in place of thermal runs."""

    def take_in(self, temperature: str, replica: str | int) -> dict[str, Any]:
        """Settings of one trajectory."""
        given, liquid = self.config["trajectories"], self.config["liquid"]
        interval = self.config["thermal"]["frame_interval"]
        entry = self._given(temperature, replica)
        # What an entry says of its own file counts more.
        told = {**given, **entry}
        options = {key: each for key, each in told.items() if key not in (*OF_STUDY, *OF_ENTRY)}
        return self._at(temperature, replica) | {
            "path": entry["path"],
            "options": options,
            "frames": round(self.entry(temperature)["production"] / interval),
            "frame_interval": interval,
            "time_step": self.config["engine"]["time_step"],
            "liquid": {
                key: liquid[key] for key in ("species", "particles", "density", "fractions")
            },
        }

    def given_files(self, temperature: str, replica: str | int) -> list[str]:
        """Files of one trajectory, in order."""
        return [str(path) for path in matching_files(self._given(temperature, replica)["path"])]

    def _given(self, temperature: str, replica: str | int) -> Mapping[str, Any]:
        place = self._at(temperature, replica)
        entries = self.config["trajectories"]["files"]
        return next(each for each in entries if place.items() <= each.items())
