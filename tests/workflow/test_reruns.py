"""What runs again after each kind of change: exact sets, by dry run, on a finished smoke study."""

import os
import time

import pytest
import yaml
from workflow_commands import SMOKE, command, reruns

TEMPERATURES, RUNS = 6, 12
# Temperatures whose barriers are fitted, those with labelled sets, and those of fluidity.
FITTED, LABELLED, FLUIDITY = 5, 4, 2
CLASSIFIERS, EXTREMES = 2 + 3 * FLUIDITY, 3 * FLUIDITY
# Blocks of isoconfigurational runs, snapshots and their temperatures; regressors; temperatures
# whose barriers by predictions are fitted.
BLOCKS_OF_RUNS, SNAPSHOTS, COUNTED = 12, 6, 2
REGRESSORS, PREDICTED = 10, 4
# Snapshots that go through the one pulse, and temperatures whose decay of softness is followed.
CYCLES, DECAYING = 6, 2

OVER_TEMPERATURES = {
    "figure_1_2_pair_distribution": 1,
    "figure_1_3_self_scattering": 1,
    "figure_1_4_relaxation_time": 1,
}
AT_TRAINING = {"displacement_map": 2, "figure_1_1_displacement_map": 1}

ON_BARRIERS = {
    "figure_1_6_softness_barriers": 1,
    "figure_2_4_conditional_probability": 1,
    "figure_2_5_barrier_collapse": 1,
}
ON_ACCURACY = {
    "figure_2_1_training_accuracy": 1,
    "figure_2_2_transfer_accuracy": 1,
    "figure_2_c_one_tail_controls": 1,
    "table_2_1_hyperplanes": 1,
}
LEARNED_FIGURES = {
    **ON_BARRIERS,
    **ON_ACCURACY,
    "figure_2_3_fluidity_distributions": 1,
    # Beside softness of all frames.
    "figure_5_2_state_barriers": 1,
    "table_5_1_states": 1,
}
ON_SOFTNESS_IN_TIME = {
    "figure_4_2_softness_decay": 1,
    "figure_4_3_normalised_decay": 1,
    "figure_4_4_thermal_cycle": 1,
    "figure_4_n_cycle_response": 1,
}
SOFTNESS_IN_TIME = {
    "softness_decay": 2 * DECAYING,
    "cycle_response": CYCLES,
    **ON_SOFTNESS_IN_TIME,
}
CLUSTERS = {"clusters": RUNS, "figure_5_3_softness_clusters": 1}
SHARES = {"snapshot_shares": COUNTED, "figure_4_1_snapshot_shares": 1}
ON_PREDICTED_BARRIERS = {
    "figure_3_2_predicted_probability": 1,
    "figure_3_3_predicted_barriers": 1,
    "figure_3_5_feature_elimination": 1,
    "figure_3_6_higher_orders": 1,
    "figure_3_7_labels": 1,
    "figure_3_m_convergence": 1,
    "figure_a_2_networks": 1,
}
PREDICTED_FIGURES = {
    "figure_3_1_predicted_distributions": 1,
    "figure_3_4_explained_variance": 1,
    "table_3_1_models": 1,
    "figure_a_1_mean_predictions": 1,
    **ON_PREDICTED_BARRIERS,
}
# Models of propensity, the runs that are quenched for it, and features of their snapshots: of these
# also from three states of structure, two of which are simulated.
STATES = 3
ON_STATES = {"state_scores": 1, "figure_5_1_states_of_structure": 1, "report": 1}
STATE_FEATURES = {"state_features": 2 * STATES, **ON_STATES}
# Softness of two states at four temperatures, from which barriers follow.
SOFTNESS_STATES, COMPARED = 2, 4
ON_STATE_BARRIERS = {"figure_5_2_state_barriers": 1, "table_5_1_states": 1, "report": 1}
STATE_FITS = {"state_barriers": 1, **ON_STATE_BARRIERS}
STATE_COUNTS = {"state_counts": COMPARED, **STATE_FITS}
STATE_ACCURACY = {"state_accuracy": 2 * SOFTNESS_STATES, **STATE_COUNTS}
STATE_VALUES = {"state_values": 2 * SOFTNESS_STATES * COMPARED, **STATE_ACCURACY}
STATE_TRAINING = {"state_classifier": SOFTNESS_STATES, **STATE_VALUES}
COMPARED_FEATURES = {
    "compared_features": 2 * SOFTNESS_STATES * COMPARED,
    "state_reference": SOFTNESS_STATES,
    **STATE_TRAINING,
}
STATE_SAMPLES = {"state_samples": 2, **COMPARED_FEATURES}
SIMULATED_STATES = {"quench": 2 * COMPARED, "cage": 2, **STATE_FEATURES, **COMPARED_FEATURES}
ON_PROPENSITY = {"propensity_scores": 1, "figure_3_8_inherent_propensity": 1, "report": 1}
PROPENSITY = {**ON_PROPENSITY, **ON_STATES}
QUENCHED = {"inherent_propensity": 4, **PROPENSITY}
INHERENT_FEATURES = {"inherent_features": 2, **STATE_FEATURES, **PROPENSITY}

FIGURES = {
    "figure_1_1_displacement_map": 1,
    "figure_3_8_inherent_propensity": 1,
    "figure_5_1_states_of_structure": 1,
    "figure_5_2_state_barriers": 1,
    "figure_5_3_softness_clusters": 1,
    "table_5_1_states": 1,
    **OVER_TEMPERATURES,
    **LEARNED_FIGURES,
    **PREDICTED_FIGURES,
    **ON_SOFTNESS_IN_TIME,
    "figure_4_1_snapshot_shares": 1,
}

# By predictions of regressors.
PREDICTED_FITS = {"predicted_barriers": 1, **ON_PREDICTED_BARRIERS, "report": 1}
PREDICTED_COUNTS = {"binned_predictions": PREDICTED, **PREDICTED_FITS}
PREDICTED_VALUES = {"predicted_values": 2 * PREDICTED, **PREDICTED_COUNTS}
# What uses softness beside the regressors.
WITH_SOFTNESS = {"predict": COUNTED, **PREDICTED_VALUES, **PREDICTED_FIGURES}
REGRESSED = {"regress": REGRESSORS, "averaged_values": 2 * PREDICTED, **WITH_SOFTNESS}
COUNTED_RUNS = {
    "isoconfigurational": BLOCKS_OF_RUNS,
    "ensemble": SNAPSHOTS,
    **SHARES,
    **REGRESSED,
}

# By classifiers.
FITS = {"barriers": 2, **ON_BARRIERS, **ON_STATE_BARRIERS, "report": 1}
COUNTS = {"binned_counts": FITTED, **FITS}
VALUES = {
    "learned_values": RUNS,
    "distribution": TEMPERATURES,
    **COUNTS,
    **LEARNED_FIGURES,
    **SOFTNESS_IN_TIME,
    **CLUSTERS,
}
# Without what follows from softness itself.
FLUIDITIES = {"train_classifier": EXTREMES, "accuracy": LABELLED, **VALUES}
TRAINING = {**FLUIDITIES, **WITH_SOFTNESS, "train_classifier": CLASSIFIERS}
POPULATION = {
    "population_features": RUNS,
    "event_features": 2 * FITTED,
    "reference_features": 1,
    **TRAINING,
    "averaged_values": 2 * PREDICTED,
}
FEATURES = {
    "sample_features": 2 * LABELLED,
    **POPULATION,
    "snapshot_features": 2 * COUNTED,
    **REGRESSED,
}
ACTIVATED = {
    "activated_samples": 2,
    "sample_features": 4,
    # Softness itself, of radial and of all structure functions, and what follows from it.
    **TRAINING,
    "train_classifier": 2,
    **STATE_SAMPLES,
    # Where there are samples.
    "compared_features": 2 * SOFTNESS_STATES * 2,
}
EVENTS = {
    "rearrangements": 2 * FITTED,
    "event_features": 2 * FITTED,
    **ACTIVATED,
    **COMPARED_FEATURES,
    # Labels of runs that were counted, with the same threshold.
    "csd_threshold": 1,
    **SHARES,
    **REGRESSED,
}
HOP = {
    "hop_indicator": RUNS,
    "extreme_samples": EXTREMES,
    **EVENTS,
    **FEATURES,
    **COUNTED_RUNS,
}
# Features of snapshots take their particles from no p_hop.
del HOP["snapshot_features"]
DYNAMICS = {"van_hove": RUNS, **HOP}

# What depends on relaxation times: blocks of time.
BLOCKS = {
    "accuracy": LABELLED,
    "distribution": TEMPERATURES,
    **COUNTS,
    **LEARNED_FIGURES,
    **PREDICTED_COUNTS,
    **SOFTNESS_IN_TIME,
}
RELAXATION = {
    "relaxation": TEMPERATURES,
    "equilibration_evidence": 1,
    **AT_TRAINING,
    **OVER_TEMPERATURES,
    # Independent units of samples are no shorter than relaxation times.
    **TRAINING,
    **STATE_TRAINING,
    **BLOCKS,
    "report": 1,
}
SCATTERING = {"self_scattering": RUNS, **RELAXATION}
THERMAL = {
    "thermal": RUNS,
    "cycle": CYCLES,
    "control": CYCLES,
    "pair_distribution": RUNS,
    "snapshot_features": 2 * COUNTED,
    **SCATTERING,
    **DYNAMICS,
    **QUENCHED,
    **INHERENT_FEATURES,
    **SIMULATED_STATES,
}
EVERYTHING = {"equilibrate_seed": 2, "equilibrate": RUNS - 2, **THERMAL}
SIMULATIONS = {
    "equilibrate_seed",
    "equilibrate",
    "thermal",
    "isoconfigurational",
    "inherent_propensity",
    "cycle",
    "control",
    "quench",
    "cage",
    "published_state",
}


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
        "van_hove": 2,
        "figure_2_2_transfer_accuracy": 1,
        "hop_indicator": 2,
        "population_features": 2,
        "learned_values": 2,
        "clusters": 2,
        "figure_5_3_softness_clusters": 1,
        "distribution": 1,
        "figure_2_3_fluidity_distributions": 1,
        # Times over tau_alpha, of all temperatures.
        **ON_SOFTNESS_IN_TIME,
        "report": 1,
    }


def test_a_longer_run_of_a_fluidity_temperature_trains_its_classifiers(study):
    configure(study, lambda config: config["temperatures"][5].update(production=40))
    assert reruns(study) == {
        "thermal": 2,
        "pair_distribution": 2,
        "self_scattering": 2,
        "relaxation": 1,
        "equilibration_evidence": 1,
        **OVER_TEMPERATURES,
        "van_hove": 2,
        "hop_indicator": 2,
        "extreme_samples": 3,
        "population_features": 2,
        "sample_features": 2,
        **FLUIDITIES,
        "train_classifier": 3,
    }


def test_a_replica_that_is_added_runs_alone(study):
    configure(study, lambda config: config.update(replicas=3))
    each = dict.fromkeys(("thermal", "pair_distribution", "self_scattering"), TEMPERATURES)
    each |= dict.fromkeys(("van_hove", "hop_indicator", "population_features"), TEMPERATURES)
    assert reruns(study) == {
        **DYNAMICS,
        **RELAXATION,
        **each,
        "equilibrate_seed": 1,
        "equilibrate": TEMPERATURES - 1,
        "displacement_map": 3,
        "rearrangements": FITTED,
        "event_features": FITTED,
        # Samples are drawn anew from all replicas, and all models change.
        "sample_features": 3 * LABELLED,
        "learned_values": 3 * TEMPERATURES,
        "clusters": 3 * TEMPERATURES,
        # So are regressors; the runs of the other replicas' snapshots stay.
        "isoconfigurational": BLOCKS_OF_RUNS // 2,
        "ensemble": SNAPSHOTS // 2,
        "snapshot_features": COUNTED,
        "cycle": CYCLES // 2,
        "control": CYCLES // 2,
        "cycle_response": 3 * CYCLES // 2,
        "softness_decay": 3 * DECAYING,
        "predicted_values": 3 * PREDICTED,
        "averaged_values": 3 * PREDICTED,
        # And the models of propensity.
        **PROPENSITY,
        "inherent_propensity": 2,
        "inherent_features": 1,
        "quench": COMPARED,
        "cage": 1,
        "state_features": STATES,
        # Where there are samples, and of the new replica.
        "compared_features": SOFTNESS_STATES * (3 * 2 + COMPARED - 2),
        "state_values": 3 * SOFTNESS_STATES * COMPARED,
    }


def test_a_file_of_a_figure_that_was_deleted_is_drawn_again(study):
    (study / "results/smoke/figures/1.3.pdf").unlink()
    assert reruns(study) == {"figure_1_3_self_scattering": 1, "report": 1}


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
    configure(study, lambda config: config.setdefault("relaxation", {}).update(window))
    assert reruns(study) == RELAXATION


def test_the_hop_threshold_reruns_events_and_labels(study):
    configure(study, lambda config: config.setdefault("hop", {}).update(threshold=0.25))
    assert reruns(study) == EVENTS


def test_the_hop_window_reruns_p_hop_and_what_follows(study):
    configure(study, lambda config: config.setdefault("hop", {}).update(window=8))
    # Other frames have their structure compared.
    inherent = {"quench": 2 * COMPARED, "state_features": 2, **ON_STATES}
    assert reruns(study) == {**HOP, **inherent}


def test_the_label_of_regressors_reruns_them_and_no_simulation(study):
    configure(study, lambda config: config["regression"].update(label="instant"))
    assert reruns(study) == REGRESSED


def test_a_models_settings_rerun_that_model(study):
    configure(study, lambda config: config["regression"]["grids"]["ridge"].update(alpha=[1]))
    # Ridge itself, and with fewer runs; none of them on averaged features.
    expected = {**REGRESSED, "regress": 2}
    del expected["averaged_values"]
    assert reruns(study) == expected


def test_a_model_that_is_left_out_leaves_the_others_trained(study):
    configure(study, lambda config: config["regression"].update(models=["svr", "ridge", "mlp"]))
    assert reruns(study) == WITH_SOFTNESS


def test_numbers_of_features_rerun_the_elimination(study):
    configure(study, lambda config: config["regression"]["elimination"].update(numbers=[4, 16]))
    assert reruns(study) == {**WITH_SOFTNESS, "regress": 1}


def test_times_of_other_labels_rerun_what_is_trained_with_them(study):
    configure(study, lambda config: config["regression"].update(labels={"times": [8]}))
    assert reruns(study) == {**WITH_SOFTNESS, "regress": 1}


def test_an_order_of_features_reruns_what_sees_snapshots(study):
    configure(study, lambda config: config["regression"].update(orders=[1]))
    # Regressors on features of order 0 have new tables, with the same columns.
    assert reruns(study) == {"snapshot_features": 2 * COUNTED, **REGRESSED}


def test_the_window_of_the_csd_reruns_counted_runs(study):
    configure(study, lambda config: config.update(csd={"window": 9.0}))
    assert reruns(study) == {"csd_threshold": 1, **COUNTED_RUNS}


def test_the_time_within_which_an_event_counts_reruns_populations(study):
    configure(study, lambda config: config["barriers"].update(within=1.0))
    assert reruns(study) == {**POPULATION, **STATE_SAMPLES}


def test_more_runs_of_a_snapshot_add_blocks(study):
    configure(
        study,
        lambda config: config["isoconfigurational"]["ensembles"][1].update(runs=6),
    )
    assert reruns(study) == {
        # Two new ones; the others start, and find what they had: how many runs there are tells
        # which parts may be used.
        "isoconfigurational": 6,
        "ensemble": 2,
        **SHARES,
        "snapshot_shares": 1,
        "predict": 1,
        **PREDICTED_FIGURES,
        "report": 1,
    }


@pytest.mark.parametrize("change", [{"fraction": 0.1}, {"permutations": 5}])
def test_settings_of_clusters_rerun_them(study, change):
    configure(study, lambda config: config.update(clusters=change))
    assert reruns(study) == {**CLUSTERS, "report": 1}


def test_bins_of_softness_rerun_what_follows_them(study):
    configure(study, lambda config: config["memory"]["bins"].update(number=6))
    assert reruns(study) == {**SOFTNESS_IN_TIME, "report": 1}


def test_time_origins_rerun_the_decay(study):
    configure(study, lambda config: config["memory"].update(origins=8))
    assert reruns(study) == {
        "softness_decay": 2 * DECAYING,
        "figure_4_2_softness_decay": 1,
        "figure_4_3_normalised_decay": 1,
        "report": 1,
    }


RESPONSES = {"figure_4_4_thermal_cycle": 1, "figure_4_n_cycle_response": 1, "report": 1}


def test_a_pulse_that_is_added_runs_alone_beside_the_same_controls(study):
    configure(study, lambda config: config["cycle"]["pulses"].append({"high": 0.90, "hold": 2}))
    assert reruns(study) == {"cycle": CYCLES, "cycle_response": CYCLES, **RESPONSES}


def test_a_longer_pulse_asks_for_longer_controls(study):
    configure(study, lambda config: config["cycle"]["pulses"].append({"high": 0.80, "hold": 4}))
    assert reruns(study) == {
        "cycle": CYCLES,
        "control": CYCLES,
        "cycle_response": 2 * CYCLES,
        **RESPONSES,
    }


def test_more_runs_of_a_cycle_rerun_cycles_and_controls(study):
    configure(study, lambda config: config["cycle"].update(runs=3))
    expected = {"cycle": CYCLES, "control": CYCLES, "cycle_response": CYCLES, **RESPONSES}
    assert reruns(study) == expected


def test_another_matching_temperature_reruns_the_labels_by_the_csd(study):
    configure(study, lambda config: config["roles"].update(matching=0.90))
    assert reruns(study) == {"csd_threshold": 1, **WITH_SOFTNESS, "regress": 1}


@pytest.mark.parametrize("change", [{"times": [0.1, 1, 2]}, {"force_tolerance": 0.02}])
def test_times_and_tolerance_of_quenches_rerun_quenched_runs(study, change):
    configure(study, lambda config: config["inherent"].update(change))
    assert reruns(study) == QUENCHED


def test_the_training_time_of_propensity_reruns_its_models(study):
    configure(study, lambda config: config["inherent"].update(training_time=2))
    assert reruns(study) == PROPENSITY


def test_published_data_are_read_and_leave_our_own_runs(study):
    files = [f"published{number}.npz" for number in range(3)]
    for name in files:
        (study / name).touch()
    published = [{"time": 1, "files": files}]
    configure(study, lambda config: config["inherent"].update(published=published))
    assert reruns(study) == {
        "published_propensity": 3,
        **ON_PROPENSITY,
        # Thermal and inherent.
        "published_state": 3,
        "published_features": 2 * 3,
        "state_scores_published": 1,
        "figure_5_1_states_of_structure": 1,
    }


def test_the_tolerance_of_single_quenches_reruns_the_inherent_states(study):
    configure(study, lambda config: config["quench"].update(force_tolerance=0.02))
    inherent = dict.fromkeys(("state_classifier", "state_reference"), 1)
    inherent |= {"compared_features": 2 * COMPARED, "state_values": 2 * COMPARED}
    assert reruns(study) == {
        "quench": 2 * COMPARED,
        "state_features": 2,
        **ON_STATES,
        **STATE_COUNTS,
        **inherent,
        "state_accuracy": 2,
    }


def test_orders_of_states_rerun_their_features(study):
    configure(study, lambda config: config["states"].update({"orders": [0, 2, 3]}))
    assert reruns(study) == STATE_FEATURES


@pytest.mark.parametrize("change", [{"centred": True}, {"grid": {"alpha": [10]}}])
def test_settings_of_the_models_of_states_rerun_their_scores(study, change):
    configure(study, lambda config: config["states"].update(change))
    assert reruns(study) == ON_STATES


def test_a_state_that_is_left_out_leaves_the_features_of_the_others(study):
    configure(study, lambda config: config["states"].update({"scored": ["thermal", "inherent"]}))
    assert reruns(study) == ON_STATES


def test_the_quiet_threshold_reruns_the_labels_of_activated_dynamics(study):
    configure(study, lambda config: config["samples"]["quiet"].update(threshold=0.1))
    assert reruns(study) == ACTIVATED


def test_the_tail_reruns_the_labels_of_extremes(study):
    configure(study, lambda config: config["samples"].update(tail=0.03))
    assert reruns(study) == {
        "extreme_samples": EXTREMES,
        "sample_features": 2 * FLUIDITY,
        **FLUIDITIES,
    }


def test_the_number_of_bins_reruns_counts_and_fits(study):
    configure(study, lambda config: config["barriers"]["bins"].update(number=6))
    assert reruns(study) == {**COUNTS, **PREDICTED_COUNTS, **STATE_COUNTS}


def test_the_least_population_reruns_fits(study):
    configure(study, lambda config: config["barriers"].update(least_population=20))
    assert reruns(study) == {**FITS, **PREDICTED_FITS, **STATE_FITS}


def test_the_penalty_reruns_training(study):
    configure(study, lambda config: config["classifier"].update(penalty=0.1))
    assert reruns(study) == {**TRAINING, **STATE_TRAINING}


def test_random_directions_rerun_values(study):
    configure(study, lambda config: config["classifier"].update(random_directions=5))
    # Controls of thermal structure alone.
    thermal = {"state_values": 2 * COMPARED, "state_accuracy": 2, **STATE_COUNTS}
    assert reruns(study) == {"accuracy": LABELLED, **VALUES, **WITH_SOFTNESS, **thermal}


def test_the_radii_of_features_rerun_features(study):
    configure(study, lambda config: config["features"]["radial"].update(last=2.4))
    assert reruns(study) == {**FEATURES, **INHERENT_FEATURES, **COMPARED_FEATURES}


def test_the_stride_of_the_population_reruns_its_features(study):
    configure(study, lambda config: config["barriers"].update(stride=6))
    assert reruns(study) == POPULATION


def test_blocks_of_time_rerun_what_resamples_them(study):
    configure(study, lambda config: config["uncertainty"].update(block_length=3))
    assert reruns(study) == {**RELAXATION, **FIGURES}


def test_another_training_temperature_reruns_what_is_measured_there(study):
    configure(study, lambda config: config["roles"].update(training=0.80))
    assert reruns(study) == {
        **AT_TRAINING,
        "activated_samples": 1,
        "sample_features": 2,
        **TRAINING,
        "train_classifier": 2,
        "state_samples": 1,
        # At both temperatures of training.
        "compared_features": 2 * SOFTNESS_STATES * 2,
        **STATE_TRAINING,
    }


def test_another_transfer_temperature_reruns_the_test_and_z_scores(study):
    configure(study, lambda config: config["roles"].update(transfer_test=0.80))
    assert reruns(study) == {
        "activated_samples": 1,
        "sample_features": 2,
        # Planes of all replicas are aligned there.
        "reference_features": 1,
        "accuracy": LABELLED,
        **VALUES,
        "state_samples": 1,
        "compared_features": 2 * SOFTNESS_STATES * 2,
        "state_reference": SOFTNESS_STATES,
        **STATE_VALUES,
    }


def test_a_fluidity_temperature_that_is_left_out_leaves_the_others_trained(study):
    configure(study, lambda config: config["roles"].update(fluidity=[1.0]))
    expected = {**FLUIDITIES, "accuracy": LABELLED - 1}
    del expected["train_classifier"]
    assert reruns(study) == expected


def test_the_sensitivity_temperature_reruns_the_wide_fit(study):
    configure(study, lambda config: config["roles"]["barrier_fit"].update(sensitivity=0.96))
    assert reruns(study) == {
        # T = 1 is no longer fitted, so that its events are not wanted.
        "learned_values": 2,
        "clusters": 2,
        "figure_5_3_softness_clusters": 1,
        "distribution": 1,
        "figure_2_3_fluidity_distributions": 1,
        "barriers": 1,
        "figure_2_5_barrier_collapse": 1,
        "report": 1,
    }


def test_the_lag_of_displacements_reruns_their_map(study):
    configure(study, lambda config: config.update(displacement_map={"lag": 0.5}))
    assert reruns(study) == {**AT_TRAINING, "report": 1}


def test_a_figures_source_reruns_the_figure(study):
    edit(study, "src/softness/figures/figure_1_4_relaxation_time.py", "2.8", "2.9")
    assert reruns(study) == {"figure_1_4_relaxation_time": 1, "report": 1}


def test_the_binning_code_reruns_counts(study):
    edit(study, "src/softness/barriers/bins.py", "stride * int(", "int(stride) * int(")
    assert not set(reruns(study)) & {"learned_values", "train_classifier", "thermal"}
    assert set(reruns(study)) >= set(COUNTS)


def test_the_style_reruns_all_figures(study):
    edit(study, "src/softness/figures/style.py", '"font.size": 8', '"font.size": 9')
    assert reruns(study) == {**FIGURES, "report": 1}


def test_a_caption_reruns_the_report(study):
    edit(study, "workflow/captions/figure_1_4_relaxation_time.rst", "Relaxation", "Alpha")
    assert reruns(study) == {"report": 1}


def test_the_page_of_the_report_reruns_the_report(study):
    edit(study, "src/softness/report/page.html.j2", ">Claims</h2>", ">All claims</h2>")
    assert reruns(study) == {"report": 1}


def test_the_spelling_of_a_number_reruns_nothing(study):
    configure(study, lambda config: config["temperatures"][0].update(production=60.0))
    assert reruns(study) == {}


def test_an_analysis_module_reruns_what_imports_it(study):
    edit(study, "src/softness/dynamics/relaxation.py", "axis=0", "axis=-0")
    assert reruns(study) == RELAXATION


def test_the_pair_module_reruns_pairs_and_the_neighbourhood(study):
    edit(study, "src/softness/dynamics/pairs.py", "wrapped = ", "wrapped  = ")
    assert reruns(study) == {
        "pair_distribution": RUNS,
        "figure_1_2_pair_distribution": 1,
        "neighbourhood": 1,
        "snapshot_features": 2 * COUNTED,
        **REGRESSED,
        **STATE_FEATURES,
    }


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
def test_a_comment_in_a_simulation_reruns_no_simulation(study, name):
    path = study / "src" / "softness" / name
    first_line = path.read_text().splitlines()[0]
    # Before the docstring, which may go on after the first line.
    edit(study, f"src/softness/{name}", first_line, "# A comment.\n" + first_line)
    assert not set(reruns(study)) & SIMULATIONS
    if name.startswith(("engines", "simulate")) or name == "stages/thermal.py":
        assert reruns(study) == {}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("errors.py", '"stopped: "', '"has stopped: "'),
        ("simulate/chain.py", "restore it, or move", "restore it; or move"),
        ("simulate/deadline.py", "the time limit is nearly reached", "the limit is nearly reached"),
        ("simulate/progress.py", "left", "to go"),
        ("stages/command.py", "run the same command again", "type the same command again"),
        ("files/hdf5.py", "no such file", "there is no such file"),
    ],
)
def test_another_message_reruns_no_simulation(study, name, old, new):
    edit(study, f"src/softness/{name}", old, new)
    assert not set(reruns(study)) & SIMULATIONS


def refused(study):
    """What a dry run says that is refused."""
    done = command(study, "snakemake", "-n", "--configfile", SMOKE, "--cores", "2", "all")
    assert done.returncode != 0
    return done.stdout + done.stderr


def test_changed_physics_of_the_engine_is_refused_until_versions_are_raised(study):
    edit(study, "src/softness/engines/lammps.py", "NEIGHBOUR_SKIN = 0.3", "NEIGHBOUR_SKIN = 0.4")
    said = refused(study)
    assert "softness/engines/lammps.py" in said
    assert "physics confirm" in said
    assert "physics raise" in said
    for verb in ("check", "run"):
        done = command(study, "softness", verb, SMOKE)
        assert done.returncode == 1
        assert "softness/engines/lammps.py" in done.stderr
    assert command(study, "softness", "physics", "raise").returncode == 0
    assert reruns(study) == EVERYTHING


def test_the_other_engines_code_reruns_nothing(study):
    edit(study, "src/softness/engines/hoomd.py", "NEIGHBOUR_BUFFER = 0.3", "NEIGHBOUR_BUFFER = 0.4")
    assert reruns(study) == {}


def test_another_version_of_a_protocol_reruns_that_kind_and_what_follows(study):
    edit(study, "src/softness/simulate/thermal.py", "% self.frame_interval == 0", "% 7 == 0")
    assert "softness/simulate/thermal.py" in refused(study)
    done = command(study, "softness", "physics", "raise", "thermal")
    assert done.returncode == 0, done.stderr
    assert reruns(study) == THERMAL


def test_a_checkout_that_touches_every_file_reruns_nothing(study):
    later = time.time() + 10
    for path in [*study.glob("src/**/*.py"), *study.glob("workflow/**/*"), study / "Snakefile"]:
        os.utime(path, (later, later))
    assert reruns(study) == {}


def test_a_study_that_was_moved_reruns_nothing(study):
    moved = study.rename(study.with_name("elsewhere"))
    assert reruns(moved) == {}
