"""Checks of the settings of simulations: temperatures, times, ensembles, spacings."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from softness.configuration import runs
from softness.configuration.runs import is_multiple, not_simulated, simulated_temperatures

# Hyperparameters are chosen by validation on left-out snapshots: two or more are needed.
LEAST_TRAINING_SNAPSHOTS = 2

# Minimum number of runs behind a label.
LEAST_RUNS = 2


def mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """One line for each setting that no simulation can have."""
    lacking = [e["temperature"] for e in config["temperatures"] if "equilibrate" not in e]
    if lacking:
        yield (
            f"temperatures[{lacking[0]:g}].equilibrate: is missing: give a time in tau, or name "
            "trajectories that others made"
        )
        return
    yield from _engine_mistakes(config)
    yield from _temperature_mistakes(config)
    yield from _time_mistakes(config)
    yield from _ensemble_mistakes(config)
    yield from _inherent_mistakes(config)
    yield from _cage_mistakes(config["cage"], config["engine"]["time_step"])
    yield from _spacing_mistakes(config)


def _engine_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    engine = config["engine"]
    if engine["name"] == "lammps" and engine["device"] == "gpu":
        yield "engine.device: gpu is for hoomd: set cpu, or engine.name: hoomd"
    if engine["device"] == "gpu":
        yield from _segment_mistakes(config)


def _segment_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """A longer run repeats what follows the last whole segment: on a GPU, with other rounding."""
    segment = config["thermal"]["segment"]
    for entry in config["temperatures"]:
        time = entry["production"]
        if not is_multiple(time, segment):
            yield (
                f"temperatures[{entry['temperature']:g}].production: {time:g} tau is not a whole "
                f"number of thermal.segment ({segment:g} tau), as it must be on a GPU, so that a "
                "longer run can continue it: round it"
            )


def _temperature_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    simulated = simulated_temperatures(config)
    yield from runs.temperature_mistakes(simulated)
    equilibration = config["equilibration"]
    seed = equilibration["seed_temperature"]
    if seed not in simulated:
        yield not_simulated("equilibration.seed_temperature", seed, simulated)
    melt = equilibration["cooling"]["temperature"]
    if melt <= seed:
        yield (
            f"equilibration.cooling.temperature: {melt:g} must be above seed_temperature, {seed:g}"
        )


def _time_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    step = config["engine"]["time_step"]
    thermal, equilibration = config["thermal"], config["equilibration"]
    frame = thermal["frame_interval"]
    times = {
        "thermal.frame_interval": frame,
        "thermal.segment": thermal["segment"],
        "thermal.burst.interval": thermal["burst"]["interval"],
        "equilibration.segment": equilibration["segment"],
        "equilibration.sample_interval": equilibration["sample_interval"],
        "equilibration.cooling.melt": equilibration["cooling"]["melt"],
        "equilibration.cooling.quench": equilibration["cooling"]["quench"],
    }
    for entry in config["temperatures"]:
        for key in ("equilibrate", "production"):
            times[f"temperatures[{entry['temperature']:g}].{key}"] = entry[key]
    for place, time in times.items():
        if not is_multiple(time, step):
            yield f"{place}: {time:g} tau is not a whole number of time steps of {step:g} tau"
    yield from _equilibration_mistakes(config)
    yield from _burst_mistakes(thermal, step)
    yield from runs.mistakes(config)
    yield from _cycle_mistakes(config)


def _equilibration_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """The evidence needs halves of equal length, so two equal segments or more."""
    block = config["equilibration"]
    segment, sample = block["segment"], block["sample_interval"]
    for entry in config["temperatures"]:
        time = entry["equilibrate"]
        if not is_multiple(time, segment) or time < 2 * max(segment, sample):
            yield (
                f"temperatures[{entry['temperature']:g}].equilibrate: {time:g} tau must be a whole "
                f"number of equilibration.segment ({segment:g} tau), two or more, and hold two of "
                f"equilibration.sample_interval ({sample:g} tau)"
            )


def _burst_mistakes(thermal: Mapping[str, Any], step: float) -> Iterator[str]:
    burst = thermal["burst"]
    if burst["first"] < step:
        yield f"thermal.burst.first: {burst['first']:g} tau is less than a time step, {step:g} tau"
    if not burst["first"] < burst["last"] < burst["interval"]:
        yield (
            f"thermal.burst.last: {burst['last']:g} tau must lie between first "
            f"({burst['first']:g}) and interval ({burst['interval']:g})"
        )


def _inherent_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    own = config["inherent"]
    # Each replica is predicted by models that are trained with the others.
    number = (config["replicas"] - 1 or 1) * own["snapshots"] - (config["replicas"] == 1)
    if number < LEAST_TRAINING_SNAPSHOTS:
        yield (
            f"inherent.snapshots: {own['snapshots']} of each replica leave {number} training "
            f"snapshots for a model that is tested on the others; {LEAST_TRAINING_SNAPSHOTS} are "
            "needed: raise it"
        )
    yield from _inherent_time_mistakes(own, config["engine"]["time_step"])
    yield from _published_mistakes(own["published"])


def _cage_mistakes(own: Mapping[str, Any], step: float) -> Iterator[str]:
    start, duration, interval = own["start"], own["duration"], own["frame_interval"]
    for name, time in (("start", start), ("frame_interval", interval)):
        if not is_multiple(time, step):
            yield f"cage.{name}: {time:g} tau is not a whole number of time steps of {step:g} tau"
    if duration != start and not is_multiple(duration - start, interval):
        yield (
            f"cage.duration: {duration:g} tau is not cage.start ({start:g} tau), nor a whole "
            f"number of cage.frame_interval ({interval:g} tau) later"
        )


def _spacing_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """Snapshots lie at half the spacing, one and a half, and so on: within the run, on frames."""
    produced = {entry["temperature"]: entry["production"] for entry in config["temperatures"]}
    roles = config["roles"]
    found = [
        (f"isoconfigurational.ensembles.{number}", entry, "snapshots", entry["temperature"])
        for number, entry in enumerate(config["isoconfigurational"]["ensembles"])
    ]
    found += [
        ("cycle", config["cycle"], "snapshots", roles["cycle"]),
        ("inherent", config["inherent"], "snapshots", roles["propensity"]),
    ]
    frame = config["thermal"]["frame_interval"]
    for place, block, key, temperature in found:
        spacing, length = block["spacing"], produced.get(temperature, math.inf)
        if not is_multiple(spacing, 2 * frame):
            yield (
                f"{place}.spacing: {spacing:g} tau is not an even number of frame intervals of "
                f"{frame:g} tau: try {max(round(spacing / (2 * frame)), 1) * 2 * frame:g}"
            )
        last = (block[key] - 0.5) * spacing
        if last >= length:
            yield (
                f"{place}.{key}: the last of {block[key]} lies at {last:g} tau, but the run at T = "
                f"{temperature:g} ends at {length:g} tau: lower spacing or {key}, or raise its "
                "production"
            )


def _inherent_time_mistakes(own: Mapping[str, Any], step: float) -> Iterator[str]:
    for time in own["times"]:
        if not is_multiple(time, step):
            yield (
                f"inherent.times: {time:g} tau is not a whole number of time steps of {step:g} tau"
            )
    if list(own["times"]) != sorted(own["times"]):
        yield f"inherent.times: {own['times']} are not in ascending order: sort them"
    if own["training_time"] not in own["times"]:
        yield (
            f"inherent.training_time: {own['training_time']:g} tau is not among inherent.times "
            f"({', '.join(f'{time:g}' for time in own['times'])}): add it there, or use one of them"
        )


def snapshots_of(entry: Mapping[str, Any]) -> int:
    """Number of snapshots of a published data set at one time."""
    return entry.get("snapshots", len(entry["files"]))


def _published_mistakes(published: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    times = [entry["time"] for entry in published]
    if any(after <= before for before, after in itertools.pairwise(times)):
        yield f"inherent.published: times {times} are not in ascending order: sort them, each once"
    for number, entry in enumerate(published):
        found, first = snapshots_of(entry), snapshots_of(published[0])
        if found != first:
            yield (
                f"inherent.published.{number}.files: {found} at {entry['time']:g} tau, {first} at "
                f"{times[0]:g} tau: give one file of each snapshot at each time"
            )
        if "snapshots" in entry and len(entry["files"]) > 1:
            yield (
                f"inherent.published.{number}.snapshots: belongs to a single file that holds all "
                f"snapshots, {len(entry['files'])} are named: give one, or leave snapshots out"
            )
    if published and snapshots_of(published[0]) <= LEAST_TRAINING_SNAPSHOTS:
        yield (
            f"inherent.published: {snapshots_of(published[0])} snapshots are too few to train with "
            f"some and test on others: give {LEAST_TRAINING_SNAPSHOTS + 1} or more"
        )


def _cycle_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    cycle, frame = config["cycle"], config["thermal"]["frame_interval"]
    keys = ("before", "ramp", "after", "control_extra", "segment")
    whole = {f"cycle.{key}": cycle[key] for key in keys}
    whole |= {
        f"cycle.pulses.{number}.hold": pulse["hold"] for number, pulse in enumerate(cycle["pulses"])
    }
    interval = cycle["stride"] * frame
    for place, time in whole.items():
        if not is_multiple(time, interval):
            yield (
                f"{place}: {time:g} tau is not a whole number of frame intervals of {interval:g} "
                f"tau (cycle.stride = {cycle['stride']} times thermal.frame_interval)"
            )


def _ensemble_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    own, frame = config["isoconfigurational"], config["thermal"]["frame_interval"]
    if not is_multiple(own["duration"], frame):
        yield (
            f"isoconfigurational.duration: {own['duration']:g} tau is not a whole number of frame "
            f"intervals of {frame:g} tau"
        )
    half, window = config["hop"]["window"] / 2, config["csd"]["window"]
    if not is_multiple(window, frame):
        yield (
            f"csd.window: {window:g} tau is not a whole number of frame intervals of {frame:g} tau"
        )
    least = half + max(half, window)
    if own["duration"] < least:
        yield (
            f"isoconfigurational.duration: {own['duration']:g} tau is too short for hop.window and "
            f"csd.window: give at least {least:g} tau"
        )
    simulated = simulated_temperatures(config)
    temperatures = [entry["temperature"] for entry in own["ensembles"]]
    for number, temperature in enumerate(temperatures):
        if temperature not in simulated:
            place = f"isoconfigurational.ensembles.{number}.temperature"
            yield not_simulated(place, temperature, simulated)
    for temperature in sorted({t for t in temperatures if temperatures.count(t) > 1}):
        yield f"isoconfigurational.ensembles: {temperature:g} is listed twice: keep one"
