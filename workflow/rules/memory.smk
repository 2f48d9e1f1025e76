# Chapter 4: softness in time, in equilibrium and through thermal cycles beside their controls.

CYCLES = f"{RESULTS}/cycle"


rule softness_decay:
    input:
        trajectory=rules.thermal.output.trajectory,
        bursts=rules.thermal.output.bursts,
        softness=expand(rules.train_classifier.output, name="softness"),
        reference=rules.reference_features.output,
        distribution=rules.distribution.output,
        relaxation=rules.relaxation.output,
        code=code_of("softness_decay"),
    output:
        f"{RESULTS}/softness_decay/T{{temperature}}/replica{{replica}}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("softness_decay", **wildcards),
    message:
        "decay of softness at T={wildcards.temperature}, replica {wildcards.replica}"
    shell:
        "python -m softness.stages.softness_decay --settings {params.settings:q}"
        " --trajectory {input.trajectory} --bursts {input.bursts} --softness {input.softness}"
        " --reference {input.reference} --distribution {input.distribution}"
        " --relaxation {input.relaxation} --output {output} 2> {log}"


rule cycle:
    input:
        lambda wildcards: study.thermal_trajectory(study.cycle_label, wildcards.replica),
    output:
        trajectories=cycle_files(f"{CYCLES}/pulse{{pulse}}/{SNAPSHOT}"),
        history=f"{CYCLES}/pulse{{pulse}}/{SNAPSHOT}/history.h5",
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=0 if study.is_in_lanes("cycle") else GPUS,
        lanes=int(study.is_in_lanes("cycle")),
        mem_mb=1500,
        runtime=lambda wildcards: study.cycle_runtime("cycle", **wildcards),
    params:
        settings=lambda wildcards: study.parameter("cycle", **wildcards),
        physics=study.physics("cycle"),
    message:
        "thermal cycles of pulse {wildcards.pulse}, replica {wildcards.replica},"
        " snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.cycle --settings {params.settings:q}"
        " --snapshots {input}"
        " --trajectories {output.trajectories} --history {output.history} 2> {log}"


use rule cycle as control with:
    output:
        trajectories=cycle_files(f"{CYCLES}/control/{SNAPSHOT}"),
        history=f"{CYCLES}/control/{SNAPSHOT}/history.h5",
    resources:
        gpu=0 if study.is_in_lanes("cycle") else GPUS,
        lanes=int(study.is_in_lanes("cycle")),
        mem_mb=1500,
        runtime=lambda wildcards: study.cycle_runtime("control", **wildcards),
    params:
        settings=lambda wildcards: study.parameter("control", **wildcards),
        physics=study.physics("cycle"),
    message:
        "controls of thermal cycles, replica {wildcards.replica}, snapshot {wildcards.snapshot}"


rule cycle_response:
    input:
        cycle=rules.cycle.output.trajectories,
        cycle_history=rules.cycle.output.history,
        control=rules.control.output.trajectories,
        control_history=rules.control.output.history,
        softness=expand(rules.train_classifier.output, name="softness"),
        reference=rules.reference_features.output,
        distribution=expand(rules.distribution.output, temperature=study.cycle_label),
        code=code_of("cycle_response"),
    output:
        f"{RESULTS}/cycle_response/pulse{{pulse}}/{SNAPSHOT}.h5",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("cycle_response", wildcards.replica),
    message:
        "response of softness to pulse {wildcards.pulse}, replica {wildcards.replica},"
        " snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.cycle_response --settings {params.settings:q}"
        " --cycle {input.cycle} --cycle-history {input.cycle_history}"
        " --control {input.control} --control-history {input.control_history}"
        " --softness {input.softness} --reference {input.reference}"
        " --distribution {input.distribution} --output {output} 2> {log}"


TABLES |= {
    "softness_decay": runs_at(rules.softness_decay.output, study.decay_labels),
    "cycle_response": expand(
        of_snapshots(rules.cycle_response.output, study.cycle_snapshots), pulse=study.pulses
    ),
}
