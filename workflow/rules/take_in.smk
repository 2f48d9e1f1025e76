# Trajectories that others made, in place of simulate.smk: each is read once, whatever its format, and
# written as the production runs of this project are. All other rules follow from there.


rule thermal:
    input:
        files=lambda wildcards: study.given_files(**wildcards),
        code=code_of("take_in"),
    output:
        trajectory=f"{RESULTS}/thermal/T{{temperature}}/replica{{replica}}/trajectory.gsd",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1500,
    params:
        settings=lambda wildcards: study.parameter("take_in", **wildcards),
    message:
        "take in the trajectory at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.take_in --settings {params.settings:q}"
        " --trajectory {output.trajectory} 2> {log}"


HISTORIES = []
