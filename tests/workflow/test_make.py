"""The Makefile: what it hands on to the commands, and whose .venv it uses."""

import os
import re
import shutil
import subprocess

import pytest

from locations import ROOT

# In place of an interpreter: says what it was called with, one argument a line.
STAND_IN = """#!/bin/sh
printf '%s\\n' "path=$PYTHONPATH" "user=$PYTHONNOUSERSITE" "$@"
"""


# What make tells the commands that it runs, as it runs these tests.
OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")


def make(folder, *arguments, **variables):
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={name: os.environ[name] for name in os.environ if name not in OF_MAKE} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def install(folder):
    """Leave the marks of an installation, with a stand-in for the interpreter."""
    (folder / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    for mark in re.findall(r"touch (\S+)", make(folder, "-n", "install").replace(";", " ")):
        (folder / mark).touch()


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    install(folder)
    return folder


def test_what_is_installed_is_not_installed_again(checkout):
    assert "Nothing to be done" in make(checkout, "install")


@pytest.mark.parametrize("bring", [shutil.copytree, shutil.move], ids=["copied", "moved"])
def test_in_another_folder_it_is(checkout, bring):
    other = checkout.parent / "other"
    bring(checkout, other)
    assert "-m venv --clear .venv" in make(other, "-n", "install")
    install(other)
    assert "Nothing to be done" in make(other, "install")


def test_a_new_lock_file_is_installed_into_the_same_environment(checkout):
    with (checkout / "requirements.lock").open("a") as file:
        file.write("# a change\n")
    (marks,) = [set(re.findall(r"\.venv/of-\d+", make(checkout, "-n", "install")))]
    assert {(checkout / mark).exists() for mark in marks} == {True}


@pytest.mark.parametrize(
    "name", ["config/smoke.yaml", "config/my study.yaml", "config/Anna's.yaml", "a b/c&d;e.yaml"]
)
def test_a_configuration_may_have_any_name(checkout, name):
    said = make(checkout, "figures", f"CONFIG={name}").splitlines()
    assert said.count(name) == 1
    stem = name.rpartition("/")[2].removesuffix(".yaml")
    said = make(checkout, "archive", f"CONFIG={name}").splitlines()
    assert said[-2:] == [name, f"results/{stem}.tar"]
    said = make(checkout, "figures-from-archive", f"CONFIG={name}").splitlines()
    assert said[-2:] == [f"results/{stem}.tar", f"results/{stem}-from-archive"]


def test_packages_of_others_are_shut_out(checkout):
    said = make(checkout, "figures", PYTHONPATH="/of/others").splitlines()
    assert set(said) >= {"path=", "user=1"}
    assert "path=/of/others" not in said
