# Figure 5.1: how well propensity is predicted from each state of structure, with more and more orders
# of averaging: of the snapshots of figure 3.8, and of published ones. State files of our own snapshots
# are those of the rules that simulate states.


rule state_features:
    input:
        trajectory=lambda wildcards: study.thermal_trajectory(
            study.propensity_label, wildcards.replica
        ),
        states=lambda wildcards: study.state_file(**wildcards),
        neighbourhood=rules.neighbourhood.output,
        code=code_of("features"),
    output:
        f"{RESULTS}/features/states/{{state}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("state_features", **wildcards),
        frames=lambda wildcards: study.inherent_frames(wildcards.replica),
        states=lambda wildcards, input: of_option("--states", input.states),
    message:
        "features of {wildcards.state} states, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.features --settings {params.settings:q}"
        " --trajectory {input.trajectory} {params.states} --frames {params.frames}"
        " --neighbourhood {input.neighbourhood} --output {output} 2> {log}"


rule published_state:
    input:
        lambda wildcards: study.published_files(**wildcards)[0],
    output:
        f"{RESULTS}/states/published/snapshot{{snapshot}}.gsd",
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=GPUS,
        mem_mb=1000,
        runtime=study.published_state_runtime(),
    params:
        settings=lambda wildcards: study.parameter("published_state", **wildcards),
        physics=study.physics("quench"),
    message:
        "inherent state of published snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.published_state --settings {params.settings:q}"
        " --file {input:q} --output {output} 2> {log}"


rule published_features:
    input:
        file=lambda wildcards: study.published_files(wildcards.snapshot)[0],
        states=lambda wildcards: (
            []
            if wildcards.state == "thermal"
            else expand(rules.published_state.output, **wildcards)
        ),
        neighbourhood=rules.neighbourhood.output,
        code=code_of("published_features"),
    output:
        f"{RESULTS}/features/states/{{state}}/published{{snapshot}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("published_features", **wildcards),
        states=lambda wildcards, input: of_option("--states", input.states),
    message:
        "features of the {wildcards.state} state of published snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.published_features --settings {params.settings:q}"
        " --file {input.file:q} {params.states} --neighbourhood {input.neighbourhood}"
        " --output {output} 2> {log}"


rule state_scores:
    input:
        **{
            state: expand(rules.state_features.output, state=state, replica=study.replicas)
            for state in study.scored_states
        },
        runs=expand(
            of_snapshots(rules.inherent_propensity.output, study.inherent_snapshots),
            block=study.inherent_blocks,
        ),
        code=code_of("state_scores"),
    output:
        f"{RESULTS}/state_scores.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=3000,
    params:
        settings=study.parameter("state_scores"),
        features=lambda wildcards, input: " ".join(
            f"--features {state} {input[state]}" for state in study.scored_states
        ),
    message:
        "models of propensity from states of structure"
    shell:
        "python -m softness.stages.state_scores --settings {params.settings:q}"
        " --runs {input.runs} {params.features} --output {output} 2> {log}"


# Of published data alone: no run of our own.
rule state_scores_published:
    input:
        **{
            state: expand(
                rules.published_features.output, state=state, snapshot=study.published_snapshots
            )
            for state in study.published_states
        },
        published=PUBLISHED["published"],
        code=code_of("state_scores"),
    output:
        f"{RESULTS}/state_scores_published.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=3000,
    params:
        settings=study.parameter("state_scores_published"),
        features=lambda wildcards, input: " ".join(
            f"--features {state} {input[state]}" for state in study.published_states
        ),
    message:
        "models of published propensity from states of structure"
    shell:
        "python -m softness.stages.state_scores --settings {params.settings:q}"
        " --published {input.published} {params.features} --output {output} 2> {log}"


TABLES["state_scores"] = [
    *rules.state_scores.output,
    *(rules.state_scores_published.output if study.published_snapshots else []),
]
