"""Figure 2.2: what is learned from diffusive extremes classifies activated dynamics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness import seeds
from softness.dynamics.van_hove import non_gaussian_parameter
from softness.files.records.dynamics import VanHove
from softness.findings import learned
from softness.findings.data import FigureData
from softness.findings.learned import SOFTNESS
from softness.uncertainty import Estimate, block_labels, bootstrap
from softness.verdicts import Claim, Statement, above, below, every

NUMBER = "2.2"
HOTTEST_OF_SOURCE = 2.0

TRANSFERS = Statement(
    figure=NUMBER,
    name="accuracy of every fluidity minus that of each random direction, at their best biases",
    claim="Every fluidity keeps substantial accuracy on activated dynamics at low temperature",
    section="2.3",
    source="substantial, no value given",
    rule=every(above(0.0)),
)
GAUSSIAN = Statement(
    figure=NUMBER,
    name="non-Gaussian parameter at T = 2",
    claim="At high temperature displacements are essentially Gaussian",
    section="2.3",
    source="essentially Gaussian, no value given",
    rule=below(0.05),
    of_liquid=True,
)
FAR = Statement(
    figure=NUMBER,
    name="median displacement at T = 2, in sigma_AA",
    claim="At high temperature many particles move many times their own size",
    section="2.3",
    source="many times their size, no value given",
    # Ours: half of the particles move two diameters in the time shown.
    rule=above(2.0),
    of_liquid=True,
)
TAILED = Statement(
    figure=NUMBER,
    name="ln likelihood of an exponential over a Gaussian tail, a displacement, coldest liquid",
    claim="At low temperature displacements have an exponential tail",
    section="2.3",
    source="exponential tail, no value given",
    rule=above(0.0),
)
HOPS = Statement(
    figure=NUMBER,
    name="median size of rearrangements in the coldest liquid, in sigma_AA",
    claim="At low temperature the tail is of hops of less than a particle diameter",
    section="2.3",
    source="less than a diameter",
    rule=below(1.0),
)
OF_HOTTEST = (GAUSSIAN, FAR)


@dataclass(frozen=True)
class Displacements:
    """Of one component at one temperature.

    Attributes
    ----------
    density, gaussian
        (bins,) as measured, and the Gaussian of the same variance, in 1 / sigma_AA.
    shape
        (3,) alpha_2, median distance in sigma_AA, and by how much the tail is more likely an
        exponential than a Gaussian; blocks of time are resampled.
    """

    density: np.ndarray
    gaussian: np.ndarray
    shape: Estimate


@dataclass(frozen=True)
class Findings:
    """Accuracies on the transfer set, and the van Hove function.

    Attributes
    ----------
    temperature
        Of the transfer set, in eps_AA / k_B.
    bias
        (biases,) from the best one, in units of the spread, by the name of the variable.
    accuracy
        (biases,) at each, likewise: of softness, of fluidities from cold to hot, of random ones.
    fluidity, random
        Names of the fluidities by temperature of training, and of the random directions.
    beyond_random
        () accuracy of each fluidity minus that of each random direction, each with a bias chosen on
        other replicas.
    doubt
        Which sets of samples are incomplete.
    lag, distance
        Time in tau, and (bins,) displacements in sigma_AA.
    displacements
        By temperature, from cold to hot.
    hop_size
        () median over rearrangements at the coldest temperature; None without any.
    """

    temperature: float
    bias: dict[str, np.ndarray]
    accuracy: dict[str, Estimate]
    fluidity: dict[float, str]
    random: list[str]
    beyond_random: dict[str, Estimate]
    doubt: str
    lag: float
    distance: np.ndarray
    displacements: dict[float, Displacements]
    hop_size: Estimate | None


def compute(data: FigureData) -> Findings:
    """Accuracies against bias and with held-out ones, densities and their shape."""
    transfer, first = data.transfer[0], data.van_hove[0]
    fluidity = {t: learned.fluidity_name(t) for t in learned.fluidity_temperatures(data)}
    random = learned.random_names(transfer)
    names = (SOFTNESS, *fluidity.values(), *random)
    distance = (first.edges[:-1] + first.edges[1:]) / 2
    return Findings(
        temperature=float(transfer.temperature),
        bias={name: transfer.bias - _best_bias(data, name) for name in names},
        accuracy={name: learned.curve(data, NUMBER, transfer, name) for name in names},
        fluidity=fluidity,
        random=random,
        beyond_random=_beyond_random(data, fluidity, random),
        doubt=learned.doubt(fluidity=data.fluidity, sets=[transfer]),
        lag=float(first.lag),
        distance=distance,
        displacements={
            t: _displacements(data, t, distance)
            for t in sorted({float(run.temperature) for run in data.van_hove})
        },
        hop_size=_hop_size(data),
    )


def _best_bias(data: FigureData, name: str) -> float:
    return float(learned.best_bias(data, NUMBER, data.transfer[0], name).value)


def _beyond_random(
    data: FigureData, fluidity: dict[float, str], random: list[str]
) -> dict[str, Estimate]:
    transfer = data.transfer[0]
    chance = {name: learned.held_out_accuracy(data, NUMBER, transfer, name) for name in random}
    found = {}
    for temperature, name in fluidity.items():
        accuracy = learned.held_out_accuracy(data, NUMBER, transfer, name)
        for control, each in chance.items():
            member = f"{learned.fluidity_member(temperature)} and {control.replace('_', ' ')}"
            found[member] = accuracy - each
    return found


def _hop_size(data: FigureData) -> Estimate | None:
    """Median over events of the root of the largest p_hop, which is the distance of a clean hop.

    Mean over runs of their medians: replicas are resampled, and blocks of events in them.
    """
    coldest = min((float(each.temperature) for each in data.rearrangements), default=np.nan)
    runs = [each for each in data.rearrangements if float(each.temperature) == coldest]
    runs = [each for each in runs if len(each.value)]
    if not runs:
        return None
    medians = []
    for each in runs:
        order = np.argsort(each.frame, kind="stable")
        blocks = np.array_split(each.value[order], min(_event_blocks(data, coldest), len(order)))
        medians.append(np.array([[np.sqrt(np.median(block))] for block in blocks]))
    value = float(np.concatenate(medians).mean())
    counts = [np.ones_like(each) for each in medians]
    generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} hops", coldest)
    draws = bootstrap(medians, counts, lambda mean: mean[0], data.settings["draws"], generator)
    return Estimate.of_bootstrap(value, draws, [len(each) for each in medians])


def _event_blocks(data: FigureData, temperature: float) -> int:
    """Blocks of time in a run at a temperature."""
    run = next(run for run in data.van_hove if float(run.temperature) == temperature)
    return int(block_labels(run.origin, float(run.duration), _block(data, run)).max()) + 1


def _displacements(data: FigureData, temperature: float, distance: np.ndarray) -> Displacements:
    """Density and shape over all origins of all runs at a temperature."""
    runs = [run for run in data.van_hove if float(run.temperature) == temperature]
    origins = [len(run.origin) for run in runs]
    variance = np.concatenate([run.square for run in runs]).mean() / 3
    return Displacements(
        density=np.average([run.density for run in runs], axis=0, weights=origins),
        gaussian=np.exp(-(distance**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance),
        shape=_shape(data, temperature, runs),
    )


def _shape(data: FigureData, temperature: float, runs: Sequence[VanHove]) -> Estimate:
    sums, counts = zip(*(_block_sums(data, run) for run in runs), strict=True)
    means = sum(each.sum(axis=0) for each in sums) / sum(each.sum(axis=0) for each in counts)
    value = _measures(means)
    generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} van Hove", temperature)
    draws = bootstrap(sums, counts, _measures, data.settings["draws"], generator)
    return Estimate.of_bootstrap(value, draws, [len(each) for each in sums])


def _measures(means: np.ndarray) -> np.ndarray:
    """`Displacements.shape` from <r^2>, <r^4>, the median and the tail."""
    square, fourth, median, tail = means
    return np.array([non_gaussian_parameter(square, fourth), median, tail])


def _block(data: FigureData, run: VanHove) -> float:
    """Least length of a block, in tau; the whole run where tau_alpha is unknown."""
    time = data.relaxation_time_at(float(run.temperature))
    return data.settings["block_length"] * time if np.isfinite(time) else float(run.duration)


def _block_sums(data: FigureData, run: VanHove) -> tuple[np.ndarray, np.ndarray]:
    """(blocks, 4) sums over origins in blocks of time of `_measures`, and (blocks, 1) numbers."""
    labels = block_labels(run.origin, float(run.duration), _block(data, run))
    members = labels[:, None] == np.unique(labels)
    numbers = np.stack([run.square, run.fourth, run.median, run.tail], axis=1)
    return members.T @ numbers, members.sum(axis=0)[:, None].astype(float)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the transfer, and on the shape of displacements."""
    transfers = TRANSFERS.not_tested("the study has no random directions")
    if findings.beyond_random:
        transfers = TRANSFERS.judge_every(findings.beyond_random, findings.doubt)
    cold, hot = min(findings.displacements), max(findings.displacements)
    of_hottest, size = findings.displacements[hot].shape, findings.hop_size
    reason = "" if hot >= HOTTEST_OF_SOURCE else f"the hottest liquid is T = {hot:g}"
    return [
        transfers,
        *(
            each.not_tested(reason) if reason else each.judge(of_hottest[number])
            for number, each in enumerate(OF_HOTTEST)
        ),
        TAILED.judge(findings.displacements[cold].shape[2]),
        HOPS.judge(size) if size else HOPS.not_tested("nothing rearranges in the coldest liquid"),
    ]


def table(findings: Findings) -> pd.DataFrame:
    """Accuracies against bias, then densities of displacements: ``quantity`` says which.

    ``x`` is the bias from the best one in units of the spread, or the displacement. Densities have
    no interval: low and high repeat them.
    """
    parts = []
    for name, accuracy in findings.accuracy.items():
        labels = ("accuracy", findings.temperature, name)
        parts.append(_rows(labels, findings.bias[name], accuracy.value, *accuracy.interval()))
    for temperature, each in findings.displacements.items():
        for quantity, density in (("van Hove", each.density), ("Gaussian", each.gaussian)):
            labels = (quantity, temperature, "displacement")
            parts.append(_rows(labels, findings.distance, density, density, density))
    return learned.with_full_intervals(pd.concat(parts, ignore_index=True))


def _rows(labels: tuple[str, float, str], *columns: np.ndarray) -> pd.DataFrame:
    labels = zip(("quantity", "temperature", "variable"), labels, strict=True)
    columns = zip(("x", "value", "low", "high"), columns, strict=True)
    return pd.DataFrame({**dict(labels), **dict(columns)})
