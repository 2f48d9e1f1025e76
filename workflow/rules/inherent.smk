# Figure 3.8: runs of snapshots that are quenched at a few times, thermal and inherent-state
# propensity from them or from a published data set, and how well models predict it.


rule inherent_propensity:
    input:
        lambda wildcards: study.thermal_trajectory(study.propensity_label, wildcards.replica),
    output:
        f"{RESULTS}/inherent_propensity/{SNAPSHOT}/block{{block}}.h5",
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=0 if study.is_in_lanes("inherent") else GPUS,
        lanes=int(study.is_in_lanes("inherent")),
        mem_mb=1000,
        runtime=lambda wildcards: study.inherent_runtime(**wildcards),
    params:
        settings=lambda wildcards: study.parameter("inherent_propensity", **wildcards),
        physics=study.physics("inherent_propensity"),
    message:
        "runs with energy minimisations of replica {wildcards.replica}, snapshot {wildcards.snapshot},"
        " block {wildcards.block}"
    shell:
        "python -m softness.stages.inherent_propensity --settings {params.settings:q}"
        " --trajectory {input} --output {output} 2> {log}"


rule inherent_features:
    input:
        trajectory=lambda wildcards: study.thermal_trajectory(
            study.propensity_label, wildcards.replica
        ),
        code=code_of("features"),
    output:
        f"{RESULTS}/features/inherent/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("inherent_features", **wildcards),
        frames=lambda wildcards: study.inherent_frames(**wildcards),
    message:
        "features of snapshots for propensity, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.features --settings {params.settings:q}"
        " --trajectory {input.trajectory} --frames {params.frames} --output {output} 2> {log}"


rule published_propensity:
    input:
        files=lambda wildcards: study.published_files(**wildcards),
        code=code_of("published_propensity"),
    output:
        propensity=f"{RESULTS}/published_propensity/snapshot{{snapshot}}.h5",
        features=f"{RESULTS}/features/published/snapshot{{snapshot}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1500,
    params:
        settings=lambda wildcards: study.parameter("published_propensity", **wildcards),
    message:
        "published snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.published_propensity --settings {params.settings:q}"
        " --files {input.files:q} --features {output.features} --output {output.propensity} 2> {log}"


PUBLISHED = {
    "published": expand(
        rules.published_propensity.output.propensity, snapshot=study.published_snapshots
    ),
    "published_features": expand(
        rules.published_propensity.output.features, snapshot=study.published_snapshots
    ),
}


rule propensity_scores:
    input:
        **PUBLISHED,
        runs=expand(
            of_snapshots(rules.inherent_propensity.output, study.inherent_snapshots),
            block=study.inherent_blocks,
        ),
        features=of_replicas(rules.inherent_features.output),
        code=code_of("propensity_scores"),
    output:
        f"{RESULTS}/propensity_scores.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=3000,
    params:
        settings=study.parameter("propensity_scores"),
        published=lambda wildcards, input: (
            f"--published {input.published} --published-features {input.published_features}"
            if input.published
            else ""
        ),
    message:
        "models of propensity"
    shell:
        "python -m softness.stages.propensity_scores --settings {params.settings:q}"
        " --runs {input.runs} --features {input.features} {params.published}"
        " --output {output} 2> {log}"


# Scores of a published data set by models that are trained on it: no simulation, and no figure.
rule published_scores:
    input:
        **PUBLISHED,
        code=code_of("propensity_scores"),
    output:
        f"{RESULTS}/published_scores.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=3000,
    params:
        settings=study.parameter("published_scores"),
    message:
        "models of published propensity"
    shell:
        "python -m softness.stages.propensity_scores --settings {params.settings:q}"
        " --published {input.published} --published-features {input.published_features}"
        " --output {output} 2> {log}"


TABLES["propensity_scores"] = rules.propensity_scores.output
