# Isoconfigurational ensembles: blocks of runs of one snapshot, and their sum.


rule isoconfigurational:
    input:
        rules.thermal.output.trajectory,
    output:
        f"{RESULTS}/isoconfigurational/T{{temperature}}/{SNAPSHOT}/block{{block}}.h5",
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=0 if study.is_in_lanes("isoconfigurational") else GPUS,
        lanes=int(study.is_in_lanes("isoconfigurational")),
        mem_mb=1500,
        runtime=lambda wildcards: study.ensemble_runtime(**wildcards),
    params:
        settings=lambda wildcards: study.parameter("isoconfigurational", **wildcards),
        physics=study.physics("isoconfigurational"),
    message:
        "isoconfigurational runs at T={wildcards.temperature}, replica {wildcards.replica},"
        " snapshot {wildcards.snapshot}, block {wildcards.block}"
    shell:
        "python -m softness.stages.isoconfigurational --settings {params.settings:q}"
        " --trajectory {input} --output {output} 2> {log}"


rule ensemble:
    input:
        blocks=lambda wildcards: expand(
            rules.isoconfigurational.output,
            block=study.ensemble_blocks(wildcards.temperature),
            **wildcards,
        ),
        code=code_of("ensemble"),
    output:
        f"{RESULTS}/ensemble/T{{temperature}}/{SNAPSHOT}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=lambda wildcards: study.parameter("ensemble", wildcards.temperature),
    message:
        "ensemble at T={wildcards.temperature}, replica {wildcards.replica},"
        " snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.ensemble --settings {params.settings:q}"
        " --blocks {input.blocks} --output {output} 2> {log}"


rule ensembles:
    input:
        [counts_of_snapshots(temperature) for temperature in study.ensemble_labels],
