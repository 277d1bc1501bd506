"""An agreement is a value: it survives JSON, and gives its figures by name."""

import json

import pytest

from pipeline.artifacts.agreement import Agreement, Doubt, LabelClass, Labeller, Pair, Round
from pipeline.artifacts.audit import Figure
from pipeline.artifacts.human import ONE_ANOTHER, HumanLevel

ALPHA = Figure(metric="krippendorff_alpha", value=0.7, n=9, low=0.5, high=0.9, method="bootstrap")
KAPPA = Figure(metric="fleiss_kappa", value=0.0, n=9, defined=False)
AGREEMENT = Agreement(
    n_items=9, labels=18, unclear=0, missing=0, several=9, level="nominal", figures=(KAPPA, ALPHA),
    classes=(LabelClass(name=1, labels=10, items=6, specific=ALPHA, alpha=ALPHA),),
    n_labellers=2, labellers=(Labeller(name="ann", labels=9, unclear=0, figure=ALPHA),),
    n_pairs=1, pairs=(Pair(labellers=("ann", "bob"), n=9, raw=ALPHA, kappa=KAPPA),),
    n_doubts=1, doubts=(Doubt(item="a\nb", votes=((1, 1), (0, 1)), unclear=0, agreement=0.0),),
    human=HumanLevel(against=ONE_ANOTHER, labellers=2, figure=ALPHA), rounds=(Round(name=1, alpha=ALPHA),),
    says=("Discuss.",),
)


def test_an_agreement_survives_json():
    """Tuples, figures and text with newlines come back equal."""
    assert Agreement.from_json(json.loads(json.dumps(AGREEMENT.to_json()))) == AGREEMENT


def test_a_figure_is_found_by_name():
    """One that was not measured is an error."""
    assert AGREEMENT.figure("krippendorff_alpha") is ALPHA
    with pytest.raises(StopIteration):
        AGREEMENT.figure("cohen_kappa")
