"""What stages that draw labelled sets have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import LabelledSet
from softness.learning import samples


def drawn_set(
    settings: Mapping[str, Any],
    hops: Sequence[HopIndicator],
    active: samples.Moments,
    inactive: samples.Moments,
    thresholds: tuple[float, float],
    generator: np.random.Generator,
) -> LabelledSet:
    """A balanced set of both classes, or an error that says how long runs would have to be.

    Parameters
    ----------
    settings
        With ``temperature``, ``wanted`` samples of each class, ``folds`` and ``too_few``.
    hops
        p_hop of each replica.
    active, inactive
        Candidates.
    thresholds
        Lower and upper threshold of p_hop.
    generator
        Source of the draw.

    Raises
    ------
    InputError
        If there are fewer candidates than wanted and the settings say ``stop``, or too few to fold.
    """
    wanted = settings["wanted"]
    found = min(len(active), len(inactive))
    # Each fold of a cross-validation needs samples of both classes.
    least = wanted if settings["too_few"] == "stop" else 2 * settings["folds"]
    duration = float(hops[0].frames) * float(hops[0].interval)
    if found < least:
        raise InputError(_too_few(settings, len(active), len(inactive), least, duration, len(hops)))
    drawn = samples.draw(active, inactive, wanted, generator, least=least)
    moments = drawn.moments
    return LabelledSet(
        temperature=np.array(settings["temperature"]),
        replicas=np.array(len(hops)),
        interval=hops[0].interval,
        duration=np.array(duration),
        lower=np.array(thresholds[0]),
        upper=np.array(thresholds[1]),
        found=np.array(drawn.found),
        wanted=np.array(wanted),
        replica=moments.replicas,
        particle=moments.particles,
        frame=moments.frames,
        label=drawn.labels,
        group=drawn.groups,
    )


def _too_few(
    settings: Mapping[str, Any], active: int, inactive: int, least: int, duration: float, runs: int
) -> str:
    found = min(active, inactive)
    longer = (
        f"runs of {np.ceil(duration * least / found / 10) * 10:g} tau should be enough"
        if found
        else "the runs have none at all: lengthen them, or take a wider tail"
    )
    # A study knows its temperatures; of other people's runs they may not be told.
    where = f"T = {settings['temperature']:g}: " if settings["temperature"] else ""
    return (
        f"{where}found {active} active and {inactive} inactive samples in {runs} runs of "
        f"{duration:g} tau, {least} of each are needed: {longer} (production of that temperature); "
        "or ask for fewer, or set samples.too_few: go_on"
    )
