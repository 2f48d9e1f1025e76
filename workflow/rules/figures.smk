# One rule for each figure of the registry.

from softness.figures.registry import FIGURES

# Those whose tables the study has: of given trajectories, there are none from snapshots.
DRAWN = [entry for entry in FIGURES if set(entry.tables) <= TABLES.keys()]

for entry in DRAWN:

    rule:
        name:
            entry.name
        input:
            **{kind: TABLES[kind] for kind in entry.tables},
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
            settings=study.parameter("figure", *entry.tables),
            number=entry.number,
            tables=lambda wildcards, input, kinds=entry.tables: " ".join(
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
        for entry in DRAWN
        if chapter in (None, entry.chapter)
        for kind in entry.formats
    ]
