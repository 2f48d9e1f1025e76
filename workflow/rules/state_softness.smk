# Figure 5.2: softness of thermal and of inherent structure, from the same particles at the same
# moments, by the rules of Chapter 2.

STATES = f"{RESULTS}/states/{{state}}"


use rule activated_samples as state_samples with:
    output:
        f"{RESULTS}/states/samples/T{{temperature}}.h5",
    params:
        settings=lambda wildcards: study.parameter("state_samples", wildcards.temperature),
    message:
        "samples of figure 5.2 at T={wildcards.temperature}"


rule compared_features:
    input:
        trajectory=rules.thermal.output.trajectory,
        rearrangements=rules.rearrangements.output,
        samples=lambda wildcards: (
            expand(rules.state_samples.output, temperature=wildcards.temperature)
            if wildcards.temperature in (study.training_label, study.transfer_label)
            else []
        ),
        states=lambda wildcards: study.state_file(
            wildcards.state, wildcards.replica, wildcards.temperature
        ),
        code=code_of("features"),
    output:
        f"{STATES}/features/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter(
            "compared_features", wildcards.temperature, wildcards.replica
        ),
        samples=lambda wildcards, input: of_option("--samples", input.samples),
        states=lambda wildcards, input: of_option("--states", input.states),
    message:
        "features of {wildcards.state} structure at T={wildcards.temperature}, replica"
        " {wildcards.replica}"
    shell:
        "python -m softness.stages.features --settings {params.settings:q}"
        " --trajectory {input.trajectory} --population --rearrangements {input.rearrangements}"
        " {params.samples} {params.states} --output {output} 2> {log}"


use rule train_classifier as state_classifier with:
    input:
        samples=expand(rules.state_samples.output, temperature=study.training_label),
        features=state_runs(rules.compared_features.output),
        population=state_runs(rules.compared_features.output),
        relaxation=expand(rules.relaxation.output, temperature=study.training_label),
        code=code_of("train_classifier"),
    output:
        f"{STATES}/softness.h5",
    params:
        settings=study.parameter("train_classifier", "softness"),
    message:
        "train softness of {wildcards.state} structure"


use rule reference_features as state_reference with:
    input:
        population=state_runs(rules.compared_features.output, study.transfer_label),
        code=code_of("reference_features"),
    output:
        f"{STATES}/reference_features.h5",


use rule learned_values as state_values with:
    input:
        classifiers=rules.state_classifier.output,
        reference=rules.state_reference.output,
        hop=rules.hop_indicator.output,
        population=rules.compared_features.output,
        events=rules.compared_features.output,
        code=code_of("learned_values"),
    output:
        f"{STATES}/softness/T{{temperature}}/replica{{replica}}.h5",
    params:
        settings=lambda wildcards: study.parameter("state_values", wildcards.state),
        events=lambda wildcards, input: f"--events {input.events}",
    message:
        "softness of {wildcards.state} structure at T={wildcards.temperature}, replica"
        " {wildcards.replica}"


use rule accuracy as state_accuracy with:
    input:
        samples=rules.state_samples.output,
        features=of_replicas(rules.compared_features.output),
        classifiers=rules.state_classifier.output,
        reference=rules.state_reference.output,
        relaxation=rules.relaxation.output,
        code=code_of("accuracy"),
    output:
        f"{STATES}/accuracy/T{{temperature}}.h5",
    params:
        settings=lambda wildcards: study.parameter(
            "state_accuracy", wildcards.state, wildcards.temperature
        ),
    message:
        "accuracy of {wildcards.state} structure at T={wildcards.temperature}"


use rule binned_counts as state_counts with:
    input:
        values=of_states(of_replicas(rules.state_values.output)),
        transfer=expand(of_states(rules.state_accuracy.output), temperature=study.transfer_label),
        relaxation=rules.relaxation.output,
        code=code_of("binned_counts"),
    output:
        f"{RESULTS}/states/binned_counts/T{{temperature}}.h5",
    message:
        "rearrangements in bins of softness by states at T={wildcards.temperature}"


use rule barriers as state_barriers with:
    input:
        counts=expand(rules.state_counts.output, temperature=study.barrier_labels("below")),
        code=code_of("barriers"),
    output:
        f"{RESULTS}/states/barriers.h5",
    message:
        "energy barriers by states"


TABLES |= {
    "state_barriers": rules.state_barriers.output,
    "state_training": expand(
        of_states(rules.state_accuracy.output), temperature=study.training_label
    ),
    "state_transfer": expand(
        of_states(rules.state_accuracy.output), temperature=study.transfer_label
    ),
}
