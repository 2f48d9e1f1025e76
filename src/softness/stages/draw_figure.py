"""Draw one figure of the registry: PNG, PDF, the numbers behind it (CSV), and its claims (JSON)."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.figures import registry, style
from softness.files import tables
from softness.files.atomic import replacing
from softness.files.claims import write_claims
from softness.findings.data import KINDS, FigureData
from softness.findings.doubts import temperatures_of
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("draw_figure", __doc__)
    parser.add_argument("--figure", required=True, help="number of the figure, for example 1.2")
    parser.add_argument(
        "--table",
        nargs="+",
        action="append",
        default=[],
        metavar=("KIND", "FILE"),
        help=f"tables of one kind (HDF5); kinds: {', '.join(KINDS)}",
    )
    for kind in ("png", "pdf", "csv", "claims"):
        command.add_file(parser, f"--{kind}", f"{kind} to write")
    for kind in ("html", "tex"):
        parser.add_argument(f"--{kind}", type=Path, help=f"{kind} to write, of a table")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    entry = registry.find(options.figure)
    given = {kind: files for kind, *files in options.table}
    for kind in entry.tables:
        if not given.get(kind):
            raise InputError(f"figure {entry.number} needs --table {kind} FILE...: give its files")
    data = FigureData(
        settings=options.settings,
        **{kind: _tables(kind, given[kind]) for kind in entry.tables},
    )
    module, drawing = entry.findings_module(), entry.module()
    findings = module.compute(data)
    with style.applied():
        figure = drawing.plot(findings)
    with replacing(options.png) as png, replacing(options.pdf) as pdf:
        style.save(figure, png, pdf)
    with replacing(options.csv) as temporary:
        module.table(findings).to_csv(temporary, index=False, float_format="%.8g")
    for path, text in ((options.html, "html"), (options.tex, "latex")):
        if path:
            with replacing(path) as temporary:
                temporary.write_text(getattr(drawing, text)(findings))
    claims = module.claims(findings)
    if options.settings.get("other_liquid"):
        claims = [claim.of_another_liquid() for claim in claims]
    write_claims(options.claims, claims, temperatures_of(data))


def _tables(kind: str, paths: Sequence[str]) -> list[Any]:
    """Tables of one kind, from cold to hot."""
    found = [tables.read(path, KINDS[kind]) for path in paths]
    return sorted(found, key=_temperature)


def _temperature(table: Any) -> float:
    return float(np.min(table.temperature))


if __name__ == "__main__":
    command.run(arguments(), main)
