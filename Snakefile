"""The study as a workflow: which file depends on what. `make help` lists the ways to run it."""

from snakemake.utils import min_version

min_version("9.25")


configfile: "config/dissertation.yaml"


include: "workflow/rules/common.smk"


if study.of_files:

    include: "workflow/rules/take_in.smk"

else:

    include: "workflow/rules/simulate.smk"
    include: "workflow/rules/isoconfigurational.smk"


include: "workflow/rules/dynamics.smk"
include: "workflow/rules/structure.smk"
include: "workflow/rules/learn.smk"
include: "workflow/rules/barriers.smk"


if study.has_potential:

    include: "workflow/rules/quench.smk"
    include: "workflow/rules/state_softness.smk"


if not study.of_files:

    include: "workflow/rules/regress.smk"
    include: "workflow/rules/inherent.smk"
    include: "workflow/rules/states.smk"
    include: "workflow/rules/scores.smk"
    include: "workflow/rules/memory.smk"


include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


set_records(workflow, study)
set_requests(workflow, study)
set_priorities(workflow, [entry.name for entry in DRAWN])


rule all:
    default_target: True
    input:
        rules.report.output,
        figure_files(),


rule chapter1:
    input:
        figure_files("Chapter 1"),


rule chapter2:
    input:
        figure_files("Chapter 2"),


rule chapter3:
    input:
        figure_files("Chapter 3") + figure_files("Appendix A"),


rule chapter4:
    input:
        figure_files("Chapter 4"),


rule chapter5:
    input:
        figure_files("Chapter 5"),


onstart:
    remove_rate_limit(workflow)
    hold_folder()
    ask_engine(workflow, study)
    ask_cluster(workflow)
    follow_run(workflow, study, DRAWN)


onsuccess:
    announce_results()
