"""The questions of the dissertation, and answers that follow from verdicts alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from softness.verdicts import (
    INCONCLUSIVE,
    NOT_REPRODUCED,
    NOT_TESTED,
    REPRODUCED,
    VERDICTS,
    Claim,
)

# The claim of the first of these verdicts is shown: what speaks against a statement before all.
DECISIVE = (NOT_REPRODUCED, REPRODUCED, INCONCLUSIVE, NOT_TESTED)


@dataclass(frozen=True)
class Question:
    """A question that is answered with yes where statements about it are reproduced.

    Attributes
    ----------
    text
        The question.
    figure
        That shows the answer.
    statements
        Figure and beginning of the quantity's name, of the claims that decide; the most important
        one first.
    """

    text: str
    figure: str
    statements: tuple[tuple[str, str], ...]

    def claims(self, claims: Iterable[Claim]) -> list[Claim]:
        """The claims that decide it, in the order of its statements."""
        found = list(claims)
        return [
            claim
            for figure, name in self.statements
            for claim in found
            if claim.figure == figure and claim.name.startswith(name)
        ]


@dataclass(frozen=True)
class Answer:
    """What the claims say to a question.

    Attributes
    ----------
    question
        The question.
    word
        In a word or a few.
    counts
        Of its claims by verdict, as text.
    claim
        The first one of the verdict that decides.
    """

    question: Question
    word: str
    counts: str
    claim: Claim


QUESTIONS = (
    Question(
        "Does the liquid slow down on cooling by far more than its structure changes?",
        "1.4",
        (
            ("1.4", "curvature of ln tau_alpha"),
            ("1.2", "growth of tau_alpha"),
            ("1.2", "shift of the first AA peak"),
            ("1.3", "slope of F_s on the plateau"),
        ),
    ),
    Question(
        "Does softness, learned from local structure, set an energy barrier that is linear in it, "
        "up to an onset temperature?",
        "1.6",
        (
            ("1.6", "slope of Delta E with softness"),
            ("1.6", "quadratic over linear term"),
            ("1.6", "relative change of the barrier"),
            ("1.6", "onset temperature T0"),
        ),
    ),
    Question(
        "Do classifiers that were trained on diffusive motion in the hot liquid tell which "
        "particles rearrange in the supercooled liquid?",
        "2.2",
        (
            ("2.2", "accuracy of every fluidity minus"),
            ("2.1", "accuracy of fluidity at the trained bias"),
        ),
    ),
    Question(
        "Do they give the energy barriers that softness gives?",
        "2.5",
        (
            ("2.5", "slope of Delta E by F^"),
            ("2.5", "slope of Sigma by F^"),
            ("2.4", "T0 of F^"),
        ),
    ),
    Question(
        "Do regressions of the probability of rearranging learn the barriers that classification "
        "learns, linear or not?",
        "3.3",
        (
            ("3.3", "Pearson correlation of Delta E"),
            ("3.3", "Pearson correlation of Sigma"),
            ("3.3", "slope of Delta E by MLP over that by SVR"),
        ),
    ),
    Question(
        "Does structure, by whatever model, explain less than half of the differences between "
        "particles?",
        "3.4",
        (("3.4", "explained variance"),),
    ),
    Question(
        "Do few features of the particle's own surroundings carry the barriers?",
        "3.5",
        (
            ("3.5", "slope of Delta E by 4 features"),
            ("3.5", "slope of Delta E by 8 features"),
            ("3.6", "slope of Delta E by radial features alone"),
            ("3.6", "Pearson correlation of Delta E"),
        ),
    ),
    Question(
        "Are barriers the same whatever indicator, time or cut-off tells a rearrangement?",
        "3.7",
        (("3.7", "slope of Delta E by labels"), ("3.7", "slope of Sigma by labels")),
    ),
    Question(
        "Does a model that saw thermal configurations alone lose little in predicting the "
        "propensity of inherent states?",
        "3.8",
        (("3.8", "slope of this difference"), ("3.8", "Pearson by the thermal-trained model")),
    ),
    Question(
        "Does the softness of groups of particles return to the mean in two steps, as the liquid "
        "relaxes?",
        "4.3",
        (
            ("4.3", "time of half the first drop"),
            ("4.2", "fraction of the start"),
            ("4.2", "time to 5 %"),
            ("4.3", "distance from a straight line"),
        ),
    ),
    Question(
        "Do all groups respond to a cycle of temperature, and return when it ends?",
        "4.4",
        (("4.4", "response"),),
    ),
    Question(
        "Is this response a memory, beyond what a liquid without any would show (our question)?",
        "4.N",
        (("4.N", ""),),
    ),
    Question(
        "Does the inherent state of a configuration tell more than the configuration itself (our "
        "question)?",
        "5.2",
        (
            ("5.2", "slope of Delta E by inherent structure"),
            ("T5.1", "accuracy by inherent structure"),
            ("5.1", "Pearson by inherent states minus that by the thermal ones"),
        ),
    ),
    Question(
        "Do particles of equal softness cluster (our question)?",
        "5.3",
        (("5.3", "mean cluster size"),),
    ),
)


def answers(claims: Sequence[Claim]) -> list[Answer]:
    """An answer to each question on which there are claims."""
    found = ((question, question.claims(claims)) for question in QUESTIONS)
    return [answer(question, own) for question, own in found if own]


def answer(question: Question, claims: Sequence[Claim]) -> Answer:
    """What the claims that decide a question say to it."""
    number = Counter(claim.verdict for claim in claims)
    right, wrong = number[REPRODUCED], number[NOT_REPRODUCED]
    decisive = next(verdict for verdict in DECISIVE if number[verdict])
    counts = ", ".join(f"{number[each]} {each}" for each in VERDICTS if number[each])
    return Answer(
        question=question,
        word=_word(right, wrong, len(claims) - right - wrong),
        counts=f"of {len(claims)} claims {counts}"
        if len(claims) > 1
        else f"its claim is {counts[2:]}",
        claim=next(claim for claim in claims if claim.verdict == decisive),
    )


def _word(right: int, wrong: int, undecided: int) -> str:
    """An answer from numbers of claims: reproduced, not reproduced, and undecided or not tested."""
    if not right + wrong:
        return "This study cannot tell"
    if right and wrong:
        word, says = "In part", "speaks for it and against it"
    else:
        word, says = ("Yes", "speaks for it") if right else ("No", "speaks against it")
    if undecided > right + wrong:
        return f"Mostly undecided; what is decided {says}"
    return f"{word}, as far as this study decides" if undecided else word
