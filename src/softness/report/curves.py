"""Curves of finished runs from their tables, as lines of a page: nothing is computed anew."""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from softness.files.records.dynamics import PairDistributions, ScatteringOrigins
from softness.files.tables import read

WIDTH, HEIGHT = 400, 260
"""Of the area within the axes, in pixels."""

MOST_POINTS = 200
"""Of a line."""


class Curve(NamedTuple):
    """A curve of one run.

    Attributes
    ----------
    temperature
        Of the run, in eps_AA/k_B.
    x, y
        (points,) numbers.
    """

    temperature: float
    x: np.ndarray
    y: np.ndarray


class Line(NamedTuple):
    """A curve as it is drawn: its points in pixels."""

    temperature: float
    colour: str
    points: str


class Chart(NamedTuple):
    """Lines within axes, with texts at places along these."""

    title: str
    axis: str
    lines: list[Line]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]


def pair_distribution(path: Path) -> Curve:
    """g(r) of the analysed species, over all frames of a run."""
    table = read(path, PairDistributions)
    mean = np.average(table.values[:, 0], axis=0, weights=table.frames)
    return Curve(float(table.temperature), table.distance, mean)


def self_scattering(path: Path) -> Curve:
    """F_s over the time origins of a run, at each lag that was measured."""
    table = read(path, ScatteringOrigins)
    measured = np.isfinite(table.values).any(axis=0) & (table.lag > 0)
    mean = np.nanmean(table.values[:, measured], axis=0)
    return Curve(float(table.temperature), table.lag[measured], mean)


KINDS: dict[str, tuple[Callable[[Path], Curve], str, str, bool]] = {
    "pair_distribution": (pair_distribution, "g(r)", "r / σ", False),
    "self_scattering": (self_scattering, "Fₛ(q, t)", "t / τ", True),
}
"""By the folder of the tables: how one is read, title, axis, and whether that is logarithmic."""


class Curves:
    """Curves of tables, each of which is read once."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Curve | None]] = {kind: {} for kind in KINDS}

    def charts(self, files: Iterable[str]) -> list[Chart]:
        """One for each kind of which there is a table among some files."""
        for file in files:
            kind = next((kind for kind in KINDS if f"/{kind}/" in file), None)
            if kind and file.endswith(".h5") and file not in self._found[kind]:
                # A table that cannot be read is told of once, and then left out.
                self._found[kind][file] = None
                self._found[kind][file] = KINDS[kind][0](Path(file))
        made = []
        for kind, (_, title, axis, logarithmic) in KINDS.items():
            curves = [curve for curve in self._found[kind].values() if curve is not None]
            if curves:
                made.append(chart(title, axis, curves, logarithmic))
        return made


def chart(title: str, axis: str, curves: Sequence[Curve], logarithmic: bool) -> Chart:
    """Curves from the coldest to the hottest, in axes that hold all of them."""
    curves = sorted(curves, key=lambda curve: curve.temperature)
    cold, hot = curves[0].temperature, curves[-1].temperature
    scale = np.log10 if logarithmic else np.asarray
    ends = [scale(end) for curve in curves for end in (curve.x[0], curve.x[-1])]
    left, right, top = min(ends), max(ends), 1.05 * max(float(curve.y.max()) for curve in curves)

    def across(x: np.ndarray) -> np.ndarray:
        return WIDTH * (scale(x) - left) / max(right - left, 1e-9)

    def up(y: np.ndarray) -> np.ndarray:
        return HEIGHT * (1 - np.maximum(y, 0) / top)

    lines = []
    for temperature, x, y in curves:
        step = math.ceil(len(x) / MOST_POINTS)
        pairs = zip(across(x[::step]), up(y[::step]), strict=True)
        points = " ".join(f"{a:.0f},{b:.0f}" for a, b in pairs)
        lines.append(Line(temperature, colour(temperature, cold, hot), points))
    ticks = _decades(left, right) if logarithmic else _steps(right)
    return Chart(
        title,
        axis,
        lines,
        [(float(across(at)), f"{at:g}") for at in ticks if left <= scale(at) <= right],
        [(float(up(at)), f"{at:g}") for at in _steps(top)],
    )


def colour(temperature: float, cold: float, hot: float) -> str:
    """From violet for the coldest to yellow for the hottest."""
    share = (temperature - cold) / (hot - cold) if hot > cold else 0.0
    return f"hsl({(260 + 150 * share) % 360:.0f} 75% {38 + 14 * share:.0f}%)"


def _decades(left: float, right: float) -> list[float]:
    return [10.0**power for power in range(math.ceil(left), math.floor(right) + 1)]


def _steps(end: float) -> list[float]:
    """Round numbers from 0 to an end, at most six of them."""
    size = 10.0 ** math.floor(math.log10(end))
    step = next(size * part for part in (0.1, 0.2, 0.5, 1, 2) if end <= 5 * size * part * 1.001)
    return [step * number for number in range(math.floor(end / step * 1.001) + 1)]
