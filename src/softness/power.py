"""How often studies of some size would decide each claim, as a table in Markdown.

From claims.csv of a finished study: the standard error of each claim, from its interval, and its
number of independent units. As many studies are made up whose measured value is normal about a true
one and whose standard error is Student's; the rule judges each of them.
"""

import argparse
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from softness import seeds
from softness.errors import InputError
from softness.uncertainty import standard_error, tail_quantile
from softness.verdicts import INCONCLUSIVE, NOT_REPRODUCED, NOT_TESTED, REPRODUCED, Rule

STUDIES = 4000


@dataclass(frozen=True)
class Size:
    """What of a study decides how often a rule decides.

    Attributes
    ----------
    error
        Standard error of the value.
    units
        Independent units that it comes from.
    """

    error: float
    units: int

    def times(self, factor: float) -> "Size":
        """The same with a multiple of the units."""
        return Size(self.error / math.sqrt(factor), max(round(self.units * factor), 2))


def decided(
    rule: Rule, truth: float, size: Size, generator: np.random.Generator
) -> dict[str, float]:
    """Fractions of studies by their verdict.

    Parameters
    ----------
    rule
        That judges.
    truth
        The true value.
    size
        Of each study.
    generator
        Source of the studies.
    """
    freedom = size.units - 1
    values = truth + size.error * generator.normal(size=STUDIES)
    errors = size.error * np.sqrt(generator.chisquare(freedom, STUDIES) / freedom)
    reach = tail_quantile(freedom) * errors
    found = [rule.verdict(*ends) for ends in zip(values - reach, values + reach, strict=True)]
    return {
        each: found.count(each) / STUDIES for each in (REPRODUCED, NOT_REPRODUCED, INCONCLUSIVE)
    }


def truths(rule: Rule, value: float) -> tuple[float, float]:
    """A true value for which a statement is right, and one for which it is wrong by the bound.

    Of an equivalence: the expected value, and one as far beyond a bound. Of a single bound: as far
    from it as the measured value is, on either side.
    """
    if math.isfinite(rule.above) and math.isfinite(rule.below):
        middle = (rule.above + rule.below) / 2
        return middle, rule.below + (rule.below - middle)
    if math.isfinite(rule.above):
        away = abs(value - rule.above)
        return rule.above + away, rule.above - away
    away = abs(value - rule.below)
    return rule.below - away, rule.below + away


def table(claims: pd.DataFrame, factor: float) -> pd.DataFrame:
    """A row for each claim with an interval: how often it is decided, and with more units.

    Parameters
    ----------
    claims
        Rows of claims.csv.
    factor
        Of the units of the larger study.
    """
    rows = []
    for _, claim in claims[claims["verdict"] != NOT_TESTED].iterrows():
        size = _size(claim)
        if size is None:
            continue
        rule = Rule(
            -math.inf if math.isnan(claim["above"]) else claim["above"],
            math.inf if math.isnan(claim["below"]) else claim["below"],
        )
        row = {"figure": claim["figure"], "quantity": claim["name"], "bound": rule.region}
        row |= {"value": claim["value"], "error": size.error, "units": size.units}
        generator = seeds.stream(0, f"power {claim['figure']} {claim['name']}", 0.0)
        for ending, each in (("", size), (f", {factor:g} times the units", size.times(factor))):
            right, wrong = truths(rule, claim["value"])
            row[f"right{ending}"] = decided(rule, right, each, generator)[REPRODUCED]
            row[f"wrong{ending}"] = decided(rule, wrong, each, generator)[NOT_REPRODUCED]
        rows.append(row)
    return pd.DataFrame(rows)


def _size(claim: pd.Series) -> Size | None:
    """Of the study behind a claim; none without an interval."""
    units, reach = int(re.match(r"\d+", str(claim["units"]))[0]), claim["high"] - claim["low"]
    if units < 2 or not (math.isfinite(reach) and reach > 0):
        return None
    return Size(standard_error(claim["low"], claim["high"], units - 1), units)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.description = __doc__
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("claims", type=Path, help="claims.csv of a finished study")
    parser.add_argument(
        "--times",
        type=float,
        default=4.0,
        metavar="K",
        help="a second study with this multiple of the units; default: %(default)g",
    )
    parser.set_defaults(function=command)


def command(options: argparse.Namespace) -> int:
    """Print the table."""
    if not (math.isfinite(options.times) and options.times > 0):
        raise InputError(f"--times {options.times}: give a positive number")
    claims = pd.read_csv(options.claims, dtype={"figure": str})
    if lacking := {"above", "below", "units", "verdict"} - set(claims):
        raise InputError(
            f"{options.claims}: lacks the column {min(lacking)}: give claims.csv of a study that "
            "this version has finished"
        )
    found = table(claims, options.times)
    print("| " + " | ".join(found.columns) + " |\n|" + "---|" * len(found.columns))
    for row in found.itertuples(index=False):
        print("| " + " | ".join(_text(cell) for cell in row) + " |")
    return 0


def _text(cell: str | float) -> str:
    return f"{cell:.2g}" if isinstance(cell, float) else str(cell)
