"""The environment in which processes of a study run, whatever the account has set."""

import os
from pathlib import Path

from softness.errors import InputError
from softness.sources import ROOT

# One thread for each numerical process: results depend on their number, and one process runs on
# each core anyway.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

OF_COMMANDS = dict.fromkeys(THREADS, "1") | {
    # This code and the pinned packages, not what modules of a cluster or the user's own
    # installation put before them.
    "PYTHONPATH": str(ROOT),
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
    "PYTHONWARNINGS": "",
    # A notebook sets a backend that its own environment has, and this one may lack.
    "MPLBACKEND": "Agg",
}
"""Variables of every command of the workflow."""

# MPICH, OpenMPI and HOOMD-blue take these for a call to join the others of a parallel job.
_OF_MPI = ("PMI_", "PMI2_", "PMIX_")


def leave_mpi() -> None:
    """Make this process one of its own, also where ``srun`` offers to join it with others.

    Engines run on one core and want no MPI; the one that they are linked to aborts the process
    where it finds half of what it needs.
    """
    for name in [name for name in os.environ if name.startswith(_OF_MPI)]:
        del os.environ[name]


# Snakemake formats commands (braces), which shells read once more on a cluster; Python's path is a
# list with colons.
_NOT_IN_FOLDERS = '{}$`"\\:\n'


def check_folder(here: Path | None = None) -> None:
    """Refuse a folder that jobs cannot run in, or that has other code than what runs.

    Parameters
    ----------
    here
        Where the study runs; the working directory by default.

    Raises
    ------
    InputError
        If its name has a character that Snakemake or the shell gives a meaning to, or if another
        checkout lies there than the one that Python has imported.
    """
    here = here or Path.cwd()
    for folder in (here, ROOT):
        found = sorted(set(_NOT_IN_FOLDERS) & set(str(folder)))
        if found:
            raise InputError(
                f"{folder}: {' '.join(map(repr, found))} in the name of a folder has a special "
                "meaning for Snakemake or the shell: rename it, or work in another folder"
            )
    source = here / "src"
    if (source / "softness" / "__main__.py").is_file() and not source.samefile(ROOT):
        raise InputError(
            f"{here}: the code in {ROOT.parent} would run, not the code in this folder: make "
            "install creates the .venv of this folder"
        )


def check_checkout(here: Path | None = None) -> None:
    """Refuse a folder that is no checkout of the project: the package alone has no workflow.

    Parameters
    ----------
    here
        Where the study is to run; the working directory by default.

    Raises
    ------
    InputError
        If there is no Snakefile.
    """
    here = here or Path.cwd()
    if not (here / "Snakefile").is_file():
        raise InputError(
            f"Snakefile: not in {here}: run this in the project's folder, a clone of its repository"
        )
