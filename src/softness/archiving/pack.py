"""Packing a finished study: what its figures and its report are drawn from."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import gsd.fl

from softness import configuration
from softness.archiving.container import write_archive
from softness.archiving.manifest import STAGES, Drawing, Manifest
from softness.errors import InputError
from softness.files.provenance import file_digest
from softness.files.temporary import temporary_folder
from softness.planning.jobs import PlannedJob

STAGE_PREFIX = "softness.stages."
REPORT = "report"
CONFIG_FOLDER = "config"


def pack(config: str | Path, jobs: Sequence[PlannedJob], path: str | Path) -> Manifest:
    """Write the archive of a finished study.

    Parameters
    ----------
    config
        Its configuration, an overlay of the complete one; both are packed.
    jobs
        All jobs of the study (`softness.planning.jobs.planned_jobs`).
    path
        The tar file to make.

    Raises
    ------
    InputError
        If a file is missing: the study is not finished.
    """
    drawing_jobs = sorted(filter(draws, jobs), key=lambda job: (_stage(job) == REPORT, job.rule))
    _require_files(config, drawing_jobs)
    drawings = tuple(_drawing(job) for job in drawing_jobs)
    drawn = {name for drawing in drawings for name in drawing.outputs}
    inputs = sorted({name for each in drawings for name in each.inputs} - drawn)
    files = {name: Path(name) for name in inputs}
    settings = f"{CONFIG_FOLDER}/{Path(config).name}"
    files |= {settings: Path(config), _complete(): configuration.COMPLETE}
    # Beside the archive: where there is room for it, there is for the excerpts.
    beside = Path(path).absolute().parent
    beside.mkdir(parents=True, exist_ok=True)
    with temporary_folder(beside) as folder:
        trajectories = _trajectories_of_report(drawings)
        excerpts = {name: file_digest(name) for name in trajectories}
        for number, name in enumerate(trajectories):
            files[name] = folder / f"{number}.gsd"
            write_first_frame(name, files[name])
        manifest = Manifest(
            study=configuration.load(config)["study"],
            config=settings,
            files={name: file_digest(file) for name, file in files.items()},
            excerpts=excerpts,
            drawings=drawings,
            code={name: file_digest(name) for job in drawing_jobs for name in job.code},
        )
        for drawing in drawings:
            drawing.check()
        write_archive(path, manifest, files)
    return manifest


def draws(job: PlannedJob) -> bool:
    """Whether a job draws a figure or writes the report."""
    return _stage(job) in STAGES


def _stage(job: PlannedJob) -> str:
    """The stage that a job's command runs: ``python -m softness.stages.NAME ...``."""
    words = shlex.split(job.command)
    return words[2].removeprefix(STAGE_PREFIX) if words[1:2] == ["-m"] else ""


def _drawing(job: PlannedJob) -> Drawing:
    words = shlex.split(job.command)
    end = words.index("2>") if "2>" in words else len(words)
    return Drawing(
        stage=_stage(job),
        arguments=tuple(words[3:end]),
        inputs=job.inputs,
        outputs={name: file_digest(name) for name in job.outputs},
    )


def _require_files(config: str | Path, jobs: Sequence[PlannedJob]) -> None:
    names = dict.fromkeys(name for job in jobs for name in (*job.inputs, *job.outputs))
    missing = [name for name in names if not Path(name).is_file()]
    if missing:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(
            f"{missing[0]}{others}: missing: finish the study first (make figures CONFIG={config})"
        )


def _complete() -> str:
    return f"{CONFIG_FOLDER}/{configuration.COMPLETE.name}"


def _trajectories_of_report(drawings: Sequence[Drawing]) -> list[str]:
    """Trajectories that the report reads the provenance of, and nothing else."""
    names = {name for each in drawings if each.stage == REPORT for name in each.inputs}
    return sorted(name for name in names if name.endswith(".gsd"))


def write_first_frame(source: str | Path, target: str | Path) -> None:
    """Write the first frame of a GSD file, with all that is logged in it, as a file of its own."""
    with gsd.fl.open(source, "r") as given:
        names = sorted(given.find_matching_chunk_names(""))
        header = given.application, given.schema, given.schema_version
        chunks = {
            name: given.read_chunk(frame=0, name=name)
            for name in names
            if given.chunk_exists(frame=0, name=name)
        }
    with gsd.fl.open(target, "w", *header) as made:
        for name, chunk in chunks.items():
            made.write_chunk(name, chunk)
        made.end_frame()
