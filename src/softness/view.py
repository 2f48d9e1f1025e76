"""Look at one frame of a finished study: a picture of softness, and a file for OVITO.

Softness is that of the model trained without the replica, in standard deviations at the training
temperature and about its mean there, as in the folder learned_values; p_hop is that of the folder
hop_indicator. Both are columns of the file, so that OVITO can colour and select by them; they are
nan for other species, which OVITO colours like the smallest value, and p_hop is near the ends of a
run. The picture shows a slab; particles whose p_hop is above hop.threshold have a black rim.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from softness import configuration, periodic
from softness.errors import InputError
from softness.figures import softness_slab, style
from softness.files import tables
from softness.files.atomic import replacing
from softness.files.columns import WRITERS, Columns
from softness.files.gsd_trajectory import Trajectory
from softness.files.records.hops import HopIndicator
from softness.files.records.learned import Classifier, ReferenceFeatures
from softness.stages.shared.classified import unseen_model
from softness.stages.shared.structure import features_seen
from softness.structure.feature_set import frame_features
from softness.study.base import label

SOFTNESS, HOP = "softness", "p_hop"
CONFIG = "config.yaml"


@dataclass(frozen=True)
class Place:
    """A frame of a study.

    Attributes
    ----------
    results
        Folder of the study.
    temperature
        In eps_AA/k_B.
    replica, frame
        Numbers from 0.
    """

    results: Path
    temperature: float
    replica: int
    frame: int

    def file(self, kind: str, name: str) -> Path:
        """A file of its run."""
        folder = self.results / kind / f"T{label(self.temperature)}"
        return folder / f"replica{self.replica}{name}"

    @property
    def name(self) -> str:
        """For files, without their ending."""
        return f"softness_T{label(self.temperature)}_replica{self.replica}_frame{self.frame}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.description = __doc__
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("results", type=Path, help="folder of a study, such as results/laptop")
    parser.add_argument("--temperature", type=float, required=True, help="in eps_AA/k_B")
    parser.add_argument("--frame", type=int, required=True, help="number of the frame, from 0")
    parser.add_argument("--replica", type=int, default=0, help="default: 0")
    parser.add_argument(
        "--slab", type=float, default=0.0, metavar="Z", help="middle of the slab; default: 0"
    )
    parser.add_argument(
        "--thickness", type=float, default=2.0, help="of the slab, in sigma_AA; default: 2"
    )
    parser.add_argument("--format", choices=sorted(WRITERS), default="gsd", help="default: gsd")
    parser.add_argument("--output", metavar="NAME", help="files are NAME.png, NAME.pdf, NAME.gsd")
    parser.set_defaults(function=command)


def command(options: argparse.Namespace) -> int:
    """Write the files, and say which."""
    place = Place(options.results, options.temperature, options.replica, options.frame)
    columns, threshold = columns_of(place)
    name = options.output or place.name
    paths = {kind: Path(f"{name}.{kind}") for kind in ("png", "pdf", options.format)}
    with style.applied():
        figure = _picture(place, columns, threshold, options.slab, options.thickness)
    with replacing(paths["png"]) as png, replacing(paths["pdf"]) as pdf:
        style.save(figure, png, pdf)
    WRITERS[options.format](paths[options.format], columns)
    print("\n".join(map(str, paths.values())))
    hop = columns.values[HOP]
    if np.isnan(hop).all():
        print(f"p_hop is unknown at frame {place.frame}: too near to an end of the run")
    else:
        print(f"{(hop > threshold).sum()} particles have p_hop above {threshold:g}")
    return 0


def columns_of(place: Place) -> tuple[Columns, float]:
    """Softness and p_hop of all particles of a frame, and the threshold of p_hop.

    Parameters
    ----------
    place
        The frame.

    Raises
    ------
    InputError
        If there is no such study, temperature, replica or frame; says which there are.
    """
    _check_results(place.results)
    _check_run(place)
    config = configuration.load(place.results / CONFIG)
    path = place.results / "classifiers" / "softness.h5"
    classifier = tables.read(path, Classifier)
    reference = tables.read(place.results / "reference_features.h5", ReferenceFeatures)
    model = unseen_model(classifier, place.replica, reference)
    with Trajectory(place.file("thermal", "/trajectory.gsd")) as trajectory:
        if not 0 <= place.frame < trajectory.frames:
            last = trajectory.frames - 1
            raise InputError(
                f"{trajectory.path}: has no frame {place.frame}: give one from 0 to {last}"
            )
        time, positions = trajectory.times()[place.frame], trajectory.positions(place.frame)
        types, box_length = trajectory.types, trajectory.box_length
        step = round(time / trajectory.time_step)
    seen = features_seen(config, path, classifier)
    values = model(frame_features(positions, types, box_length, seen))
    softness = np.full(len(types), np.nan)
    softness[types == 0] = values
    found = {SOFTNESS: softness, HOP: _hop(place, len(types))}
    columns = Columns(step, float(time), positions, types, box_length, found)
    return columns, float(config["hop"]["threshold"])


def _check_results(results: Path) -> None:
    if _are_results(results):
        return
    near = (results, results.parent, Path("results"))
    known = sorted({each for folder in near for each in folder.glob("*") if _are_results(each)})
    raise InputError(f"{results}: no results of a study: {_one_of(map(str, known))}")


def _are_results(folder: Path) -> bool:
    return (folder / CONFIG).is_file() and (folder / "thermal").is_dir()


def _check_run(place: Place) -> None:
    """Refuse a temperature or a replica that the study lacks."""
    thermal = place.results / "thermal"
    temperatures = sorted((path.name[1:] for path in thermal.glob("T*")), key=float)
    if label(place.temperature) not in temperatures:
        wanted = f"no temperature {label(place.temperature)}"
        raise InputError(f"{place.results}: has {wanted}: {_one_of(temperatures)}")
    run = place.file("thermal", "")
    names = (path.name for path in run.parent.glob("replica*"))
    replicas = sorted(int(name.removeprefix("replica")) for name in names)
    if place.replica not in replicas:
        raise InputError(f"{run}: no such replica: {_one_of(map(str, replicas))}")


def _one_of(known: Iterable[str]) -> str:
    return f"give one of {', '.join(known) or '(there is none)'}"


def _hop(place: Place, particles: int) -> np.ndarray:
    """(particles,) p_hop; nan of other species, and near the ends of the run."""
    hop = tables.read(place.file("hop_indicator", ".h5"), HopIndicator)
    found, row = np.full(particles, np.nan), place.frame - int(hop.first_frame)
    if 0 <= row < len(hop.values):
        found[hop.particle] = hop.values[row]
    return found


def _picture(
    place: Place, columns: Columns, threshold: float, height: float, thickness: float
) -> Figure:
    wrapped, _ = periodic.wrap(columns.positions - [0, 0, height], columns.box_length)
    shown = np.abs(wrapped[:, 2]) <= thickness / 2
    if not shown.any():
        raise InputError(
            f"--thickness {thickness:g}: no particle is in the slab: give a larger one"
        )
    hop = columns.values[HOP][shown]
    is_known = not np.isnan(columns.values[HOP]).all()
    return softness_slab.plot(
        wrapped[shown],
        columns.box_length,
        columns.values[SOFTNESS][shown],
        hop > threshold,
        title=rf"$T = {place.temperature:g}$, $t = {columns.time:g}\,\tau$",
        mark=rf"$p_{{\mathrm{{hop}}}} > {threshold:g}\;\sigma_{{AA}}^2$" if is_known else "",
    )
