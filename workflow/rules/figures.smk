# One rule for each figure of the registry.

from softness.figures.registry import FIGURES

TABLES = {
    "pair_distribution": expand(
        rules.pair_distribution.output, temperature=study.labels, replica=study.replicas
    ),
    "relaxation": expand(rules.relaxation.output, temperature=study.labels),
    "displacement_map": expand(rules.displacement_map.output, replica=study.replicas),
}

for entry in FIGURES:

    rule:
        name:
            entry.name
        input:
            **{kind: TABLES[kind] for kind in entry.tables},
            code=code_of("draw_figure", entry.module_name),
        output:
            png=report(
                f"{RESULTS}/figures/{entry.number}.png",
                caption=f"../captions/{entry.name}.rst",
                category=entry.chapter,
                labels={"figure": entry.number, "shows": entry.title},
            ),
            pdf=f"{RESULTS}/figures/{entry.number}.pdf",
            csv=f"{RESULTS}/figures/{entry.number}.csv",
            claims=f"{RESULTS}/figures/{entry.number}.claims.json",
        log:
            f"{LOGS}/figures/{entry.number}.log",
        benchmark:
            f"{BENCHMARKS}/figures/{entry.number}.tsv"
        conda:
            "../../envs/analyse.yaml"
        resources:
            mem_mb=1500,
            runtime=30,
        params:
            settings=study.parameter("figure"),
            number=entry.number,
            tables=lambda wildcards, input, kinds=entry.tables: " ".join(
                f"--{kind.replace('_', '-')} {' '.join(input[kind])}" for kind in kinds
            ),
        message:
            f"figure {entry.number}"
        shell:
            "python -m softness.stages.draw_figure --figure {params.number}"
            " --settings {params.settings:q} {params.tables} --png {output.png}"
            " --pdf {output.pdf} --csv {output.csv} --claims {output.claims} 2> {log}"


def figure_files(chapter):
    """All pictures of a chapter."""
    return [
        f"{RESULTS}/figures/{entry.number}.{kind}"
        for entry in FIGURES
        if entry.chapter == chapter
        for kind in ("png", "pdf", "csv")
    ]
