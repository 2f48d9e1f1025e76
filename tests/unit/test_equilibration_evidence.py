"""The stage that collects evidence of equilibrium: each file tells of which run it is."""

import json
import random
from pathlib import Path

import pytest

from softness.errors import InputError
from softness.stages.equilibration_evidence import _by_run

RUNS = [{"temperature": t, "replica": n} for t in (0.5, 1.0, 2.0) for n in (0, 1, 2)]
FILES = {
    (run["temperature"], run["replica"]): Path(f"{number}.h5") for number, run in enumerate(RUNS)
}


def provenance(path):
    return json.dumps({"settings": RUNS[int(path.stem)]})


def test_files_go_with_their_runs_in_any_order():
    shuffled = random.Random(1).sample(list(FILES.values()), len(FILES))
    assert _by_run(shuffled, provenance, RUNS) == FILES


@pytest.mark.parametrize("runs", [RUNS[:-1], [*RUNS[:-1], {"temperature": 3.0, "replica": 2}]])
def test_a_file_of_no_run_and_a_run_without_file_are_told(runs):
    with pytest.raises(InputError, match="replica 2: is among the runs or among their files"):
        _by_run(FILES.values(), provenance, runs)
