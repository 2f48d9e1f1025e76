"""Random streams keyed by what they are for, so that no order of execution can change them."""

import hashlib
import json

import numpy as np

SNAPSHOTS_OF_REPLICA = 10**6


def stream(
    study: int, kind: str, temperature: float, snapshot: int = 0, run: int = 0
) -> np.random.Generator:
    """Random generator of one run, the same on every machine and after every restart.

    The counter-based generator Philox 4x64 takes as its key a hash of the arguments, so streams
    of different runs are independent however runs are cut into jobs (STUDY.md section 2).

    Parameters
    ----------
    study
        Seed of the study.
    kind
        Kind of run, for example ``"start"`` or ``"thermal"``.
    temperature
        Temperature in eps_AA / k_B; equal to 1e-6.
    snapshot
        Number of the snapshot or replica.
    run
        Number of the run of that snapshot.
    """
    key = json.dumps([int(study), kind, f"{temperature:.6f}", int(snapshot), int(run)])
    digest = hashlib.sha256(key.encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def snapshot_key(replica: int, number: int) -> int:
    """One whole number for a snapshot of a replica, whatever other snapshots there are.

    Parameters
    ----------
    replica
        Number of the replica.
    number
        Of the snapshot within its replica, less than a million.
    """
    return replica * SNAPSHOTS_OF_REPLICA + number


def snapshot_name(key: int) -> str:
    """The snapshot of a key, for people."""
    replica, number = divmod(key, SNAPSHOTS_OF_REPLICA)
    return f"replica {replica} snapshot {number}"


def maxwell_boltzmann(
    generator: np.random.Generator, particles: int, temperature: float
) -> np.ndarray:
    """(particles, 3) velocities at a temperature, unit mass, total momentum zero.

    Without the centre of mass 3 N - 3 degrees of freedom are left, so that the mean kinetic
    energy is (3 N - 3) T / 2.
    """
    velocities = generator.normal(scale=np.sqrt(temperature), size=(particles, 3))
    return velocities - velocities.mean(axis=0)
