# From trajectories to correlation functions and relaxation times.


rule pair_distribution:
    input:
        trajectory=rules.thermal.output.trajectory,
        code=code_of("pair_distribution"),
    output:
        f"{RESULTS}/pair_distribution/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.blocks(
            "pair_distribution", temperature=wildcards.temperature
        ),
    message:
        "g(r) at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.pair_distribution --settings {params.settings:q}"
        " --trajectory {input.trajectory} --output {output} 2> {log}"


rule self_scattering:
    input:
        trajectory=rules.thermal.output.trajectory,
        bursts=getattr(rules.thermal.output, "bursts", []),
        code=code_of("self_scattering"),
    output:
        f"{RESULTS}/self_scattering/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.blocks(
            "self_scattering", temperature=wildcards.temperature
        ),
        bursts=lambda wildcards, input: of_option("--bursts", input.bursts),
    message:
        "F_s at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.self_scattering --settings {params.settings:q}"
        " --trajectory {input.trajectory} {params.bursts} --output {output} 2> {log}"


rule van_hove:
    input:
        trajectory=rules.thermal.output.trajectory,
        code=code_of("van_hove"),
    output:
        f"{RESULTS}/van_hove/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.blocks("van_hove", **wildcards),
    message:
        "van Hove function at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.van_hove --settings {params.settings:q}"
        " --trajectory {input.trajectory} --output {output} 2> {log}"


rule relaxation:
    input:
        scattering=of_replicas(rules.self_scattering.output),
        code=code_of("relaxation"),
    output:
        f"{RESULTS}/relaxation/T{{temperature}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("relaxation", wildcards.temperature),
    message:
        "relaxation time at T={wildcards.temperature}"
    shell:
        "python -m softness.stages.relaxation --settings {params.settings:q}"
        " --scattering {input.scattering} --output {output} 2> {log}"


rule displacement_map:
    input:
        trajectory=f"{RESULTS}/thermal/T{study.training_label}/replica{{replica}}/trajectory.gsd",
        relaxation=f"{RESULTS}/relaxation/T{study.training_label}.h5",
        code=code_of("displacement_map"),
    output:
        f"{RESULTS}/displacement_map/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("displacement_map", wildcards.replica),
    message:
        "map of displacements, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.displacement_map --settings {params.settings:q}"
        " --trajectory {input.trajectory} --relaxation {input.relaxation} --output {output}"
        " 2> {log}"


rule equilibration_evidence:
    input:
        histories=runs_at(HISTORIES, study.labels),
        trajectories=runs_at(rules.thermal.output.trajectory, study.labels),
        relaxations=expand(rules.relaxation.output, temperature=study.labels),
        code=code_of("equilibration_evidence"),
    output:
        table=f"{RESULTS}/equilibration/evidence.h5",
        csv=f"{RESULTS}/equilibration/evidence.csv",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1500,
    params:
        settings=study.parameter("equilibration_evidence"),
        histories=lambda wildcards, input: of_option("--histories", input.histories),
    message:
        "evidence of equilibration"
    shell:
        "python -m softness.stages.equilibration_evidence --settings {params.settings:q}"
        " {params.histories} --trajectories {input.trajectories}"
        " --relaxations {input.relaxations}"
        " --output {output.table} --csv {output.csv} 2> {log}"


TABLES |= {
    "pair_distribution": runs_at(rules.pair_distribution.output, study.labels),
    "relaxation": expand(rules.relaxation.output, temperature=study.labels),
    "displacement_map": expand(rules.displacement_map.output, replica=study.replicas),
    "van_hove": runs_at(rules.van_hove.output, study.labels),
}
