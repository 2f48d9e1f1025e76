"""What a simulation is made of: liquid, engine, seed and place in the study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from softness import engines, seeds
from softness.engines.batch import Batch
from softness.engines.protocol import Engine
from softness.liquid import Liquid


@dataclass(frozen=True)
class RunSettings:
    """What every run of the study needs, whatever its protocol.

    Attributes
    ----------
    liquid
        The model liquid.
    engine
        Name of the engine.
    time_step, coupling_time
        Of the integrator and its thermostat, in tau.
    seed
        Of the study.
    temperature
        In eps_AA / k_B.
    replica
        Number of the replica.
    """

    liquid: Liquid
    engine: str
    time_step: float
    coupling_time: float
    seed: int
    temperature: float
    replica: int

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "RunSettings":
        """Take them from the settings of a simulation stage."""
        return cls(
            liquid=Liquid.from_settings(settings["liquid"]),
            engine=settings["engine"]["name"],
            time_step=settings["engine"]["time_step"],
            coupling_time=settings["engine"]["coupling_time"],
            seed=settings["seed"],
            temperature=settings["temperature"],
            replica=settings["replica"],
        )

    def create_engine(self, device: str, accepted_versions: Sequence[str] = ()) -> Engine:
        """Make the engine of this run, which takes states of these other versions as well."""
        engine = engines.create(
            self.engine, self.liquid, device, self.time_step, self.coupling_time
        )
        engine.accepted_versions = tuple(accepted_versions)
        return engine

    def create_batch(self, device: str, accepted_versions: Sequence[str] = ()) -> Batch:
        """Make what does as many runs at once as the engine of this run is good for."""
        batch = engines.create_batch(
            self.engine,
            self.liquid,
            engines.runs_at_once(self.engine),
            self.time_step,
            self.coupling_time,
            device,
        )
        batch.accepted_versions = tuple(accepted_versions)
        return batch

    def stream(self, kind: str) -> np.random.Generator:
        """Random stream of this run for one purpose."""
        return seeds.stream(self.seed, kind, self.temperature, snapshot=self.replica)

    def steps(self, time: float) -> int:
        """Number of time steps of a time in tau."""
        return round(time / self.time_step)
