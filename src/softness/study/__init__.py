"""A study as the workflow sees it: its runs, the settings of each rule, and where results lie."""

from typing import Any

from softness.study.base import label
from softness.study.dynamics import Dynamics
from softness.study.inherent import Inherent
from softness.study.memory import Memory
from softness.study.regression import Regressions
from softness.study.simulations import Simulation

__all__ = ["Simulation", "Study", "label"]


class Study(Dynamics, Regressions, Inherent, Memory):
    """A checked configuration, cut into what each rule needs.

    Each rule is given its own settings alone, as one text, so that a change reruns what depends
    on it and nothing else.

    Parameters
    ----------
    config
        From `softness.configuration.checked`.
    """

    def figure(self) -> dict[str, Any]:
        """Settings of figures."""
        return {"seed": self.config["seed"], **self.config["uncertainty"]}

    def report(self) -> dict[str, Any]:
        """Settings of the report: the whole configuration, which it shows."""
        return dict(self.config)
