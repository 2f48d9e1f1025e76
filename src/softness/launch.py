"""Commands that check a study and run it on this machine."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from softness import caches, configuration, engines, environment, workflow
from softness.liquid import Liquid
from softness.physics import lock
from softness.plan import rate_of, seconds_left
from softness.planning.kept import announcement
from softness.planning.rate import given_rate, measured_rate
from softness.progress import write_first_page
from softness.simulate.progress import format_duration
from softness.stages.shared.given import given_trajectory
from softness.study import Study, label

SNAKEMAKE_LOCKS = Path(".snakemake/locks")

SECONDS_OF_CHECK = 1.0
SECONDS_OF_TIMING = 3.0
"""For which the engine is timed, and lanes as well: with what precedes them, ten in all."""

LONG, DAY = 2 * 3600, 24 * 3600
"""Seconds of a run from which on a smaller preset is named, and of a day."""

SMALLER = ("laptop.yaml", "smoke.yaml")
"""Presets that may be named, the largest first."""


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what a check takes besides the configuration."""
    parser.set_defaults(function=check_command)


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what a run takes besides the configuration."""
    parser.usage = "%(prog)s [-h] [--time] [--cores CORES] config [-- SNAKEMAKE ...]"
    parser.add_argument(
        "--time",
        action="store_true",
        help="check the study first, measure this machine for ten seconds and say when the run "
        "will end, and of a long one, which preset takes less",
    )
    parser.add_argument("--cores", type=_cores, default="all", help="number of cores; default: all")
    parser.set_defaults(function=run_command)


def _cores(text: str) -> int:
    number = os.cpu_count() or 1 if text == "all" else int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: give 1 or more, or all")
    return number


def check_command(options: argparse.Namespace) -> int:
    """Check the configuration, and its trajectories or its engine, before anything runs."""
    check(Study(configuration.load(options.config)))
    return 0


def check(study: Study, timed: bool = False) -> None:
    """Check what a study needs; lanes are timed in a second, unless all is timed anyway."""
    if study.of_files:
        check_files(study)
    if study.all_simulations:
        check_engine(study, timed)


def end_of_run(config: Path, study: Study, cores: int) -> str:
    """When a run would end that begins now; of a long one, which preset takes less."""
    if study.has_gpu:
        return "How long it takes depends on the GPUs in use: see softness plan."
    rate = rate_of(study, cores, seconds=SECONDS_OF_TIMING)
    seconds = seconds_left(config, study, rate, cores)
    end = time.strftime("%H:%M", time.localtime(time.time() + seconds))
    days = "" if seconds < DAY else f" in {seconds / DAY:.0f} days"
    said = f"It takes about {format_duration(seconds)} on {cores} cores, until {end}{days}."
    if seconds <= LONG or study.of_files:
        return said
    for smaller in SMALLER:
        path = config.with_name(smaller)
        if path.exists() and not path.samefile(config):
            other = Study(configuration.load(path))
            speed = rate.updates_per_second / other.config["liquid"]["particles"]
            less = seconds_left(path, other, given_rate(other.config, speed), cores)
            if less < LONG:
                return f"{said}\nIn {format_duration(less)}: make figures CONFIG={path}"
    return said


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


def check_engine(study: Study, timed: bool) -> None:
    """Find the engine of the simulations, and say what is kept of them; it may be timed anyway."""
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
    if study.has_lanes and not timed:
        rate, cold = measured_rate(config, SECONDS_OF_CHECK, with_lanes=True), study.training_label
        print(
            f"Runs in lanes: {rate.in_lanes(float(cold)):,.0f} run-steps/s of "
            f"one core at T={cold}, where {engine.name} does {rate.steps_per_second:,.0f} steps/s"
        )


def run_command(options: argparse.Namespace) -> int:
    """Run Snakemake with progress on the terminal, then say where the results are."""
    snakemake = [sys.executable, "-m", "snakemake"]
    # Last an option of one value: targets may follow.
    study = ["--configfile", str(options.config), "--profile", "profiles/local"]
    study += ["--cores", str(options.cores)]
    environment.check_checkout()
    planned = Study(configuration.load(options.config))
    lock.check(planned.kinds, *planned.engines)
    with workflow.holding_folder() as held:
        if anew := announcement(planned):
            print(anew, file=sys.stderr, flush=True)
        if options.time:
            check(planned, timed=True)
            write_first_page(planned)
            print(end_of_run(options.config, planned, options.cores), flush=True)
        # Whoever holds the folder is the only one: a lock of Snakemake's own is of a killed run.
        variables = os.environ | {workflow.HELD: "1"} | _cache_folder()
        if any(SNAKEMAKE_LOCKS.glob("*")):
            unlock = [*snakemake, *study, "--unlock"]
            subprocess.run(unlock, check=False, env=variables, stderr=subprocess.DEVNULL)
        child = subprocess.Popen(
            [*snakemake, "--logger", "softness", *study, *options.snakemake],
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
