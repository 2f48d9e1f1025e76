"""Barriers of bins of softness, as they come out of an estimator: numbers, a table, a figure."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softness.barriers.analysis import DRAWN_FORM, analyse_barriers
from softness.barriers.bins import BinCounts
from softness.barriers.fit import FORMS, METHODS, fit_barrier
from softness.errors import InputError
from softness.files.records.barriers import BarrierTable
from softness.uncertainty import Estimate, Units

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_FITTED = FORMS.index(DRAWN_FORM), METHODS.index("binomial"), 0


@dataclass(frozen=True)
class SoftnessBarriers:
    """Energy barrier and entropy of each bin of softness, P = exp(Sigma - Delta E / T) / T.

    By maximum likelihood, with uncertainties from resampled runs and time blocks within them: an
    `Estimate` has its ``value``, its ``draws`` (bootstrap resamples), and 95 % bounds from
    ``interval()``. Its draws are nan where there is a single block.

    Attributes
    ----------
    table
        All that was counted and fitted, as a study keeps it.
    relaxation_times
        tau_alpha at each temperature, in tau.
    """

    table: BarrierTable
    relaxation_times: Mapping[float, float]

    @property
    def edges(self) -> np.ndarray:
        """(bins + 1,) of softness, in standard deviations at the training temperature."""
        return self.table.edges

    @property
    def softness(self) -> np.ndarray:
        """(bins,) mean softness in each bin."""
        return self.table.value[0]

    @property
    def energy(self) -> Estimate:
        """(bins,) Delta E, in eps_AA."""
        return self._estimate(self.table.energy[_FITTED], self.table.energy_draws[:, 0])

    @property
    def entropy(self) -> Estimate:
        """(bins,) Sigma, in k_B."""
        return self._estimate(self.table.entropy[_FITTED], self.table.entropy_draws[:, 0])

    @property
    def onset(self) -> Estimate:
        """() T0, at which softness ceases to matter, in eps_AA / k_B."""
        return self._estimate(self.table.onset[0], self.table.onset_draws[:, 0])

    @property
    def flag(self) -> np.ndarray:
        """(bins,) ``"ok"``, or why a bin has no barrier."""
        counts = self.table.events[:, 0].T, self.table.trials[:, 0].T
        return np.array(fit_barrier(self.table.temperature, *counts, form=DRAWN_FORM).flag)

    def columns(self) -> dict[str, np.ndarray]:
        """A number for each bin: its edges and mean softness, events, barrier, entropy, flag."""
        columns = {"low": self.edges[:-1], "high": self.edges[1:], "softness": self.softness}
        columns["events"] = self.table.events[:, 0].sum(axis=0)
        for name, found in (("energy", self.energy), ("entropy", self.entropy)):
            below, above = found.interval()
            columns |= {name: found.value, f"{name}_low": below, f"{name}_high": above}
        return columns | {"flag": self.flag}

    def frame(self) -> "pd.DataFrame":
        """`columns` as a data frame of pandas."""
        with _extra("frame"):
            import pandas as pd
        return pd.DataFrame(self.columns())

    def plot(self) -> "Figure":
        """P against 1/T by softness, barriers and entropies, as a figure of matplotlib."""
        with _extra("plot"):
            from softness.figures.softness_barriers import plot
        return plot(self.table)

    def __str__(self) -> str:
        columns = self.columns()
        shown = [
            [f"{each:.3g}" if isinstance(each, float) else str(each) for each in column.tolist()]
            for column in columns.values()
        ]
        lines = [columns, *zip(*shown, strict=True)]
        widths = [max(map(len, column)) + 2 for column in zip(*lines, strict=True)]
        return "\n".join("".join(map(str.rjust, line, widths)) for line in lines)

    def _estimate(self, value: np.ndarray, draws: np.ndarray) -> Estimate:
        units = Units.of([int(self.table.blocks.min())] * int(self.table.replicas))
        return Estimate(value, draws, units)


@contextmanager
def _extra(method: str) -> Iterator[None]:
    """Say what to install for a method."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(
            f"{method} needs {error.name}, which is not installed: install the extra plots"
        ) from error


def barrier_table(
    temperatures: Sequence[float],
    counts: Sequence[Sequence[BinCounts]],
    edges: np.ndarray,
    stride: int,
    least_population: int,
    draws: int,
    generator: np.random.Generator,
) -> BarrierTable:
    """Barriers of softness alone, fitted to counts as a study fits those of all variables.

    Parameters
    ----------
    temperatures
        Rising.
    counts
        Of each run at each temperature.
    edges
        (bins + 1,) of softness.
    stride, least_population, draws, generator
        As for `softness.barriers.analysis.analyse_barriers`.
    """
    tables = [
        [np.stack([run.events, run.trials], axis=1)[:, :, None] for run in runs] for runs in counts
    ]
    totals = np.array([sum(run.totals.sum(axis=0) for run in runs)[None] for runs in counts])
    rest = stride, least_population, generator, draws
    found = analyse_barriers(np.array(temperatures), tables, totals, *rest)
    return BarrierTable(
        names=np.array(["softness"], dtype="S"),
        edges=edges,
        replicas=np.array(min(map(len, counts))),
        blocks=np.array([min(len(run.events) for run in runs) for runs in counts]),
        **vars(found),
    )
