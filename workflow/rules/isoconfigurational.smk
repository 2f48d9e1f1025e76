# Isoconfigurational ensembles: blocks of runs of one snapshot, and their sum.


rule isoconfigurational:
    input:
        lambda wildcards: study.snapshot_trajectory(**wildcards),
    output:
        f"{RESULTS}/isoconfigurational/T{{temperature}}/snapshot{{snapshot}}/block{{block}}.h5",
    log:
        f"{LOGS}/isoconfigurational/T{{temperature}}_snapshot{{snapshot}}_block{{block}}.log",
    benchmark:
        f"{BENCHMARKS}/isoconfigurational/T{{temperature}}_snapshot{{snapshot}}_block{{block}}.tsv"
    conda:
        "../../envs/simulate.yaml"
    threads: config["isoconfigurational"]["workers"]
    resources:
        gpu=GPUS,
        mem_mb=1000 + 500 * config["isoconfigurational"]["workers"],
        runtime=lambda wildcards: study.ensemble_runtime(**wildcards),
    params:
        settings=lambda wildcards: study.parameter("isoconfigurational", **wildcards),
        code=study.simulation_code("isoconfigurational"),
        checkpoint=lambda wildcards, output: f"{os.path.splitext(output[0])[0]}_checkpoint",
    message:
        "isoconfigurational runs at T={wildcards.temperature}, snapshot {wildcards.snapshot},"
        " block {wildcards.block}"
    shell:
        "python -m softness.stages.isoconfigurational --settings {params.settings:q}"
        " --checkpoint {params.checkpoint} --workers {threads}"
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
        f"{RESULTS}/ensemble/T{{temperature}}/snapshot{{snapshot}}.h5",
    log:
        f"{LOGS}/ensemble/T{{temperature}}_snapshot{{snapshot}}.log",
    benchmark:
        f"{BENCHMARKS}/ensemble/T{{temperature}}_snapshot{{snapshot}}.tsv"
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings="{}",
    message:
        "ensemble at T={wildcards.temperature}, snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.ensemble --settings {params.settings:q}"
        " --blocks {input.blocks} --output {output} 2> {log}"


rule ensembles:
    input:
        [
            f"{RESULTS}/ensemble/T{temperature}/snapshot{snapshot}.h5"
            for temperature, snapshot in study.snapshots()
        ],
