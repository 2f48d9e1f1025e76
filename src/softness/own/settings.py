"""A first configuration from what was found in files of trajectories, every number explained."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from softness.dynamics.caging import CAGED, suggested_threshold, suggested_window
from softness.errors import InputError
from softness.own.measure import Structure
from softness.own.roles import AtTemperature, Roles
from softness.own.runs import USUAL, Run, System, name_of, species_names
from softness.own.text import Setting

# Distances of the dissertation, in sigma_AA, and the first peak of its g_AA(r).
_PEAK = 1.07
_STEP, _WIDTH, _STEPS = 0.1, 0.2, 49
_SHELL, _FIRST_SHELL, _LAST_SHELL = 0.5, 1.0, 3.0
_BIN, _FARTHEST, _FRAMES = 0.02, 5.0, 100
_MOVED_BIN = 0.1
_WIDTHS_IN_REACH = 5
_FEWEST_STEPS = 10
# Scales of length within this factor are that of the dissertation.
_SAME_SCALE = 1.1

_TIME_STEP = 0.005
_LEAST_ORIGINS = 20
_LEAD_IN_WINDOWS = 0.2


@dataclass(frozen=True)
class Hops:
    """How rearrangements are found.

    Attributes
    ----------
    window
        Of p_hop, both halves together, in tau.
    frames
        The same, in frames.
    threshold
        In sigma_AA^2.
    """

    window: float
    frames: int
    threshold: float

    @property
    def lead(self) -> int:
        """Frames by which structure is taken before."""
        return max(round(_LEAD_IN_WINDOWS * self.frames), 1)


def hops_of(coldest: AtTemperature, structure: Structure) -> Hops:
    """Window and threshold of p_hop, from the plateau at the coldest temperature."""
    interval = coldest.runs[0].system.frame_interval
    window = suggested_window(coldest.plateau, interval)
    threshold = suggested_threshold(coldest.plateau, structure.peak)
    return Hops(window, round(window / interval), threshold)


def settings(
    found: Sequence[AtTemperature],
    structure: Structure,
    hops: Hops,
    roles: Roles,
    options: Mapping[str, Any],
) -> list[Setting]:
    """The configuration, in the order of the schema.

    Parameters
    ----------
    found
        Runs by temperature, from cold to hot.
    structure
        Of the coldest one.
    hops, roles
        What was chosen.
    options
        With which the runs were opened.

    Raises
    ------
    InputError
        If the box is too small for features, or runs are too short for p_hop.
    """
    first = found[0].runs[0]
    system, scale = first.system, _scale(structure)
    shortest = min(found, key=lambda each: each.frames)
    stride = _stride(shortest, hops)
    at = f"T = {found[0].temperature:g}"
    return [
        Setting("replicas", len(found[0].runs), "Runs at each temperature."),
        Setting("engine", [_time_step(system, options)]),
        Setting(
            "liquid",
            _liquid(first),
            "epsilon, sigma and the cut-off stay as in config/dissertation.yaml: they matter for "
            "inherent states alone, which a study of files does without.",
        ),
        Setting(
            "temperatures",
            [
                {
                    "temperature": each.temperature,
                    "production": _tidy(each.frames * system.frame_interval),
                }
                for each in found
            ],
            "production: the time that all runs at the temperature have, which is analysed.",
        ),
        Setting("trajectories", _trajectories(found, options)),
        Setting("roles", _roles(found, roles)),
        Setting(
            "equilibration",
            [Setting("crystal", [_neighbours(structure, at)])],
        ),
        Setting("thermal", [Setting("frame_interval", system.frame_interval, "As in the files.")]),
        Setting("pair_distribution", _pairs(system, scale, shortest.frames)),
        Setting("self_scattering", _scattering(structure, shortest, at)),
        Setting("displacement_map", [_neighbours(structure, at)]),
        Setting("hop", _hop(found[0], hops, structure)),
        Setting("van_hove", _van_hove(hops, shortest, scale, system)),
        Setting("features", _features(system, scale, structure, at)),
        Setting("samples", _samples(roles, hops, system)),
        Setting("barriers", _barriers(stride, hops, system)),
    ]


def _tidy(value: float) -> float | int:
    """A number without the noise of arithmetic; whole ones as such."""
    tidy = float(f"{value:.6g}")
    return int(tidy) if tidy == int(tidy) else tidy


def _about(number: int) -> int:
    """A count to two digits."""
    return int(float(f"{number:.2g}"))


def _scale(structure: Structure) -> float:
    """Distance of neighbours over that in the dissertation, 1 where they are about the same."""
    ratio = structure.peak / _PEAK
    return 1.0 if 1 / _SAME_SCALE < ratio < _SAME_SCALE else float(f"{ratio:.2g}")


def _stride(shortest: AtTemperature, hops: Hops) -> int:
    """Frames between those of the population: a window, or as many as the shortest run allows."""
    room = shortest.frames - hops.frames - hops.lead
    if room < 1:
        raise InputError(
            f"{name_of(shortest.runs[0].place)}: has {shortest.frames} frames, and p_hop and its "
            f"lead take {hops.frames + hops.lead}: give longer runs, or leave this one out"
        )
    return min(hops.frames, max(room // 2, 1))


def _time_step(system: System, options: Mapping[str, Any]) -> Setting:
    interval, given = system.frame_interval, options["time_step"]
    if given is not None and abs(interval / given - round(interval / given)) < 1e-6:
        return Setting("time_step", given, "As given.")
    number = math.ceil(interval / _TIME_STEP * (1 - 1e-9))
    return Setting(
        "time_step",
        float(f"{interval / number:.12g}"),
        f"Counts times alone: {number} of it are a frame interval.",
    )


def _liquid(run: Run) -> list[Setting]:
    system = run.system
    names = species_names(run.labels)
    edges = " x ".join(f"{edge:.6g}" for edge in system.edges)
    counted = ", ".join(f"{n} {name}" for n, name in zip(system.counts, names, strict=True))
    return [
        Setting("species", names, f"{counted}. The first one is analysed."),
        Setting("particles", system.particles),
        Setting("density", float(f"{system.density:.8g}"), f"In a box of {edges}."),
        Setting(
            "fractions", [float(f"{number / system.particles:.8g}") for number in system.counts]
        ),
    ]


def _trajectories(found: Sequence[AtTemperature], options: Mapping[str, Any]) -> list[Setting]:
    first = found[0].runs[0]
    sources = sorted({run.source for each in found for run in each.runs})
    spare = [name_of(run.place) for each in found for run in each.spare]
    comment = f"Temperatures: {', '.join(sources)}."
    if spare:
        comment += (
            f" Left out, since other temperatures have {len(found[0].runs)} run(s): "
            f"{', '.join(spare)}."
        )
    files = [
        {"path": run.place, "temperature": each.temperature, "replica": number}
        for each in found
        for number, run in enumerate(each.runs)
    ]
    given = dict(options)
    if given["box"] is not None or not first.system.is_cubic:
        given["box"] = [float(f"{edge:.9g}") for edge in first.system.edges]
    keys = ("unwrap", "box", "topology", "time_step", "time_unit", "length_unit")
    return [
        Setting("files", files, comment),
        Setting("species", list(first.labels)),
        *(Setting(key, given[key]) for key in keys if given[key] != USUAL[key]),
        Setting(
            "same_liquid",
            False,
            "Claims about numbers of the dissertation's liquid are judged only if this is true.",
        ),
    ]


def _roles(found: Sequence[AtTemperature], roles: Roles) -> list[Setting]:
    slopes = ", ".join(f"{each.plateau.slope:.2f} at {each.temperature:g}" for each in found)
    caged = (
        f"Smallest slope of ln MSD against ln t of the analysed species: {slopes}. Below "
        f"{CAGED:.2f} motion is caged."
    )
    hot = "Temperatures without a cage."
    if all(each.plateau.is_caged for each in found):
        hot = "The hottest one, though motion is caged there: fluidity is meant for hot liquids."
    fit = "The hottest temperature with a cage: fits are below it, and are repeated with it."
    if roles.below not in [each.temperature for each in found if each.plateau.is_caged]:
        fit = "Higher than caged temperatures, so that all of them, or three, are fitted."
    return [
        Setting(
            "training",
            roles.training,
            f"{caged} This is the coldest one with enough events: about {_about(roles.events)} "
            "there or at the next, in all runs.",
        ),
        Setting("transfer_test", roles.transfer_test, "The next one."),
        Setting("fluidity", list(roles.fluidity), hot),
        Setting(
            "barrier_fit",
            {"below": _tidy(roles.below), "sensitivity": _tidy(roles.sensitivity)},
            fit,
        ),
    ]


def _neighbours(structure: Structure, at: str) -> Setting:
    distance, place = structure.minimum, f"The first minimum of g(r) of the analysed species, {at}."
    if not math.isfinite(distance):
        distance, place = 1.4 / _PEAK * structure.peak, f"1.31 times the first peak of g(r), {at}."
    return Setting("neighbour_distance", float(f"{distance:.2g}"), place)


def _whole(most: float, unit: float) -> float | int:
    """The largest whole number of units up to a value."""
    return _tidy(math.floor(most / unit * (1 + 1e-9)) * unit)


def _pairs(system: System, scale: float, frames: int) -> list[Setting]:
    half, width = min(system.edges) / 2, _tidy(_BIN * scale)
    chosen = [
        Setting("bin_width", width),
        Setting(
            "largest_distance",
            _whole(min(_FARTHEST * scale, half), width),
            f"At most half the shortest edge of the box, {half:.4g}.",
        ),
    ]
    if frames < _FRAMES:
        chosen.append(Setting("frames", frames, "All of the shortest run."))
    return chosen


def _scattering(structure: Structure, shortest: AtTemperature, at: str) -> list[Setting]:
    found = structure.wave_number
    comment = f"The first peak of the structure factor of the analysed species, {at}."
    if not math.isfinite(found):
        found = 7.25 * _PEAK / structure.peak
        comment = f"7.25, scaled by the first peak of g(r), {structure.peak:.3g} instead of {_PEAK}"
    chosen = [Setting("wave_number", float(f"{found:.3g}"), comment)]
    if shortest.frames < 2 * _LEAST_ORIGINS:
        number = max(shortest.frames // 2, 1)
        chosen.append(Setting("least_origins", number, "Half the frames of the shortest run."))
    return chosen


def _hop(coldest: AtTemperature, hops: Hops, structure: Structure) -> list[Setting]:
    plateau, at = coldest.plateau, f"at T = {coldest.temperature:g}"
    interval = coldest.runs[0].system.frame_interval
    if plateau.is_caged:
        window = (
            f"Four times the beginning of the plateau of the mean squared displacement {at}, "
            f"{plateau.begin:.2g} tau, and at least ten frame intervals of {interval:g} tau; no "
            "longer than to the end of the plateau"
            + (f", {plateau.end:.2g} tau." if math.isfinite(plateau.end) else ".")
        )
        threshold = f"Six times the height of that plateau, {plateau.height:.2g} sigma_AA^2."
    else:
        window = f"Ten frame intervals: the mean squared displacement {at} has no plateau."
        threshold = (
            "0.761 (d / 2)^2, of a jump by half the distance d of neighbours, "
            f"{structure.peak:.3g} sigma_AA."
        )
    return [
        Setting("window", _tidy(hops.window), window),
        Setting("threshold", _tidy(hops.threshold), threshold),
    ]


def _van_hove(hops: Hops, shortest: AtTemperature, scale: float, system: System) -> list[Setting]:
    lag = min(hops.frames, shortest.frames // 2) * system.frame_interval
    chosen = [Setting("lag", _tidy(lag), "As long as the window of p_hop, or half a run.")]
    if scale != 1:
        width = _tidy(_MOVED_BIN * scale)
        chosen += [Setting("bin_width", width), Setting("largest", _tidy(80 * width))]
    return chosen


def _features(system: System, scale: float, structure: Structure, at: str) -> list[Setting]:
    half = min(system.edges) / 2
    step, width, shell = (_tidy(each * scale) for each in (_STEP, _WIDTH, _SHELL))
    steps = min(math.floor((half - _WIDTHS_IN_REACH * width) / step * (1 + 1e-9)), _STEPS)
    if steps < _FEWEST_STEPS:
        raise InputError(
            f"half the shortest edge of the box is {half:.3g} sigma_AA, and radial features from "
            f"neighbours {structure.peak:.3g} apart need {_FEWEST_STEPS * step + 5 * width:.3g}: "
            "give a larger system, or the right --length-unit"
        )
    first = _tidy(_FIRST_SHELL * scale)
    shells = math.floor((min(_LAST_SHELL * scale, half - shell) - first) / shell * (1 + 1e-9))
    return [
        Setting(
            "radial",
            {"first": 0.0, "last": _tidy(steps * step), "step": step, "width": width},
            f"The dissertation's, whose first peak of g(r) is at {_PEAK}; here it is at "
            f"{structure.peak:.3g}, {at}. The last radius and five widths end before half the "
            f"shortest edge of the box, {half:.4g}.",
        ),
        Setting("angular", {"first": first, "last": _tidy(first + shells * shell), "step": shell}),
    ]


def _samples(roles: Roles, hops: Hops, system: System) -> list[Setting]:
    interval = system.frame_interval
    return [
        Setting(
            "activated",
            roles.activated,
            f"Three quarters of about {_about(roles.events)} events and {_about(roles.quiet)} quiet "
            "runs, at most the dissertation's 3800.",
        ),
        Setting(
            "extremes",
            roles.extremes,
            f"Three quarters of about {_about(roles.excursions)} excursions into a tail, at most "
            "the dissertation's 5200.",
        ),
        Setting("lead", _tidy(hops.lead * interval), "A fifth of the window of p_hop."),
        Setting(
            "quiet",
            {"duration": _tidy(roles.quiet_length * interval)},
            "Twelve windows of p_hop, or fewer where too few particles stay below half its "
            "threshold for so long.",
        ),
        Setting(
            "tail",
            roles.tail,
            "The dissertation's 0.00033, or wider, for a thousand excursions in these runs.",
        ),
    ]


def _barriers(stride: int, hops: Hops, system: System) -> list[Setting]:
    return [
        Setting("stride", stride, "Frames in a window of p_hop, fewer where runs are short."),
        Setting("within", _tidy(hops.lead * system.frame_interval), "As samples.lead."),
    ]
