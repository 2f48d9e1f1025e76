"""Settings that are distances and wave numbers, from g(r), the structure factor and the box."""

import math

from softness.errors import InputError
from softness.own.findings import PEAK, Findings
from softness.own.text import Setting, tidy

# Of the dissertation, in sigma_AA.
_STEP, _WIDTH, _STEPS = 0.1, 0.2, 49
_SHELL, _FIRST_SHELL, _LAST_SHELL = 0.5, 1.0, 3.0
_BIN, _FARTHEST, _FRAMES = 0.02, 5.0, 100
_FIRST_MINIMUM, _WAVE_NUMBER = 1.4, 7.25

_WIDTHS_IN_REACH = 5
_FEWEST_STEPS = 10
_LEAST_ORIGINS = 20


def neighbour_distance(found: Findings) -> Setting:
    """Where the first shell of neighbours ends."""
    distance = found.structure.minimum
    place = f"The first minimum of g(r) of the analysed species {found.at_coldest}."
    if not math.isfinite(distance):
        distance = _FIRST_MINIMUM / PEAK * found.structure.peak
        place = (
            f"{_FIRST_MINIMUM / PEAK:.2f} times the first peak of g(r) {found.at_coldest}: there "
            "is no minimum."
        )
    return Setting("neighbour_distance", float(f"{distance:.2g}"), place)


def pair_distribution(found: Findings) -> Setting:
    """Range of g(r)."""
    width, frames = tidy(_BIN * found.scale), found.shortest.frames
    most = min(_FARTHEST * found.scale, found.half_edge)
    end = f"At most half the shortest edge of the box, {found.half_edge:.4g}."
    chosen = [
        Setting("bin_width", width),
        Setting("largest_distance", tidy(_whole(most, width) * width), end),
    ]
    if frames < _FRAMES:
        chosen.append(Setting("frames", frames, "All of the shortest run."))
    return Setting("pair_distribution", chosen)


def self_scattering(found: Findings) -> Setting:
    """Wave number of F_s."""
    number, peak = found.structure.wave_number, found.structure.peak
    place = f"The first peak of the structure factor of the analysed species {found.at_coldest}."
    if not math.isfinite(number):
        number = _WAVE_NUMBER * PEAK / peak
        place = (
            f"{_WAVE_NUMBER} times {PEAK} over the first peak of g(r), {peak:.3g}, "
            f"{found.at_coldest}: the structure factor has no peak."
        )
    chosen = [Setting("wave_number", float(f"{number:.3g}"), place)]
    if found.shortest.frames < 2 * _LEAST_ORIGINS:
        least = max(found.shortest.frames // 2, 1)
        chosen.append(Setting("least_origins", least, "Half the frames of the shortest run."))
    return Setting("self_scattering", chosen)


def features(found: Findings) -> Setting:
    """Radii of the structure functions.

    Raises
    ------
    InputError
        If the box is too small for them.
    """
    half, scale, peak = found.half_edge, found.scale, found.structure.most_numerous
    step, width, shell, first = (
        tidy(each * scale) for each in (_STEP, _WIDTH, _SHELL, _FIRST_SHELL)
    )
    steps = min(_whole(half - _WIDTHS_IN_REACH * width, step), _STEPS)
    if steps < _FEWEST_STEPS:
        needed = _FEWEST_STEPS * step + _WIDTHS_IN_REACH * width
        raise InputError(
            f"half the shortest edge of the box is {half:.3g} sigma_AA, and radial features of "
            f"neighbours {peak:.3g} apart need {needed:.3g}: give a larger system, or the right "
            "--length-unit"
        )
    shells = _whole(min(_LAST_SHELL * scale, half - shell) - first, shell)
    return Setting(
        "features",
        [
            Setting(
                "radial",
                {"first": 0.0, "last": tidy(steps * step), "step": step, "width": width},
                f"The dissertation's, whose first peak of g_AA(r) is at {PEAK}; that of the most "
                f"numerous species is at {peak:.3g} {found.at_coldest}. The last radius and five "
                f"widths end before half the shortest edge of the box, {half:.4g}.",
            ),
            Setting(
                "angular", {"first": first, "last": tidy(first + shells * shell), "step": shell}
            ),
        ],
    )


def _whole(most: float, unit: float) -> int:
    """How many units fit into a length."""
    return math.floor(most / unit * (1 + 1e-9))
