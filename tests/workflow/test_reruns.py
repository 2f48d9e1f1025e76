"""What runs again after each kind of change: exact sets, by dry run, on a finished smoke study."""

import os
import time

import pytest
import yaml
from workflow_commands import SMOKE, reruns

TEMPERATURES, RUNS = 4, 8
OVER_TEMPERATURES = {
    "figure_1_2_pair_distribution": 1,
    "figure_1_3_self_scattering": 1,
    "figure_1_4_relaxation_time": 1,
}
AT_TRAINING = {"displacement_map": 2, "figure_1_1_displacement_map": 1}
FIGURES = {"figure_1_1_displacement_map": 1, **OVER_TEMPERATURES}
RELAXATION = {
    "relaxation": TEMPERATURES,
    "equilibration_evidence": 1,
    **AT_TRAINING,
    **OVER_TEMPERATURES,
    "report": 1,
}
SCATTERING = {"self_scattering": RUNS, **RELAXATION}
THERMAL = {"thermal": RUNS, "pair_distribution": RUNS, **SCATTERING}
EVERYTHING = {"equilibrate_seed": 2, "equilibrate": RUNS - 2, **THERMAL}


def configure(study, change):
    """Change the smoke configuration."""
    path = study / SMOKE
    config = yaml.safe_load(path.read_text())
    change(config)
    path.write_text(yaml.safe_dump(config))


def edit(study, name, old, new):
    """Change a file, and make sure that it is newer than all results."""
    path = study / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    later = time.time() + 10
    os.utime(path, (later, later))


def test_a_wave_number_reruns_scattering_and_what_follows(study):
    configure(study, lambda config: config["self_scattering"].update(wave_number=7.0))
    assert reruns(study) == SCATTERING


def test_a_temperature_that_is_added_runs_alone_and_joins_the_figures(study):
    entry = {"temperature": 1.4, "equilibrate": 10, "production": 30}
    configure(study, lambda config: config["temperatures"].append(entry))
    assert reruns(study) == {
        "equilibrate": 2,
        "thermal": 2,
        "pair_distribution": 2,
        "self_scattering": 2,
        "relaxation": 1,
        "equilibration_evidence": 1,
        **OVER_TEMPERATURES,
        "report": 1,
    }


def test_a_longer_run_reruns_its_temperature(study):
    configure(study, lambda config: config["temperatures"][3].update(production=40))
    assert reruns(study) == {
        "thermal": 2,
        "pair_distribution": 2,
        "self_scattering": 2,
        "relaxation": 1,
        "equilibration_evidence": 1,
        **OVER_TEMPERATURES,
        "report": 1,
    }


def test_a_replica_that_is_added_runs_alone(study):
    configure(study, lambda config: config.update(replicas=3))
    assert reruns(study) == {
        "equilibrate_seed": 1,
        "equilibrate": TEMPERATURES - 1,
        "thermal": TEMPERATURES,
        "pair_distribution": TEMPERATURES,
        "self_scattering": TEMPERATURES,
        **RELAXATION,
        "displacement_map": 3,
    }


def test_the_liquid_reruns_everything(study):
    configure(study, lambda config: config["liquid"].update(density=1.15))
    assert reruns(study) == EVERYTHING


def test_the_seed_reruns_everything(study):
    configure(study, lambda config: config.update(seed=1))
    assert reruns(study) == EVERYTHING


def test_a_bin_width_reruns_pairs_and_their_figure(study):
    configure(study, lambda config: config["pair_distribution"].update(bin_width=0.05))
    expected = {"pair_distribution": RUNS, "figure_1_2_pair_distribution": 1, "report": 1}
    assert reruns(study) == expected


def test_the_fitted_window_reruns_relaxation(study):
    window = {"stretched_exponential": {"highest": 0.65}}
    configure(study, lambda config: config["relaxation"].update(window))
    assert reruns(study) == RELAXATION


def test_what_no_rule_reads_yet_reruns_the_report_that_shows_it(study):
    configure(study, lambda config: config.setdefault("hop", {}).update(threshold=0.3))
    assert reruns(study) == {"report": 1}


def test_another_training_temperature_reruns_what_is_measured_there(study):
    configure(study, lambda config: config["roles"].update(training=0.80))
    assert reruns(study) == {**AT_TRAINING, "report": 1}


def test_the_lag_of_displacements_reruns_their_map(study):
    configure(study, lambda config: config.update(displacement_map={"lag": 0.5}))
    assert reruns(study) == {**AT_TRAINING, "report": 1}


def test_a_figures_source_reruns_the_figure(study):
    edit(study, "src/softness/figures/figure_1_4_relaxation_time.py", "2.8", "2.9")
    assert reruns(study) == {"figure_1_4_relaxation_time": 1, "report": 1}


def test_the_style_reruns_all_figures(study):
    edit(study, "src/softness/figures/style.py", '"font.size": 8', '"font.size": 9')
    assert reruns(study) == {**FIGURES, "report": 1}


def test_a_caption_reruns_the_report(study):
    edit(study, "workflow/captions/figure_1_4_relaxation_time.rst", "Relaxation", "Alpha")
    assert reruns(study) == {"report": 1}


def test_the_page_of_the_report_reruns_the_report(study):
    edit(study, "src/softness/report/page.html.j2", "<h2>Claims</h2>", "<h2>All claims</h2>")
    assert reruns(study) == {"report": 1}


def test_the_spelling_of_a_number_reruns_nothing(study):
    configure(study, lambda config: config["temperatures"][0].update(production=60.0))
    assert reruns(study) == {}


def test_an_analysis_module_reruns_what_imports_it(study):
    edit(study, "src/softness/dynamics/relaxation.py", "axis=0", "axis=-0")
    assert reruns(study) == RELAXATION


def test_the_pair_module_reruns_pairs(study):
    edit(study, "src/softness/dynamics/pairs.py", "wrapped = ", "wrapped  = ")
    expected = {"pair_distribution": RUNS, "figure_1_2_pair_distribution": 1, "report": 1}
    assert reruns(study) == expected


@pytest.mark.parametrize(
    "name",
    [
        "engines/lammps.py",
        "engines/protocol.py",
        "simulate/thermal.py",
        "simulate/chain.py",
        "liquid.py",
        "seeds.py",
        "stages/thermal.py",
    ],
)
def test_a_comment_in_a_simulation_reruns_nothing(study, name):
    path = study / "src" / "softness" / name
    first_line = path.read_text().splitlines()[0]
    edit(study, f"src/softness/{name}", first_line, first_line + "\n# A comment.")
    assert not set(reruns(study)) & {"equilibrate_seed", "equilibrate", "thermal"}
    if name.startswith(("engines", "simulate")) or name == "stages/thermal.py":
        assert reruns(study) == {}


def test_the_engines_code_reruns_everything(study):
    edit(study, "src/softness/engines/lammps.py", "NEIGHBOUR_SKIN = 0.3", "NEIGHBOUR_SKIN = 0.4")
    assert reruns(study) == EVERYTHING


def test_the_other_engines_code_reruns_nothing(study):
    edit(study, "src/softness/engines/hoomd.py", "NEIGHBOUR_BUFFER = 0.3", "NEIGHBOUR_BUFFER = 0.4")
    assert reruns(study) == {}


def test_the_thermal_protocol_reruns_thermal_runs(study):
    edit(study, "src/softness/simulate/thermal.py", "now = first", "now = first + 0")
    assert reruns(study) == THERMAL


def test_a_checkout_that_touches_every_file_reruns_nothing(study):
    later = time.time() + 10
    for path in [*study.glob("src/**/*.py"), *study.glob("workflow/**/*"), study / "Snakefile"]:
        os.utime(path, (later, later))
    assert reruns(study) == {}


def test_a_study_that_was_moved_reruns_nothing(study):
    moved = study.rename(study.with_name("elsewhere"))
    assert reruns(moved) == {}
