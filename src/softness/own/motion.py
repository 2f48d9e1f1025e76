"""Settings that follow from how particles move: roles, p_hop, samples, barriers."""

import math

from softness.dynamics.caging import CAGED
from softness.own.findings import Findings
from softness.own.roles import ENOUGH
from softness.own.text import Setting, about, tidy

# Bins of displacements in the dissertation, in sigma_AA.
_MOVED_BIN, _MOVED_BINS = 0.1, 80


def roles(found: Findings) -> Setting:
    """Which temperature serves which purpose."""
    chosen = found.roles
    slopes = [
        f"{round(each.plateau.slope, 2) + 0.0:.2f} at {each.temperature:g}"
        for each in found.temperatures
    ]
    caged = [each.temperature for each in found.temperatures if each.plateau.is_caged]
    training = (
        f"Smallest slope of ln MSD against ln t of the analysed species: {', '.join(slopes)}. "
        f"Below {CAGED:.2f} motion is caged. This is the coldest caged one with {ENOUGH} events "
        f"and {ENOUGH} quiet runs, or else that with most: there are about "
        f"{about(chosen.events)} events there or at the next, in all runs."
    )
    test = "The next one."
    if chosen.transfer_test == chosen.training:
        test = "The same, since none is hotter."
    hot = "Temperatures without a cage."
    if len(caged) == len(found.temperatures):
        hot = "The hottest one, though motion is caged there: fluidity is meant for hot liquids."
    fit = "The hottest temperature with a cage: fits are below it, and are repeated with it."
    if chosen.below not in caged:
        fit = "Above the temperatures with a cage, so that all of them, or three, are fitted."
    limits = {"below": tidy(chosen.below), "sensitivity": tidy(chosen.sensitivity)}
    return Setting(
        "roles",
        [
            Setting("training", chosen.training, training),
            Setting("transfer_test", chosen.transfer_test, test),
            Setting("fluidity", list(chosen.fluidity), hot),
            Setting("barrier_fit", limits, fit),
        ],
    )


def hop(found: Findings) -> Setting:
    """Window and threshold of p_hop."""
    plateau, interval = found.coldest.plateau, found.system.frame_interval
    if plateau.is_caged:
        end = f", {plateau.end:.2g} tau" if math.isfinite(plateau.end) else ""
        window = (
            "Four times the beginning of the plateau of the mean squared displacement, "
            f"{plateau.begin:.2g} tau {found.at_coldest}, and at least ten frame intervals of "
            f"{interval:g} tau; no longer than to the end of the plateau{end}."
        )
        threshold = f"Six times the height of that plateau, {plateau.height:.2g} sigma_AA^2."
    else:
        window = (
            f"Ten frame intervals: the mean squared displacement {found.at_coldest} has no plateau."
        )
        threshold = (
            "0.761 (d / 2)^2, of a jump by half the distance d of neighbours, "
            f"{found.structure.peak:.3g} sigma_AA."
        )
    return Setting(
        "hop",
        [
            Setting("window", tidy(found.hops.window), window),
            Setting("threshold", tidy(found.hops.threshold), threshold),
        ],
    )


def van_hove(found: Findings) -> Setting:
    """Lag of displacements, and their bins where lengths are in another unit."""
    chosen = [Setting("lag", tidy(found.hops.window), "The window of p_hop.")]
    if found.scale != 1:
        width = tidy(_MOVED_BIN * found.scale)
        chosen += [Setting("bin_width", width), Setting("largest", tidy(_MOVED_BINS * width))]
    return Setting("van_hove", chosen)


def samples(found: Findings) -> Setting:
    """Numbers of samples, and what they are."""
    chosen, interval = found.roles, found.system.frame_interval
    activated = (
        f"Three quarters of about {about(chosen.events)} events and {about(chosen.quiet)} quiet "
        "runs, whichever are fewer, at most the dissertation's 3800."
    )
    extremes = (
        f"Three quarters of about {about(chosen.excursions)} excursions into a tail, at most the "
        "dissertation's 5200."
    )
    quiet = (
        "Twelve windows of p_hop, or fewer where too few particles stay below half its threshold "
        "for so long."
    )
    tail = "The dissertation's 0.00033, or wider, for a thousand excursions in these runs."
    return Setting(
        "samples",
        [
            Setting("activated", chosen.activated, activated),
            Setting("extremes", chosen.extremes, extremes),
            Setting("lead", tidy(found.hops.lead * interval), "A fifth of the window of p_hop."),
            Setting("quiet", {"duration": tidy(chosen.quiet_length * interval)}, quiet),
            Setting("tail", chosen.tail, tail),
        ],
    )


def barriers(found: Findings) -> Setting:
    """Frames of the population."""
    window, lead = found.hops.frames, found.hops.lead
    stride = min(window, max((found.shortest.frames - window - lead) // 2, 1))
    within = tidy(lead * found.system.frame_interval)
    return Setting(
        "barriers",
        [
            Setting("stride", stride, "Frames in a window of p_hop, fewer where runs are short."),
            Setting("within", within, "As samples.lead."),
        ],
    )
