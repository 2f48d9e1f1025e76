"""Run kinds of simulation briefly, with the code beside this file, and keep what they write.

Two states of the code compute the same numbers if their trials write the same numbers: see
`softness.physics.confirm`. By hand: python -m softness.physics.trial FOLDER --engine lammps
"""

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from softness import configuration
from softness.errors import InputError
from softness.files.provenance import canonical_json
from softness.physics.lock import ENGINES, KINDS, LANES, does
from softness.study import Study
from softness.study.simulations import SAME

PRESET = configuration.ROOT / "config" / "smoke.yaml"
INPUTS = "inputs"
SETTINGS = "settings.json"

# What every stage is given besides its files: a new folder for what it keeps on the way.
STORE = "--simulations"

COLD, WARM = "0.7", "0.75"
PARTICLES = 250


@dataclass(frozen=True)
class Part:
    """One run of a stage.

    Attributes
    ----------
    stage
        Last part of the stage's module name.
    settings
        Gives its settings.
    shorter
        What takes the place of some of them.
    reads
        Options of the stage that name inputs, and which input each names.
    writes
        Options of the stage that name outputs, and the names of these.
    """

    stage: str
    settings: Callable[[Study], Mapping[str, Any]]
    shorter: Mapping[str, Any]
    reads: Mapping[str, str]
    writes: Mapping[str, str]


EQUILIBRATION = {"duration": 1.5, "segment": 0.75, "sample_interval": 0.25}
STATE = {"--state": "state.h5", "--history": "history.h5"}
FRAMES = {"--trajectory": "trajectory.gsd", "--bursts": "bursts.gsd"}
TABLE = {"--output": "table.h5"}
FROM_FRAMES = {"--trajectory": "trajectory.gsd"}
CYCLE = {
    **{"before": 0.4, "ramp": 0.4, "hold": 0.4, "after": 0.4, "segment": 0.8},
    **{"frame_interval": 0.2, "frame": 2, "runs": [0, 2]},
}
FROM_SNAPSHOTS = {"--snapshots": "trajectory.gsd"}
CYCLED = {"--trajectories": "run0.gsd run1.gsd", "--history": "history.h5"}

# Inputs and kinds of simulation, each as one run of a stage or more. All paths of a protocol, and
# long enough for neighbour lists to be built anew and for rounding errors to grow: seconds each.
MELTED = Part(
    stage="equilibrate",
    settings=lambda study: study.equilibrate(COLD, 0),
    shorter=EQUILIBRATION | {"cooling": {"temperature": 2.0, "melt": 1.0, "quench": 1.0}},
    reads={},
    writes=STATE,
)
THERMAL = Part(
    stage="thermal",
    settings=lambda study: study.thermal(COLD, 0),
    shorter={
        **{"duration": 2.5, "segment": 1.0, "frame_interval": 0.2},
        "burst": {"interval": 0.5, "first": 0.01, "last": 0.3, "frames": 6},
    },
    reads={"--state": "state.h5"},
    writes=FRAMES,
)
PARTS: dict[str, dict[str, Part]] = {
    INPUTS: {"state": MELTED, "trajectory": THERMAL},
    "equilibrate": {
        "melted": MELTED,
        "seeded": Part(
            stage="equilibrate",
            settings=lambda study: study.equilibrate(WARM, 0),
            shorter=EQUILIBRATION,
            reads={"--seed-state": "state.h5"},
            writes=STATE,
        ),
    },
    "thermal": {"run": THERMAL},
    "isoconfigurational": {
        "block": Part(
            stage="isoconfigurational",
            settings=lambda study: study.isoconfigurational(COLD, 0, 0, 0),
            shorter={
                **{"duration": 8.0, "frame_interval": 0.2, "hop_window": 2.0, "csd_window": 2.0},
                **{"frame": 2, "runs": [1, 4]},
            },
            reads=FROM_FRAMES,
            writes=TABLE,
        )
    },
    "inherent_propensity": {
        "block": Part(
            stage="inherent_propensity",
            settings=lambda study: study.inherent_propensity(0, 0, 0),
            shorter={"times": [1.0, 8.0], "force_tolerance": 0.1, "frame": 2, "runs": [1, 3]},
            reads=FROM_FRAMES,
            writes=TABLE,
        )
    },
    "cycle": {
        "cycle": Part(
            stage="cycle",
            settings=lambda study: study.cycle(0, 0, 0),
            shorter=CYCLE,
            reads=FROM_SNAPSHOTS,
            writes=CYCLED,
        ),
        "control": Part(
            stage="cycle",
            settings=lambda study: study.control(0, 0),
            shorter=CYCLE,
            reads=FROM_SNAPSHOTS,
            writes=CYCLED,
        ),
    },
    "quench": {
        "frames": Part(
            stage="quench",
            settings=lambda study: study.quench(COLD, 0),
            shorter={"frames": [1, 11], "force_tolerance": 0.01},
            reads=FROM_FRAMES,
            writes=TABLE | {"--states": "states.gsd"},
        )
    },
    "cage": {
        "frames": Part(
            stage="cage",
            settings=lambda study: study.cage(COLD, 0),
            shorter={
                **{"frames": [1, 11], "runs": 2},
                **{"start": 2.0, "duration": 6.0, "frame_interval": 1.0},
            },
            reads=FROM_FRAMES,
            writes={"--output": "cages.gsd"},
        )
    },
}


def run_trial(folder: Path, engine: str, kinds: Iterable[str], inputs: Path | None = None) -> None:
    """Run some kinds of simulation; each writes into a folder of its own name.

    Parameters
    ----------
    folder
        Where to write.
    engine
        Name of the engine. What lanes start from is made by the engine of the preset.
    kinds
        Of simulation, among `KINDS`; those that the engine does not do are left out.
    inputs
        Folder of the state and the trajectory that they start from, from an earlier trial, which
        may be of other code. Without it they are made first, in the folder ``inputs``.
    """
    study = _study(engine)
    places = {"state.h5": "state", "trajectory.gsd": "trajectory"}
    inputs = inputs or folder / INPUTS
    files = {name: inputs / place / name for name, place in places.items()}
    kinds = [kind for kind in kinds if does(engine, kind)]
    for kind in kinds if inputs.exists() else [INPUTS, *kinds]:
        for name, part in PARTS[kind].items():
            _run(part, study, files, folder / kind / name)


def _study(engine: str) -> Study:
    config = configuration.load(PRESET)
    config["engine"]["device"] = "cpu"
    if engine != LANES:
        config["engine"]["name"] = engine
    for block in ("isoconfigurational", "cycle", "cage", "inherent", "quench"):
        config[block]["engine"] = LANES if engine == LANES else SAME
    config["liquid"] |= {"particles": PARTICLES}
    return Study(config)


def _run(part: Part, study: Study, files: Mapping[str, Path], folder: Path) -> None:
    settings = dict(part.settings(study))
    unknown = part.shorter.keys() - settings.keys()
    if unknown:
        raise InputError(f"{part.stage} has no settings {sorted(unknown)}: see {__file__}")
    text = canonical_json(settings | part.shorter)
    folder.mkdir(parents=True)
    (folder / SETTINGS).write_text(text, encoding="utf-8")
    written = {
        option: [str(folder / name) for name in names.split()]
        for option, names in part.writes.items()
    }
    read = {option: [str(files[name])] for option, name in part.reads.items()}
    with tempfile.TemporaryDirectory() as store:
        options = {"--settings": [text], STORE: [f"{store}/runs"]} | read | written
        line = [word for option, values in options.items() for word in (option, *values)]
        stage = importlib.import_module(f"softness.stages.{part.stage}")
        # Not by the stage's command, which would refuse the code that is on trial.
        stage.main(stage.arguments().parse_args([*line, "--device", "cpu", "--wall-time", "inf"]))


def main() -> None:
    """Run a trial from the command line."""
    parser = argparse.ArgumentParser(prog="python -m softness.physics.trial", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write, a folder for each kind")
    parser.add_argument("--engine", choices=ENGINES, required=True)
    parser.add_argument("--kinds", choices=KINDS, nargs="+", default=KINDS, metavar="KIND")
    parser.add_argument(
        "--inputs", type=Path, help="folder 'inputs' of another trial, to start from the same"
    )
    options = parser.parse_args()
    try:
        run_trial(options.folder, options.engine, options.kinds, options.inputs)
    except InputError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
