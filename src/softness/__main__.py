"""Run a study, or check its configuration: ``python -m softness --help``."""

import argparse
import fcntl
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from softness import configuration, engines
from softness.errors import InputError
from softness.liquid import Liquid
from softness.study import Study

LOCK = Path(".running")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m softness", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "check", check, "check a configuration and its engine, and say what it takes")
    run_parser = _add(commands, "run", run, "run a study on this machine, with progress")
    run_parser.add_argument("--cores", default="all", help="number of cores, default all")
    run_parser.add_argument(
        "snakemake", nargs=argparse.REMAINDER, help="further arguments for Snakemake, after --"
    )
    options = parser.parse_args(arguments)
    try:
        return options.function(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _add(commands: argparse._SubParsersAction, name: str, function, text: str):  # noqa: ANN001, ANN202
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("config", type=Path, help="overlay of config/dissertation.yaml")
    parser.set_defaults(function=function)
    return parser


def check(options: argparse.Namespace) -> int:
    """Check the configuration, and that its engine is there, before anything runs."""
    config = configuration.load(options.config)
    engine = engines.create(
        config["engine"]["name"], Liquid.from_settings(config["liquid"]), config["engine"]["device"]
    )
    study = Study(config)
    step = config["engine"]["time_step"]
    print(
        f"Study {config['study']}: {len(study.temperatures)} temperatures, "
        f"{config['replicas']} replicas, {config['liquid']['particles']} particles, "
        f"{study.total_steps() * step:.0f} tau of simulation with {engine.name} {engine.version}"
    )
    return 0


def run(options: argparse.Namespace) -> NoReturn:
    """Run Snakemake with progress on the terminal; a lock left by a killed run is cleared."""
    lock = LOCK.open("w")
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise InputError("a study is running in this folder: wait for it, or stop it") from error
    snakemake = [sys.executable, "-m", "snakemake", "--configfile", str(options.config)]
    snakemake += ["--profile", "profiles/local", "--cores", options.cores]
    # This process holds the folder, so a lock of Snakemake's own is of a run that was killed.
    subprocess.run([*snakemake, "--unlock"], check=False, stderr=subprocess.DEVNULL)
    # Becoming Snakemake keeps the lock, and lets Ctrl-C reach it directly.
    os.set_inheritable(lock.fileno(), True)
    extra = [argument for argument in options.snakemake if argument != "--"]
    os.execv(sys.executable, [*snakemake, "--logger", "softness", *extra])


if __name__ == "__main__":
    sys.exit(main())
