# Molecular dynamics. These rules follow the version of their physics (softness/physics/lock.json),
# not the files of their code: an edit of what decides no numbers runs nothing again.


rule equilibrate_seed:
    output:
        state=f"{RESULTS}/equilibrate/T{{temperature}}/replica{{replica}}/state.h5",
        history=f"{RESULTS}/equilibrate/T{{temperature}}/replica{{replica}}/history.h5",
    wildcard_constraints:
        temperature=study.seed_pattern,
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=GPUS,
        mem_mb=1000,
        runtime=lambda wildcards: study.runtime("equilibrate", wildcards.temperature),
    params:
        settings=lambda wildcards: study.parameter("equilibrate", **wildcards),
        physics=study.physics("equilibrate"),
        seed=lambda wildcards, input: f"--seed-state {input}" if input else "",
    message:
        "equilibrate T={wildcards.temperature} from random positions, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.equilibrate --settings {params.settings:q} {params.seed}"
        " --state {output.state} --history {output.history} 2> {log}"


use rule equilibrate_seed as equilibrate with:
    input:
        f"{RESULTS}/equilibrate/T{study.seed_label}/replica{{replica}}/state.h5",
    wildcard_constraints:
        temperature=study.other_pattern,
    message:
        "equilibrate T={wildcards.temperature}, replica {wildcards.replica}"


rule thermal:
    input:
        f"{RESULTS}/equilibrate/T{{temperature}}/replica{{replica}}/state.h5",
    output:
        trajectory=f"{RESULTS}/thermal/T{{temperature}}/replica{{replica}}/trajectory.gsd",
        bursts=f"{RESULTS}/thermal/T{{temperature}}/replica{{replica}}/bursts.gsd",
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=GPUS,
        mem_mb=1000,
        runtime=lambda wildcards: study.runtime("thermal", wildcards.temperature),
    params:
        settings=lambda wildcards: study.parameter("thermal", **wildcards),
        physics=study.physics("thermal"),
    message:
        "production run at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.thermal --settings {params.settings:q}"
        " --state {input}"
        " --trajectory {output.trajectory} --bursts {output.bursts} 2> {log}"


# Of the energies of equilibration; given trajectories have none.
HISTORIES = rules.equilibrate.output.history
