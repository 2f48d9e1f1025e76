# The page that shows every claim with its verdict, and every figure.

NUMBERS = [entry.number for entry in DRAWN]


rule report:
    input:
        pictures=[
            f"{RESULTS}/figures/{entry.number}.{'html' if 'html' in entry.formats else 'png'}"
            for entry in DRAWN
        ],
        claims=expand(f"{RESULTS}/figures/{{number}}.claims.json", number=NUMBERS),
        captions=of_project(*(f"workflow/captions/{entry.name}.rst" for entry in DRAWN)),
        evidence=rules.equilibration_evidence.output.table,
        trajectory=expand(rules.thermal.output.trajectory, temperature=study.labels[0], replica=0),
        template=of_project("src/softness/report/page.html.j2"),
        code=code_of("report"),
    output:
        page=f"{RESULTS}/report.html",
        table=report(
            f"{RESULTS}/claims.csv",
            caption="../captions/claims.rst",
            category="Claims",
        ),
        config=f"{RESULTS}/config.yaml",
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=1000,
    params:
        settings=study.parameter("report"),
        numbers=NUMBERS,
        presets=lambda wildcards: presets_of(study),
    message:
        "report"
    shell:
        "python -m softness.stages.report --settings {params.settings:q}"
        " --figures {params.numbers} --pictures {input.pictures} --claims {input.claims}"
        " --captions {input.captions} --evidence {input.evidence} --trajectory {input.trajectory}"
        " --presets {params.presets:q}"
        " --page {output.page} --table {output.table} --config {output.config} 2> {log}"
