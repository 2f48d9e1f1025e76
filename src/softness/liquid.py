"""The model liquid as data: a binary mixture of Lennard-Jones particles in a cubic box."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from softness.errors import InputError

Cutoff = Literal["common", "per_pair"]


@dataclass(frozen=True)
class Liquid:
    """A binary Lennard-Jones mixture, in reduced units (STUDY.md section 1).

    Attributes
    ----------
    particles
        Number of particles N.
    density
        Number density N / L^3, in sigma_AA^-3.
    species
        Names of the two species; index 0 is the majority species that is analysed.
    fractions
        Fraction of each species; they add up to 1.
    epsilon, sigma
        Energy and length of the pairs (AA, AB, BB), in eps_AA and sigma_AA.
    cutoff
        ``"common"``: every pair is cut at ``cutoff_distance``; ``"per_pair"``: at
        ``cutoff_distance * sigma_ij``. The energy is shifted to zero there.
    cutoff_distance
        In sigma_AA (``"common"``) or in sigma_ij (``"per_pair"``).
    """

    particles: int
    density: float
    species: tuple[str, str]
    fractions: tuple[float, float]
    epsilon: tuple[float, float, float]
    sigma: tuple[float, float, float]
    cutoff: Cutoff
    cutoff_distance: float

    def __post_init__(self) -> None:
        if self.particles < 2:
            raise InputError(f"particles is {self.particles}: a liquid needs at least 2")
        if not self.density > 0:
            raise InputError(f"density is {self.density}: give a positive number")
        if abs(sum(self.fractions) - 1) > 1e-6 or min(self.fractions) < 0:
            raise InputError(f"fractions are {self.fractions}: they must be >= 0 and add up to 1")
        if min(*self.epsilon, *self.sigma, self.cutoff_distance) <= 0:
            raise InputError("epsilon, sigma and the cut-off distance must be positive")
        if self.cutoff not in ("common", "per_pair"):
            raise InputError(f"cutoff is {self.cutoff!r}: choose 'common' or 'per_pair'")
        if exceeds_half_box(self.largest_cutoff, self.box_length):
            raise InputError(
                f"the cut-off {self.largest_cutoff:g} exceeds half the box, "
                f"{self.box_length / 2:.3f}: use more than {self.particles} particles"
            )

    @property
    def box_length(self) -> float:
        """Edge L of the cubic box, in sigma_AA."""
        return float((self.particles / self.density) ** (1 / 3))

    @property
    def counts(self) -> tuple[int, int]:
        """Number of particles of each species."""
        first = round(self.fractions[0] * self.particles)
        return first, self.particles - first

    @property
    def types(self) -> np.ndarray:
        """(N,) species index of each particle: all of species 0 first."""
        return np.repeat(np.arange(2, dtype=np.int32), self.counts)

    @property
    def cutoffs(self) -> tuple[float, float, float]:
        """Cut-off of the pairs (AA, AB, BB), in sigma_AA."""
        if self.cutoff == "common":
            return (self.cutoff_distance,) * 3
        aa, ab, bb = (self.cutoff_distance * sigma for sigma in self.sigma)
        return aa, ab, bb

    @property
    def largest_cutoff(self) -> float:
        """Largest cut-off of any pair, in sigma_AA."""
        return max(self.cutoffs)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Liquid":
        """Build the liquid from the ``liquid`` block of a configuration.

        Raises
        ------
        InputError
            If the numbers do not make a liquid; the message names the value and the remedy.
        """
        first, second = settings["species"]
        pairs = ("AA", "AB", "BB")
        return cls(
            particles=settings["particles"],
            density=settings["density"],
            species=(first, second),
            fractions=tuple(settings["fractions"]),
            epsilon=tuple(settings["epsilon"][pair] for pair in pairs),
            sigma=tuple(settings["sigma"][pair] for pair in pairs),
            cutoff=settings["cutoff"],
            cutoff_distance=settings["cutoff_distance"],
        )


def exceeds_half_box(distance: float, box_length: float) -> bool:
    """Whether a distance is longer than half the box, by more than the edge's own rounding.

    An edge is a cube root: that of 150 particles at a density of 1.2 is 5 - 9e-16.
    """
    return bool(distance > box_length / 2 * (1 + 1e-12))


def kob_andersen(particles: int = 4096, density: float = 1.2, cutoff: Cutoff = "common") -> Liquid:
    """The 80:20 mixture of Kob and Andersen, Phys. Rev. E 51, 4626 (1995).

    Parameters
    ----------
    particles
        Number of particles.
    density
        Number density, in sigma_AA^-3.
    cutoff
        ``"common"`` cuts every pair at 2.5 sigma_AA, ``"per_pair"`` at 2.5 sigma_ij.
    """
    return Liquid(
        particles=particles,
        density=density,
        species=("A", "B"),
        fractions=(0.8, 0.2),
        epsilon=(1.0, 1.5, 0.5),
        sigma=(1.0, 0.8, 0.88),
        cutoff=cutoff,
        cutoff_distance=2.5,
    )
