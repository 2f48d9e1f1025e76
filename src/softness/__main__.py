"""Run a study, or check its configuration: ``python -m softness --help``."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from softness import (
    archive,
    caches,
    configuration,
    engines,
    environment,
    keeping,
    own,
    plan,
    power,
    workflow,
)
from softness.errors import InputError, in_one_line
from softness.liquid import Liquid
from softness.physics import command as physics
from softness.physics import lock
from softness.planning.kept import announcement
from softness.planning.rate import measured_rate
from softness.stages.shared.given import given_trajectory
from softness.study import Study, label

SECONDS_OF_CHECK = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m softness", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "check", check, "check a configuration and its engine, and print its size")
    run_parser = _add(commands, "run", run, "run a study on this machine, with progress")
    run_parser.add_argument("--cores", default="all", help="number of cores; default: all")
    run_parser.add_argument(
        "snakemake", nargs=argparse.REMAINDER, help="further arguments for Snakemake, after --"
    )
    packing = "pack what the figures and the report of a finished study are drawn from"
    archive.add_pack_arguments(_add(commands, "archive", archive.pack_command, packing))
    redrawing = "check an archive and redraw all figures and the report from it"
    archive.add_redraw_arguments(commands.add_parser("figures-from-archive", help=redrawing))
    plan.add_arguments(
        _add(commands, "plan", plan.command, "estimate jobs, hours and disk space of a study")
    )
    for name, text, add in (
        (
            "clean",
            "list or remove kept simulations that no given study needs",
            keeping.add_clean_arguments,
        ),
        ("adopt", "add simulations of another machine", keeping.add_adopt_arguments),
    ):
        add(commands.add_parser(name, help=text))
    power.add_arguments(commands.add_parser("power", help=power.HELP))
    own.add_arguments(commands.add_parser("own", help=own.HELP))
    physics.add_arguments(commands.add_parser("physics", help=physics.HELP))
    options = parser.parse_args(arguments)
    try:
        environment.check_folder()
        return options.function(options)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {in_one_line(error)}", file=sys.stderr)
        return 1


def _add(commands: argparse._SubParsersAction, name: str, function, text: str):  # noqa: ANN001, ANN202
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument(
        "config", type=Path, help="file that overrides keys of config/dissertation.yaml"
    )
    parser.set_defaults(function=function)
    return parser


def check(options: argparse.Namespace) -> int:
    """Check the configuration, and that its engine is installed, before anything runs."""
    study = Study(configuration.load(options.config))
    if study.of_files:
        check_files(study)
    if study.all_simulations:
        check_engine(study)
    return 0


def check_files(study: Study) -> None:
    """Open every given trajectory, and say what there is."""
    total = 0
    for entry in study.config["trajectories"]["files"]:
        settings = study.take_in(label(entry["temperature"]), entry["replica"])
        with given_trajectory(settings) as reader:
            total += settings["frames"]
            print(
                f"T = {entry['temperature']:g}, replica {entry['replica']}: {reader.frames} frames "
                f"of {reader.particles} particles, {settings['frames']} are used ({reader.path})",
                file=sys.stderr,
            )
    print(
        f"Study {study.config['study']}: {len(study.temperatures)} temperatures, "
        f"{len(study.replicas)} replicas, {total} frames of given trajectories"
    )


def check_engine(study: Study) -> None:
    """Find the engine of the simulations, and say what is kept of them."""
    config, liquid = study.config, Liquid.from_settings(study.config["liquid"])
    lock.check(study.kinds, *study.engines)
    device = config["engine"]["device"]
    found = [engines.create_batch(name, liquid, 1, device=device) for name in study.engines]
    study.refuse_other_versions({each.name: each.version for each in found})
    engine = found[0]
    step = config["engine"]["time_step"]
    kept = sum(map(study.kept.steps, study.all_simulations))
    print(
        f"Study {config['study']}: {len(study.temperatures)} temperatures, "
        f"{config['replicas']} replicas, {config['liquid']['particles']} particles, "
        f"{study.total_steps() * step:.0f} tau of simulation with {engine.name} {engine.version}"
        + (f", {kept * step:.0f} tau of it are kept" if kept else "")
    )
    if study.has_lanes:
        rate, cold = measured_rate(config, SECONDS_OF_CHECK, with_lanes=True), study.training_label
        print(
            f"Runs in lanes: {rate.in_lanes(float(cold)):,.0f} run-steps/s of "
            f"one core at T={cold}, where {engine.name} does {rate.steps_per_second:,.0f} steps/s"
        )


def run(options: argparse.Namespace) -> int:
    """Run Snakemake with progress on the terminal, then say where the results are."""
    snakemake = [sys.executable, "-m", "snakemake"]
    # Last an option of one value: targets may follow.
    study = ["--configfile", str(options.config), "--profile", "profiles/local"]
    study += ["--cores", options.cores]
    extra = [argument for argument in options.snakemake if argument != "--"]
    planned = Study(configuration.load(options.config))
    lock.check(planned.kinds, *planned.engines)
    with workflow.holding_folder() as held:
        if anew := announcement(planned):
            print(anew, file=sys.stderr, flush=True)
        # Whoever holds the folder is the only one: a lock of Snakemake's own is of a killed run.
        variables = os.environ | {workflow.HELD: "1"} | _cache_folder()
        subprocess.run(
            [*snakemake, *study, "--unlock"],
            check=False,
            env=variables,
            stderr=subprocess.DEVNULL,
        )
        child = subprocess.Popen(
            [*snakemake, "--logger", "softness", *study, *extra],
            env=variables,
            pass_fds=[held.fileno()],
        )
        code = _wait(child)
    if code == 0:
        workflow.announce(Study(configuration.load(options.config)))
    return code


def _wait(child: subprocess.Popen) -> int:
    """Wait for Snakemake; it gets Ctrl-C from the terminal itself, a SIGTERM is passed on."""
    signal.signal(signal.SIGTERM, lambda number, frame: child.send_signal(number))
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def _cache_folder() -> dict[str, str]:
    """A cache for Snakemake in this folder, where the home folder cannot be written."""
    if caches.is_writable(caches.user_cache()):
        return {}
    return {"XDG_CACHE_HOME": str(Path(".cache").resolve())}


if __name__ == "__main__":
    sys.exit(main())
