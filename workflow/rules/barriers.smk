# From learned variables to probabilities of rearranging, and to energy barriers.


rule distribution:
    input:
        values=of_replicas(rules.learned_values.output),
        relaxation=rules.relaxation.output,
        code=code_of("distribution"),
    output:
        f"{RESULTS}/distribution/T{{temperature}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=study.parameter("distribution"),
    message:
        "distributions of learned variables at T={wildcards.temperature}"
    shell:
        "python -m softness.stages.distribution --settings {params.settings:q}"
        " --values {input.values} --relaxation {input.relaxation} --output {output} 2> {log}"


rule binned_counts:
    input:
        values=of_replicas(rules.learned_values.output),
        transfer=f"{RESULTS}/accuracy/activated/T{study.transfer_label}.h5",
        relaxation=rules.relaxation.output,
        code=code_of("binned_counts"),
    output:
        f"{RESULTS}/binned_counts/T{{temperature}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=study.parameter("binned_counts"),
        scale=lambda wildcards, input: f"--transfer {input.transfer}",
    message:
        "rearrangements in bins of learned variables at T={wildcards.temperature}"
    shell:
        "python -m softness.stages.binned_counts --settings {params.settings:q}"
        " --values {input.values} {params.scale} --relaxation {input.relaxation}"
        " --output {output} 2> {log}"


rule barriers:
    input:
        counts=lambda wildcards: expand(
            rules.binned_counts.output, temperature=study.barrier_labels(wildcards.limit)
        ),
        code=code_of("barriers"),
    output:
        f"{RESULTS}/barriers/{{limit}}.h5",
    wildcard_constraints:
        limit="below|sensitivity",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=study.parameter("barriers"),
    message:
        "energy barriers ({wildcards.limit})"
    shell:
        "python -m softness.stages.barriers --settings {params.settings:q}"
        " --counts {input.counts} --output {output} 2> {log}"


TABLES |= {
    "distribution": expand(rules.distribution.output, temperature=study.labels),
    "barriers": expand(rules.barriers.output, limit="below"),
    "wide_barriers": expand(rules.barriers.output, limit="sensitivity"),
}
