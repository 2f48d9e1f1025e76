"""Draw one figure of the registry: PNG, PDF, the numbers behind it (CSV), and its claims (JSON)."""

import argparse
from pathlib import Path

from softness.errors import InputError
from softness.figures import registry, style
from softness.figures.data import FigureData
from softness.files import tables
from softness.files.atomic import replacing
from softness.files.records import DisplacementMap, PairDistributions, RelaxationTable
from softness.report.claims import write_claims
from softness.stages import command


def arguments() -> argparse.ArgumentParser:
    """Command line of this stage."""
    parser = command.parser("draw_figure", __doc__)
    parser.add_argument("--figure", required=True, help="number of the figure, for example 1.2")
    parser.add_argument(
        "--pair-distribution", type=Path, nargs="*", default=[], help="g(r), one a run (HDF5)"
    )
    parser.add_argument(
        "--relaxation", type=Path, nargs="*", default=[], help="one a temperature (HDF5)"
    )
    parser.add_argument(
        "--displacement-map", type=Path, nargs="*", default=[], help="one a replica (HDF5)"
    )
    for kind in ("png", "pdf", "csv", "claims"):
        parser.add_argument(f"--{kind}", type=Path, required=True, help=f"{kind} to write")
    return parser


def main(options: argparse.Namespace) -> None:
    """Run the stage."""
    entry = registry.find(options.figure)
    for kind in entry.tables:
        if not getattr(options, kind):
            raise InputError(f"figure {entry.number} needs --{kind.replace('_', '-')}: give tables")
    relaxation = [tables.read(path, RelaxationTable) for path in options.relaxation]
    data = FigureData(
        settings=options.settings,
        pair_distribution=[tables.read(p, PairDistributions) for p in options.pair_distribution],
        relaxation=sorted(relaxation, key=lambda each: float(each.temperature)),
        displacement_map=[tables.read(path, DisplacementMap) for path in options.displacement_map],
    )
    module = entry.module()
    with style.applied():
        figure = module.plot(data)
    with replacing(options.png) as png, replacing(options.pdf) as pdf:
        style.save(figure, png, pdf)
    with replacing(options.csv) as temporary:
        module.table(data).to_csv(temporary, index=False, float_format="%.8g")
    write_claims(options.claims, module.claims(data))


if __name__ == "__main__":
    command.run(arguments(), main)
