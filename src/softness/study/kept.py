"""What of a study's simulations is kept on the disk, by their identities."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from softness.errors import InputError
from softness.files.gsd_file import GsdFile
from softness.files.snapshot import unwrapped_frames
from softness.files.unreadable import RUN_AGAIN
from softness.liquid import Liquid
from softness.physics import lock
from softness.simulate import reads
from softness.simulate.cage import cage_path
from softness.simulate.chain import Chain
from softness.simulate.equilibrate import STATE
from softness.simulate.identity import Identity, deciding
from softness.simulate.inherent_propensity import run_path
from softness.simulate.parts import runs_done
from softness.simulate.quench import inherent_path
from softness.simulate.segments import Cuts
from softness.simulate.store import Store, pointer_of, read_identity
from softness.simulate.thermal import FRAMES
from softness.simulate.together import steps_done
from softness.study.simulations import Simulation

ANY = ""
ANY_VERSION: Mapping[str, str] = MappingProxyType({})
# Folders need no place to cut a run to tell how far it is.
_UNCUT = Cuts(1)


# Kinds that keep each piece by the configuration that it starts from.
BY_CONFIGURATION = {"quench": inherent_path, "cage": cage_path}


class KeptSimulations:
    """The folders of a study's simulations.

    Parameters
    ----------
    config
        The checked configuration.
    store
        Where simulations are kept.
    versions
        Of engines, by their names; of others, simulations of any version count.
    """

    def __init__(
        self, config: Mapping[str, Any], store: Store, versions: Mapping[str, str] = ANY_VERSION
    ) -> None:
        self._settings = config["liquid"]
        self._accepted = config["engine"]["accepted_versions"]
        self._store, self._versions = store, versions
        self._physics = lock.versions()
        self._found: dict[Path, Path] = {}
        self._identities: dict[Path, Identity] = {}
        self._states: dict[tuple[Path, Path], list[Path]] = {}

    @cached_property
    def _liquid(self) -> Liquid:
        """What is simulated; given trajectories may be of more species than it can have."""
        return Liquid.from_settings(self._settings)

    def folder(self, simulation: Simulation) -> Path | None:
        """Where a simulation is kept; None if it is not, or what it starts from is not."""
        if simulation.output not in self._found:
            identity = self.identity(simulation)
            found = self._look_up(identity) if identity else None
            if found is None:
                return None
            self._found[simulation.output] = found
        return self._found[simulation.output]

    def _look_up(self, identity: Identity) -> Path | None:
        if identity.version:
            return self._store.find(identity, self._accepted)
        return next(self._store.of_any_version(identity), None)

    def started(self, simulation: Simulation) -> Path | None:
        """The folder that the pointer beside its results names, if it is of these settings.

        Cheap, for progress: what it starts from is not looked at.
        """
        folder = self._store.pointed(pointer_of(simulation.output))
        if folder is None:
            return None
        wanted = deciding(simulation.kind, simulation.settings)
        return folder if read_identity(folder).settings == wanted else None

    def identity(self, simulation: Simulation) -> Identity | None:
        """What a simulation belongs to; None if what it starts from is not kept."""
        if simulation.output not in self._identities:
            found = self._identity(simulation)
            if found is None:
                return None
            self._identities[simulation.output] = found
        return self._identities[simulation.output]

    def _identity(self, simulation: Simulation) -> Identity | None:
        try:
            arrays = self._arrays(simulation)
        except InputError:
            return None
        if arrays is None:
            return None
        kind, settings = simulation.kind, simulation.settings
        version = self._versions.get(settings["engine"]["name"], ANY)
        return Identity.of(kind, self._physics[kind], settings, version, arrays)

    def _arrays(self, simulation: Simulation) -> Mapping[str, np.ndarray] | None:
        source = simulation.source
        if source is None or simulation.kind in BY_CONFIGURATION:
            return {}
        folder = self.folder(source)
        if folder is None:
            return None
        chain = Chain(folder, _UNCUT)
        if source.kind == "thermal":
            frames = chain.longest(FRAMES)
            place = simulation.settings["frame"]
            return reads.arrays_of_frame(frames, place, self._liquid) if frames else None
        if not chain.has_finished(source.steps):
            return None
        state = chain.finished(source.steps, STATE)
        if simulation.kind == "thermal":
            return reads.arrays_of_state(state)
        return reads.arrays_of_positions(state, self._liquid)

    def steps(self, simulation: Simulation) -> int:
        """Time steps of a simulation that need not be done again."""
        folder = self.folder(simulation)
        return 0 if folder is None else self.steps_in(folder, simulation)

    def steps_in(self, folder: Path, simulation: Simulation) -> int:
        """Time steps of a simulation that are done in a folder."""
        settings, steps = simulation.settings, simulation.steps
        if simulation.kind == "equilibrate":
            return _steps_to_state(Chain(folder, _UNCUT), steps)
        if simulation.kind == "thermal":
            return min(Chain(folder, _UNCUT).covered(), steps)
        if simulation.kind in BY_CONFIGURATION:
            # A published snapshot is one piece, without frames.
            wanted = len(settings.get("frames", [0]))
            return steps * self._states_in(folder, simulation) // wanted
        first, end = settings["runs"]
        of_run = steps // (end - first)
        if simulation.kind == "cycle":
            return steps_done(folder, range(first, end), of_run)
        if simulation.kind == "inherent_propensity":
            return of_run * sum(run_path(folder, number).exists() for number in range(first, end))
        return of_run * runs_done(folder, first, end, settings["of"])

    def _states_in(self, folder: Path, simulation: Simulation) -> int:
        """How many states of frames of the kept thermal run are in a folder."""
        if simulation.source is None:
            return int(simulation.output.exists())
        return sum(path.exists() for path in self._state_paths(folder, simulation))

    def _state_paths(self, folder: Path, simulation: Simulation) -> list[Path]:
        """Files of these states; frames are read once, and only where there is a state at all."""
        source = self.folder(simulation.source)
        run = Chain(source, _UNCUT).longest(FRAMES) if source else None
        if run is None or not any(folder.glob("*.gsd")):
            return []
        key = folder, run
        if key in self._states:
            return self._states[key]
        path_of = BY_CONFIGURATION[simulation.kind]
        try:
            with GsdFile(run, RUN_AGAIN) as file:
                # A longer run is wanted than is kept: its other frames have no state yet.
                frames = [each for each in simulation.settings["frames"] if each < file.frames]
            starts = unwrapped_frames(run, frames, self._liquid)
            self._states[key] = [path_of(folder, positions) for positions in starts]
        except InputError:
            return []
        return self._states[key]

    def refuse_other_versions(self, simulations: Iterable[Simulation]) -> None:
        """Raise an InputError if one was made with a version of the engine that is not accepted."""
        for simulation in simulations:
            if self.folder(simulation) is None and (identity := self.identity(simulation)):
                self._store.refuse_other_versions(identity)

    def others(self, simulation: Simulation) -> list[dict[str, tuple[Any, Any]]]:
        """How kept simulations of the same kind and place differ from this one.

        Returns
        -------
        list of dict
            For each setting that differs, and the version of the physics, what it is there and
            here; for what they start from no values.
        """
        folders = self._store.folders(simulation.kind, simulation.place)
        found = (self._differences(folder, simulation) for folder in folders)
        return [differences for differences in found if differences]

    def done_otherwise(self, simulation: Simulation) -> dict[str, tuple[Any, Any]] | None:
        """How what the study itself has done of a simulation differs from it, as in `others`.

        Returns
        -------
        dict or None
            Empty if it differs in nothing, none if nothing was done: by the pointer beside results.
        """
        folder = self._store.pointed(pointer_of(simulation.output))
        return None if folder is None else self._differences(folder, simulation)

    def _differences(self, folder: Path, simulation: Simulation) -> dict[str, tuple[Any, Any]]:
        there, identity = read_identity(folder), self.identity(simulation)
        wanted, physics = simulation.settings, self._physics[simulation.kind]
        differences = dict(_differences(there.settings, deciding(simulation.kind, wanted)))
        if there.physics != physics:
            differences["the version of its physics"] = there.physics, physics
        if not differences and identity and there.reads != identity.reads:
            differences["what it starts from"] = "another", "this"
        return differences


def _steps_to_state(chain: Chain, steps: int) -> int:
    """A state before the end of a longer run may have to be reached from the start."""
    if chain.has_finished(steps):
        return steps
    return max([0, *(step for step in chain.states() if step <= steps)])


def _differences(
    there: Mapping[str, Any], here: Mapping[str, Any], place: str = ""
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Dotted names and values of what differs."""
    for key in sorted({*there, *here}):
        old, new = there.get(key), here.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _differences(old, new, f"{place}{key}.")
        elif old != new:
            yield f"{place}{key}", (old, new)
