# States of frames that structure is taken from in place of the frames themselves, as state files.


rule cage:
    input:
        rules.thermal.output.trajectory,
    output:
        f"{RESULTS}/states/cage/T{{temperature}}/replica{{replica}}.gsd",
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=0 if study.is_in_lanes("cage") else GPUS,
        lanes=int(study.is_in_lanes("cage")),
        mem_mb=1000,
        runtime=lambda wildcards: study.cage_runtime(**wildcards),
    params:
        settings=lambda wildcards: study.parameter("cage", **wildcards),
        physics=study.physics("cage"),
    message:
        "cages at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.cage --settings {params.settings:q}"
        " --trajectory {input} --output {output} 2> {log}"
