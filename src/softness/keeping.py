"""Commands for kept simulations: remove what no study needs, add simulations of other machines."""

import argparse
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from softness import configuration, workflow
from softness.archive import describe
from softness.errors import InputError
from softness.files.atomic import holding
from softness.files.provenance import file_digest
from softness.simulate.chain import FINISHED, LOCK, Chain
from softness.simulate.equilibrate import STATE
from softness.simulate.segments import Cuts
from softness.simulate.store import CURRENT, DEFAULT, IDENTITY, Store, copy, read_identity
from softness.study import Simulation, Study

CLEAN = """list kept simulations that none of the given configurations needs; with --yes remove them

Simulations of all studies are kept in results/simulations. Name every configuration whose
simulations are to stay. What starts from a simulation that is not there yet cannot be known, so
that everything of that temperature and replica stays. Results are not removed: they keep their
files if the simulation is removed.
"""

ADOPT = """add the simulations of a results folder of another machine

FOLDER is such a folder (results, with simulations in it) or the folder of one study there. Each
simulation is identified by its settings and inputs, and every finished file is checked against its
hash. If a simulation is already here, the longer one is kept. Then run the study: its jobs find
their work done.
"""


def add_clean_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what cleaning takes."""
    describe(parser, CLEAN)
    parser.add_argument(
        "configs", nargs="+", type=Path, metavar="CONFIG", help="studies whose simulations stay"
    )
    parser.add_argument("--yes", action="store_true", help="remove what is listed")
    parser.set_defaults(function=clean_command)


def add_adopt_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what adopting takes."""
    describe(parser, ADOPT)
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="results folder of another machine"
    )
    parser.set_defaults(function=adopt_command)


# How names of folders end that are on their way out.
REMOVED = ".removed"

# -- cleaning -----------------------------------------------------------------------------


def clean_command(options: argparse.Namespace) -> int:
    """List what no configuration needs, and remove it if that is asked for."""
    studies = [Study(configuration.load(path)) for path in options.configs]
    store = Store()
    with workflow.holding_folder():
        waste = unneeded(store, studies)
        for folder in waste:
            print(f"{_megabytes(_bytes(folder)):>10}  {folder}")
        total = _megabytes(sum(map(_bytes, waste)))
        print(f"{total:>10}  in {len(waste)} of {len(store.folders())} kept simulations")
        if not options.yes:
            if waste:
                print("Nothing was removed; add --yes to remove them")
            return 0
        _remove(waste, store)
    return 0


def unneeded(store: Store, studies: Iterable[Study]) -> list[Path]:
    """Folders of simulations that no study needs.

    Parameters
    ----------
    store
        Where simulations are kept.
    studies
        Whose simulations stay.
    """
    needed: set[Path] = set()
    for study in studies:
        for simulation in study.all_simulations:
            needed.update(_needed(store, study, simulation))
    return [folder for folder in store.folders() if folder not in needed]


def _needed(store: Store, study: Study, simulation: Simulation) -> Iterator[Path]:
    identity = study.kept.identity(simulation)
    source = simulation.source
    if identity is None or (identity.reads and _has_several_versions(store, study, source)):
        yield from store.folders(simulation.kind, simulation.place)
    else:
        yield from store.of_any_version(identity)


def _has_several_versions(store: Store, study: Study, simulation: Simulation | None) -> bool:
    """Whether what starts from a simulation may be of several versions of the engine."""
    if simulation is None:
        return False
    folders = list(store.of_any_version(study.kept.identity(simulation)))
    return len(folders) > 1 or _has_several_versions(store, study, simulation.source)


def _remove(folders: Iterable[Path], store: Store) -> None:
    """Remove folders, each at once for whoever looks at it, and what is left of earlier ones."""
    _sweep(store)
    for folder in folders:
        folder.rename(folder.with_name(f".{folder.name}{REMOVED}"))
    _sweep(store)


def _sweep(store: Store) -> None:
    for folder in store.root.glob(f"*/.*{REMOVED}"):
        shutil.rmtree(folder)


def _bytes(folder: Path) -> int:
    """Room that a folder takes alone: results that are links to its files keep theirs."""
    files = (path.stat() for path in folder.rglob("*") if path.is_file())
    return sum(each.st_size for each in files if each.st_nlink == 1)


def _megabytes(number: int) -> str:
    return f"{number / 1e6:,.1f} MB"


# -- adopting -----------------------------------------------------------------------------


def adopt_command(options: argparse.Namespace) -> int:
    """Take in simulations, and say which."""
    taken, store = 0, Store()
    with workflow.holding_folder():
        offered = list(_offered(options.folder))
        for number, folder in enumerate(offered, 1):
            is_new = adopt(folder, store)
            taken += is_new
            said = "added" if is_new else "already here"
            print(f"{number} of {len(offered)}: {said}: {folder}", file=sys.stderr)
    print(f"{taken} of {len(offered)} simulations were added; the others were already here")
    return 0


def _offered(folder: Path) -> Iterator[Path]:
    """Folders of simulations of a results folder, or of one study in it."""
    for root in (folder / DEFAULT.name, folder):
        if found := Store(root).folders():
            yield from found
            return
    store = Store(folder.parent / DEFAULT.name)
    pointed = {store.pointed(pointer) for pointer in sorted(folder.rglob(CURRENT))} - {None}
    if not pointed:
        raise InputError(
            f"{folder}: has no simulations: give a results folder with {DEFAULT.name}/ in it, or "
            "the folder of a study beside that"
        )
    yield from sorted(pointed)


def adopt(folder: Path, store: Store) -> bool:
    """Take in one simulation; tells whether there was anything new in it.

    Parameters
    ----------
    folder
        Where it is kept elsewhere.
    store
        Where it is to be kept.

    Raises
    ------
    InputError
        If it is not what it says, or was changed since it was written.
    """
    identity = read_identity(folder)
    if identity.name != folder.name:
        raise InputError(
            f"{folder}: its {IDENTITY} belongs to {identity.name}: it was changed or moved; leave "
            "it out"
        )
    target = store.folder(identity)
    chains = {path.parent for name in (FINISHED, "state-*") for path in folder.rglob(name)}
    for chain in chains:
        _check_hashes(chain)
    if not (target / IDENTITY).exists():
        _take_whole(folder, target)
        return True
    is_new = False
    with holding(target / LOCK, f"{target}: a process is at this simulation: wait for it"):
        # Of a chain all or nothing: two runs of other machines need not be equal.
        for chain in sorted(chains):
            own = target / chain.relative_to(folder)
            if _is_longer(chain, own):
                _take_whole(chain, own)
                is_new = True
        for path in sorted(folder.rglob("*")):
            own = target / path.relative_to(folder)
            if path.is_file() and not path.name.startswith(".") and path.parent not in chains:
                is_new |= _take(path, own)
    return is_new


def _is_longer(chain: Path, own: Path) -> bool:
    """Whether a run has more than our own, and all lengths that ours keeps the end of."""
    theirs, ours = (Chain(folder, Cuts(1)) for folder in (chain, own))
    return theirs.covered() > ours.covered() and not _ends(ours) - _ends(theirs)


def _ends(chain: Chain) -> set[int]:
    """Lengths of which there is a state at the end: a longer run does not hold it."""
    return {steps for steps, files in chain.hashes().items() if STATE in files}


def _take_whole(folder: Path, target: Path) -> None:
    """Copy a folder, whole or not at all; it takes the place of what is there."""
    unfinished, before = (
        target.with_name(f".{target.name}{ending}") for ending in (".unfinished", REMOVED)
    )
    for leftover in (unfinished, before):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(folder, unfinished, ignore=shutil.ignore_patterns(".*"))
    if target.exists():
        target.rename(before)
    unfinished.rename(target)
    shutil.rmtree(before, ignore_errors=True)


def _check_hashes(folder: Path) -> None:
    chain = Chain(folder, Cuts(1))
    for steps, files in chain.hashes().items():
        for name, expected in files.items():
            path = chain.path(steps, name)
            if not path.exists() or file_digest(path) != expected:
                raise InputError(
                    f"{path}: is missing, or was changed since it was written: leave it out, or "
                    "restore it there"
                )


def _take(path: Path, own: Path) -> bool:
    if own.exists():
        return False
    copy(path, own)
    return True
