"""A run as its launcher sees it, without Snakemake: jobs, records of its log, a study."""

import logging
from types import SimpleNamespace

from snakemake_interface_logger_plugins.common import LogEvent

from softness.progress import DONE, Job


def study(results="results/glass"):
    """Without simulations."""
    return SimpleNamespace(results=results, config={"study": "glass"}, all_simulations=())


def jobs(results="results/glass"):
    """Three parts: one was done before."""
    return {
        1: Job("simulate", (f"{results}/thermal/T0.5/replica0/trajectory.gsd",), state=DONE),
        2: Job("dynamics", (f"{results}/pair_distribution/T0.5/replica0.h5",)),
        3: Job("dynamics", (f"{results}/self_scattering/T0.5/replica0.h5",)),
        4: Job("figures", (f"{results}/figures/1.2.pdf", f"{results}/figures/1.2.png")),
        5: Job("report", (f"{results}/report.html",)),
    }


def record(event, **values):
    """A record of Snakemake's log."""
    made = logging.LogRecord("snakemake", logging.INFO, "", 0, "", None, None)
    vars(made).update(values, event=event)
    return made


def begun(number, name="g(r) at T=0.5"):
    return record(LogEvent.JOB_INFO, jobid=number, rule_msg=name, rule_name="rule")


def ended(number):
    return record(LogEvent.JOB_FINISHED, job_id=number)


def failed(number, *logs):
    return record(LogEvent.JOB_ERROR, jobid=number, rule_name="rule", log=[*map(str, logs)])
