"""The report: one HTML file that opens offline, answers to the questions on top."""

import base64
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from softness.report.limits import Preset, limit, times_the_units
from softness.report.questions import answers
from softness.verdicts import VERDICTS, Claim

TEMPLATE = "page.html.j2"


@dataclass(frozen=True)
class ReportFigure:
    """A figure as it stands in the report: picture as PNG bytes or table as HTML, and a caption."""

    number: str
    title: str
    chapter: str
    caption: str
    png: bytes = b""
    markup: str = ""

    @property
    def heading(self) -> str:
        """How the text calls it."""
        return heading(self.number)

    @property
    def data_url(self) -> str:
        """The picture as text that an HTML page can hold."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode()


@dataclass(frozen=True)
class Chapter:
    """Figures of a chapter, and how many of its claims ended in each verdict."""

    name: str
    figures: list[ReportFigure]
    counts: dict[str, int]


def heading(number: str) -> str:
    """How the text calls a figure or table: Figure 1.2, Table 2.1."""
    kind = "Table" if number.startswith("T") else "Figure"
    return f"{kind} {number.removeprefix('T')}"


def verdict_counts(claims: Sequence[Claim]) -> dict[str, int]:
    """How many claims ended in each verdict."""
    return {verdict: sum(c.verdict == verdict for c in claims) for verdict in VERDICTS}


def template(name: str, filters: Mapping[str, Callable[..., Any]]) -> jinja2.Template:
    """A page of this folder, to be rendered, with filters for its texts and numbers."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters
    return environment.get_template(name)


def render(
    study: str,
    claims: Sequence[Claim],
    figures: Sequence[ReportFigure],
    evidence: pd.DataFrame,
    settings: str,
    facts: Mapping[str, Any],
    left_out: Mapping[str, Sequence[str]],
    presets: Sequence[Preset] = (),
) -> str:
    """The page as HTML.

    Parameters
    ----------
    study
        Name of the study.
    claims
        All claims.
    figures
        All figures, in order.
    evidence
        Of equilibration, one row a run.
    settings
        The whole configuration, as YAML.
    facts
        Versions, seeds and the like: name and value.
    left_out
        Figures that this study lacks, by chapter.
    presets
        That run more, the smallest first.
    """
    filters = {"number": format_number, "heading": heading}
    filters |= {"limit": functools.partial(limit, presets=presets), "times": times_the_units}
    chapter_of = {figure.number: figure.chapter for figure in figures}
    return template(TEMPLATE, filters).render(
        study=study,
        answers=answers(claims),
        claims=claims,
        counts=verdict_counts(claims),
        chapters=[
            Chapter(
                name,
                [figure for figure in figures if figure.chapter == name],
                verdict_counts([claim for claim in claims if chapter_of[claim.figure] == name]),
            )
            for name in dict.fromkeys(chapter_of.values())
        ],
        chapter_of=chapter_of,
        evidence=evidence.to_dict("records"),
        settings=settings,
        facts=facts,
        left_out=left_out,
    )


def caption_text(template: str, config: Mapping[str, Any]) -> str:
    """A caption on one line, with settings filled in as Snakemake's own report does it.

    Parameters
    ----------
    template
        Text with expressions such as ``{{ snakemake.config.barriers.within }}``.
    config
        The whole configuration.
    """
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    text = environment.from_string(template).render(snakemake={"config": config})
    return " ".join(text.split())


def format_number(value: float, form: str = ".4g") -> str:
    """A number with four digits, or in another form; a dash where it was not measured."""
    return "–" if value != value else format(value, form)
