"""Write docs/results.md, docs/laptop.md and docs/figures from the results of a finished study.

    .venv/bin/python scripts/gallery.py results/laptop

Every figure that the study has, with its caption, its claims and their verdicts; a table of all
claims; and docs/figures/overview.png for the README.
"""

import argparse
import dataclasses
import io
import itertools
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from PIL import Image

from softness import power
from softness.errors import InputError
from softness.figures.registry import FIGURES, FigureEntry
from softness.files.claims import read_claims_table
from softness.report.page import caption_text, format_number, heading, verdict_counts
from softness.verdicts import INCONCLUSIVE, NOT_TESTED, Claim

ROOT = Path(__file__).resolve().parents[1]
CAPTIONS = ROOT / "workflow" / "captions"

# Of a picture: the size of its file in bytes, and what is tried for it in turn: widths in pixels
# and numbers of colours.
SIZE = 60_000
WIDTHS = 1400, 1200, 1050, 900, 800, 700
COLOURS = 256, 160, 96
OVERVIEW = "1.1", "1.6"

LINE = 108

SLOPE = "95 % interval of the slope along the series lies"

HEAD = (
    "Every figure of `make figures CONFIG=config/{study}.yaml`, with its claims: {verdicts}. "
    "Intervals are 95 % intervals; lengths are in sigma_AA, energies in eps_AA, times in tau. "
    "[claims.md](claims.md) tells what decides a verdict. The numbers behind each figure are in "
    "the CSV file beside it in the results. Made by `scripts/gallery.py`."
)


CLAIMS = (
    """
    `make figures CONFIG=config/{study}.yaml` with its seed, {seed}: {number} claims, {verdicts}. So
    {decided} of the {tested} that were tested are decided. Made by `scripts/gallery.py`.
    """,
    """
    The last two columns are of `softness power results/{study}/claims.csv`: how many of 100 studies
    of this size, and with four times the independent units, would find the claim reproduced if it
    is right, and not reproduced if it is wrong by the bound. Right is the expected value of an
    equivalence; of a single bound, a true value as far from it as the measured one on the allowed
    side. Wrong is as far beyond the bound. Claims with "each" are taken as one. What the rules
    mean, and why they are as they are, is in [claims.md](claims.md).
    """,
)
"""Paragraphs before the table of all claims."""

UNITS = 4
"""Times the independent units, in the last column."""


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "results", type=Path, help="folder of the results, results/laptop for example"
    )
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder to write into")
    options = parser.parse_args()
    figures = options.results / "figures"
    shown = [entry for entry in FIGURES if (figures / f"{entry.number}.png").is_file()]
    if not shown:
        raise SystemExit(f"error: {figures}: no figures: run the study first")
    try:
        claims = read_claims_table(options.results / "claims.csv")
        config = yaml.safe_load((options.results / "config.yaml").read_text())
        pages = {
            "results": gallery(config, claims, shown),
            "laptop": all_claims(config, claims),
        }
    except (InputError, OSError) as error:
        raise SystemExit(f"error: {error}") from error
    pictures = options.docs / "figures"
    pictures.mkdir(parents=True, exist_ok=True)
    for entry in shown:
        with Image.open(figures / f"{entry.number}.png") as picture:
            (pictures / f"{entry.number}.png").write_bytes(small(picture))
    if all((figures / f"{number}.png").is_file() for number in OVERVIEW):
        beside = side_by_side([figures / f"{number}.png" for number in OVERVIEW])
        (pictures / "overview.png").write_bytes(small(beside))
    for name, text in pages.items():
        (options.docs / f"{name}.md").write_text(text)


def counted(claims: list[Claim]) -> str:
    """How many claims ended in each verdict."""
    return ", ".join(f"{number} {verdict}" for verdict, number in verdict_counts(claims).items())


def all_claims(config: Mapping[str, Any], claims: list[Claim]) -> str:
    """All claims that were tested and how often such studies decide them, as Markdown."""
    tested = [claim for claim in claims if claim.verdict != NOT_TESTED]
    facts = {
        "study": config["study"],
        "seed": config["seed"],
        "number": len(claims),
        "verdicts": counted(claims),
        "tested": len(tested),
        "decided": sum(claim.verdict != INCONCLUSIVE for claim in tested),
    }
    powers = power.table(pd.DataFrame(map(dataclasses.asdict, claims)), UNITS)
    of_claim = {
        (row.figure, row.quantity): list(row)[-4:] for row in powers.itertuples(index=False)
    }
    head = "figure", "quantity", "value (95 % interval)", "rule", "verdict"
    head += "decided of 100: right, wrong", f"with {UNITS} times the units"
    lines = [row_of(head), "|---" * len(head) + "|"]
    for claim in tested:
        shares = [f"{100 * each:.0f}" for each in of_claim.get((claim.figure, claim.name), ())]
        cells = claim.figure, claim.name, value_of(claim), short(claim.rule), claim.verdict
        cells += ", ".join(shares[:2]), ", ".join(shares[2:])
        lines.append(row_of(cells))
    title = f"# The {config['study']} study, claim by claim\n"
    return "\n".join([title, *(wrapped(each.format(**facts)) for each in CLAIMS), *lines, ""])


def value_of(claim: Claim) -> str:
    """A value with its interval."""
    interval = f"{format_number(claim.low, '.3g')} to {format_number(claim.high, '.3g')}"
    return f"{format_number(claim.value, '.3g')} ({interval})"


def short(rule: str) -> str:
    """A rule without what all have in common."""
    rule = rule.partition(";")[0].replace("95 % interval lies ", "")
    return rule.removeprefix("the ").replace(SLOPE, "trend")


def gallery(config: Mapping[str, Any], claims: list[Claim], shown: list[FigureEntry]) -> str:
    """The page of figures as Markdown."""
    study = config["study"]
    head = HEAD.format(study=study, verdicts=counted(claims))
    parts = [f"# Results of the {study} study\n", wrapped(head)]
    chapter = ""
    for entry in shown:
        if entry.chapter != chapter:
            chapter = entry.chapter
            parts.append(f"## {chapter}\n")
        name = heading(entry.number)
        caption = caption_text((CAPTIONS / f"{entry.name}.rst").read_text(), config)
        parts.append(f"### {name}: {entry.title}\n")
        parts.append(f"![{name}: {entry.title}](figures/{entry.number}.png)\n")
        parts.append(wrapped(plain(caption)))
        parts.append(table([claim for claim in claims if claim.figure == entry.number]))
    return "\n".join(parts)


def table(claims: list[Claim]) -> str:
    """Claims of a figure: a row for each that was tested, and what was not in one sentence."""
    rows = [claim for claim in claims if claim.verdict != NOT_TESTED]
    lines = []
    if rows:
        lines += ["| claim | quantity | value | verdict |", "|---|---|---|---|"]
    for claim in rows:
        doubt = f": {claim.doubt}" if claim.doubt else ""
        cells = claim.claim, claim.name, value_of(claim), f"**{claim.verdict}**{doubt}"
        lines.append(row_of(cells))
    untested = [claim.name for claim in claims if claim.verdict == NOT_TESTED]
    if untested:
        lines += [*[""] * bool(rows), wrapped(plain(f"Not tested: {'; '.join(untested)}.")).strip()]
    return "\n".join([*lines, ""])


def row_of(cells: Iterable[str]) -> str:
    """A row of a table."""
    return "| " + " | ".join(plain(cell) for cell in cells) + " |"


def wrapped(text: str) -> str:
    """A paragraph in lines, and an empty one."""
    text = " ".join(text.split())
    return textwrap.fill(text, LINE, break_long_words=False, break_on_hyphens=False) + "\n"


def plain(text: str) -> str:
    """Text without what Markdown would take for marks."""
    for mark in "|<_":
        text = text.replace(mark, f"\\{mark}")
    return text


def side_by_side(paths: list[Path]) -> Image.Image:
    """Pictures of one height beside each other on white."""
    pictures = [Image.open(path).convert("RGB") for path in paths]
    height = min(picture.height for picture in pictures)
    pictures = [p.resize((round(p.width * height / p.height), height)) for p in pictures]
    whole = Image.new("RGB", (sum(p.width for p in pictures), height), "white")
    left = 0
    for picture in pictures:
        whole.paste(picture, (left, 0))
        left += picture.width
    return whole


def small(picture: Image.Image) -> bytes:
    """A PNG of a picture for a page: as wide and of as many colours as its size allows."""
    for width, colours in itertools.product(WIDTHS, COLOURS):
        width = min(width, picture.width)
        height = round(picture.height * width / picture.width)
        shown = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        held = io.BytesIO()
        # The octree keeps rare hues apart, which the median cut of Pillow merges.
        few = shown.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(held, "PNG", optimize=True)
        if held.tell() <= SIZE:
            break
    return held.getvalue()


if __name__ == "__main__":
    main()
