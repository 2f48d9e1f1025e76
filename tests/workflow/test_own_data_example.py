"""The data set and the ten lines of docs/own-data.md, as they stand there."""

import re
import runpy

import numpy as np
import pytest

from locations import ROOT
from softness import Softness, open_trajectory

PAGE = (ROOT / "docs" / "own-data.md").read_text()
SCRIPT = ROOT / "scripts" / "make_own_data.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the data set of the script lies in own-data."""
    made = tmp_path_factory.mktemp("example")
    runpy.run_path(str(SCRIPT))["main"](made / "own-data")
    return made


@pytest.fixture(scope="module")
def names(folder):
    """What the ten lines have computed, and what they print as ``printed``."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
    assert code.count("\n") <= 12
    printed, found = [], {}
    found["print"] = lambda *parts, sep: printed.append(sep.join(map(str, parts)))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile(code, "own-data.md", "exec"), found)
    return found | {"printed": printed}


def test_the_data_set_is_what_the_page_says(folder):
    files = sorted((folder / "own-data").iterdir())
    assert [files[0].name, files[-1].name] == ["T0.60_0.xyz", "T0.80_1.xyz"]
    assert len(files) == 8
    first = files[0].read_text().splitlines()[:2]
    assert "\n".join(first) in PAGE
    for file in files:
        with open_trajectory(file) as trajectory:
            assert (trajectory.frames, trajectory.particles) == (120, 500)
            assert trajectory.frame_interval() == pytest.approx(1.0)
            moved = trajectory.positions(119) - trajectory.positions(0)
            # Unwrapped: a particle goes as far as a liquid lets it, and the centre stays.
            assert 0.2 < np.sqrt((moved**2).sum(axis=1).mean()) < 3
            assert abs(moved.mean(axis=0)).max() < 1e-3


def test_the_ten_lines_find_that_soft_particles_have_lower_barriers(names):
    barriers = names["barriers"]
    assert 0.6 < names["model"].accuracy_ < 0.8
    assert (barriers.flag == "ok").all()
    assert barriers.energy.value[0] > barriers.energy.value[-1] + 1
    # Two runs at each temperature, and blocks of two relaxation times in them.
    assert min(barriers.relaxation_times.values()) == barriers.relaxation_times[0.80]
    assert (np.array(barriers.energy.interval()) > 0).all()


def test_they_print_and_leave_what_the_page_says(names, folder):
    (printed,) = names["printed"]
    accuracy, header, *rows = printed.splitlines()
    assert header in PAGE.splitlines()
    assert re.fullmatch(r"accuracy 0\.\d\d, onset \d\.\d\d", accuracy)
    assert len(rows) == 6
    assert (folder / "barriers.png").read_bytes().startswith(b"\x89PNG")
    loaded = Softness.load(folder / "softness.skops")
    again = loaded.predict(folder / "own-data" / "T0.60_0.xyz", frame=100)
    np.testing.assert_array_equal(again, names["softness"])
