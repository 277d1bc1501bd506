"""The standard definitions of fairness between groups: what each asks, when it is the right one, when it misleads.

They are those of fairlearn's metrics, by the names of Barocas, Hardt and Narayanan, *Fairness and Machine
Learning*, chapter 3; bounded group loss is that of Agarwal, Dudík and Wu (2019).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION

BASE_RATE, CALIBRATION_GAP, MEAN_ERROR = "base_rate", "calibration_gap", "mean_error"
DEMOGRAPHIC_PARITY, EQUALISED_ODDS, EQUAL_OPPORTUNITY = "demographic parity", "equalised odds", "equal opportunity"
PREDICTIVE_PARITY, CALIBRATION = "predictive parity", "calibration within groups"
BOUNDED_GROUP_LOSS, EQUAL_MEAN_ERROR = "bounded group loss", "equal mean error"
UNSIGNED = (CALIBRATION_GAP, MEAN_ERROR)  # may be below 0, so a ratio of two of them means nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One definition: the `metrics` that are to be equal in all groups, and its use in a product owner's words."""

    name: str
    metrics: tuple[str, ...]
    asks: str
    right_when: str
    misleads_when: str
    problem: str = CLASSIFICATION


DEFINITIONS = {
    each.name: each
    for each in (
        Definition(
            name=DEMOGRAPHIC_PARITY,
            metrics=("selection_rate",),
            asks="Does every group get the favourable answer equally often, whatever is true of its people?",
            right_when="the recorded outcomes are themselves doubtful, or everyone has an equal claim, as to seeing an "
            "advertisement",
            misleads_when="groups really differ in the outcome: it is then met only by treating equal cases unequally, "
            "and choosing at random in one group meets it",
        ),
        Definition(
            name=EQUALISED_ODDS,
            metrics=("recall", "false_positive_rate"),
            asks="Among those for whom the favourable answer is true, and among those for whom it is not, does "
            "every group get it equally often?",
            right_when="the recorded truth can be trusted, and both kinds of error do harm",
            misleads_when="the recorded truth is itself biased: a model that repeats old decisions passes",
        ),
        Definition(
            name=EQUAL_OPPORTUNITY,
            metrics=("recall",),
            asks="Among those for whom the favourable answer is true, does every group get it equally often?",
            right_when="the harm is in being wrongly refused, as with loans, jobs and care",
            misleads_when="the favourable answer given in error does harm too, or the recorded truth is biased",
        ),
        Definition(
            name=PREDICTIVE_PARITY,
            metrics=("precision",),
            asks="Among those given the favourable answer, is it right equally often in every group?",
            right_when="somebody acts on the answer, and it should be worth the same for everyone",
            misleads_when="one group is held to a higher bar: its few favourable answers are then right more often; "
            "and it does not see those who were refused",
        ),
        Definition(
            name=CALIBRATION,
            metrics=(CALIBRATION_GAP,),
            asks="Does a probability of 70 % come true 70 times in 100 in every group?",
            right_when="people read the probability itself, or set thresholds on it",
            misleads_when="read alone: a model that tells nobody apart within a group is calibrated. "
            "The gap is over all rows; the bands show where it lies",
        ),
        Definition(
            name=BOUNDED_GROUP_LOSS,
            metrics=("mae",),
            asks="Is the mean error of the group that fares worst small enough?",
            right_when="the answer is an amount, and no group should be served badly",
            misleads_when="amounts differ in size: an error of 10 is little of 1,000 and much of 20",
            problem=REGRESSION,
        ),
        Definition(
            name=EQUAL_MEAN_ERROR,
            metrics=(MEAN_ERROR,),
            asks="Are the answers too high or too low on average, in one group more than in another?",
            right_when="an estimate decides what people pay or get",
            misleads_when="read alone: large errors up and down cancel out",
            problem=REGRESSION,
        ),
    )
}
FOUR_FIFTHS = (
    "Each group’s selection rate is compared with that of the group selected most. Below four fifths of it, "
    "US agencies regard the difference as evidence of adverse impact (Uniform Guidelines on Employee "
    "Selection Procedures, 29 CFR 1607.4 D). It is a rule of thumb for decisions about people: smaller differences can "
    "be unlawful too, and other countries have other rules."
)


def metrics_compared(problem: str, *, probabilities: bool) -> tuple[str, ...]:
    """Name the metrics that every group is measured by, each once, in the order of the definitions."""
    found = [metric for each in asked_of(problem, probabilities=probabilities) for metric in each.metrics]
    return tuple(dict.fromkeys(found))


def asked_of(problem: str, *, probabilities: bool) -> tuple[Definition, ...]:
    """Give the definitions that a problem of this kind can be held against; calibration needs probabilities."""
    return tuple(
        each for each in DEFINITIONS.values() if each.problem == problem and (probabilities or each.name != CALIBRATION)
    )
