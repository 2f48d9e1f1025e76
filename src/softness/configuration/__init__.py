"""The configuration of a study: defaults, types and checks, before any job starts."""

import difflib
import functools
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema

from softness import yaml_files
from softness.configuration import analysed, simulated, taken_in
from softness.errors import InputError
from softness.liquid import Liquid

ROOT = Path(__file__).resolve().parents[3]


def _shipped(path: str) -> Path:
    """A file of the project: beside this one in an installed package, else in the checkout."""
    beside = Path(__file__).with_name(Path(path).name)
    return beside if beside.is_file() else ROOT / path


SCHEMA = _shipped("workflow/schemas/config.schema.yaml")

COMPLETE = _shipped("config/dissertation.yaml")

# Beside the results of the studies.
STORE = "simulations"


def load(*overlays: str | Path, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The checked configuration of a study: the complete one, with keys overridden.

    Parameters
    ----------
    overlays
        YAML files, in order. Keys merge, lists are replaced, as Snakemake does it. A study that
        none of them names is called after the first one.
    settings
        Keys that override keys of the files.

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
    config = _with_species(_with_defaults(schema, dict(config)))
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
        raise InputError(f"{path}: contains no keys: see config/dissertation.yaml")
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


def _with_species(config: dict[str, Any]) -> dict[str, Any]:
    """Tell radial features how many species there are, where it is not two as usual."""
    try:
        number, features = len(config["liquid"]["species"]), config["features"]
        if number != 2 and "radial" in features:
            radial = {"species": number, **features["radial"]}
            return config | {"features": features | {"radial": radial}}
    except (KeyError, TypeError):
        pass  # The schema says what is wrong.
    return config


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
    # Its first sentence says what a key is, the others what depends on it.
    meaning = rule.get("description", "").split(". ")[0].rstrip(".")
    unit = f"; unit {rule['unit']}" if "unit" in rule else ""
    hint = f" ({meaning}{unit})" if meaning else ""
    return f"{place or 'top level'}: {error.message}{hint}"


def _unknown_key(place: str, key: str, known: Mapping[str, Any]) -> str:
    full = f"{place}.{key}" if place else key
    near = difflib.get_close_matches(str(key), known, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
    return f"{full}: unknown key: {remedy}"


def _impossible(config: Mapping[str, Any]) -> Iterator[str]:
    """One line for each mistake that types allow."""
    not_finite = list(_not_finite(config, ""))
    if not_finite:
        yield from not_finite
        return
    try:
        edge = taken_in.shortest_edge(config) if _has_files(config) else _liquid(config).box_length
    except InputError as error:
        yield f"liquid: {error}"
        return
    if config["study"] == STORE:
        yield f"study: {STORE} is the folder where simulations of all studies are kept: rename it"
    runs = taken_in if _has_files(config) else simulated
    yield from runs.mistakes(config)
    yield from analysed.mistakes(config, edge)


def _has_files(config: Mapping[str, Any]) -> bool:
    """Whether others made its trajectories."""
    return "trajectories" in config


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
    """The liquid that is simulated."""
    species = config["liquid"]["species"]
    if len(species) != 2:
        raise InputError(
            f"species {species} cannot be simulated: give two, or name trajectories that others "
            "made"
        )
    liquid = Liquid.from_settings(config["liquid"])
    if min(liquid.counts) < 2:
        raise InputError(
            f"fractions {config['liquid']['fractions']} give {liquid.counts} particles of the "
            "species: there must be two of each"
        )
    return liquid
