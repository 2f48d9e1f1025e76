# From trajectories to rearrangements, labelled sets and feature tables.


rule hop_indicator:
    input:
        trajectory=rules.thermal.output.trajectory,
        code=code_of("hop_indicator"),
    output:
        f"{RESULTS}/hop_indicator/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("hop_indicator", **wildcards),
    message:
        "p_hop at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.hop_indicator --settings {params.settings:q}"
        " --trajectory {input.trajectory} --output {output} 2> {log}"


rule rearrangements:
    input:
        hop=rules.hop_indicator.output,
        code=code_of("rearrangements"),
    output:
        f"{RESULTS}/rearrangements/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=study.parameter("rearrangements"),
    message:
        "rearrangements at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.rearrangements --settings {params.settings:q}"
        " --hop {input.hop} --output {output} 2> {log}"


rule activated_samples:
    input:
        hop=of_replicas(rules.hop_indicator.output),
        rearrangements=of_replicas(rules.rearrangements.output),
        code=code_of("activated_samples"),
    output:
        f"{RESULTS}/samples/activated/T{{temperature}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=lambda wildcards: study.parameter("activated_samples", wildcards.temperature),
    message:
        "rearranging and non-rearranging samples at T={wildcards.temperature}"
    shell:
        "python -m softness.stages.activated_samples --settings {params.settings:q}"
        " --hop {input.hop} --rearrangements {input.rearrangements} --output {output} 2> {log}"


rule extreme_samples:
    input:
        hop=of_replicas(rules.hop_indicator.output),
        code=code_of("extreme_samples"),
    output:
        f"{RESULTS}/samples/{{kind}}/T{{temperature}}.h5",
    wildcard_constraints:
        kind="extremes|high_tail|low_tail",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=lambda wildcards: study.parameter("extreme_samples", **wildcards),
    message:
        "samples of the tails of p_hop at T={wildcards.temperature} ({wildcards.kind})"
    shell:
        "python -m softness.stages.extreme_samples --settings {params.settings:q}"
        " --hop {input.hop} --output {output} 2> {log}"


rule population_features:
    input:
        trajectory=rules.thermal.output.trajectory,
        code=code_of("features"),
    output:
        f"{RESULTS}/features/population/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("population_features", **wildcards),
    message:
        "features of the population at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.features --settings {params.settings:q}"
        " --trajectory {input.trajectory} --population --output {output} 2> {log}"


rule event_features:
    input:
        trajectory=rules.thermal.output.trajectory,
        rearrangements=rules.rearrangements.output,
        code=code_of("features"),
    output:
        f"{RESULTS}/features/events/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("population_features", **wildcards),
    message:
        "features before rearrangements at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.features --settings {params.settings:q}"
        " --trajectory {input.trajectory} --rearrangements {input.rearrangements}"
        " --output {output} 2> {log}"


rule sample_features:
    input:
        trajectory=rules.thermal.output.trajectory,
        samples=lambda wildcards: [
            f"{RESULTS}/samples/{kind}/T{wildcards.temperature}.h5"
            for kind in study.labelled_at(wildcards.temperature)
        ],
        code=code_of("features"),
    output:
        f"{RESULTS}/features/samples/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("sample_features", **wildcards),
    message:
        "features of samples at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.features --settings {params.settings:q}"
        " --trajectory {input.trajectory} --samples {input.samples} --output {output} 2> {log}"


TABLES |= {"rearrangements": runs_at(rules.rearrangements.output, study.labels[0])}
