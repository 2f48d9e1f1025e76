import shutil
import subprocess

import pytest

from softness import repository, sources
from softness.repository import UNKNOWN, revision

AUTHOR = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false")


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-C", folder, *AUTHOR, *arguments], check=True, capture_output=True
    )
    return done.stdout.decode().strip()


@pytest.fixture
def checkout(tmp_path):
    """A repository with the stamp of the project in it."""
    folder = tmp_path / "softness"
    (folder / "src" / "softness").mkdir(parents=True)
    shutil.copy(sources.ROOT.parent / ".gitattributes", folder)
    shutil.copy(sources.ROOT / "softness" / repository.STAMP, folder / "src" / "softness")
    git(folder, "init")
    git(folder, "add", "-A")
    git(folder, "commit", "-m", "first")
    return folder


@pytest.fixture
def unpacked(checkout, tmp_path):
    """Its archive, unpacked within a repository of something else."""
    thesis = tmp_path / "thesis"
    thesis.mkdir()
    git(thesis, "init")
    git(thesis, "commit", "--allow-empty", "-m", "the thesis")
    git(checkout, "archive", "-o", thesis / "softness.tar", "--prefix=softness/", "HEAD")
    shutil.unpack_archive(thesis / "softness.tar", thesis, filter="data")
    return thesis / "softness"


def test_a_checkout_has_its_own_commit(checkout):
    assert revision(checkout) == git(checkout, "rev-parse", "HEAD")[:12]


def test_a_change_is_marked(checkout):
    (checkout / ".gitattributes").write_text("")
    assert revision(checkout).endswith("-dirty")


def test_an_archive_in_another_repository_has_the_commit_it_was_packed_from(checkout, unpacked):
    assert revision(unpacked) == git(checkout, "rev-parse", "HEAD")[:12]


def test_files_copied_into_another_repository_are_of_no_known_commit(checkout, unpacked):
    shutil.copytree(checkout / "src", unpacked / "src", dirs_exist_ok=True)
    assert revision(unpacked) == UNKNOWN


def test_a_repository_that_the_environment_names_does_not_count(checkout, unpacked, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(unpacked.parent / ".git"))
    assert revision(checkout) == git(checkout, "--git-dir", ".git", "rev-parse", "HEAD")[:12]


def test_without_git_the_stamp_counts(checkout, unpacked, monkeypatch):
    found = revision(unpacked)
    monkeypatch.setenv("PATH", "")
    assert revision(unpacked) == found != UNKNOWN
    assert revision(checkout) == UNKNOWN
