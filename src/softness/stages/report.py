"""Write the report page, the table of claims and the effective configuration of a study."""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from softness.errors import InputError
from softness.figures import registry
from softness.files.atomic import replacing
from softness.files.claims import read_claims
from softness.files.provenance import package_versions
from softness.files.trajectory import Trajectory
from softness.report.page import ReportFigure, render
from softness.repository import revision
from softness.stages import command
from softness.version import __version__

PACKAGES = ("freud-analysis", "matplotlib", "pandas", "snakemake")


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("report", __doc__)
    parser.add_argument("--figures", nargs="+", required=True, help="numbers, in order")
    parser.add_argument(
        "--pictures", type=Path, nargs="+", required=True, help="PNG, or HTML of a table, one each"
    )
    parser.add_argument("--claims", type=Path, nargs="+", required=True, help="JSON, one each")
    parser.add_argument("--captions", type=Path, nargs="+", required=True, help="texts, one each")
    parser.add_argument("--evidence", type=Path, required=True, help="of equilibration (CSV)")
    parser.add_argument("--trajectory", type=Path, required=True, help="any, for its engine")
    parser.add_argument("--page", type=Path, required=True, help="report to write (HTML)")
    parser.add_argument("--table", type=Path, required=True, help="claims to write (CSV)")
    parser.add_argument("--config", type=Path, required=True, help="configuration to write (YAML)")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    config = options.settings
    claims = read_claims(options.claims)
    effective = yaml.safe_dump(dict(config), sort_keys=False, default_flow_style=None, width=100)
    page = render(
        study=config["study"],
        claims=claims,
        figures=_figures(options),
        evidence=pd.read_csv(options.evidence, keep_default_na=True).fillna({"doubt": ""}),
        settings=effective,
        facts=_facts(config, options.trajectory),
    )
    with replacing(options.config) as temporary:
        temporary.write_text(effective)
    with replacing(options.table) as temporary:
        rows = [dataclasses.asdict(claim) for claim in claims]
        pd.DataFrame(rows).to_csv(temporary, index=False, float_format="%.8g")
    with replacing(options.page) as temporary:
        temporary.write_text(page)


def _figures(options: argparse.Namespace) -> list[ReportFigure]:
    lists = (options.figures, options.pictures, options.captions)
    if len({len(each) for each in lists}) > 1:
        raise InputError("figures, pictures and captions differ in number: give one of each")
    figures = []
    for number, picture, caption in zip(*lists, strict=True):
        entry = registry.find(number)
        text = " ".join(caption.read_text().split())
        if picture.suffix == ".html":
            shown = {"markup": picture.read_text()}
        else:
            shown = {"png": picture.read_bytes()}
        figures.append(ReportFigure(number, entry.title, entry.chapter, text, **shown))
    return figures


def _facts(config: dict[str, Any], path: Path) -> dict[str, str]:
    """Versions and seeds of the report's own process and of the simulations."""
    with Trajectory(path) as trajectory:
        versions = json.loads(trajectory.provenance)["versions"]
    name = config["engine"]["name"]
    return {
        "softness": __version__,
        "commit": revision(),
        f"engine {name}": versions.get(name, "unknown"),
        "engine of ensembles": config["isoconfigurational"].get("engine", "same"),
        **package_versions(PACKAGES),
        "seed": str(config["seed"]),
    }


if __name__ == "__main__":
    command.run(arguments(), main)
