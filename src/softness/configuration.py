"""The configuration of a study: defaults, types, and what cannot be true, before any job starts."""

import difflib
import functools
import itertools
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema

from softness import yaml_files
from softness.errors import InputError
from softness.liquid import Liquid, exceeds_half_box

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.yaml"
COMPLETE = ROOT / "config" / "dissertation.yaml"

# A straight line with an error, and an onset, need so many temperatures.
LEAST_TEMPERATURES = 3

# Settings are chosen by validation on snapshots that were left out: two at least.
LEAST_TRAINING_SNAPSHOTS = 2

# Beside the results of the studies.
STORE = "simulations"

# The model of which each variant has one thing changed.
VARIED = {"csd": "svr", "eliminated": "svr", "thinned": "ridge"}
# Fewest runs that a label is made of.
LEAST_RUNS = 2

# Gaussians are summed to this many widths beyond the last radius (STUDY.md section 4).
REACH_IN_WIDTHS = 5


def load(*overlays: str | Path, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The checked configuration of a study: the complete one with overlays merged over it.

    Parameters
    ----------
    overlays
        YAML files, in order. Keys merge, lists are replaced, as Snakemake does it. A study that
        none of them names is called after the first one.
    settings
        Keys that are merged over those of the files.

    Raises
    ------
    InputError
        If a file cannot be read, or the configuration cannot be used.
    """
    config: dict[str, Any] = {}
    for path in (COMPLETE, *overlays):
        read = _read(path)
        if overlays and path == overlays[0] and not COMPLETE.samefile(path):
            read.setdefault("study", Path(path).stem)
        config = _merged(config, read)
    return checked(_merged(config, settings or {}))


def checked(config: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in defaults and refuse what cannot be used.

    Parameters
    ----------
    config
        As read from the files.

    Returns
    -------
    dict
        The configuration with every key.

    Raises
    ------
    InputError
        With one line for each mistake: key, value, remedy.
    """
    schema = _read(SCHEMA)
    config = _with_defaults(schema, dict(config))
    validator = jsonschema.Draft202012Validator(schema)
    mistakes = [_schema_mistake(schema, error) for error in validator.iter_errors(config)]
    if not mistakes:
        mistakes = list(_impossible(config))
    if mistakes:
        raise InputError("\n".join(f"config: {mistake}" for mistake in sorted(mistakes)))
    if config["isoconfigurational"].pop("workers", None):
        _note_workers()
    return _with_floats(schema, schema, config)


@functools.cache
def _note_workers() -> None:
    """Once in a process: a configuration is checked more than once."""
    print(
        "note: isoconfigurational.workers is no longer used: a block is a job for one core; "
        "for more cores lower isoconfigurational.runs_per_block, and remove the key",
        file=sys.stderr,
    )


def _read(path: str | Path) -> dict[str, Any]:
    found = yaml_files.read(path)
    if not isinstance(found, dict):
        raise InputError(f"{path}: holds no keys: see config/dissertation.yaml")
    return found


def _merged(base: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in overlay.items():
        if isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            value = _merged(result[key], value)
        result[key] = value
    return result


def _with_defaults(schema: Mapping, config: dict[str, Any]) -> dict[str, Any]:
    """Put the schema's defaults where a key is absent, depth first."""
    result = dict(config)
    for key, rule in schema.get("properties", {}).items():
        if key not in result and "default" in rule:
            result[key] = rule["default"]
        if isinstance(result.get(key), dict):
            result[key] = _with_defaults(rule, result[key])
    return result


def _with_floats(root: Mapping, rule: Mapping, value: Any) -> Any:
    """Write every number that need not be whole as a float: 60 and 60.0 are the same setting."""
    rule = _resolved(root, rule)
    if isinstance(value, dict):
        rules = rule.get("properties", {})
        return {key: _with_floats(root, rules.get(key, {}), inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_floats(root, rule.get("items", {}), inner) for inner in value]
    return float(value) if rule.get("type") == "number" else value


def _resolved(root: Mapping, rule: Mapping) -> dict[str, Any]:
    """A rule of the schema with what it refers to; its own keys count first."""
    if "$ref" not in rule:
        return dict(rule)
    name = rule["$ref"].removeprefix("#/$defs/")
    return {**root["$defs"][name], **rule}


def _rule_at(root: Mapping, path: Sequence[str | int]) -> dict[str, Any]:
    """The rule of the schema for a place in the configuration."""
    rule = dict(root)
    for part in path:
        inner = rule.get("items") if isinstance(part, int) else rule.get("properties", {}).get(part)
        rule = _resolved(root, inner or {})
    return rule


def _schema_mistake(schema: Mapping, error: jsonschema.ValidationError) -> str:
    """One line on what the schema does not allow."""
    place = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties" and "properties" in error.schema:
        unknown = sorted(set(error.instance) - set(error.schema["properties"]), key=str)
        return "; ".join(_unknown_key(place, key, error.schema["properties"]) for key in unknown)
    rule = _rule_at(schema, list(error.absolute_path))
    meaning = rule.get("description", "").rstrip(".")
    unit = f"; unit {rule['unit']}" if "unit" in rule else ""
    hint = f" ({meaning}{unit})" if meaning else ""
    return f"{place or 'top level'}: {error.message}{hint}"


def _unknown_key(place: str, key: str, known: Mapping[str, Any]) -> str:
    full = f"{place}.{key}" if place else key
    near = difflib.get_close_matches(str(key), known, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
    return f"{full}: unknown key: {remedy}"


def _impossible(config: Mapping[str, Any]) -> Iterator[str]:
    """One line for each thing that types allow but that cannot be."""
    not_finite = list(_not_finite(config, ""))
    if not_finite:
        yield from not_finite
        return
    try:
        liquid = _liquid(config)
    except InputError as error:
        yield f"liquid: {error}"
        return
    if config["study"] == STORE:
        yield f"study: {STORE} is the folder where simulations of all studies are kept: rename it"
    yield from _engine_mistakes(config)
    yield from _temperature_mistakes(config)
    yield from _role_mistakes(config)
    yield from _time_mistakes(config)
    yield from _reach_mistakes(config, liquid)
    yield from _grid_mistakes(config)
    yield from _sample_mistakes(config)
    yield from _ensemble_mistakes(config)
    yield from _inherent_mistakes(config)
    yield from _spacing_mistakes(config)
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


def _not_finite(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _not_finite(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _not_finite(inner, f"{place}.{number}")
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{place}: is {value}: give a finite number"


def _liquid(config: Mapping[str, Any]) -> Liquid:
    liquid = Liquid.from_settings(config["liquid"])
    if min(liquid.counts) < 2:
        raise InputError(
            f"fractions {config['liquid']['fractions']} give {liquid.counts} particles of the "
            "species: there must be two of each"
        )
    return liquid


def _engine_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    engine = config["engine"]
    if engine["name"] == "lammps" and engine["device"] == "gpu":
        yield "engine.device: gpu is for hoomd: set cpu, or engine.name: hoomd"
    if engine["device"] == "gpu":
        yield from _segment_mistakes(config)


def _segment_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """A longer run does again what follows the last whole segment: on a GPU, not the same."""
    segment = config["thermal"]["segment"]
    for entry in config["temperatures"]:
        time = entry["production"]
        if not _is_multiple(time, segment):
            yield (
                f"temperatures[{entry['temperature']:g}].production: {time:g} tau is no whole "
                f"number of thermal.segment ({segment:g} tau), as a run on a GPU has to be, so "
                "that a longer one can go on from it: round it"
            )


def _temperature_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    simulated = _simulated(config)
    for temperature in simulated:
        if float(f"{temperature:g}") != temperature:
            yield f"temperatures: {temperature!r} has more than six digits: round it"
    for temperature in sorted({t for t in simulated if simulated.count(t) > 1}):
        yield f"temperatures: {temperature:g} is listed twice: keep one"
    equilibration = config["equilibration"]
    seed = equilibration["seed_temperature"]
    if seed not in simulated:
        yield _not_simulated("equilibration.seed_temperature", seed, simulated)
    melt = equilibration["cooling"]["temperature"]
    if melt <= seed:
        yield (
            f"equilibration.cooling.temperature: {melt:g} must be above seed_temperature, {seed:g}"
        )


def _simulated(config: Mapping[str, Any]) -> list[float]:
    return [entry["temperature"] for entry in config["temperatures"]]


def _not_simulated(place: str, temperature: float, simulated: list[float]) -> str:
    known = ", ".join(f"{t:g}" for t in sorted(simulated))
    return (
        f"{place}: {temperature:g} is not simulated: add it to temperatures, or use one of {known}"
    )


def _role_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    simulated = _simulated(config)
    roles = config["roles"]
    for role in ("training", "transfer_test", "matching", "propensity", "regression", "cycle"):
        if roles[role] not in simulated:
            yield _not_simulated(f"roles.{role}", roles[role], simulated)
    for role in ("fluidity", "decay"):
        for temperature in roles[role]:
            if temperature not in simulated:
                yield _not_simulated(f"roles.{role}", temperature, simulated)
    yield from _fit_mistakes(roles["barrier_fit"], simulated)
    for number, pulse in enumerate(config["cycle"]["pulses"]):
        place = f"cycle.pulses.{number}.high"
        if pulse["high"] not in simulated:
            # Its relaxation time tells how long memory would have to last.
            yield _not_simulated(place, pulse["high"], simulated)
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
        if not _is_multiple(time, step):
            yield f"{place}: {time:g} tau is no whole number of time steps of {step:g} tau"
    yield from _equilibration_mistakes(config)
    yield from _burst_mistakes(thermal, step)
    yield from _production_mistakes(config, frame)
    yield from _window_mistakes(config, frame)


def _equilibration_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """The evidence needs halves of equal length, so two segments or more, all alike."""
    block = config["equilibration"]
    segment, sample = block["segment"], block["sample_interval"]
    for entry in config["temperatures"]:
        time = entry["equilibrate"]
        if not _is_multiple(time, segment) or time < 2 * max(segment, sample):
            yield (
                f"temperatures[{entry['temperature']:g}].equilibrate: {time:g} tau must be a whole "
                f"number of equilibration.segment ({segment:g} tau), two or more, and hold two of "
                f"equilibration.sample_interval ({sample:g} tau)"
            )


def _is_multiple(time: float, unit: float) -> bool:
    ratio = time / unit
    return ratio > 0.5 and abs(ratio - round(ratio)) < 1e-6


def _burst_mistakes(thermal: Mapping[str, Any], step: float) -> Iterator[str]:
    burst = thermal["burst"]
    if burst["first"] < step:
        yield f"thermal.burst.first: {burst['first']:g} tau is less than a time step, {step:g} tau"
    if not burst["first"] < burst["last"] < burst["interval"]:
        yield (
            f"thermal.burst.last: {burst['last']:g} tau must lie between first "
            f"({burst['first']:g}) and interval ({burst['interval']:g})"
        )


def _production_mistakes(config: Mapping[str, Any], frame: float) -> Iterator[str]:
    hop, lag = config["hop"]["window"], config["van_hove"]["lag"]
    ahead = max(config["samples"]["lead"], config["barriers"]["within"])
    population = ahead + config["barriers"]["stride"] * frame
    needs = {
        "self_scattering.least_origins": 2 * config["self_scattering"]["least_origins"] * frame,
        "van_hove.lag": 2 * lag,
        "hop.window, samples.lead and barriers.stride": hop + population,
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


def _ensemble_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    own, frame = config["isoconfigurational"], config["thermal"]["frame_interval"]
    if not _is_multiple(own["duration"], frame):
        yield (
            f"isoconfigurational.duration: {own['duration']:g} tau is no whole number of frame "
            f"intervals of {frame:g} tau"
        )
    half = config["hop"]["window"] / 2
    least = half + max(half, config["csd"]["window"])
    if own["duration"] < least:
        yield (
            f"isoconfigurational.duration: {own['duration']:g} tau is too short for hop.window and "
            f"csd.window: give at least {least:g} tau"
        )
    simulated = _simulated(config)
    temperatures = [entry["temperature"] for entry in own["ensembles"]]
    for number, temperature in enumerate(temperatures):
        if temperature not in simulated:
            place = f"isoconfigurational.ensembles.{number}.temperature"
            yield _not_simulated(place, temperature, simulated)
    for temperature in sorted({t for t in temperatures if temperatures.count(t) > 1}):
        yield f"isoconfigurational.ensembles: {temperature:g} is listed twice: keep one"
    yield from _regression_mistakes(config)


def _inherent_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    own = config["inherent"]
    # Each replica is judged by models that are trained with the others.
    number = (config["replicas"] - 1 or 1) * own["snapshots"] - (config["replicas"] == 1)
    if number < LEAST_TRAINING_SNAPSHOTS:
        yield (
            f"inherent.snapshots: {own['snapshots']} of each replica leave {number} to train the "
            f"models with that judge the others, {LEAST_TRAINING_SNAPSHOTS} are needed: raise it"
        )
    yield from _inherent_time_mistakes(own, config["engine"]["time_step"])
    yield from _published_mistakes(own["published"])


def _spacing_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """Snapshots lie at half the spacing, one and a half, and so on: within the run, on frames."""
    produced = {entry["temperature"]: entry["production"] for entry in config["temperatures"]}
    roles, quench = config["roles"], config["quench"]
    found = [
        (f"isoconfigurational.ensembles.{number}", entry, "snapshots", entry["temperature"])
        for number, entry in enumerate(config["isoconfigurational"]["ensembles"])
    ]
    found += [
        ("cycle", config["cycle"], "snapshots", roles["cycle"]),
        ("inherent", config["inherent"], "snapshots", roles["propensity"]),
        ("quench", quench, "frames", min(produced, key=produced.get)),
    ]
    frame = config["thermal"]["frame_interval"]
    for place, block, key, temperature in found:
        spacing, length = block["spacing"], produced.get(temperature, math.inf)
        if not _is_multiple(spacing, 2 * frame):
            yield (
                f"{place}.spacing: {spacing:g} tau is no even number of frame intervals of "
                f"{frame:g} tau: try {max(round(spacing / (2 * frame)), 1) * 2 * frame:g}"
            )
        last = (block[key] - 0.5) * spacing
        if last >= length:
            yield (
                f"{place}.{key}: the last of {block[key]} lies at {last:g} tau, the run at T = "
                f"{temperature:g} ends at {length:g} tau: lower spacing or {key}, or raise its "
                "production"
            )


def _inherent_time_mistakes(own: Mapping[str, Any], step: float) -> Iterator[str]:
    for time in own["times"]:
        if not _is_multiple(time, step):
            yield f"inherent.times: {time:g} tau is no whole number of time steps of {step:g} tau"
    if list(own["times"]) != sorted(own["times"]):
        yield f"inherent.times: {own['times']} do not rise: put them in order"
    if own["training_time"] not in own["times"]:
        yield (
            f"inherent.training_time: {own['training_time']:g} tau is not among inherent.times "
            f"({', '.join(f'{time:g}' for time in own['times'])}): add it there, or use one of them"
        )


def _published_mistakes(published: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    times = [entry["time"] for entry in published]
    if any(after <= before for before, after in itertools.pairwise(times)):
        yield f"inherent.published: times {times} do not rise: put them in order, each once"
    for number, entry in enumerate(published):
        found, first = len(entry["files"]), len(published[0]["files"])
        if found != first:
            yield (
                f"inherent.published.{number}.files: {found} at {entry['time']:g} tau, {first} at "
                f"{times[0]:g} tau: give one file of each snapshot at each time"
            )
    if published and len(published[0]["files"]) <= LEAST_TRAINING_SNAPSHOTS:
        yield (
            f"inherent.published: {len(published[0]['files'])} snapshots are too few to train with "
            f"some and judge others: give {LEAST_TRAINING_SNAPSHOTS + 1} or more"
        )


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
    radii, shells = (
        round((part["last"] - part["first"]) / part["step"]) + 1
        for part in (block["radial"], block["angular"])
    )
    return 2 * radii + shells * len(block["angular"]["degrees"])


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
        # Each replica is judged by models that are trained with the others.
        number = max(config["replicas"] - 1, 1) * counted[training]
        if number < LEAST_TRAINING_SNAPSHOTS:
            yield (
                f"isoconfigurational.ensembles: {counted[training]} snapshots of each replica at "
                f"T = {training:g} leave {number} to train the models with that judge a replica, "
                f"{LEAST_TRAINING_SNAPSHOTS} are needed: raise snapshots there"
            )
    yield from _variant_mistakes(config)
    half, frame = config["hop"]["window"] / 2, config["thermal"]["frame_interval"]
    last = config["isoconfigurational"]["duration"] - half
    if not half <= own["time"] <= last or not _is_multiple(own["time"], frame):
        yield (
            f"regression.time: {own['time']:g} tau is no time at which p_hop is counted: give one "
            f"from {half:g} to {last:g} in steps of {frame:g}"
        )
    threshold = config["hop"]["threshold"]
    if not _is_multiple(threshold, 0.01) or threshold > 1:
        yield (
            f"hop.threshold: {threshold:g} is not on the grid of the counts of runs: give a "
            "multiple of 0.01 up to 1"
        )


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
            "quiet particles would rearrange: lower it, or set auto"
        )
    for block in ("barriers", "memory"):
        bins = config[block]["bins"]
        if bins["lowest"] >= bins["highest"]:
            yield (
                f"{block}.bins.lowest: {bins['lowest']:g} is not below highest "
                f"({bins['highest']:g})"
            )


def _window_mistakes(config: Mapping[str, Any], frame: float) -> Iterator[str]:
    window = config["hop"]["window"]
    if not _is_multiple(window, 2 * frame):
        yield (
            f"hop.window: {window:g} tau is no even number of frame intervals of {frame:g} tau: "
            f"try {max(round(window / (2 * frame)), 1) * 2 * frame:g}"
        )
    cycle = config["cycle"]
    whole = {
        **{
            f"cycle.{key}": cycle[key]
            for key in ("before", "ramp", "after", "control_extra", "segment")
        },
        **{
            f"cycle.pulses.{number}.hold": pulse["hold"]
            for number, pulse in enumerate(cycle["pulses"])
        },
        "csd.window": config["csd"]["window"],
        "van_hove.lag": config["van_hove"]["lag"],
        "samples.lead": config["samples"]["lead"],
        "barriers.within": config["barriers"]["within"],
        "samples.quiet.duration": config["samples"]["quiet"]["duration"],
    }
    for place, time in whole.items():
        if not _is_multiple(time, frame):
            yield f"{place}: {time:g} tau is no whole number of frame intervals of {frame:g} tau"


def _reach_mistakes(config: Mapping[str, Any], liquid: Liquid) -> Iterator[str]:
    radial, angular = config["features"]["radial"], config["features"]["angular"]
    reaches = {
        "features.radial.last": radial["last"] + REACH_IN_WIDTHS * radial["width"],
        "features.angular.last": angular["last"] + angular["step"],
        "pair_distribution.largest_distance": config["pair_distribution"]["largest_distance"],
    }
    for place, reach in reaches.items():
        if exceeds_half_box(reach, liquid.box_length):
            needed = math.ceil((2 * reach) ** 3 * liquid.density) + 1
            yield (
                f"{place}: reaches {reach:g} sigma_AA, half the box is "
                f"{liquid.box_length / 2:.3f}: shorten it, or use liquid.particles >= {needed}"
            )


def _grid_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """Ranges of bins and radii hold whole steps, or a step or an end would not be as it is set."""
    pairs, moved, features = (config[key] for key in ("pair_distribution", "van_hove", "features"))
    ranges: dict[str, tuple[float, ...]] = {
        "pair_distribution.largest_distance": (0.0, pairs["largest_distance"], pairs["bin_width"]),
        "van_hove.largest": (0.0, moved["largest"], moved["bin_width"]),
    }
    for name in ("radial", "angular"):
        ends = (features[name][key] for key in ("first", "last", "step"))
        ranges[f"features.{name}.last"] = tuple(ends)
    for place, (first, last, step) in ranges.items():
        if last > first and not _is_multiple(last - first, step):
            nearest = first + max(round((last - first) / step), 1) * step
            yield (
                f"{place}: {last:g} sigma_AA is no whole number of steps of {step:g} from "
                f"{first:g}: try {nearest:g}"
            )
