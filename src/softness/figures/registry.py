"""The figures of the study: one entry makes one rule, one module, a PNG, a PDF and a CSV.

Light to import: the workflow reads it while it plans, without a plotting package.
"""

import importlib
from dataclasses import dataclass
from types import ModuleType

from softness.errors import InputError


@dataclass(frozen=True)
class FigureEntry:
    """A figure of the dissertation, or of ours (Chapter 5).

    Attributes
    ----------
    number
        As in the dissertation.
    name
        Of its module in `softness.figures` and of its caption.
    title
        One line for the report.
    chapter
        Under which it stands in the report.
    tables
        Kinds of tables that it is drawn from (`softness.findings.data.KINDS`).
    formats
        Kinds of files that it is written as; a table is written as HTML and LaTeX as well.
    """

    number: str
    name: str
    title: str
    chapter: str
    tables: tuple[str, ...]
    formats: tuple[str, ...] = ("png", "pdf", "csv")

    @property
    def module_names(self) -> list[str]:
        """Dotted names of its modules: of what it says, and of what it looks like."""
        return [f"softness.{package}.{self.name}" for package in ("findings", "figures")]

    def findings_module(self) -> ModuleType:
        """What it says: ``compute(data)``, ``claims(findings)`` and ``table(findings)``."""
        return importlib.import_module(self.module_names[0])

    def module(self) -> ModuleType:
        """What it looks like: ``plot(findings)``; of a table, ``html`` and ``latex``."""
        return importlib.import_module(self.module_names[1])


PREDICTED = ("softness_all", "regression", "predictions")
PREDICTED_BARRIERS = (*PREDICTED, "predicted_barriers")
BY_STATE = (
    "barriers",
    "training",
    "transfer",
    "state_barriers",
    "state_training",
    "state_transfer",
)

FIGURES = (
    FigureEntry(
        number="1.1",
        name="figure_1_1_displacement_map",
        title="Displacements in a slab of the supercooled liquid",
        chapter="Chapter 1",
        tables=("displacement_map",),
    ),
    FigureEntry(
        number="1.2",
        name="figure_1_2_pair_distribution",
        title="Radial distribution functions from the fluid to the supercooled liquid",
        chapter="Chapter 1",
        tables=("pair_distribution", "relaxation"),
    ),
    FigureEntry(
        number="1.3",
        name="figure_1_3_self_scattering",
        title="Two-step relaxation of the self-intermediate scattering function",
        chapter="Chapter 1",
        tables=("relaxation",),
    ),
    FigureEntry(
        number="1.4",
        name="figure_1_4_relaxation_time",
        title="Super-Arrhenius growth of the relaxation time",
        chapter="Chapter 1",
        tables=("relaxation",),
    ),
    FigureEntry(
        number="1.6",
        name="figure_1_6_softness_barriers",
        title="Probability of rearrangement by softness, and where its lines meet",
        chapter="Chapter 1",
        tables=("softness", "barriers"),
    ),
    FigureEntry(
        number="2.1",
        name="figure_2_1_training_accuracy",
        title="Accuracy of fluidity where it was trained, against bias",
        chapter="Chapter 2",
        tables=("softness", "fluidity", "training", "extremes"),
    ),
    FigureEntry(
        number="2.2",
        name="figure_2_2_transfer_accuracy",
        title="Accuracy of fluidity on activated dynamics, and the van Hove function",
        chapter="Chapter 2",
        tables=("softness", "fluidity", "transfer", "van_hove", "rearrangements", "relaxation"),
    ),
    FigureEntry(
        number="2.C",
        name="figure_2_c_one_tail_controls",
        title="Both tails are needed: classifiers of one tail against random moments",
        chapter="Chapter 2",
        tables=("fluidity", "transfer", "extremes"),
    ),
    FigureEntry(
        number="2.3",
        name="figure_2_3_fluidity_distributions",
        title="Distributions of fluidity from cold to hot",
        chapter="Chapter 2",
        tables=("fluidity", "distribution"),
    ),
    FigureEntry(
        number="2.4",
        name="figure_2_4_conditional_probability",
        title="Probability of rearrangement by fluidity and by softness",
        chapter="Chapter 2",
        tables=("softness", "fluidity", "barriers"),
    ),
    FigureEntry(
        number="2.5",
        name="figure_2_5_barrier_collapse",
        title="Barriers and entropies of all classifiers, and of random directions",
        chapter="Chapter 2",
        tables=("softness", "fluidity", "barriers", "wide_barriers"),
    ),
    FigureEntry(
        number="T2.1",
        name="table_2_1_hyperplanes",
        title="Biases, spreads and directions of the hyperplanes",
        chapter="Chapter 2",
        tables=("softness", "fluidity", "transfer"),
        formats=("png", "pdf", "csv", "html", "tex"),
    ),
    FigureEntry(
        number="3.1",
        name="figure_3_1_predicted_distributions",
        title="Distributions of predicted ln p_r, and softness beside them",
        chapter="Chapter 3",
        tables=PREDICTED,
    ),
    FigureEntry(
        number="3.2",
        name="figure_3_2_predicted_probability",
        title="Probability of rearrangement by predicted ln p_r",
        chapter="Chapter 3",
        tables=PREDICTED_BARRIERS,
    ),
    FigureEntry(
        number="3.3",
        name="figure_3_3_predicted_barriers",
        title="Barriers and entropies by softness and by all regressors",
        chapter="Chapter 3",
        tables=PREDICTED_BARRIERS,
    ),
    FigureEntry(
        number="T3.1",
        name="table_3_1_models",
        title="Directions, means and spreads of the regressors",
        chapter="Chapter 3",
        tables=PREDICTED,
        formats=("png", "pdf", "csv", "html", "tex"),
    ),
    FigureEntry(
        number="3.4",
        name="figure_3_4_explained_variance",
        title="Variance of the true logit p_r that the models explain",
        chapter="Chapter 3",
        tables=PREDICTED,
    ),
    FigureEntry(
        number="3.5",
        name="figure_3_5_feature_elimination",
        title="Barriers and predicted variance by number of features",
        chapter="Chapter 3",
        tables=PREDICTED_BARRIERS,
    ),
    FigureEntry(
        number="3.6",
        name="figure_3_6_higher_orders",
        title="Features of higher order, and radial ones alone: barriers and explained variance",
        chapter="Chapter 3",
        tables=PREDICTED_BARRIERS,
    ),
    FigureEntry(
        number="3.7",
        name="figure_3_7_labels",
        title="Barriers by labels of p_hop, of the CSD, and of other times and cut-offs",
        chapter="Chapter 3",
        tables=(*PREDICTED_BARRIERS, "csd_threshold"),
    ),
    FigureEntry(
        number="3.8",
        name="figure_3_8_inherent_propensity",
        title="Inherent-state propensity, predicted by models of it and of thermal propensity",
        chapter="Chapter 3",
        tables=("propensity_scores",),
    ),
    FigureEntry(
        number="3.M",
        name="figure_3_m_convergence",
        title="Whether there are enough runs, and whether they are long enough",
        chapter="Chapter 3",
        tables=(*PREDICTED_BARRIERS, "shares"),
    ),
    FigureEntry(
        number="4.1",
        name="figure_4_1_snapshot_shares",
        title="Mean probability of rearranging after different snapshots",
        chapter="Chapter 4",
        tables=("shares",),
    ),
    FigureEntry(
        number="4.2",
        name="figure_4_2_softness_decay",
        title="Softness of groups of particles returns to the mean",
        chapter="Chapter 4",
        tables=("softness_decay", "relaxation"),
    ),
    FigureEntry(
        number="4.3",
        name="figure_4_3_normalised_decay",
        title="Share of softness that is left, beside F_s",
        chapter="Chapter 4",
        tables=("softness_decay", "relaxation"),
    ),
    FigureEntry(
        number="4.4",
        name="figure_4_4_thermal_cycle",
        title="Softness of bins through a thermal cycle and its control",
        chapter="Chapter 4",
        tables=("cycle_response", "relaxation"),
    ),
    FigureEntry(
        number="4.N",
        name="figure_4_n_cycle_response",
        title="Response to a thermal cycle beside what needs no memory",
        chapter="Chapter 4",
        tables=("cycle_response", "relaxation"),
    ),
    FigureEntry(
        number="5.1",
        name="figure_5_1_states_of_structure",
        title="Propensity predicted from the snapshot, its inherent state and its cages",
        chapter="Chapter 5",
        tables=("state_scores",),
    ),
    FigureEntry(
        number="5.2",
        name="figure_5_2_state_barriers",
        title="Barriers by softness of thermal and of inherent structure",
        chapter="Chapter 5",
        tables=BY_STATE,
    ),
    FigureEntry(
        number="T5.1",
        name="table_5_1_states",
        title="Accuracies, slopes and onsets by state of structure",
        chapter="Chapter 5",
        tables=BY_STATE,
        formats=("png", "pdf", "csv", "html", "tex"),
    ),
    FigureEntry(
        number="5.3",
        name="figure_5_3_softness_clusters",
        title="Clusters of soft and of hard particles, beside random ones",
        chapter="Chapter 5",
        tables=("clusters", "relaxation"),
    ),
    FigureEntry(
        number="A.1",
        name="figure_a_1_mean_predictions",
        title="Mean output of each model against temperature",
        chapter="Appendix A",
        tables=PREDICTED,
    ),
    FigureEntry(
        number="A.2",
        name="figure_a_2_networks",
        title="Barriers by networks with more or fewer examples a parameter",
        chapter="Appendix A",
        tables=PREDICTED_BARRIERS,
    ),
)


def find(number: str) -> FigureEntry:
    """The entry of a figure by its number.

    Raises
    ------
    InputError
        If there is no such figure.
    """
    for entry in FIGURES:
        if entry.number == number:
            return entry
    known = ", ".join(entry.number for entry in FIGURES)
    raise InputError(f"figure {number!r} is not in the registry: choose one of {known}")
