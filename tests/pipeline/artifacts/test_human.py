"""Human level is a value, and says what a model beside it may claim."""

import json

import pytest

from pipeline.artifacts.audit import Figure, Group
from pipeline.artifacts.human import ONE_ANOTHER, TRUTH, HumanLevel


def level(against, value, *, commonest=None, defined=True):
    """People's figure, with an interval of ±0.03."""
    figures = [
        None if each is None else Figure(metric="accuracy", value=each, n=200, defined=defined, low=each - 0.03,
                                         high=each + 0.03, method="bootstrap")
        for each in (value, commonest)
    ]
    groups = (Group(slice="line", label="a", rows=200, share=1.0, figures=(figures[0],)),)
    return HumanLevel(against=against, labellers=9, figure=figures[0], commonest=figures[1], groups=groups)


def test_a_level_survives_json():
    """With its groups, and with and without the commonest form."""
    for one in (level(TRUTH, 0.9), level(ONE_ANOTHER, 0.58, commonest=0.7)):
        assert HumanLevel.from_json(json.loads(json.dumps(one.to_json()))) == one
    assert level(TRUTH, 0.9).at("line", "a").value == 0.9 and level(TRUTH, 0.9).at("line", "b") is None


@pytest.mark.parametrize(
    ("human", "model", "said"),
    [
        (level(TRUTH, 0.9), 0.9, "The model is not above human level (90.0% against 90.0% of n = 200)."),
        (level(TRUTH, 0.9), 0.92, "is above human level (92.0% against 90.0% of n = 200), within its interval."),
        (level(TRUTH, 0.9), 0.95, "is above human level (95.0% against 90.0% of n = 200)."),
        (level(ONE_ANOTHER, 0.58, commonest=0.7), 0.7, "no evidence of superiority: always writing the commonest form"),
        (level(ONE_ANOTHER, 0.58), 0.7, "no evidence of superiority: people disagree about the labels themselves"),
        (level(ONE_ANOTHER, 0.58, commonest=0.7), 0.9, "More than habit explains"),
        (level(TRUTH, 0.0, defined=False), 0.9, "No human level is known"),
    ],
)
def test_what_a_model_beside_it_may_claim(human, model, said):
    """Agreeing with people more than they with one another is no evidence of being better."""
    assert said in human.sentence(model)
