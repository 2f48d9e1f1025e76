"""Checks of a study of trajectories that others made, before any of them is opened."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from softness.configuration import runs
from softness.configuration.runs import is_multiple, not_simulated, simulated_temperatures
from softness.errors import InputError

# Relative, of numbers that people write with six digits.
_ROUNDED = 1e-4


def mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """One line for each setting that no study of given trajectories can have."""
    yield from _file_mistakes(config)
    yield from _species_mistakes(config)
    yield from runs.temperature_mistakes(simulated_temperatures(config))
    yield from _potential_mistakes(config)
    yield from _time_mistakes(config)
    yield from runs.mistakes(config)


def shortest_edge(config: Mapping[str, Any]) -> float:
    """Shortest edge of the box, in sigma_AA.

    Raises
    ------
    InputError
        If the box contradicts the density.
    """
    liquid, box = config["liquid"], config["trajectories"].get("box")
    if box is None:
        return float((liquid["particles"] / liquid["density"]) ** (1 / 3))
    density = liquid["particles"] / math.prod(box)
    if abs(density / liquid["density"] - 1) > _ROUNDED:
        raise InputError(
            f"density is {liquid['density']:g}, but {liquid['particles']} particles in "
            f"trajectories.box = {box} have {density:.6g}: correct one of them"
        )
    return float(min(box))


def _file_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """Each temperature has each replica, once."""
    known = simulated_temperatures(config)
    given = Counter()
    for number, entry in enumerate(config["trajectories"]["files"]):
        if entry["temperature"] not in known:
            place = f"trajectories.files.{number}.temperature"
            yield not_simulated(place, entry["temperature"], known)
        given[entry["temperature"], entry["replica"]] += 1
    wanted = {(t, replica) for t in known for replica in range(config["replicas"])}
    for temperature, replica in sorted(wanted - set(given)):
        yield (
            f"trajectories.files: none is replica {replica} at T = {temperature:g}: add it, or "
            "lower replicas or temperatures to what there is"
        )
    for (temperature, replica), times in sorted(given.items()):
        if times > 1:
            yield (
                f"trajectories.files: {times} are replica {replica} at T = {temperature:g}: number "
                "them, or list parts of one run as one path: [FIRST, SECOND]"
            )
        if temperature in known and replica >= config["replicas"]:
            yield (
                f"trajectories.files: one is replica {replica} at T = {temperature:g}, but "
                f"replicas is {config['replicas']}: raise replicas, or leave the file out"
            )


def _species_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    liquid, labels = config["liquid"], config["trajectories"]["species"]
    for place, found in (
        ("trajectories.species", labels),
        ("liquid.fractions", liquid["fractions"]),
    ):
        if len(found) != len(liquid["species"]):
            yield (
                f"{place}: {found} has {len(found)} entries for liquid.species = "
                f"{liquid['species']}: give one for each species"
            )
    if abs(sum(liquid["fractions"]) - 1) > _ROUNDED:
        yield f"liquid.fractions: {liquid['fractions']} do not add up to 1: correct them"
    if len({type(label) for label in labels}) > 1:
        yield f"trajectories.species: {labels} are numbers and names: give one kind"


def _potential_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    given, species = config["trajectories"], config["liquid"]["species"]
    if given["potential"] and (len(species) != 2 or len({*given.get("box", [0])}) > 1):
        yield (
            "trajectories.potential: energies can be minimised of two species in a cubic box alone:"
            " set it to false"
        )


def _time_mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    frame, step = config["thermal"]["frame_interval"], config["engine"]["time_step"]
    if not is_multiple(frame, step):
        yield (
            f"thermal.frame_interval: {frame:g} tau is not a whole number of engine.time_step "
            f"({step:g} tau), in which times are counted: give a time step that divides it"
        )
    for entry in config["temperatures"]:
        if not is_multiple(entry["production"], frame):
            yield (
                f"temperatures[{entry['temperature']:g}].production: {entry['production']:g} tau "
                f"is not a whole number of thermal.frame_interval ({frame:g} tau)"
            )
