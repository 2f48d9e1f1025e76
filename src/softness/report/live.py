"""The page of a study while it runs: how far it is, curves of finished runs, figures as drawn."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from softness.figures.registry import FigureEntry
from softness.files.atomic import replacing
from softness.report.curves import HEIGHT, WIDTH, Curves
from softness.report.page import heading, template

TEMPLATE = "index.html.j2"
RELOAD_SECONDS = 10
SILENT_SECONDS = 300
"""After which a page that was not written again says that its launcher is gone."""


class LivePage:
    """Writes ``index.html`` in the folder of a study's results.

    Parameters
    ----------
    results
        The folder.
    figures
        Of the study, in the order of the report.
    caption
        The caption of one of them.
    """

    def __init__(
        self, results: Path, figures: Sequence[FigureEntry], caption: Callable[[FigureEntry], str]
    ) -> None:
        self.path = results / "index.html"
        self._results, self._figures, self._caption = results, figures, caption
        self._curves = Curves()
        self._template = template(TEMPLATE, {"heading": heading, "clock": clock})

    def write(self, summary: Mapping[str, Any], done: Collection[str]) -> None:
        """Write the page, whole or not at all.

        Parameters
        ----------
        summary
            How far the study is, from `softness.progress.Progress.summary`.
        done
            Files of finished jobs.
        """
        chapters: dict[str, list[tuple[FigureEntry, str]]] = {}
        for entry in self._figures:
            drawn = f"{self._results}/figures/{entry.number}.png" in done
            text = self._caption(entry) if drawn else ""
            chapters.setdefault(entry.chapter, []).append((entry, text))
        page = self._template.render(
            run=summary,
            charts=self._curves.charts(done),
            width=WIDTH,
            height=HEIGHT,
            chapters=chapters,
            report=f"{self._results}/report.html" in done,
            reload=RELOAD_SECONDS,
            silent=SILENT_SECONDS,
        )
        with replacing(self.path) as temporary:
            temporary.write_text(page)


def clock(seconds: float) -> str:
    """A moment as day and time of this machine."""
    return time.strftime("%d %b %H:%M:%S", time.localtime(seconds))
