"""What a study has to simulate although something like it is kept, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from softness.planning.rate import Rate, measured_or_assumed_rate
from softness.simulate.progress import format_duration
from softness.study import Simulation, Study

Difference = tuple[str, Any, Any]
"""Name of a setting, what it is of what is kept, and what it is here."""

# Pulses of the same snapshot differ anyway: these are the other differences that are reported.
OF_CYCLES = {"segment", "frame_interval", "engine.name"}


def done_otherwise(study: Study) -> tuple[list[Simulation], list[str]]:
    """Simulations of a study that were done with earlier settings and have to be done anew.

    Parameters
    ----------
    study
        The study, before it runs.

    Returns
    -------
    simulations : list of Simulation
        Done with other settings, or started from such ones, and not kept with the present settings.
    reasons : list of str
        One for each kind and setting.
    """
    found: dict[Path, Simulation] = {}
    reasons: Counter[tuple[str, Difference]] = Counter()
    for simulation in study.all_simulations:
        differences = study.kept.done_otherwise(simulation)
        follows = simulation.source is not None and simulation.source.output in found
        is_other = differences is not None and (differences or follows)
        if is_other and study.kept.steps(simulation) < simulation.steps:
            found[simulation.output] = simulation
            reasons.update((simulation.kind, each) for each in _as_text(differences))
    return [*found.values()], [
        f"{kind}: {name} is {here}, was {there} ({number} {'job' if number == 1 else 'jobs'})"
        for (kind, (name, there, here)), number in reasons.items()
    ]


def announcement(study: Study) -> str:
    """What a study whose settings were changed simulates anew, and how long that takes.

    Empty if there is nothing. The engine is timed for a few seconds if there is.
    """
    anew, reasons = done_otherwise(study)
    if not anew:
        return ""
    return (
        f"note: {len(anew)} of {len(study.all_simulations)} simulations of this study were done "
        f"with other settings and are done anew: {'; '.join(reasons)}. That takes about "
        f"{_duration(study, anew, measured_or_assumed_rate(study.config))}. The earlier ones stay "
        "in results/simulations and are used again if the settings are changed back."
    )


def _duration(study: Study, anew: Iterable[Simulation], rate: Rate) -> str:
    """Time on GPUs and on cores."""
    seconds = {"of one core": 0.0, "of one GPU": 0.0}
    for each in anew:
        on_gpu = study.config["engine"]["device"] == "gpu" and not each.is_in_lanes
        left = each.steps - study.kept.steps(each)
        seconds["of one GPU" if on_gpu else "of one core"] += rate.seconds(each, left)
    return " and ".join(f"{format_duration(time)} {of}" for of, time in seconds.items() if time)


def simulated_anew(study: Study) -> list[str]:
    """One line for each kind of simulation and setting that cannot continue what is kept.

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
    return _as_text(min(others, key=len, default={}))


def _as_text(differences: Mapping[str, tuple[Any, Any]]) -> list[Difference]:
    return [(name, str(there), str(here)) for name, (there, here) in differences.items()]
