"""Write docs/results.md and docs/figures from the results of a finished study.

    .venv/bin/python scripts/gallery.py results/laptop

Every figure that the study has, with its caption, its claims and their verdicts; and
docs/figures/overview.png for the README.
"""

import argparse
import io
import itertools
import textwrap
from pathlib import Path

import yaml
from PIL import Image

from softness.errors import InputError
from softness.figures.registry import FIGURES, FigureEntry
from softness.files.claims import read_claims_table
from softness.report.page import caption_text, format_number, heading, verdict_counts
from softness.verdicts import NOT_TESTED, Claim

ROOT = Path(__file__).resolve().parents[1]
CAPTIONS = ROOT / "workflow" / "captions"

# Of a picture: the size of its file in bytes, and what is tried for it in turn: widths in pixels
# and numbers of colours.
SIZE = 60_000
WIDTHS = 1400, 1200, 1050, 900, 800, 700
COLOURS = 256, 160, 96
OVERVIEW = "1.1", "1.6"

LINE = 108

HEAD = (
    "Every figure of `make figures CONFIG=config/{study}.yaml`, with its claims: {verdicts}. "
    "Intervals are 95 % intervals; lengths are in sigma_AA, energies in eps_AA, times in tau. "
    "[claims.md](claims.md) tells what decides a verdict. The numbers behind each figure are in "
    "the CSV file beside it in the results. Made by `scripts/gallery.py`."
)


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
        text = gallery(options.results, shown)
    except InputError as error:
        raise SystemExit(f"error: {error}") from error
    pictures = options.docs / "figures"
    pictures.mkdir(parents=True, exist_ok=True)
    for entry in shown:
        with Image.open(figures / f"{entry.number}.png") as picture:
            (pictures / f"{entry.number}.png").write_bytes(small(picture))
    if all((figures / f"{number}.png").is_file() for number in OVERVIEW):
        beside = side_by_side([figures / f"{number}.png" for number in OVERVIEW])
        (pictures / "overview.png").write_bytes(small(beside))
    (options.docs / "results.md").write_text(text)


def gallery(results: Path, shown: list[FigureEntry]) -> str:
    """The page as Markdown."""
    config = yaml.safe_load((results / "config.yaml").read_text())
    everything = read_claims_table(results / "claims.csv")
    counts = [f"{number} {verdict}" for verdict, number in verdict_counts(everything).items()]
    study, verdicts = config["study"], ", ".join(counts)
    parts = [
        f"# Results of the {study} study\n",
        wrapped(HEAD.format(study=study, verdicts=verdicts)),
    ]
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
        parts.append(table([claim for claim in everything if claim.figure == entry.number]))
    return "\n".join(parts)


def table(claims: list[Claim]) -> str:
    """Claims of a figure: a row for each that was tested, and what was not in one sentence."""
    rows = [claim for claim in claims if claim.verdict != NOT_TESTED]
    lines = []
    if rows:
        lines += ["| claim | quantity | value | verdict |", "|---|---|---|---|"]
    for claim in rows:
        interval = f"{format_number(claim.low, '.3g')} to {format_number(claim.high, '.3g')}"
        value = f"{format_number(claim.value, '.3g')} ({interval})"
        doubt = f": {claim.doubt}" if claim.doubt else ""
        cells = claim.claim, claim.name, value, f"**{claim.verdict}**{doubt}"
        lines.append("| " + " | ".join(plain(cell) for cell in cells) + " |")
    untested = [claim.name for claim in claims if claim.verdict == NOT_TESTED]
    if untested:
        lines += [*[""] * bool(rows), wrapped(plain(f"Not tested: {'; '.join(untested)}.")).strip()]
    return "\n".join([*lines, ""])


def wrapped(text: str) -> str:
    """A paragraph in lines, and an empty one."""
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
