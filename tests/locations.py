"""Where things lie, for all tests."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
REAL_DATA = SHARED / "data" / "kob_andersen_T0.44.npz"
