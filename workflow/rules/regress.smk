# Regressors of the probability of rearranging, on snapshots whose runs were counted.


rule neighbourhood:
    input:
        pairs=runs_at(rules.pair_distribution.output, study.regression_label),
        code=code_of("neighbourhood"),
    output:
        f"{RESULTS}/neighbourhood.h5",
    log:
        f"{LOGS}/neighbourhood.log",
    benchmark:
        f"{BENCHMARKS}/neighbourhood.tsv"
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=study.parameter("neighbourhood"),
    message:
        "reach of the neighbourhood"
    shell:
        "python -m softness.stages.neighbourhood --settings {params.settings:q}"
        " --pair-distribution {input.pairs} --output {output} 2> {log}"


rule snapshot_features:
    input:
        trajectory=rules.thermal.output.trajectory,
        neighbourhood=rules.neighbourhood.output,
        code=code_of("features"),
    output:
        f"{RESULTS}/features/snapshots/T{{temperature}}/replica{{replica}}.h5",
    log:
        f"{LOGS}/snapshot_features/T{{temperature}}_replica{{replica}}.log",
    benchmark:
        f"{BENCHMARKS}/snapshot_features/T{{temperature}}_replica{{replica}}.tsv"
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        settings=lambda wildcards: study.parameter("snapshot_features", **wildcards),
        frames=lambda wildcards: study.snapshot_frames(**wildcards),
    message:
        "features of snapshots at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.features --settings {params.settings:q}"
        " --trajectory {input.trajectory} --frames {params.frames}"
        " --neighbourhood {input.neighbourhood} --output {output} 2> {log}"


rule regress:
    input:
        ensembles=expand(
            rules.ensemble.output,
            temperature=study.regression_label,
            snapshot=study.training_snapshots,
        ),
        features=runs_at(rules.snapshot_features.output, study.regression_label),
        code=code_of("regress"),
    output:
        model=f"{RESULTS}/regressors/{{model}}.skops",
        record=f"{RESULTS}/regressors/{{model}}.h5",
    log:
        f"{LOGS}/regress/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/regress/{{model}}.tsv"
    wildcard_constraints:
        model="|".join(config["regression"]["models"]),
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=3000,
        runtime=240,
    params:
        settings=lambda wildcards: study.parameter("regress", wildcards.model),
    message:
        "train {wildcards.model}"
    shell:
        "python -m softness.stages.regress --settings {params.settings:q}"
        " --ensembles {input.ensembles} --features {input.features}"
        " --model {output.model} --output {output.record} 2> {log}"


rule predict:
    input:
        ensembles=lambda wildcards: expand(
            rules.ensemble.output, snapshot=study.snapshots_at(wildcards.temperature), **wildcards
        ),
        features=of_replicas(rules.snapshot_features.output),
        softness=expand(rules.train_classifier.output, name="softness"),
        models=expand(rules.regress.output.model, model=config["regression"]["models"]),
        code=code_of("predict"),
    output:
        f"{RESULTS}/predictions/T{{temperature}}.h5",
    log:
        f"{LOGS}/predict/T{{temperature}}.log",
    benchmark:
        f"{BENCHMARKS}/predict/T{{temperature}}.tsv"
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        settings=lambda wildcards: study.parameter("predict", wildcards.temperature),
    message:
        "predictions at T={wildcards.temperature}"
    shell:
        "python -m softness.stages.predict --settings {params.settings:q}"
        " --ensembles {input.ensembles} --features {input.features} --softness {input.softness}"
        " --models {input.models} --output {output} 2> {log}"
