# Chapter 4: softness in time, in equilibrium and through thermal cycles beside their controls.

CYCLES = f"{RESULTS}/cycle"


rule softness_decay:
    input:
        trajectory=rules.thermal.output.trajectory,
        softness=expand(rules.train_classifier.output, name="softness"),
        distribution=rules.distribution.output,
        relaxation=rules.relaxation.output,
        code=code_of("softness_decay"),
    output:
        f"{RESULTS}/softness_decay/T{{temperature}}/replica{{replica}}.h5",
    log:
        f"{LOGS}/softness_decay/T{{temperature}}_replica{{replica}}.log",
    benchmark:
        f"{BENCHMARKS}/softness_decay/T{{temperature}}_replica{{replica}}.tsv"
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
        " --trajectory {input.trajectory} --softness {input.softness}"
        " --distribution {input.distribution} --relaxation {input.relaxation}"
        " --output {output} 2> {log}"


rule cycle:
    input:
        lambda wildcards: study.cycle_trajectory(wildcards.snapshot),
    output:
        trajectories=cycle_files(f"{CYCLES}/pulse{{pulse}}/snapshot{{snapshot}}"),
        history=f"{CYCLES}/pulse{{pulse}}/snapshot{{snapshot}}/history.h5",
    log:
        f"{LOGS}/cycle/pulse{{pulse}}_snapshot{{snapshot}}.log",
    benchmark:
        f"{BENCHMARKS}/cycle/pulse{{pulse}}_snapshot{{snapshot}}.tsv"
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=GPUS,
        mem_mb=1000,
        runtime=lambda wildcards: study.cycle_runtime("cycle", **wildcards),
    params:
        settings=lambda wildcards: study.parameter("cycle", **wildcards),
        code=study.simulation_code("cycle"),
        checkpoint=lambda wildcards, output: f"{os.path.dirname(output.history)}/checkpoint",
    message:
        "thermal cycles of pulse {wildcards.pulse}, snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.cycle --settings {params.settings:q}"
        " --checkpoint {params.checkpoint} --snapshots {input}"
        " --trajectories {output.trajectories} --history {output.history} 2> {log}"


rule control:
    input:
        lambda wildcards: study.cycle_trajectory(wildcards.snapshot),
    output:
        trajectories=cycle_files(f"{CYCLES}/control/snapshot{{snapshot}}"),
        history=f"{CYCLES}/control/snapshot{{snapshot}}/history.h5",
    log:
        f"{LOGS}/control/snapshot{{snapshot}}.log",
    benchmark:
        f"{BENCHMARKS}/control/snapshot{{snapshot}}.tsv"
    conda:
        "../../envs/simulate.yaml"
    resources:
        gpu=GPUS,
        mem_mb=1000,
        runtime=lambda wildcards: study.cycle_runtime("control", **wildcards),
    params:
        settings=lambda wildcards: study.parameter("control", **wildcards),
        code=study.simulation_code("cycle"),
        checkpoint=lambda wildcards, output: f"{os.path.dirname(output.history)}/checkpoint",
    message:
        "controls of thermal cycles, snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.cycle --settings {params.settings:q}"
        " --checkpoint {params.checkpoint} --snapshots {input}"
        " --trajectories {output.trajectories} --history {output.history} 2> {log}"


rule cycle_response:
    input:
        cycle=rules.cycle.output.trajectories,
        cycle_history=rules.cycle.output.history,
        control=rules.control.output.trajectories,
        control_history=rules.control.output.history,
        softness=expand(rules.train_classifier.output, name="softness"),
        distribution=expand(rules.distribution.output, temperature=study.cycle_label),
        code=code_of("cycle_response"),
    output:
        f"{RESULTS}/cycle_response/pulse{{pulse}}/snapshot{{snapshot}}.h5",
    log:
        f"{LOGS}/cycle_response/pulse{{pulse}}_snapshot{{snapshot}}.log",
    benchmark:
        f"{BENCHMARKS}/cycle_response/pulse{{pulse}}_snapshot{{snapshot}}.tsv"
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=lambda wildcards: study.parameter("cycle_response", wildcards.snapshot),
    message:
        "response of softness to pulse {wildcards.pulse}, snapshot {wildcards.snapshot}"
    shell:
        "python -m softness.stages.cycle_response --settings {params.settings:q}"
        " --cycle {input.cycle} --cycle-history {input.cycle_history}"
        " --control {input.control} --control-history {input.control_history}"
        " --softness {input.softness} --distribution {input.distribution}"
        " --output {output} 2> {log}"
