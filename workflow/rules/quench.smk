# Inherent states of frames of thermal runs, whoever made them.


rule quench:
    input:
        rules.thermal.output.trajectory,
    output:
        table=f"{RESULTS}/quench/T{{temperature}}/replica{{replica}}/states.h5",
        states=f"{RESULTS}/states/inherent/T{{temperature}}/replica{{replica}}.gsd",
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=0 if study.is_in_lanes("quench") else GPUS,
        lanes=int(study.is_in_lanes("quench")),
        mem_mb=1000,
        runtime=lambda wildcards: study.quench_runtime(**wildcards),
    params:
        settings=lambda wildcards: study.parameter("quench", **wildcards),
        physics=study.physics("quench"),
    message:
        "inherent states at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.quench --settings {params.settings:q}"
        " --trajectory {input} --output {output.table} --states {output.states} 2> {log}"


rule inherent_states:
    input:
        [
            expand(rules.quench.output.table, temperature=temperature, replica=replica)
            for temperature, replica in study.quenched_runs
        ],
