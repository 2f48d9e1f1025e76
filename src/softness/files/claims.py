"""Claims: of a figure as a JSON file, of a study as a table (CSV)."""

import dataclasses
import io
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from softness.files.atomic import replacing
from softness.files.unreadable import RUN_AGAIN, unreadable
from softness.verdicts import Claim

FIELDS = dataclasses.fields(Claim)
NUMBERS = ("value", "low", "high", "resolution", "above", "below")


@dataclass(frozen=True)
class FigureClaims:
    """What a figure claims, whatever may be held against its runs.

    Attributes
    ----------
    temperatures
        That it is about.
    claims
        In order.
    """

    temperatures: frozenset[float]
    claims: Sequence[Claim]


def write_claims(
    path: str | Path, claims: Iterable[Claim], temperatures: Collection[float]
) -> None:
    """Write the claims of a figure as JSON; what was not measured is null."""
    rows = [
        {key: None if value != value else value for key, value in dataclasses.asdict(claim).items()}
        for claim in claims
    ]
    written = {"temperatures": sorted(temperatures), "claims": rows}
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(written, indent=1, allow_nan=False) + "\n")


def read_claims(path: str | Path) -> FigureClaims:
    """Claims of a figure.

    Raises
    ------
    InputError
        If the file does not hold claims.
    """
    try:
        found = json.loads(Path(path).read_text())
        claims = [_claim(row) for row in found["claims"]]
        return FigureClaims(frozenset(map(float, found["temperatures"])), claims)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise unreadable(path, error, f"holds no claims ({error})", RUN_AGAIN) from error


def write_claims_table(path: str | Path, claims: Iterable[Claim]) -> None:
    """Write all claims of a study as a table."""
    rows = [dataclasses.asdict(claim) for claim in claims]
    with replacing(path) as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False, float_format="%.8g")


def read_claims_table(path: str | Path) -> list[Claim]:
    """All claims of a study, with verdicts as they are in its report.

    Raises
    ------
    InputError
        If the file does not hold claims.
    """
    types = {field.name: bool if field.name == "of_liquid" else str for field in FIELDS}
    types |= dict.fromkeys(NUMBERS, float)
    empty = {name: [""] for name in NUMBERS}
    try:
        text = io.StringIO(Path(path).read_text())
        table = pd.read_csv(text, dtype=types, keep_default_na=False, na_values=empty)
        return [_claim(row) for row in table.to_dict("records")]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise unreadable(path, error, f"holds no claims ({error})", RUN_AGAIN) from error


def _claim(row: Mapping[str, Any]) -> Claim:
    numbers = {name: math.nan for name in NUMBERS if row[name] is None}
    return Claim(**{**row, **numbers})
