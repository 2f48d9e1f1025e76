"""The study on a real SLURM: partitions, time limits, dead nodes, Ctrl-C, errors, settings."""

import re
import signal
from datetime import datetime
from pathlib import Path

import pytest
from slurm import said, wait_until

from softness.simulate.store import Store
from workflow.workflow_commands import SMOKE

pytestmark = pytest.mark.timeout(2700)

SIMULATIONS = (
    "equilibrate_seed",
    "equilibrate",
    "thermal",
    "isoconfigurational",
    "control",
    "cycle",
    "inherent_propensity",
    "quench",
    "cage",
)
# Simulations on cores: many runs, or energy minimisations, at once.
IN_LANES = set(SIMULATIONS[3:])
FIRST = "results/smoke/equilibrate/T0.7/replica0"


def rules_of(job: dict[str, str]) -> set[str]:
    """Rules of simulation among the jobs of a submission, by the folder that its log is in."""
    # slurm_logs/rule_thermal/WILDCARDS/NUMBER.log; a group's has no folder of wildcards.
    folder = job["StdOut"].partition("/slurm_logs/")[2].split("/")[0]
    names = "|".join(SIMULATIONS)
    found = re.fullmatch(rf"(?:rule|group_[a-z]+)((?:_(?:{names}))+)", folder)
    return set(re.findall(rf"_({names})(?=_|$)", found[1])) if found else set()


def submitted(cluster, before: int = 0) -> list[dict[str, str]]:
    """Jobs that were submitted after one with this number."""
    return [job for job in cluster.jobs() if int(job["JobId"]) > before]


def last_number(cluster) -> int:
    return max((int(job["JobId"]) for job in cluster.jobs()), default=0)


def wait_for_checkpoint(project, process) -> Path:
    """Wait until the first simulation has finished some of its segments."""
    log = project.folder / "results/smoke/logs/equilibrate_seed/T0.7_replica0.log"
    states = "results/simulations/equilibrate/T0.7_replica0_*/state-*.h5"

    def is_under_way() -> bool:
        assert process.poll() is None, project.said
        return any(int(path.stem[6:]) > 3000 for path in project.folder.glob(states))

    wait_until(is_under_way, 120)
    return log


def assert_completed_on_their_partitions(jobs) -> None:
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    for job in jobs:
        on_gpu = bool(rules_of(job) - IN_LANES)
        assert job["Partition"] == ("gpu" if on_gpu else "cpu")
        assert job.get("TresPerJob", "") == ("gres:gpu:1" if on_gpu else "")


def test_gpu_and_cpu_jobs_reach_their_partitions(smoke):
    assert all((smoke.folder / target).exists() for target in smoke.made)
    assert {rule for job in smoke.jobs for rule in rules_of(job)} == set(SIMULATIONS)
    assert_completed_on_their_partitions(smoke.jobs)


@pytest.mark.long
def test_the_whole_study_runs_on_the_cluster(cluster, study):
    before = last_number(cluster)
    assert study.run() == 0, study.said
    assert_completed_on_their_partitions(submitted(cluster, before))
    assert (study.folder / "results/smoke/report.html").exists()


def test_a_few_submissions_do_many_jobs(smoke):
    steps = int(re.findall(r"(\d+) of \1 steps", (smoke.folder / "first.log").read_text())[-1])
    assert len(smoke.jobs) < 0.5 * steps


def test_without_gpus_a_block_of_runs_gets_a_core(cluster, plain):
    before = last_number(cluster)
    target = "results/smoke/isoconfigurational/T0.7/replica0/snapshot0/block0.h5"
    assert plain.run(target) == 0, plain.said
    jobs = submitted(cluster, before)
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    assert not any("TresPerJob" in job for job in jobs)
    assert {job["NumCPUs"] for job in jobs} == {"1"}


def test_one_job_fills_a_whole_node_with_snakemake_inside_it(cluster, plain):
    before = last_number(cluster)
    target = "results/smoke/isoconfigurational/T0.7/replica0/snapshot0/block0.h5"
    inside = f"python -m softness run {SMOKE} --cores $SLURM_CPUS_ON_NODE -- {target}"
    assert plain.submit("--exclusive", "--time=30", "--wait", "--wrap", inside) == 0, plain.said
    (job,) = submitted(cluster, before)
    assert job["JobState"] == "COMPLETED"
    assert (plain.folder / target).exists()


def test_a_second_invocation_does_nothing(cluster, smoke):
    before = last_number(cluster)
    assert smoke.run(*smoke.made) == 0
    assert "Nothing to be done" in smoke.said
    assert not submitted(cluster, before)


def test_the_long_name_of_the_profile_is_the_same(smoke):
    assert (smoke.folder / "slurm").readlink() == Path("profiles/slurm")
    assert smoke.run("-n", *smoke.made, profile="profiles/slurm") == 0
    assert "Nothing to be done" in smoke.said


def test_a_job_killed_by_its_time_limit_is_tried_again_and_goes_on(cluster, project):
    project.set("equilibrate", 600)
    before = last_number(cluster)
    process = project.start(f"{FIRST}/state.h5")
    log = wait_for_checkpoint(project, process)
    first = submitted(cluster, before)[0]
    said("scontrol", "update", f"jobid={first['JobId']}", "endtime=now")
    assert process.wait() == 0, project.said
    jobs = submitted(cluster, before)
    assert [job["JobState"] for job in jobs] == ["TIMEOUT", "COMPLETED"]
    assert "resumes after" in log.read_text()
    first, second = jobs
    assert int(second["MinMemoryNode"][:-1]) > int(first["MinMemoryNode"][:-1])
    assert second["TimeLimit"] > "00:10:00"


def test_a_job_leaves_before_its_time_limit_and_the_next_attempt_goes_on(cluster, project):
    project.set("equilibrate", 1500)
    before = last_number(cluster)
    short = ("--set-resources", "equilibrate_seed:runtime=1")
    assert project.run(f"{FIRST}/state.h5", *short) == 0, project.said
    jobs = submitted(cluster, before)
    # None was killed: each ended by itself.
    assert {job["JobState"] for job in jobs[:-1]} == {"FAILED"}
    assert jobs[-1]["JobState"] == "COMPLETED"
    assert "the time limit is nearly reached" in project.said
    log = project.folder / "results/smoke/logs/equilibrate_seed/T0.7_replica0.log"
    assert "resumes after" in log.read_text()


def test_a_group_that_runs_out_of_time_keeps_the_members_that_are_finished(cluster, project):
    project.set("production", 500)
    before = last_number(cluster)
    folders = [project.folder / f"results/smoke/thermal/T0.7/replica{n}" for n in (0, 1)]
    targets = [str((folder / "trajectory.gsd").relative_to(project.folder)) for folder in folders]
    limits = {"SOFTNESS_WALL_TIME": "0.2", "SOFTNESS_RETRIES": "9"}
    assert project.run(*targets, **limits) == 0, project.said
    groups = [job for job in submitted(cluster, before) if "thermal" in rules_of(job)]
    assert len(groups) >= 3
    assert [job["JobState"] for job in groups] == ["FAILED"] * (len(groups) - 1) + ["COMPLETED"]
    last_began = datetime.fromisoformat(groups[-1]["StartTime"]).timestamp()
    store = Store(project.folder / "results/simulations")
    kept = [store.pointed(folder / "current") for folder in folders]
    ends = sorted((folder / "finished.json").stat().st_mtime for folder in kept)
    # The first member ended in an earlier attempt, and no later one has run it again.
    assert ends[0] < last_began < ends[1]
    logs = project.folder / "results/smoke/logs/thermal"
    assert sorted("steps" in path.read_text() for path in logs.iterdir()) == [False, True]


def test_a_job_whose_node_failed_is_queued_again_and_goes_on(cluster, project):
    project.set("equilibrate", 600)
    before = last_number(cluster)
    process = project.start(f"{FIRST}/state.h5")
    log = wait_for_checkpoint(project, process)
    said("scontrol", "update", "nodename=node1", "state=down", "reason=test")
    try:
        wait_until(lambda: submitted(cluster, before)[0]["Restarts"] == "1", 30)
    finally:
        said("scontrol", "update", "nodename=node1", "state=resume")
    assert process.wait() == 0, project.said
    (job,) = submitted(cluster, before)
    assert (job["JobState"], job["Restarts"]) == ("COMPLETED", "1")
    assert "resumes after" in log.read_text()


def test_ctrl_c_cancels_what_is_queued(cluster, project):
    project.set("equilibrate", 600)
    before = last_number(cluster)
    process = project.start(f"{FIRST}/state.h5", f"{FIRST[:-1]}1/state.h5")
    wait_for_checkpoint(project, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) != 0
    wait_until(lambda: not said("squeue", "-h"), 30)
    jobs = submitted(cluster, before)
    assert [job["JobState"] for job in jobs] == ["CANCELLED", "CANCELLED"]


def test_the_log_of_a_failing_job_is_named(cluster, study):
    trajectory = study.folder / "results/smoke/thermal/T0.7/replica0/trajectory.gsd"
    content = trajectory.read_bytes()
    trajectory.write_bytes(content[: len(content) // 2])
    target = "results/smoke/self_scattering/T0.7/replica0.h5"
    assert study.run("--forcerun", target, "--until", target, SOFTNESS_RETRIES="0") != 0
    assert "results/smoke/logs/self_scattering/T0.7_replica0.log" in study.said
    assert "error: results/smoke/thermal/T0.7/replica0/trajectory.gsd: " in study.said
    (log,) = set(re.findall(r"\S+/slurm_logs/\S+\.log", study.said))
    assert Path(log).exists()


WRONG = {
    "unknown partition": (
        {"SOFTNESS_SIMULATION_PARTITION": "nowhere"},
        ["simulations", "Set SOFTNESS_SIMULATION_PARTITION to one of: cpu, gpu, members"],
    ),
    "no account": ({"SOFTNESS_ANALYSIS_PARTITION": "members"}, ["Set SOFTNESS_ACCOUNT"]),
    "no such GPU": (
        {"SOFTNESS_GPU_MODEL": "a100"},
        ["SOFTNESS_GPU_MODEL", "gpu gpu:2", "config/cpu.yaml"],
    ),
    "too many hours": ({"SOFTNESS_HOURS": "100"}, ["Set SOFTNESS_HOURS", "cpu 2-00:00:00"]),
    "no accounting": ({"SOFTNESS_STATUS_COMMAND": "sacct"}, ["Set SOFTNESS_STATUS_COMMAND=squeue"]),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_profile_ends_in_an_error_that_says_what_to_set(cluster, project, fault):
    settings, named = WRONG[fault]
    if fault == "too many hours":
        project.set("equilibrate", 10_000_000)
    before = last_number(cluster)
    assert project.run(**settings) != 0
    assert "profiles/slurm/config.yaml: " in project.said
    assert all(text in project.said for text in named), project.said
    assert "Traceback" not in project.said
    assert not submitted(cluster, before)
