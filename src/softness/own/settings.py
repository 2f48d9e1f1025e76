"""A first configuration from what was found, in the order of the schema, every number explained."""

import math

from softness.own import lengths, motion
from softness.own.findings import Findings
from softness.own.runs import USUAL, name_of, species_names
from softness.own.text import Setting, tidy

_TIME_STEP = 0.005


def settings(found: Findings) -> list[Setting]:
    """The configuration.

    Raises
    ------
    InputError
        If the box is too small for features.
    """
    interval = found.system.frame_interval
    return [
        Setting("replicas", len(found.coldest.runs), "Runs at each temperature."),
        Setting("engine", [_time_step(found)]),
        _liquid(found),
        _temperatures(found),
        Setting("trajectories", _trajectories(found)),
        motion.roles(found),
        Setting("equilibration", [Setting("crystal", [lengths.neighbour_distance(found)])]),
        Setting("thermal", [Setting("frame_interval", interval, "As in the files.")]),
        lengths.pair_distribution(found),
        lengths.self_scattering(found),
        Setting("displacement_map", [lengths.neighbour_distance(found)]),
        motion.hop(found),
        motion.van_hove(found),
        lengths.features(found),
        motion.samples(found),
        motion.barriers(found),
    ]


def _time_step(found: Findings) -> Setting:
    interval, given = found.system.frame_interval, found.options["time_step"]
    if given is not None and abs(interval / given - round(interval / given)) < 1e-6:
        return Setting("time_step", given, "As given.")
    number = math.ceil(interval / _TIME_STEP * (1 - 1e-9))
    return Setting(
        "time_step",
        float(f"{interval / number:.12g}"),
        f"Counts times alone: {number} of it are a frame interval.",
    )


def _liquid(found: Findings) -> Setting:
    system, names = found.system, species_names(found.coldest.runs[0].labels)
    edges = " x ".join(f"{edge:.6g}" for edge in system.edges)
    counted = ", ".join(f"{n} {name}" for n, name in zip(system.counts, names, strict=True))
    fractions = [float(f"{number / system.particles:.8g}") for number in system.counts]
    block = [
        Setting("species", names, f"{counted}. The first one is analysed."),
        Setting("particles", system.particles),
        Setting("density", float(f"{system.density:.8g}"), f"In a box of {edges}."),
        Setting("fractions", fractions),
    ]
    unused = (
        "epsilon, sigma and the cut-off stay as in config/dissertation.yaml: they count for "
        "inherent states alone, if trajectories.potential is true."
    )
    return Setting("liquid", block, unused)


def _temperatures(found: Findings) -> Setting:
    interval = found.system.frame_interval
    entries = [
        {"temperature": each.temperature, "production": tidy(each.frames * interval)}
        for each in found.temperatures
    ]
    what = "production: the time that all runs at the temperature have, which is analysed."
    return Setting("temperatures", entries, what)


def _trajectories(found: Findings) -> list[Setting]:
    sources = sorted({run.source for each in found.temperatures for run in each.runs})
    spare = [name_of(run.place) for each in found.temperatures for run in each.spare]
    comment = f"Temperatures: {', '.join(sources)}."
    if spare:
        number = len(found.coldest.runs)
        comment += f" Left out, since other temperatures have {number} run(s): {', '.join(spare)}."
    files = [
        {"path": run.place, "temperature": each.temperature, "replica": number}
        for each in found.temperatures
        for number, run in enumerate(each.runs)
    ]
    given = dict(found.options)
    if given["box"] is not None or not found.system.is_cubic:
        given["box"] = [float(f"{edge:.9g}") for edge in found.system.edges]
    keys = ("unwrap", "box", "topology", "time_step", "time_unit", "length_unit")
    potential = (
        "true: epsilon, sigma and the cut-off of liquid are the potential of these runs, and "
        "softness of inherent states is compared as well."
    )
    same = "true: claims about numbers of the dissertation's liquid are judged as well."
    return [
        Setting("files", files, comment),
        Setting("species", list(found.coldest.runs[0].labels)),
        *(Setting(key, given[key]) for key in keys if given[key] != USUAL[key]),
        Setting("potential", False, potential),
        Setting("same_liquid", False, same),
    ]
