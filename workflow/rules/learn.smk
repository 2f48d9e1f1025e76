# From feature tables to classifiers, and to learned variables of all particles.

SETS = study.trained_classifiers()


rule train_classifier:
    input:
        samples=lambda wildcards: "{}/samples/{}/T{}.h5".format(RESULTS, *SETS[wildcards.name]),
        features=lambda wildcards: runs_at(rules.sample_features.output, SETS[wildcards.name][1]),
        population=lambda wildcards: runs_at(
            rules.population_features.output, SETS[wildcards.name][1]
        ),
        relaxation=lambda wildcards: expand(
            rules.relaxation.output, temperature=SETS[wildcards.name][1]
        ),
        code=code_of("train_classifier"),
    output:
        f"{RESULTS}/classifiers/{{name}}.h5",
    wildcard_constraints:
        name="|".join(re.escape(name) for name in SETS),
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=lambda wildcards: study.parameter("train_classifier", wildcards.name),
    message:
        "train classifier {wildcards.name}"
    shell:
        "python -m softness.stages.train_classifier --settings {params.settings:q}"
        " --samples {input.samples} --features {input.features} --population {input.population}"
        " --relaxation {input.relaxation} --output {output} 2> {log}"


rule reference_features:
    input:
        population=runs_at(rules.population_features.output, study.transfer_label),
        code=code_of("reference_features"),
    output:
        f"{RESULTS}/reference_features.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=study.parameter("reference_features"),
    message:
        f"mean features at T={study.transfer_label}, where planes of all replicas are aligned"
    shell:
        "python -m softness.stages.reference_features --settings {params.settings:q}"
        " --population {input.population} --output {output} 2> {log}"


rule learned_values:
    input:
        classifiers=expand(rules.train_classifier.output, name=study.variables()),
        reference=rules.reference_features.output,
        hop=rules.hop_indicator.output,
        population=rules.population_features.output,
        events=lambda wildcards: where_barriers(
            rules.event_features.output, wildcards, "sensitivity"
        ),
        code=code_of("learned_values"),
    output:
        f"{RESULTS}/learned_values/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1500,
    params:
        settings=study.parameter("learned_values"),
        events=lambda wildcards, input: of_option("--events", input.events),
    message:
        "softness and fluidity at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.learned_values --settings {params.settings:q}"
        " --classifiers {input.classifiers} --reference {input.reference} --hop {input.hop}"
        " --population {input.population} {params.events} --output {output} 2> {log}"


rule clusters:
    input:
        trajectory=rules.thermal.output.trajectory,
        values=rules.learned_values.output,
        code=code_of("clusters"),
    output:
        f"{RESULTS}/clusters/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=study.parameter("clusters"),
    message:
        "clusters of soft and of hard particles at T={wildcards.temperature}, replica"
        " {wildcards.replica}"
    shell:
        "python -m softness.stages.clusters --settings {params.settings:q}"
        " --trajectory {input.trajectory} --values {input.values} --output {output} 2> {log}"


rule accuracy:
    input:
        samples=f"{RESULTS}/samples/{{kind}}/T{{temperature}}.h5",
        features=of_replicas(rules.sample_features.output),
        classifiers=expand(rules.train_classifier.output, name=study.classifiers()),
        reference=rules.reference_features.output,
        relaxation=rules.relaxation.output,
        code=code_of("accuracy"),
    output:
        f"{RESULTS}/accuracy/{{kind}}/T{{temperature}}.h5",
    wildcard_constraints:
        kind="activated|extremes",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("accuracy", **wildcards),
    message:
        "accuracies at T={wildcards.temperature} ({wildcards.kind})"
    shell:
        "python -m softness.stages.accuracy --settings {params.settings:q}"
        " --samples {input.samples} --features {input.features} --classifiers {input.classifiers}"
        " --reference {input.reference} --relaxation {input.relaxation}"
        " --output {output} 2> {log}"


TABLES |= {
    "softness": expand(rules.train_classifier.output, name="softness"),
    "softness_all": expand(rules.train_classifier.output, name="softness_all"),
    "fluidity": expand(
        rules.train_classifier.output,
        name=[f"fluidity_{temperature}" for temperature in study.fluidity_labels],
    ),
    "clusters": runs_at(rules.clusters.output, study.labels),
    "training": expand(rules.accuracy.output, kind="activated", temperature=study.training_label),
    "transfer": expand(rules.accuracy.output, kind="activated", temperature=study.transfer_label),
    "extremes": expand(rules.accuracy.output, kind="extremes", temperature=study.fluidity_labels),
}
