"""Claims of a figure as a JSON file."""

import dataclasses
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from softness.files.atomic import replacing
from softness.files.unreadable import RUN_AGAIN, unreadable
from softness.verdicts import Claim

NUMBERS = ("value", "low", "high", "resolution", "above", "below")


def write_claims(path: str | Path, claims: Sequence[Claim]) -> None:
    """Write claims as JSON; what was not measured is null."""
    rows = [
        {key: None if value != value else value for key, value in dataclasses.asdict(claim).items()}
        for claim in claims
    ]
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(rows, indent=1, allow_nan=False) + "\n")


def read_claims(paths: Iterable[str | Path]) -> list[Claim]:
    """Claims of several files, in order.

    Raises
    ------
    InputError
        If a file does not hold a list of claims.
    """
    claims = []
    for path in paths:
        try:
            rows = json.loads(Path(path).read_text())
            for row in rows:
                numbers = {k: math.nan for k in NUMBERS if row[k] is None}
                claims.append(Claim(**{**row, **numbers}))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise unreadable(path, error, f"holds no claims ({error})", RUN_AGAIN) from error
    return claims
