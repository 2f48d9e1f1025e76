"""Checks of the settings of the analysis: roles, features, samples, models."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from softness.configuration.runs import is_multiple, not_simulated, simulated_temperatures
from softness.configuration.simulated import LEAST_RUNS, LEAST_TRAINING_SNAPSHOTS
from softness.liquid import exceeds_half_box
from softness.structure.feature_set import families_of

# Minimum for a straight line with an uncertainty, and for an onset.
LEAST_TEMPERATURES = 3

# Temperatures that the analysis of trajectories needs, and those of what starts from snapshots.
ROLES = ("training", "transfer_test", "fluidity")
ROLES_OF_SIMULATIONS = ("matching", "propensity", "regression", "cycle", "decay")

# The model of which each variant has one thing changed.
VARIED = {
    "csd": "svr",
    "relabelled": "svr",
    "radial": "svr",
    "eliminated": "svr",
    "thinned": "ridge",
}


def mistakes(config: Mapping[str, Any], edge: float) -> Iterator[str]:
    """One line for each setting that no analysis can have, in a box of this shortest edge."""
    roles = ROLES
    if "trajectories" not in config:
        roles = (*ROLES, *ROLES_OF_SIMULATIONS)
        yield from _cycle_mistakes(config)
        yield from _regression_mistakes(config)
        yield from _state_mistakes(config["states"])
    yield from _radial_mistakes(config)
    yield from _role_mistakes(config, roles)
    yield from _reach_mistakes(config, edge)
    yield from _grid_mistakes(config)
    yield from _sample_mistakes(config)
    pairs = config["pair_distribution"]
    if pairs["frames"] < pairs["blocks"]:
        yield (
            f"pair_distribution.frames: {pairs['frames']} are too few for "
            f"pair_distribution.blocks ({pairs['blocks']}): raise one or lower the other"
        )
    window = config["relaxation"]["stretched_exponential"]
    if window["lowest"] >= window["highest"]:
        yield (
            f"relaxation.stretched_exponential.lowest: {window['lowest']} is not below highest "
            f"({window['highest']})"
        )


def _radial_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    number = len(config["liquid"]["species"])
    given = config["features"].get("radial", {}).get("species", 2)
    if given != number and "radial" in config["features"]:
        yield (f"features.radial.species: {given}, but liquid.species names {number}: leave it out")


def _role_mistakes(config: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    simulated = simulated_temperatures(config)
    for role in names:
        of_role = config["roles"][role]
        for temperature in of_role if isinstance(of_role, list) else [of_role]:
            if temperature not in simulated:
                yield not_simulated(f"roles.{role}", temperature, simulated)
    yield from _fit_mistakes(config["roles"]["barrier_fit"], simulated)


def _cycle_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    simulated, roles = simulated_temperatures(config), config["roles"]
    for number, pulse in enumerate(config["cycle"]["pulses"]):
        place = f"cycle.pulses.{number}.high"
        if pulse["high"] not in simulated:
            # Its relaxation time is needed: memory has to last longer.
            yield not_simulated(place, pulse["high"], simulated)
        if pulse["high"] == roles["cycle"]:
            yield (
                f"{place}: {pulse['high']:g} is roles.cycle, the temperature of the controls: give "
                "another one"
            )


def _fit_mistakes(limits: Mapping[str, Any], simulated: list[float]) -> Iterator[str]:
    """A line in 1/T needs three temperatures."""
    below, highest = limits["below"], limits["sensitivity"]
    number = sum(temperature < below for temperature in simulated)
    if number < LEAST_TEMPERATURES:
        yield (
            f"roles.barrier_fit.below: {number} simulated temperatures are below {below:g}, a fit "
            f"needs {LEAST_TEMPERATURES}: raise it, or add temperatures"
        )
    if highest < below:
        yield f"roles.barrier_fit.sensitivity: {highest:g} must not be less than below, {below:g}"


def _variant_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    own = config["regression"]
    wanted = {variant: VARIED[variant] for variant in own["variants"]}
    wanted |= {f"order {order}": "svr" for order in own["orders"]}
    for variant, model in wanted.items():
        if model not in own["models"]:
            yield (
                f"regression.models: {model} is missing, which the variant {variant} is compared "
                "with: add it, or leave the variant out"
            )
    if "eliminated" in wanted:
        features = number_of_features(config["features"])
        largest = max(own["elimination"]["numbers"])
        if largest > features:
            yield (
                f"regression.elimination.numbers: {largest} is more than the {features} features "
                "that the configuration names: give no more"
            )
    for entry in config["isoconfigurational"]["ensembles"]:
        at_training = entry["temperature"] == config["roles"]["regression"]
        if "thinned" in wanted and at_training and entry["runs"] < 2 * LEAST_RUNS:
            yield (
                f"isoconfigurational.ensembles: {entry['runs']} runs at T = "
                f"{entry['temperature']:g} cannot be halved for labels from fewer: give at least "
                f"{2 * LEAST_RUNS}, or leave thinned out of regression.variants"
            )
    if "csd" in wanted and own["time"] < config["csd"]["window"]:
        yield (
            f"regression.time: {own['time']:g} tau is before csd.window = "
            f"{config['csd']['window']:g} tau has passed: give a later one, or leave csd out of "
            "regression.variants"
        )


def number_of_features(block: Mapping[str, Any]) -> int:
    """How many features of order 0 the settings name."""
    return sum(len(family.names) for family in families_of(block))


def _regression_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    own, ensembles = config["regression"], config["isoconfigurational"]["ensembles"]
    training = config["roles"]["regression"]
    counted = {entry["temperature"]: entry["snapshots"] for entry in ensembles}
    if training not in counted:
        yield (
            f"roles.regression: {training:g} is not among isoconfigurational.ensembles: add it, or "
            f"use one of {', '.join(f'{t:g}' for t in sorted(counted))}"
        )
    else:
        # Each replica is predicted by models that are trained with the others.
        number = max(config["replicas"] - 1, 1) * counted[training]
        if number < LEAST_TRAINING_SNAPSHOTS:
            yield (
                f"isoconfigurational.ensembles: {counted[training]} snapshots of each replica at "
                f"T = {training:g} leave {number} training snapshots for a model that is tested "
                f"on the others; {LEAST_TRAINING_SNAPSHOTS} are needed: raise snapshots there"
            )
    yield from _variant_mistakes(config)
    half, frame = config["hop"]["window"] / 2, config["thermal"]["frame_interval"]
    last = config["isoconfigurational"]["duration"] - half
    others = own["labels"] if "relabelled" in own["variants"] else {"times": []}
    times = [("time", own["time"]), *(("labels.times", time) for time in others["times"])]
    for place, time in times:
        if not half <= time <= last or not is_multiple(time, frame):
            yield (
                f"regression.{place}: {time:g} tau is not a time at which p_hop is counted: give "
                f"one from {half:g} to {last:g} in steps of {frame:g}"
            )
    if others == {"times": [], "cutoffs": []}:
        yield (
            "regression.labels: names no time and no cut-off: give some, or leave relabelled out "
            "of regression.variants"
        )
    threshold = config["hop"]["threshold"]
    if not is_multiple(threshold, 0.01) or threshold > 1:
        yield (
            f"hop.threshold: {threshold:g} is not on the grid of the counts of runs: give a "
            "multiple of 0.01 up to 1"
        )


def _state_mistakes(own: Mapping[str, Any]) -> Iterator[str]:
    if own["orders"] != sorted(own["orders"]):
        yield f"states.orders: {own['orders']} are not in ascending order: sort them"
    if own["model"] == "ridge" and "alpha" not in own["grid"]:
        yield "states.grid: has no alpha, among whose values ridge chooses: give some"


def _sample_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    samples, folds = config["samples"], config["classifier"]["folds"]
    for size in ("activated", "extremes"):
        if samples[size] < 2 * folds:
            yield (
                f"samples.{size}: {samples[size]} are too few for classifier.folds ({folds}): give "
                f"at least {2 * folds}"
            )
    threshold, highest = samples["quiet"]["threshold"], config["hop"]["threshold"]
    if threshold != "auto" and threshold > highest:
        yield (
            f"samples.quiet.threshold: {threshold:g} is above hop.threshold ({highest:g}), so that "
            "non-rearranging particles would rearrange: lower it, or set auto"
        )
    for block in ("barriers", "memory"):
        bins = config[block]["bins"]
        if bins["lowest"] >= bins["highest"]:
            yield (
                f"{block}.bins.lowest: {bins['lowest']:g} is not below highest "
                f"({bins['highest']:g})"
            )


def _reach_mistakes(config: Mapping[str, Any], edge: float) -> Iterator[str]:
    features, pairs = config["features"], config["pair_distribution"]
    reaches = {_end(family.name, features): family.reach for family in families_of(features)}
    reaches["pair_distribution.largest_distance"] = pairs["largest_distance"]
    for place, reach in reaches.items():
        if exceeds_half_box(reach, edge):
            needed = math.ceil((2 * reach) ** 3 * config["liquid"]["density"]) + 1
            larger = (
                f", or use liquid.particles >= {needed}" if "trajectories" not in config else ""
            )
            yield (
                f"{place}: reaches {reach:g} sigma_AA, half the box is {edge / 2:.3f}: shorten it"
                f"{larger}"
            )


def _end(family: str, features: Mapping[str, Any]) -> str:
    """The setting that decides how far a family of descriptors reaches, or its block."""
    return f"features.{family}" + (".last" if "last" in features[family] else "")


def _grid_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """Ranges of bins and radii hold whole steps, or a step or an end would not be as it is set."""
    pairs, moved, features = (config[key] for key in ("pair_distribution", "van_hove", "features"))
    ranges: dict[str, tuple[float, ...]] = {
        "pair_distribution.largest_distance": (0.0, pairs["largest_distance"], pairs["bin_width"]),
        "van_hove.largest": (0.0, moved["largest"], moved["bin_width"]),
    }
    for name, block in features.items():
        if {"first", "last", "step"} <= block.keys():
            ranges[_end(name, features)] = block["first"], block["last"], block["step"]
    for place, (first, last, step) in ranges.items():
        if last > first and not is_multiple(last - first, step):
            nearest = first + max(round((last - first) / step), 1) * step
            yield (
                f"{place}: {last:g} sigma_AA is not a whole number of steps of {step:g} from "
                f"{first:g}: try {nearest:g}"
            )
