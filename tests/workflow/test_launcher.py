"""What Snakemake itself takes, beside its jobs."""

from workflow_commands import command

from locations import ROOT

JOBS = 200
WORKFLOW = """
import threading

from softness.workflow import remove_rate_limit

rule all:
    input:
        expand("done/{{number}}", number=range({jobs}))

rule one:
    output:
        "done/{{number}}"
    shell:
        "touch {{output}}"

onstart:
    {limit}

onsuccess:
    print("threads:", threading.active_count())
"""


def threads_at_the_end(folder, limit):
    folder.mkdir()
    (folder / "Snakefile").write_text(WORKFLOW.format(jobs=JOBS, limit=limit))
    done = command(folder, "snakemake", "--cores", "2")
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "done").iterdir())) == JOBS
    line = next(line for line in done.stdout.splitlines() if line.startswith("threads:"))
    return int(line.split()[1])


def test_no_thread_is_left_of_jobs_that_have_ended(tmp_path):
    assert threads_at_the_end(tmp_path / "unlimited", "remove_rate_limit(workflow)") < 20


def test_the_study_takes_the_limit_away():
    start = (ROOT / "Snakefile").read_text().partition("onstart:")[2]
    assert "remove_rate_limit(workflow)" in start.splitlines()[1]
