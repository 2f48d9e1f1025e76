"""Doubts that hold for all claims at a temperature: runs out of equilibrium, snapshots too near."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from softness.files.records.dynamics import EquilibrationEvidence
from softness.findings.data import KINDS, FigureData
from softness.verdicts import INCONCLUSIVE, NOT_TESTED, Claim

SNAPSHOTS = "snapshots"
"""Kind of the units that have to lie a relaxation time apart."""

# Whose temperatures do not tell what a figure is about, unless it has nothing else.
LOOKED_UP = "relaxation"


def with_doubts(
    claims: Iterable[Claim], temperatures: Collection[float], evidence: EquilibrationEvidence
) -> list[Claim]:
    """Claims of a figure; those at a temperature that is in doubt are inconclusive.

    Parameters
    ----------
    claims
        Of the figure.
    temperatures
        That it is about.
    evidence
        Of the runs of its study.
    """
    used = [row for row, found in enumerate(evidence.temperature) if float(found) in temperatures]
    equilibrium = "; ".join(filter(None, (_equilibrium(evidence, row) for row in used)))
    spacing = "; ".join(dict.fromkeys(filter(None, (_spacing(evidence, row) for row in used))))
    return [
        _doubted(claim, [equilibrium, spacing if SNAPSHOTS in claim.units else ""])
        for claim in claims
    ]


def temperatures_of(data: FigureData) -> set[float]:
    """Temperatures that a figure is about: those of its tables."""
    given = {kind: getattr(data, kind) for kind in KINDS}
    chosen = [tables for kind, tables in given.items() if kind != LOOKED_UP and tables]
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
