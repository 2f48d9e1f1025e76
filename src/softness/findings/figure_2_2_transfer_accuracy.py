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
from softness.verdicts import Claim, Statement
from softness.uncertainty import Estimate, block_labels, bootstrap, widened

NUMBER = "2.2"
HOTTEST_OF_SOURCE = 2.0

TRANSFERS = Statement(
    figure=NUMBER,
    name="transfer accuracy of every fluidity",
    claim="Every fluidity keeps substantial accuracy on activated dynamics at low temperature",
    source="well above chance, no value given",
    above=0.55,
)
TRANSFERS_AT_ALL = Statement(
    figure=NUMBER,
    name="transfer accuracy of the best fluidity",
    claim="Ours: the best fluidity, chosen on other replicas, is better than chance there",
    source="none",
    above=learned.CHANCE,
)
GAUSSIAN = Statement(
    figure=NUMBER,
    name="non-Gaussian parameter at T = 2",
    claim="At high temperature displacements are essentially Gaussian",
    source="essentially Gaussian, no value given",
    below=0.05,
)
TAILED = Statement(
    figure=NUMBER,
    name="non-Gaussian parameter of the coldest liquid",
    claim="At low temperature displacements have an exponential tail",
    source="exponential tail, no value given",
    above=0.2,
)


@dataclass(frozen=True)
class Displacements:
    """Of one component at one temperature.

    Attributes
    ----------
    density, gaussian
        (bins,) as measured, and the Gaussian of the same variance, in 1 / sigma_AA.
    non_gaussian
        alpha_2, with blocks of time resampled.
    replicas
        Number of runs.
    """

    density: np.ndarray
    gaussian: np.ndarray
    non_gaussian: Estimate
    replicas: int


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
    held_out
        Accuracy of each fluidity with a bias chosen on other replicas.
    best
        That of the best fluidity, chosen likewise.
    replicas, doubt
        Of the transfer set; which sets of samples are incomplete.
    lag, distance
        Time in tau, and (bins,) displacements in sigma_AA.
    displacements
        By temperature, from cold to hot.
    """

    temperature: float
    bias: dict[str, np.ndarray]
    accuracy: dict[str, Estimate]
    fluidity: dict[float, str]
    random: list[str]
    held_out: dict[str, Estimate]
    best: Estimate
    replicas: int
    doubt: str
    lag: float
    distance: np.ndarray
    displacements: dict[float, Displacements]


def compute(data: FigureData) -> Findings:
    """Accuracies against bias and with held-out ones, densities and their shape."""
    transfer, first = data.transfer[0], data.van_hove[0]
    fluidity = {t: learned.fluidity_name(t) for t in learned.fluidity_temperatures(data)}
    random = learned.random_names(transfer)
    names = (SOFTNESS, *fluidity.values(), *random)
    distance = (first.edges[:-1] + first.edges[1:]) / 2
    return Findings(
        temperature=float(transfer.temperature),
        bias={name: transfer.bias - learned.best_bias(transfer, name) for name in names},
        accuracy={name: learned.curve(data, NUMBER, transfer, name) for name in names},
        fluidity=fluidity,
        random=random,
        held_out={
            learned.fluidity_member(t): learned.held_out_accuracy(data, NUMBER, transfer, name)
            for t, name in fluidity.items()
        },
        best=learned.held_out_accuracy(data, NUMBER, transfer, *fluidity.values()),
        replicas=learned.replicas_of([transfer]),
        doubt=learned.doubt(fluidity=data.fluidity, sets=[transfer]),
        lag=float(first.lag),
        distance=distance,
        displacements={
            t: _displacements(data, t, distance)
            for t in sorted({float(run.temperature) for run in data.van_hove})
        },
    )


def _displacements(data: FigureData, temperature: float, distance: np.ndarray) -> Displacements:
    """Density and shape over all origins of all runs at a temperature."""
    runs = [run for run in data.van_hove if float(run.temperature) == temperature]
    origins = [len(run.origin) for run in runs]
    variance = np.concatenate([run.square for run in runs]).mean() / 3
    return Displacements(
        density=np.average([run.density for run in runs], axis=0, weights=origins),
        gaussian=np.exp(-(distance**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance),
        non_gaussian=_non_gaussian(data, temperature, runs),
        replicas=len(runs),
    )


def _non_gaussian(data: FigureData, temperature: float, runs: Sequence[VanHove]) -> Estimate:
    sums, counts = zip(*(_block_sums(data, run) for run in runs), strict=True)
    moments = sum(each.sum(axis=0) for each in sums) / sum(each.sum(axis=0) for each in counts)
    value = _alpha(moments)
    generator = seeds.stream(data.settings["seed"], f"figure {NUMBER} van Hove", temperature)
    draws = bootstrap(sums, counts, _alpha, data.settings["draws"], generator)
    return Estimate(value, widened(draws, value, [len(each) for each in sums]))


def _alpha(moments: np.ndarray) -> float:
    """Non-Gaussian parameter from <r^2> and <r^4>; 0 for a Gaussian."""
    return non_gaussian_parameter(*moments)


def _block_sums(data: FigureData, run: VanHove) -> tuple[np.ndarray, np.ndarray]:
    """(blocks, 2) sums of r^2 and r^4 over origins in blocks of time, and (blocks, 1) numbers."""
    time = data.relaxation_time_at(float(run.temperature))
    length = data.settings["block_length"] * time if np.isfinite(time) else float(run.duration)
    labels = block_labels(run.origin, float(run.duration), length)
    members = labels[:, None] == np.unique(labels)
    moments = np.stack([run.square, run.fourth], axis=1)
    return members.T @ moments, members.sum(axis=0)[:, None].astype(float)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the transfer, and on the shape of displacements."""
    replicas, doubt = findings.replicas, findings.doubt
    cold, hot = min(findings.displacements), max(findings.displacements)
    return [
        learned.judged_all(TRANSFERS, findings.held_out, replicas, doubt),
        learned.judged(TRANSFERS_AT_ALL, findings.best, replicas, doubt),
        _shape_claim(GAUSSIAN, findings.displacements[hot])
        if hot >= HOTTEST_OF_SOURCE
        else GAUSSIAN.not_tested(f"the hottest liquid is T = {hot:g}"),
        _shape_claim(TAILED, findings.displacements[cold]),
    ]


def _shape_claim(statement: Statement, displacements: Displacements) -> Claim:
    return learned.judged(statement, displacements.non_gaussian, displacements.replicas)


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
