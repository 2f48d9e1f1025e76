"""What a study has to simulate although something like it is kept, and why."""

from collections import Counter
from typing import Any

from softness.study import Simulation, Study

Difference = tuple[str, Any, Any]
"""Name of a setting, what it is of what is kept, and what it is here."""

# Pulses of the same snapshot differ anyway: in what else would one be expected to go on?
OF_CYCLES = {"segment", "frame_interval"}


def simulated_anew(study: Study) -> list[str]:
    """One line for each kind of simulation and setting that cannot go on with what is kept.

    What follows from such a simulation starts anew as well, and is not listed.

    Parameters
    ----------
    study
        The study, before it runs.
    """
    found = Counter(
        (simulation.kind, difference)
        for simulation in study.all_simulations
        if study.kept.folder(simulation) is None and study.kept.identity(simulation)
        for difference in _nearest(study, simulation)
    )
    return [
        f"{kind}: {number} {'job starts' if number == 1 else 'jobs start'} anew: {name} is {here} "
        f"here, {there} in what is kept"
        for (kind, (name, there, here)), number in found.items()
    ]


def _nearest(study: Study, simulation: Simulation) -> list[Difference]:
    """How the kept simulation that is most like it differs; nothing if there is none."""
    others = study.kept.others(simulation)
    if simulation.kind == "cycle":
        others = [differences for differences in others if set(differences) <= OF_CYCLES]
    nearest = min(others, key=len, default={})
    return [(name, str(there), str(here)) for name, (there, here) in nearest.items()]
