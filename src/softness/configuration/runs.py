"""Checks of the lengths of runs, whoever made them: what the analysis of dynamics needs."""

from collections.abc import Iterator, Mapping
from typing import Any


def mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """One line for each length that the analysis of runs cannot have."""
    frame = config["thermal"]["frame_interval"]
    yield from _production_mistakes(config, frame)
    yield from _window_mistakes(config, frame)


def temperature_mistakes(temperatures: list[float]) -> Iterator[str]:
    """One line for each temperature that cannot be in the name of a file, or is not alone."""
    for temperature in temperatures:
        if float(f"{temperature:g}") != temperature:
            yield f"temperatures: {temperature!r} has more than six digits: round it"
    for temperature in sorted({t for t in temperatures if temperatures.count(t) > 1}):
        yield f"temperatures: {temperature:g} is listed twice: keep one"


def simulated_temperatures(config: Mapping[str, Any]) -> list[float]:
    """Temperatures of the study."""
    return [entry["temperature"] for entry in config["temperatures"]]


def not_simulated(place: str, temperature: float, simulated: list[float]) -> str:
    """The line for a temperature that a key names and the study lacks."""
    known = ", ".join(f"{t:g}" for t in sorted(simulated))
    return (
        f"{place}: {temperature:g} is not simulated: add it to temperatures, or use one of {known}"
    )


def is_multiple(time: float, unit: float) -> bool:
    """Whether a time is a whole number of units."""
    ratio = time / unit
    return ratio > 0.5 and abs(ratio - round(ratio)) < 1e-6


def _production_mistakes(config: Mapping[str, Any], frame: float) -> Iterator[str]:
    hop, lag = config["hop"]["window"], config["van_hove"]["lag"]
    ahead = max(config["samples"]["lead"], config["barriers"]["within"])
    # Structure of states is compared where energies can be minimised.
    compared = config.get("trajectories", {"potential": True})["potential"]
    strided = ("barriers", "states") if compared else ("barriers",)
    population = ahead + max(config[block]["stride"] for block in strided) * frame
    strides = " and ".join(f"{block}.stride" for block in strided)
    needs = {
        "self_scattering.least_origins": 2 * config["self_scattering"]["least_origins"] * frame,
        "van_hove.lag": 2 * lag,
        f"hop.window, samples.lead, {strides}": hop + population,
    }
    quiet = {"samples.quiet.duration": hop + config["samples"]["quiet"]["duration"]}
    activated = {config["roles"][role] for role in ("training", "transfer_test")}
    for entry in config["temperatures"]:
        place = f"temperatures[{entry['temperature']:g}].production"
        own = dict(needs)
        own |= quiet if entry["temperature"] in activated else {}
        for key, least in own.items():
            if entry["production"] < least:
                yield (
                    f"{place}: {entry['production']:g} tau is too short for {key}: give at least "
                    f"{least:g} tau"
                )


def _window_mistakes(config: Mapping[str, Any], frame: float) -> Iterator[str]:
    window = config["hop"]["window"]
    if not is_multiple(window, 2 * frame):
        yield (
            f"hop.window: {window:g} tau is not an even number of frame intervals of {frame:g} "
            f"tau: try {max(round(window / (2 * frame)), 1) * 2 * frame:g}"
        )
    whole = {
        "van_hove.lag": config["van_hove"]["lag"],
        "samples.lead": config["samples"]["lead"],
        "barriers.within": config["barriers"]["within"],
        "samples.quiet.duration": config["samples"]["quiet"]["duration"],
    }
    for place, time in whole.items():
        if not is_multiple(time, frame):
            yield f"{place}: {time:g} tau is not a whole number of frame intervals of {frame:g} tau"
