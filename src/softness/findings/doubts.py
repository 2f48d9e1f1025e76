"""Doubts that hold for all claims at a temperature: runs out of equilibrium, snapshots too near."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from softness.files.records.dynamics import EquilibrationEvidence
from softness.findings.data import KINDS, FigureData
from softness.verdicts import INCONCLUSIVE, NOT_TESTED, Claim

SNAPSHOTS = "snapshots"
"""Kind of the units that have to lie a relaxation time apart."""

# Whose temperatures do not tell what a figure is about, unless it has nothing else.
LOOKED_UP = ("relaxation", "evidence")


def with_doubts(claims: Iterable[Claim], data: FigureData) -> list[Claim]:
    """Claims of a figure; those at a temperature that is in doubt are inconclusive."""
    temperatures = _temperatures(data)
    rows = [(table, n) for table in data.evidence for n in range(len(table.temperature))]
    used = [row for row in rows if float(row[0].temperature[row[1]]) in temperatures]
    equilibrium = "; ".join(filter(None, (_equilibrium(*row) for row in used)))
    spacing = "; ".join(dict.fromkeys(filter(None, (_spacing(*row) for row in used))))
    return [
        _doubted(claim, [equilibrium, spacing if SNAPSHOTS in claim.units else ""])
        for claim in claims
    ]


def _temperatures(data: FigureData) -> set[float]:
    """Temperatures of the tables of a figure."""
    given = {kind: getattr(data, kind) for kind in KINDS}
    chosen = [tables for kind, tables in given.items() if kind not in LOOKED_UP and tables]
    found = [
        np.ravel(table.temperature) for tables in (chosen or [data.relaxation]) for table in tables
    ]
    return {float(each) for each in np.concatenate(found)} if found else set()


def _equilibrium(table: EquilibrationEvidence, row: int) -> str:
    text = table.doubt[row].astype(str)
    where = f"T = {table.temperature[row]:g}, replica {table.replica[row]}"
    return f"equilibration at {where}: {text}" if text else ""


def _spacing(table: EquilibrationEvidence, row: int) -> str:
    spacing, time = float(table.snapshot_spacing[row]), float(table.relaxation_time[row])
    if not spacing < time:
        return ""
    return (
        f"snapshots at T = {table.temperature[row]:g} lie {spacing:g} tau apart, less than "
        f"tau_alpha = {time:.3g}: they are not independent"
    )


def _doubted(claim: Claim, doubts: Sequence[str]) -> Claim:
    doubts = [each for each in doubts if each]
    if not doubts or claim.verdict == NOT_TESTED:
        return claim
    texts = filter(None, [claim.doubt, *doubts])
    return replace(claim, verdict=INCONCLUSIVE, doubt="; ".join(texts))
