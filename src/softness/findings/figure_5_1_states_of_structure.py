"""Figure 5.1: which state of structure, and which orders of averaging, predict propensity."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from softness.files.records.states import StateScores
from softness.files.states import CAGE, INHERENT, THERMAL
from softness.findings import memory, regressed
from softness.findings.data import FigureData
from softness.findings.explained import reliability_of
from softness.uncertainty import Estimate
from softness.verdicts import Claim, Statement, above

NUMBER = "5.1"
HIGHEST = 2
"""Order up to which states are compared."""

LEAST_RELIABILITY = 0.1
"""Below it, nothing is divided by the reliability: a tenth of what was measured is known."""

OWN, PUBLISHED = "our own runs", "published data"

BY_STATE = Statement(
    figure=NUMBER,
    name="Pearson by inherent states minus that by the thermal ones, orders 0 to 2, {}",
    claim="The inherent state of a snapshot predicts its thermal propensity better than the "
    "snapshot itself does",
    section="",
    source="none",
    # A third of the 0.15 that is known from the data of another group.
    rule=above(0.05),
)
BY_ORDER = Statement(
    figure=NUMBER,
    name="Pearson by orders 0 to 2 minus that by order 0, inherent states, {}",
    claim="Averages over the neighbourhood of inherent states add to what they predict",
    section="",
    source="none",
    rule=above(0.0),
)
BY_CAGE = Statement(
    figure=NUMBER,
    name="Pearson by cages minus that by inherent states, orders 0 to 2, {}",
    claim="Mean positions over short runs predict better than inherent states do",
    section="",
    source="none",
    rule=above(0.0),
)


@dataclass(frozen=True)
class Curves:
    """Scores of one set of snapshots, means over them.

    Attributes
    ----------
    temperature
        In eps_AA / k_B.
    training_time
        At which claims compare, in tau.
    is_published
        Whether they are of published data.
    time
        (times,) in tau.
    targets, states, orders
        Names of the states that propensity is of; of structure; and the highest order of each set
        of features.
    features
        Number of features of each set.
    model
        Name of the regressor.
    centred
        Whether targets were centred in each snapshot.
    pearson
        (targets, states, orders, times) of predicted with measured propensity.
    explained, over_ceiling
        (targets, states, orders, times) variance within a snapshot that is explained, and the same
        over the reliability of the runs; nan where that is unknown.
    with_offset
        (targets, states, orders, times) the first of these if the mean of the snapshot has to be
        predicted as well.
    ceiling, reliability
        (targets, times) of the Pearson correlation, and its square (Spearman-Brown).
    between
        (targets, times) share of the variance of all particles that lies between snapshots.
    """

    temperature: float
    training_time: float
    is_published: bool
    time: np.ndarray
    targets: tuple[str, ...]
    states: tuple[str, ...]
    orders: tuple[int, ...]
    features: tuple[int, ...]
    model: str
    centred: bool
    pearson: Estimate
    explained: Estimate
    with_offset: Estimate
    over_ceiling: Estimate
    ceiling: Estimate
    reliability: Estimate
    between: Estimate

    @property
    def compared(self) -> int:
        """Number of the time at which claims compare: of published data the nearest one."""
        return int(np.argmin(np.abs(np.log(self.time / self.training_time))))

    def place(self, state: str, highest: int) -> tuple[int, int] | None:
        """Numbers of a state and of a set of orders; None if it was not scored."""
        if state not in self.states or highest not in self.orders:
            return None
        return self.states.index(state), self.orders.index(highest)


@dataclass(frozen=True)
class Findings:
    """Scores of our own snapshots, and of published ones; None where there are none."""

    own: Curves | None
    published: Curves | None

    def __iter__(self) -> Iterator[tuple[str, Curves | None]]:
        """Both, with what they are called."""
        return iter(((OWN, self.own), (PUBLISHED, self.published)))


def compute(data: FigureData) -> Findings:
    """Means over snapshots, with resamples of replicas and snapshots."""
    found = {bool(each.published): _curves(data, each) for each in data.state_scores}
    return Findings(found.get(False), found.get(True))


def _curves(data: FigureData, scores: StateScores) -> Curves:
    temperature = float(scores.temperature)
    units = [regressed.Unit(temperature, int(replica)) for replica in scores.replica]

    def mean(values: np.ndarray, **options: object) -> Estimate:
        """Over snapshots, the last axis but one."""
        return regressed.mean_of(data, NUMBER, units, np.moveaxis(values, -2, 0), **options)

    explained = mean(scores.explained)
    with np.errstate(divide="ignore", invalid="ignore"):
        missed = scores.offset**2 / scores.variance[:, None, None]
    reliability = mean(scores.half_correlation).map(reliability_of)
    known = (reliability.value >= LEAST_RELIABILITY)[:, None, None]
    over_ceiling = explained / reliability[:, None, None]
    about = scores.mean - scores.mean.mean(axis=1, keepdims=True)
    moments = np.stack([scores.variance, about, about**2])
    return Curves(
        temperature=temperature,
        training_time=float(scores.training_time),
        is_published=bool(scores.published),
        time=scores.time,
        targets=_texts(scores.targets),
        states=_texts(scores.states),
        orders=tuple(scores.order.tolist()),
        features=tuple(scores.features.tolist()),
        model=str(scores.model.astype(str)),
        centred=bool(scores.centred),
        pearson=mean(scores.pearson),
        explained=explained,
        with_offset=mean(scores.explained - missed),
        over_ceiling=over_ceiling.map(lambda each: np.where(known, each, np.nan)),
        ceiling=reliability.map(np.sqrt),
        reliability=reliability,
        between=mean(moments, statistic=_between),
    )


def _texts(names: np.ndarray) -> tuple[str, ...]:
    return tuple(names.astype(str).tolist())


def _between(moments: np.ndarray) -> np.ndarray:
    """Share of the variance between snapshots, from means of variances, means and their squares."""
    within, mean, square = moments
    between = square - mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return between / (between + within)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts at the training time on the thermal propensity."""
    found = []
    for name, curves in findings:
        found += [
            _claim(BY_STATE, name, curves, (INHERENT, HIGHEST), (THERMAL, HIGHEST)),
            _claim(BY_ORDER, name, curves, (INHERENT, HIGHEST), (INHERENT, 0)),
        ]
    return [*found, _claim(BY_CAGE, OWN, findings.own, (CAGE, HIGHEST), (INHERENT, HIGHEST))]


def _claim(
    statement: Statement,
    name: str,
    curves: Curves | None,
    better: tuple[str, int],
    than: tuple[str, int],
) -> Claim:
    """Verdict on the difference of two curves, paired over snapshots."""
    statement = statement.of(name)
    if curves is None or THERMAL not in curves.targets:
        return statement.not_tested(f"there is no thermal propensity of {name}")
    places = [curves.place(*each) for each in (better, than)]
    if None in places:
        needed = " and ".join(dict.fromkeys((better[0], than[0])))
        orders = " and ".join(map(str, dict.fromkeys((than[1], better[1]))))
        return statement.not_tested(f"needs {needed} states with orders up to {orders}")
    time = curves.compared
    first, second = (
        curves.pearson[curves.targets.index(THERMAL), *place, time] for place in places
    )
    notes = f"at t = {curves.time[time]:g} and T = {curves.temperature:g}", f"by {curves.model}"
    return memory.told(statement.judge(first - second), *notes)


COLUMNS = ("data", "temperature", "target", "state", "orders", "features", "time", "quantity")


def table(findings: Findings) -> pd.DataFrame:
    """Every number with its interval: of curves, of their ceilings, of the variance's parts."""
    parts = [part for name, curves in findings if curves for part in _parts(name, curves)]
    columns = [*COLUMNS, "value", "low", "high"]
    if not parts:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(parts, ignore_index=True)[columns].replace([np.inf, -np.inf], np.nan)
    return rows.dropna(subset=["value", "low", "high"]).reset_index(drop=True)


def _parts(name: str, curves: Curves) -> Iterator[pd.DataFrame]:
    labels = {"data": name, "temperature": curves.temperature}
    quantities = {
        "Pearson correlation": curves.pearson,
        "explained variance": curves.explained,
        "explained variance over its ceiling": curves.over_ceiling,
        "explained variance with the offset of the snapshot": curves.with_offset,
    }
    of_target = {
        "ceiling of the Pearson correlation": curves.ceiling,
        "ceiling of the explained variance": curves.reliability,
        "share of the variance between snapshots": curves.between,
    }
    for number, target in enumerate(curves.targets):
        labels["target"] = target
        none = {"state": "", "orders": "", "features": 0}
        for quantity, values in of_target.items():
            yield _rows(labels | none | {"quantity": quantity}, curves.time, values[number])
        for state, orders, features, place in _sets(curves):
            own = {"state": state, "orders": orders, "features": features}
            for quantity, values in quantities.items():
                part = values[number, *place]
                yield _rows(labels | own | {"quantity": quantity}, curves.time, part)


def _sets(curves: Curves) -> Iterator[tuple[str, str, int, tuple[int, int]]]:
    for number, state in enumerate(curves.states):
        for place, highest in enumerate(curves.orders):
            yield state, orders_text(highest), curves.features[place], (number, place)


def orders_text(highest: int) -> str:
    """A set of orders as text."""
    return f"0 to {highest}" if highest else "0"


def _rows(labels: dict, time: Sequence[float], values: Estimate) -> pd.DataFrame:
    low, high = values.interval()
    return pd.DataFrame({**labels, "time": time, "value": values.value, "low": low, "high": high})
