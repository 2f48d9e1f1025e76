# One rule for each figure of the registry.

from softness.figures.registry import FIGURES

TABLES = {
    "pair_distribution": runs_at(rules.pair_distribution.output, study.labels),
    "relaxation": expand(rules.relaxation.output, temperature=study.labels),
    "displacement_map": expand(rules.displacement_map.output, replica=study.replicas),
    "van_hove": runs_at(rules.van_hove.output, study.labels),
    "rearrangements": runs_at(rules.rearrangements.output, study.labels[0]),
    "softness": expand(rules.train_classifier.output, name="softness"),
    "softness_all": expand(rules.train_classifier.output, name="softness_all"),
    "fluidity": expand(
        rules.train_classifier.output,
        name=[f"fluidity_{temperature}" for temperature in study.fluidity_labels],
    ),
    "training": expand(rules.accuracy.output, kind="activated", temperature=study.training_label),
    "transfer": expand(rules.accuracy.output, kind="activated", temperature=study.transfer_label),
    "extremes": expand(rules.accuracy.output, kind="extremes", temperature=study.fluidity_labels),
    "distribution": expand(rules.distribution.output, temperature=study.labels),
    "barriers": expand(rules.barriers.output, limit="below"),
    "wide_barriers": expand(rules.barriers.output, limit="sensitivity"),
    "regression": expand(rules.regress.output.record, regressor=study.regressors()),
    "predictions": expand(rules.predict.output, temperature=study.ensemble_labels),
    "predicted_barriers": rules.predicted_barriers.output,
    "shares": expand(rules.snapshot_shares.output, temperature=study.ensemble_labels),
    "csd_threshold": rules.csd_threshold.output,
    "softness_decay": runs_at(rules.softness_decay.output, study.decay_labels),
    "cycle_response": expand(
        of_snapshots(rules.cycle_response.output, study.cycle_snapshots), pulse=study.pulses
    ),
    "evidence": rules.equilibration_evidence.output.table,
    "propensity_scores": rules.propensity_scores.output,
}

for entry in FIGURES:

    rule:
        name:
            entry.name
        input:
            **{kind: TABLES[kind] for kind in entry.kinds},
            code=code_of("draw_figure", *entry.module_names),
        output:
            **{
                kind: f"{RESULTS}/figures/{entry.number}.{kind}"
                for kind in entry.formats
                if kind != "png"
            },
            png=report(
                f"{RESULTS}/figures/{entry.number}.png",
                caption=f"../captions/{entry.name}.rst",
                category=entry.chapter,
                labels={"figure": entry.number, "shows": entry.title},
            ),
            claims=f"{RESULTS}/figures/{entry.number}.claims.json",
        # On a cluster, the figures of a chapter are drawn in one job.
        group:
            entry.chapter.replace(" ", "_")
        conda:
            "../../envs/analyse.yaml"
        resources:
            mem_mb=1500,
        params:
            settings=study.parameter("figure"),
            number=entry.number,
            tables=lambda wildcards, input, kinds=entry.kinds: " ".join(
                f"--table {kind} {' '.join(input[kind])}" for kind in kinds
            ),
            outputs=lambda wildcards, output, kinds=entry.formats: " ".join(
                f"--{kind} {output[kind]}" for kind in kinds
            ),
        message:
            f"figure {entry.number}"
        shell:
            "python -m softness.stages.draw_figure --figure {params.number}"
            " --settings {params.settings:q} {params.tables} {params.outputs}"
            " --claims {output.claims} 2> {log}"


def figure_files(chapter=None):
    """All pictures of a chapter, or of all."""
    return [
        f"{RESULTS}/figures/{entry.number}.{kind}"
        for entry in FIGURES
        if chapter in (None, entry.chapter)
        for kind in entry.formats
    ]
