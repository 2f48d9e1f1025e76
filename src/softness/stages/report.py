"""Write the report page, the table of claims and the effective configuration of a study."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from softness.errors import InputError
from softness.figures import registry
from softness.files import tables
from softness.files.atomic import replacing
from softness.files.claims import read_claims, write_claims_table
from softness.files.gsd_trajectory import Trajectory
from softness.files.provenance import package_versions
from softness.files.records.dynamics import EquilibrationEvidence
from softness.findings.doubts import with_doubts
from softness.report.limits import Preset
from softness.report.page import ReportFigure, caption_text, heading, render
from softness.repository import revision
from softness.stages import command
from softness.version import __version__

PACKAGES = ("freud-analysis", "matplotlib", "pandas", "seaborn", "snakemake")


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("report", __doc__)
    parser.add_argument("--figures", nargs="+", required=True, help="numbers, in order")
    command.add_files(parser, "--pictures", "PNG, or HTML of a table, one each")
    command.add_files(parser, "--claims", "JSON, one each")
    command.add_files(parser, "--captions", "texts, one each")
    command.add_file(parser, "--evidence", "of equilibration (HDF5)")
    command.add_file(parser, "--trajectory", "any, for its engine")
    parser.add_argument(
        "--presets",
        type=json.loads,
        default=[],
        metavar="JSON",
        help="other studies: name, and how many times as much of this one they run",
    )
    command.add_file(parser, "--page", "report to write (HTML)")
    command.add_file(parser, "--table", "claims to write (CSV)")
    command.add_file(parser, "--config", "configuration to write (YAML)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    config = options.settings
    evidence = tables.read(options.evidence, EquilibrationEvidence)
    of_figures = map(read_claims, options.claims)
    claims = [
        claim
        for each in of_figures
        for claim in with_doubts(each.claims, each.temperatures, evidence)
    ]
    effective = yaml.safe_dump(dict(config), sort_keys=False, default_flow_style=None, width=100)
    page = render(
        study=config["study"],
        claims=claims,
        figures=_figures(options),
        evidence=_frame(evidence),
        settings=effective,
        facts=_facts(config, options.trajectory),
        left_out=_left_out(options.figures) if "trajectories" in config else {},
        presets=[Preset(*each) for each in options.presets],
    )
    with replacing(options.config) as temporary:
        temporary.write_text(effective)
    write_claims_table(options.table, claims)
    with replacing(options.page) as temporary:
        temporary.write_text(page)


def _frame(evidence: EquilibrationEvidence) -> pd.DataFrame:
    """A row a run."""
    frame = pd.DataFrame(vars(evidence))
    return frame.assign(doubt=frame["doubt"].str.decode("utf-8"))


def _figures(options: argparse.Namespace) -> list[ReportFigure]:
    lists = (options.figures, options.pictures, options.captions)
    if len({len(each) for each in lists}) > 1:
        raise InputError("figures, pictures and captions differ in number: give one of each")
    figures = []
    for number, picture, caption in zip(*lists, strict=True):
        entry = registry.find(number)
        text = caption_text(caption.read_text(), options.settings)
        if picture.suffix == ".html":
            shown = {"markup": picture.read_text()}
        else:
            shown = {"png": picture.read_bytes()}
        figures.append(ReportFigure(number, entry.title, entry.chapter, text, **shown))
    return figures


def _left_out(drawn: Sequence[str]) -> dict[str, list[str]]:
    """Headings of figures that need runs from snapshots, where trajectories are given."""
    found: dict[str, list[str]] = {}
    for entry in registry.FIGURES:
        if entry.number not in drawn:
            found.setdefault(entry.chapter, []).append(heading(entry.number))
    return found


def _facts(config: dict[str, Any], path: Path) -> dict[str, str]:
    """Versions and seeds of the report's own process and of the simulations."""
    with Trajectory(path) as trajectory:
        versions = json.loads(trajectory.provenance)["versions"]
    name = config["engine"]["name"]
    if "trajectories" in config:
        made_by = {"trajectories": "given"}
    else:
        made_by = {
            f"engine {name}": versions.get(name, "unknown"),
            "engine of ensembles": config["isoconfigurational"].get("engine", "same"),
        }
    return {
        "softness": __version__,
        "commit": revision(),
        **made_by,
        **package_versions(PACKAGES),
        "seed": str(config["seed"]),
    }


if __name__ == "__main__":
    command.run(arguments(), main)
