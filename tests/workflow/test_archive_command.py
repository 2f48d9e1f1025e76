"""Archive of a finished study: packed, damaged, and redrawn by the commands of users."""

import tarfile

from workflow_commands import SMOKE, command


def test_a_finished_study_is_packed_and_redrawn_byte_for_byte(study):
    for name in ("one.tar", "two.tar"):
        done = command(study, "softness", "archive", SMOKE, name)
        assert done.returncode == 0, done.stderr
        assert "not up to date" not in done.stderr
    assert (study / "one.tar").read_bytes() == (study / "two.tar").read_bytes()

    with tarfile.open(study / "one.tar") as tar:
        sizes = {entry.name: entry.size for entry in tar.getmembers()}
    # Of all trajectories one frame of one, for who made it; and no picture.
    assert len([name for name in sizes if name.endswith(".gsd")]) == 1
    assert not [name for name in sizes if name.endswith((".png", ".pdf"))]
    assert SMOKE in sizes

    # Nothing but the archive: what the study computed is out of reach.
    (study / "results").rename(study / "elsewhere")
    done = command(study, "softness", "figures-from-archive", "one.tar", "drawn")
    assert done.returncode == 0, done.stdout + done.stderr
    drawn = study / "drawn" / "results" / "smoke"
    original = study / "elsewhere" / "smoke"
    names = [path.name for path in (original / "figures").iterdir()]
    assert len(names) > 60
    for name in ("report.html", "claims.csv", *(f"figures/{name}" for name in names)):
        assert (drawn / name).read_bytes() == (original / name).read_bytes(), name
    assert f"byte for byte: {len(names) + 3} of {len(names) + 3}" in done.stdout


def test_a_changed_byte_stops_it_before_anything_is_drawn(study):
    assert command(study, "softness", "archive", SMOKE, "one.tar").returncode == 0
    path = study / "one.tar"
    with tarfile.open(path) as tar:
        entry = next(e for e in tar.getmembers() if e.name.endswith("evidence.h5"))
    data = bytearray(path.read_bytes())
    data[entry.offset_data + 3] ^= 1
    path.write_bytes(data)
    done = command(study, "softness", "figures-from-archive", "one.tar", "drawn")
    assert done.returncode == 1
    assert f"changed: {entry.name}" in done.stderr
    assert not (study / "drawn").exists()


def test_a_missing_table_and_an_unfinished_study_are_told(study):
    (study / "results" / "smoke" / "csd_threshold.h5").unlink()
    done = command(study, "softness", "archive", SMOKE, "one.tar")
    assert done.returncode == 1
    assert "csd_threshold.h5: missing: finish the study first" in done.stderr
    assert not (study / "one.tar").exists()
