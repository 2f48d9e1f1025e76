"""The command `softness`: what its help says is what it takes."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from locations import ROOT
from softness.__main__ import COMMANDS, _parsed, _parser, main


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_accepted(name):
    arguments = [name, *shlex.split(COMMANDS[name].example)]
    options = _parser(name).parse_args(arguments)
    assert callable(options.function)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_helps_with_an_example(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: softness {name} ")
    assert f"  softness {name} " in said or f"example: softness {name} " in said


def test_the_help_has_every_command_once_and_what_exit_statuses_mean(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    for name, command in COMMANDS.items():
        assert lines.count(f"  {name}: {command.text}") == 1
    statuses = "\n".join(lines[lines.index("exit status:") + 1 :])
    # What no command but one has is named with it.
    assert re.findall(r"^  (\d)  ", statuses, flags=re.MULTILINE) == ["0", "1", "2"]


@pytest.mark.parametrize("arguments", [[], ["chek"], ["check"], ["check", "a.yaml", "b.yaml"]])
def test_wrong_arguments_end_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: softness" in capsys.readouterr().err


def test_what_is_refused_ends_with_status_1_in_one_line(tmp_path, capsys):
    assert main(["power", str(tmp_path / "claims.csv")]) == 1
    said = capsys.readouterr().err
    assert said == f"error: {tmp_path}/claims.csv: No such file or directory\n"


def completions(line):
    """What a shell is told could follow a line, by the program as it would be called."""
    asks = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": " ", "_ARGCOMPLETE_SUPPRESS_SPACE": "1"}
    typed = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "COMP_TYPE": "9"}
    shell = ["bash", "-c", '"$0" -m softness 8>&1', sys.executable]
    done = subprocess.run(
        shell, env=os.environ | asks | typed, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("softness ", set(COMMANDS)),
        ("softness fig", {"figures-from-archive"}),
        ("softness plan --c", {"--cores"}),
        ("softness status config/lap", {"config/laptop.yaml"}),
    ],
)
def test_a_shell_completes_commands_options_and_files(line, expected):
    found = completions(line)
    assert expected <= set(found)
    assert len(found) <= len(expected) + 3  # --help, -h and --version


def test_options_of_a_run_stand_on_either_side_of_its_configuration():
    before = _parsed(["run", "--cores", "3", "--time", "a.yaml", "--", "-n", "chapter1"])
    behind = _parsed(["run", "a.yaml", "--time", "--cores", "3", "--", "-n", "chapter1"])
    assert before == behind
    assert (before.cores, before.time, before.snakemake) == (3, True, ["-n", "chapter1"])
    assert _parsed(["run", "a.yaml"]).snakemake == []
