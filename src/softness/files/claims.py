"""Claims: of a figure as a JSON file, of a study as a table (CSV)."""

import csv
import dataclasses
import io
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """Write all claims of a study as a table; what was not measured is empty."""
    with replacing(path) as temporary, temporary.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(field.name for field in FIELDS)
        table.writerows(map(_as_text, dataclasses.astuple(claim)) for claim in claims)


def _as_text(value: str | float | bool) -> str:
    if not isinstance(value, float):
        return str(value)
    return "" if math.isnan(value) else f"{value:.8g}"


def read_claims_table(path: str | Path) -> list[Claim]:
    """All claims of a study, with verdicts as they are in its report.

    Raises
    ------
    InputError
        If the file does not hold claims.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(Path(path).read_text())))
        return [_claim({**row, "of_liquid": row["of_liquid"] == "True"}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
        raise unreadable(path, error, f"holds no claims ({error})", RUN_AGAIN) from error


def _claim(row: Mapping[str, Any]) -> Claim:
    """Of a row in which a number that was not measured is null, or an empty text."""
    numbers = {name: math.nan if row[name] in (None, "") else float(row[name]) for name in NUMBERS}
    return Claim(**{**row, **numbers})
