# Regressors of the probability of rearranging, on snapshots whose runs were counted, and their
# predictions for production runs.


rule neighbourhood:
    input:
        pairs=(
            runs_at(rules.pair_distribution.output, study.regression_label)
            if study.neighbourhood_is_measured
            else []
        ),
        code=code_of("neighbourhood"),
    output:
        f"{RESULTS}/neighbourhood.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=study.parameter("neighbourhood"),
        pairs=lambda wildcards, input: of_option("--pair-distribution", input.pairs),
    message:
        "cut-off distance of the neighbourhood"
    shell:
        "python -m softness.stages.neighbourhood --settings {params.settings:q}"
        " {params.pairs} --output {output} 2> {log}"


rule snapshot_features:
    input:
        trajectory=rules.thermal.output.trajectory,
        neighbourhood=rules.neighbourhood.output,
        code=code_of("features"),
    output:
        f"{RESULTS}/features/snapshots/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("snapshot_features", **wildcards),
        frames=lambda wildcards: study.snapshot_frames(**wildcards),
    message:
        "features of snapshots at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.features --settings {params.settings:q}"
        " --trajectory {input.trajectory} --frames {params.frames}"
        " --neighbourhood {input.neighbourhood} --output {output} 2> {log}"


rule csd_threshold:
    input:
        trajectories=runs_at(rules.thermal.output.trajectory, study.matching_label),
        hop=runs_at(rules.hop_indicator.output, study.matching_label),
        code=code_of("csd_threshold"),
    output:
        f"{RESULTS}/csd_threshold.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=study.parameter("csd_threshold"),
    message:
        "threshold of the CSD"
    shell:
        "python -m softness.stages.csd_threshold --settings {params.settings:q}"
        " --trajectories {input.trajectories} --hop {input.hop} --output {output} 2> {log}"


rule snapshot_shares:
    input:
        ensembles=counts_of_snapshots,
        code=code_of("snapshot_shares"),
    output:
        f"{RESULTS}/snapshot_shares/T{{temperature}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("snapshot_shares", wildcards.temperature),
    message:
        "fractions of rearranging particles at T={wildcards.temperature}"
    shell:
        "python -m softness.stages.snapshot_shares --settings {params.settings:q}"
        " --ensembles {input.ensembles} --output {output} 2> {log}"


rule regress:
    input:
        ensembles=counts_of_snapshots(study.regression_label),
        features=runs_at(rules.snapshot_features.output, study.regression_label),
        csd_threshold=lambda wildcards: (
            rules.csd_threshold.output if study.is_by_csd(wildcards.regressor) else []
        ),
        code=code_of("regress"),
    output:
        model=f"{RESULTS}/regressors/{{regressor}}.skops",
        record=f"{RESULTS}/regressors/{{regressor}}.h5",
    wildcard_constraints:
        regressor="|".join(study.regressors()),
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=3000,
    params:
        settings=lambda wildcards: study.parameter("regress", wildcards.regressor),
        threshold=lambda wildcards, input: of_option("--csd-threshold", input.csd_threshold),
    message:
        "train regressor {wildcards.regressor}"
    shell:
        "python -m softness.stages.regress --settings {params.settings:q}"
        " --ensembles {input.ensembles} --features {input.features} {params.threshold}"
        " --model {output.model} --output {output.record} 2> {log}"


rule predict:
    input:
        ensembles=counts_of_snapshots,
        features=of_replicas(rules.snapshot_features.output),
        softness=expand(rules.train_classifier.output, name="softness_all"),
        models=expand(rules.regress.output.model, regressor=study.regressors()),
        code=code_of("predict"),
    output:
        f"{RESULTS}/predictions/T{{temperature}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=lambda wildcards: study.parameter("predict", wildcards.temperature),
    message:
        "predictions for snapshots at T={wildcards.temperature}"
    shell:
        "python -m softness.stages.predict --settings {params.settings:q}"
        " --ensembles {input.ensembles} --features {input.features} --softness {input.softness}"
        " --models {input.models} --output {output} 2> {log}"


rule predicted_values:
    input:
        models=expand(rules.regress.output.model, regressor=study.direct_regressors()),
        softness=expand(rules.train_classifier.output, name="softness_all"),
        hop=rules.hop_indicator.output,
        population=rules.population_features.output,
        events=lambda wildcards: where_barriers(rules.event_features.output, wildcards, "below"),
        code=code_of("predicted_values"),
    output:
        f"{RESULTS}/predicted_values/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1500,
    params:
        settings=study.parameter("predicted_values"),
        events=lambda wildcards, input: of_option("--events", input.events),
    message:
        "predictions at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.predicted_values --settings {params.settings:q}"
        " --models {input.models} --softness {input.softness} --hop {input.hop}"
        " --population {input.population} {params.events} --output {output} 2> {log}"


rule averaged_values:
    input:
        models=expand(rules.regress.output.model, regressor=study.averaged_regressors()),
        trajectory=rules.thermal.output.trajectory,
        neighbourhood=rules.neighbourhood.output,
        rearrangements=lambda wildcards: where_barriers(
            rules.rearrangements.output, wildcards, "below"
        ),
        code=code_of("averaged_values"),
    output:
        f"{RESULTS}/averaged_values/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1500,
    params:
        settings=lambda wildcards: study.parameter("averaged_values", **wildcards),
        rearrangements=lambda wildcards, input: of_option("--rearrangements", input.rearrangements),
    message:
        "predictions from averaged features at T={wildcards.temperature},"
        " replica {wildcards.replica}"
    shell:
        "python -m softness.stages.averaged_values --settings {params.settings:q}"
        " --models {input.models} --trajectory {input.trajectory}"
        " --neighbourhood {input.neighbourhood} {params.rearrangements}"
        " --output {output} 2> {log}"


VALUES = [rules.predicted_values.output[0]]
VALUES += [rules.averaged_values.output[0]] if study.averaged_regressors() else []


use rule binned_counts as binned_predictions with:
    input:
        values=of_replicas(VALUES),
        reference=runs_at(VALUES, study.regression_label),
        relaxation=rules.relaxation.output,
        code=code_of("binned_counts"),
    output:
        f"{RESULTS}/binned_predictions/T{{temperature}}.h5",
    params:
        settings=study.parameter("binned_predictions"),
        scale=lambda wildcards, input: f"--reference {input.reference}",
    message:
        "rearrangements in bins of predictions at T={wildcards.temperature}"


use rule barriers as predicted_barriers with:
    input:
        counts=expand(rules.binned_predictions.output, temperature=study.barrier_labels("below")),
        code=code_of("barriers"),
    output:
        f"{RESULTS}/barriers/predicted.h5",
    message:
        "energy barriers of predictions"


TABLES |= {
    "regression": expand(rules.regress.output.record, regressor=study.regressors()),
    "predictions": expand(rules.predict.output, temperature=study.ensemble_labels),
    "predicted_barriers": rules.predicted_barriers.output,
    "shares": expand(rules.snapshot_shares.output, temperature=study.ensemble_labels),
    "csd_threshold": rules.csd_threshold.output,
}
