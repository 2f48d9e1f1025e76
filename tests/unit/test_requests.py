"""What jobs ask a scheduler for, and what is said when a cluster refuses them."""

from types import SimpleNamespace

import pytest
from snakemake.resources import Resource, Resources

from locations import ROOT
from softness import cluster, configuration
from softness.errors import InputError
from softness.requests import SNAKEMAKE_MB, START_MINUTES, set_requests
from softness.study import Study


def requests(
    rule: str, particles: int = 4096, attempt: int = 1, group: str = "", **own
) -> dict[str, int]:
    """Memory and minutes of a job of a rule that says these itself."""
    config = configuration.load(ROOT / "config" / "dissertation.yaml")
    config["liquid"]["particles"] = particles
    asked = Resources({name: Resource(name, value) for name, value in own.items()})
    made = SimpleNamespace(name=rule, norun=False, resources=asked, group=group)
    workflow = SimpleNamespace(
        rules=[made, SimpleNamespace(name="all", norun=True)],
        global_resources=Resources({"runtime": Resource("runtime", 600)}),
        group_settings=SimpleNamespace(group_components={"together": 10}),
    )
    set_requests(workflow, Study(config))
    wildcards = {"temperature": "0.45", "replica": "0"}
    values = {"attempt": attempt, "input": (), "threads": 1}
    return {name: asked[name].evaluate(wildcards, **values).value for name in asked}


def test_each_attempt_asks_for_as_much_again():
    first = requests("thermal", mem_mb=1000, runtime=30)
    third = requests("thermal", mem_mb=1000, runtime=30, attempt=3)
    assert first == {"mem_mb": 1000 + SNAKEMAKE_MB, "runtime": 30}
    assert third == {"mem_mb": 3000 + SNAKEMAKE_MB, "runtime": 90}


def test_jobs_that_share_a_submission_share_the_longest_time():
    assert requests("thermal", runtime=100, group="together")["runtime"] == 60
    assert requests("thermal", runtime=20, group="together", attempt=2)["runtime"] == 40


def test_memory_may_be_raised_for_all_and_a_model_is_asked_for_with_gpus_alone():
    assert requests("thermal", mem_mb=1000, memory_percent=150)["mem_mb"] == 1500 + SNAKEMAKE_MB
    assert requests("thermal", gpu=1, gpu_model="a100")["gpu_model"] == "a100"
    assert requests("thermal", gpu=0, gpu_model="a100")["gpu_model"] == ""


def test_runs_in_lanes_have_a_partition_of_their_own():
    partitions = {"slurm_partition": "gpu", "lanes_partition": "cpu"}
    assert requests("isoconfigurational", lanes=1, **partitions)["slurm_partition"] == "cpu"
    assert requests("isoconfigurational", lanes=0, **partitions)["slurm_partition"] == "gpu"
    assert requests("thermal", **partitions)["slurm_partition"] == "gpu"


def test_a_refusal_of_runs_in_lanes_names_their_partition(monkeypatch):
    monkeypatch.setattr(cluster, "_listed", lambda what: "cpu")
    kind = cluster.Kind("lanes", "nowhere", "", 0, "")
    assert kind.name == "runs in lanes"
    assert cluster._remedy(kind, "group not permitted").startswith("Set SOFTNESS_LANES_PARTITION")


def test_time_of_analysis_comes_from_the_plan_and_memory_grows_with_the_liquid():
    small = requests("population_features", mem_mb=1000)
    large = requests("population_features", mem_mb=1000, particles=16384)
    assert START_MINUTES < small["runtime"] < large["runtime"]
    assert large["mem_mb"] == 4000 + SNAKEMAKE_MB
    # No rule of the dissertation's size asks for less in a smaller study: time is what differs.
    assert requests("population_features", mem_mb=1000, particles=500)["mem_mb"] == 1400


SAID = {
    "allocation failure: Invalid partition name specified": "SOFTNESS_SIMULATION_PARTITION to one",
    "Invalid account or account/partition combination specified": "SOFTNESS_ACCOUNT",
    "Requested time limit is invalid": "SOFTNESS_HOURS",
    "Requested node configuration is not available": "SOFTNESS_GPU_MODEL",
    "More processors requested than permitted": "another one",
    "Requested partition configuration not available now": "SOFTNESS_HOURS, or",
    "Job violates accounting/QOS policy (job submit limit, the user's size and/or time limits)": (
        "set SOFTNESS_HOURS, SOFTNESS_GPUS, or qos"
    ),
    "Invalid qos specification": "qos under default-resources",
    "User's group not permitted to use this partition": "one that you may use",
    "": "exit status 1",
}


@pytest.mark.parametrize("said", SAID)
def test_a_refusal_by_slurm_names_what_to_set(monkeypatch, said):
    answers = {"sbatch": (1, said), "sinfo": (0, "gpu\n")}

    def run(command, **options):
        code, text = answers[command[0]]
        return SimpleNamespace(returncode=code, stdout=text, stderr=text if code else "")

    monkeypatch.setattr(cluster.subprocess, "run", run)
    kind = cluster.Kind("simulation", "gpu", "", 1, "a100")
    with pytest.raises(InputError, match=SAID[said]) as error:
        cluster._check(kind, ["--time=10"])
    assert "sbatch --test-only --partition=gpu --gpus=a100:1 --time=10" in str(error.value)
