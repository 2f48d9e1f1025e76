"""Figure 3.1: predicted ln p_r is distributed nearly as a Gaussian, and as softness."""

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from softness.figures import draw_models, style
from softness.figures.draw_models import LN_P
from softness.findings import learned, regressed
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.findings.regressed import SVR, Snapshot
from softness.learning.scores import divergence_of_equals, jensen_shannon_divergence
from softness.report.claims import Claim, Statement
from softness.uncertainty import Estimate

NUMBER = "3.1"
BINS = 40
LARGEST_DIVERGENCE = 0.05

SYMMETRIC = Statement(
    figure=NUMBER,
    name="skewness at every temperature",
    claim="At every temperature ln p_r by SVR is distributed nearly as a Gaussian: no skewness",
    source="very nearly Gaussian, no value given",
    above=-0.3,
    below=0.3,
)
NO_TAILS = Statement(
    figure=NUMBER,
    name="excess kurtosis at every temperature",
    claim="At every temperature ln p_r by SVR is distributed nearly as a Gaussian: no heavy tails",
    source="very nearly Gaussian, no value given",
    above=-0.5,
    below=0.5,
)
MOVES_RIGHT = Statement(
    figure=NUMBER,
    name="every step of the mean with T",
    claim="The distribution of ln p_r by SVR moves to the right with temperature",
    source="shifts to the right",
    above=0.0,
)
LIKE_SOFTNESS = Statement(
    figure=NUMBER,
    name="divergence from softness",
    claim="The standardised distributions of SVR and softness are the same (bit, Jensen-Shannon)",
    source="of the order of 1e-2",
    below=LARGEST_DIVERGENCE,
)


def claims(data: FigureData) -> list[Claim]:
    """Verdicts on the shape of all distributions, on their order, and on their likeness."""
    return [*_shape_claims(data), _divergence_claim(data)]


def _shape_claims(data: FigureData) -> list[Claim]:
    tested = regressed.tested(data)
    statements = (SYMMETRIC, NO_TAILS, MOVES_RIGHT)
    if SVR not in regressed.names(data) or not tested:
        return [each.not_tested("needs SVR and test snapshots") for each in statements]
    moments = {t: _moments(data, each, SVR) for t, each in tested.items()}
    replicas = regressed.fewest_replicas(tested)
    # The models owe to the training temperature whatever they know.
    reason = regressed.doubt(data, filter(None, [regressed.at_training(data)]), softness=False)
    found = [
        learned.judged_all(
            statement,
            {learned.at(t): each[moment] for t, each in moments.items()},
            replicas,
            reason,
        )
        for statement, moment in (
            (SYMMETRIC, regressed.SKEWNESS),
            (NO_TAILS, regressed.KURTOSIS),
        )
    ]
    steps = _steps(moments)
    if not steps:
        return [*found, MOVES_RIGHT.not_tested("needs two temperatures")]
    return [*found, learned.judged_all(MOVES_RIGHT, steps, replicas, reason)]


def _steps(moments: dict[float, Estimate]) -> dict[str, Estimate]:
    """Steps of the mean between neighbouring temperatures, from cold to hot."""
    means = {t: each[regressed.MEAN] for t, each in moments.items()}
    return {
        f"from T = {cold:g} to {warm:g}": means[warm] - means[cold]
        for cold, warm in pairwise(means)
    }


def _divergence_claim(data: FigureData) -> Claim:
    snapshots = regressed.at_training(data)
    if not snapshots:
        return LIKE_SOFTNESS.not_tested(regressed.no_test_snapshots(data))
    if not {SVR, SOFTNESS} <= set(regressed.names(data)):
        return LIKE_SOFTNESS.not_tested("needs SVR and softness")
    reason = regressed.doubt(data, [snapshots])
    floor = _floor(snapshots)
    if floor >= LARGEST_DIVERGENCE:
        reason = reason or f"so few particles of one distribution have {floor:.2g}"
    replicas = regressed.replicas_of(snapshots)
    return learned.judged(LIKE_SOFTNESS, _divergence(data, snapshots), replicas, reason)


def _divergence(data: FigureData, snapshots: list[Snapshot], name: str = SVR) -> Estimate:
    """Mean over snapshots of the divergence of a model from softness."""
    rows = [_divergence_of(each.predicted[name], each.predicted[SOFTNESS]) for each in snapshots]
    return regressed.mean_of(data, NUMBER, snapshots, rows)


def _divergence_of(first: np.ndarray, second: np.ndarray) -> float:
    if first.std() == 0 or second.std() == 0:
        return float("nan")
    return jensen_shannon_divergence(first, second)


def _floor(snapshots: list[Snapshot]) -> float:
    """Mean divergence of as many particles, drawn twice from one distribution."""
    sizes = [len(each.target) for each in snapshots]
    return float(np.mean([divergence_of_equals(size, size) for size in sizes]))


def shown_model(data: FigureData) -> str:
    """SVR, as in the source; another model where there is none."""
    names = regressed.names(data)
    return SVR if SVR in names else [*regressed.regressors(data), *names][0]


def _values(snapshot: Snapshot, name: str) -> np.ndarray:
    """(n,) ln p_r of a model; softness as it is."""
    values = snapshot.predicted[name]
    return values if name == SOFTNESS else regressed.log_probability(values)


def _moments(data: FigureData, snapshots: list[Snapshot], name: str) -> Estimate:
    return regressed.moments(data, NUMBER, snapshots, lambda each: _values(each, name))


def table(data: FigureData) -> pd.DataFrame:
    """Panel a: density of ln p_r at each temperature. Panel b: joint density with softness.

    ``width`` and ``height`` are those of the bin, ``softness`` its middle in panel b and 0 in
    panel a. ``divergence_from_softness`` is that at the training temperature, ``floor`` what equal
    distributions of as many particles have; they are left out where unknown.
    """
    tested, name = regressed.tested(data), shown_model(data)
    parts = [_density_rows(data, each, name) for each in tested.values()]
    parts += [_joint_rows(data, name)] if _has_both(data, name) else []
    if not parts:
        return pd.DataFrame(columns=["panel", "variable", "temperature", "value", "density"])
    rows = pd.concat(parts, ignore_index=True)
    if _has_both(data, name):
        snapshots = regressed.at_training(data)
        rows["divergence_from_softness"] = float(_divergence(data, snapshots, name).value)
        rows["floor"] = _floor(snapshots)
    return rows.replace([np.inf, -np.inf], np.nan).dropna(axis="columns")


def _density_rows(data: FigureData, snapshots: list[Snapshot], name: str) -> pd.DataFrame:
    edges = _edges(data, name)
    found = _moments(data, snapshots, name).value
    return pd.DataFrame(
        {
            "panel": "a",
            "variable": name,
            "temperature": snapshots[0].temperature,
            "softness": 0.0,
            "value": (edges[:-1] + edges[1:]) / 2,
            "density": _density(snapshots, name, edges),
            **_moment_columns(found),
        }
    )


def _moment_columns(found: np.ndarray) -> dict[str, float]:
    keys = ("mean", "standard_deviation", "skewness", "excess_kurtosis")
    return dict(zip(keys, found.tolist(), strict=True))


def _joint_rows(data: FigureData, name: str) -> pd.DataFrame:
    snapshots = regressed.at_training(data)
    density, x_edges, y_edges = _joint_density(data, name)
    across, along = np.nonzero(density)
    return pd.DataFrame(
        {
            "panel": "b",
            "variable": name,
            "temperature": snapshots[0].temperature,
            "softness": ((x_edges[:-1] + x_edges[1:]) / 2)[across],
            "value": ((y_edges[:-1] + y_edges[1:]) / 2)[along],
            "density": density[across, along],
            **_moment_columns(_moments(data, snapshots, name).value),
        }
    )


def _has_both(data: FigureData, name: str) -> bool:
    """Whether a model can be compared with softness at the training temperature."""
    return bool(regressed.at_training(data)) and {name, SOFTNESS} <= set(regressed.names(data))


def _edges(data: FigureData, name: str) -> np.ndarray:
    """(BINS + 1,) edges that hold the values of all temperatures."""
    given = [_values(each, name) for found in regressed.tested(data).values() for each in found]
    return _even_edges(np.concatenate(given))


def _even_edges(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    room = 0.0 if high > low else 0.5
    return np.linspace(low - room, high + room, BINS + 1)


def _density(snapshots: list[Snapshot], name: str, edges: np.ndarray) -> np.ndarray:
    """(bins,) share of particles per unit of ln p_r."""
    values = np.concatenate([_values(each, name) for each in snapshots])
    return np.histogram(values, edges)[0] / len(values) / np.diff(edges)


def _joint_density(data: FigureData, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(bins of softness, bins of ln p_r) share of particles per unit of both, and the edges."""
    snapshots = regressed.at_training(data)
    softness, values = (
        np.concatenate([_values(each, key) for each in snapshots]) for key in (SOFTNESS, name)
    )
    edges = _even_edges(softness), _even_edges(values)
    counts, *_ = np.histogram2d(softness, values, edges)
    areas = np.multiply.outer(*map(np.diff, edges))
    return counts / len(values) / areas, *edges


def plot(data: FigureData) -> Figure:
    """Distributions at all temperatures (a), and the joint one with softness (b)."""
    figure = Figure(figsize=(style.DOUBLE_COLUMN, 2.6))
    panels = figure.subplots(1, 2)
    name = shown_model(data)
    _draw_distributions(panels[0], data, name)
    _draw_joint(panels[1], data, name)
    for panel, letter in zip(panels, "ab", strict=True):
        panel.set_title(f"({letter})", loc="left", fontsize=9)
    tested = regressed.tested(data)
    if tested:
        style.temperature_legend(figure, tested, loc="outside right center")
    return figure


def _draw_distributions(axes: Axes, data: FigureData, name: str) -> None:
    tested = regressed.tested(data)
    label = _axis_label(name)
    axes.set_xlabel(label)
    axes.set_ylabel("density")
    if not tested:
        draw_models.say(axes, "no test snapshots")
        return
    edges = _edges(data, name)
    for temperature, snapshots in reversed(tested.items()):
        colour = style.temperature_colour(temperature)
        density = _density(snapshots, name, edges)
        axes.stairs(density, edges, color=colour, linewidth=0.9)
    axes.set_ylim(bottom=0)


def _axis_label(name: str) -> str:
    label = draw_models.look(name)[0]
    return label if name == SOFTNESS else f"{LN_P} by {label}"


def _draw_joint(axes: Axes, data: FigureData, name: str) -> None:
    axes.set_xlabel(draw_models.look(SOFTNESS)[0])
    axes.set_ylabel(_axis_label(name))
    if not _has_both(data, name):
        draw_models.say(axes, regressed.no_test_snapshots(data))
        return
    density, x_edges, y_edges = _joint_density(data, name)
    shown = np.ma.masked_equal(density.T, 0)
    # Without the whitest greys: few particles are not none.
    greys = ListedColormap(style.mpl.colormaps["Greys"](np.linspace(0.12, 1, 64)))
    mapped = axes.pcolormesh(x_edges, y_edges, shown, cmap=greys, vmin=0)
    axes.figure.colorbar(mapped, ax=axes, label="density", aspect=30)
