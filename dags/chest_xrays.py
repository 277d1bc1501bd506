"""What is on a chest X-ray: five findings, one of them rare, none of whose patients is in two parts of the data.

The images' measurements are made up, so that anybody can run this. A hernia is on one image in a hundred:
an average would hide that it is missed, so it has a gate of its own.
"""

from made_xrays import MEASURED, xrays

from pipeline import (
    AuditPolicy, Candidate, Charter, ErrorAnalysis, Ethics, Expectation, Fairness, Gate, Harm, LearningCurve, Level,
    Milestone, Progress, ReleasePlan, Slice, SliceSearch, Source, Table, Tag, Transform,
)
from pipeline.airflow import audit, dag, deploy, fit, ingest, sign_off, split, train, validate

images = Source(
    name="chest_xrays",
    description="Measurements on chest X-rays, with what a radiologist found; made up, in the shape of real ones",
    reader=Table(xrays),
    supplier="made up by a seeded generator beside this file",
    licence="Apache-2.0",
    obtained="public",
    amount="10,929 images of 3,400 patients",
    cost_usd=0,
    time_days=0,
    owner="radiology@headwater.example",
    keys=("image",),
    schema={
        "image": "text", "patient": "text", "age": "integer", "sex": "category", "view": "category",
        "hospital": "category", "scanner": "category", "brightness": "number", "finding": "text",
        **dict.fromkeys(MEASURED, "number"),
    },
)

expectations = [
    Expectation("expect_column_values_to_be_in_set", column="finding",
                value_set=["none", "effusion", "oedema", "mass", "hernia"]),
    Expectation("expect_column_values_to_be_between", column="age", min_value=0, max_value=120),
    Expectation("expect_column_values_to_be_between", column="brightness", min_value=0.3, severity="quarantine"),
]  # an image too dark for a person to read goes back to be taken again: it is no example of anything

scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=list(MEASURED))
candidates = [
    Candidate("logistic", estimator="sklearn.linear_model.LogisticRegression", class_weight="balanced", max_iter=2000,
              overfit=(1, 10), overfit_reason="six measurements need not part a hundred images",
              overfit_parameters={"C": 1e6, "max_iter": 20000}),
    Candidate("boosting", estimator="sklearn.ensemble.HistGradientBoostingClassifier", max_iter=80, learning_rate=0.08,
              class_weight="balanced", overfit_parameters={"min_samples_leaf": 1, "max_iter": 400}),
]

charter = Charter(
    problem="Put X-rays that need a radiologist's eye today before those that can wait.",
    owner="radiology@headwater.example",
    risk="high",
    not_for=("telling a patient what he has",),
    targets=("every finding is ranked above its absence with an AUC of 0.85 or more", "hernias are found"),
    harms=(
        Harm("hernias are missed, as they are rare", metric="auc", slice="each class", mitigation="read every image"),
        Harm("one scanner's images are read worse", metric="accuracy", slice="scanner", mitigation="read every image"),
        Harm("women's images are read worse than men's", metric="accuracy", slice="sex", mitigation="read every image"),
    ),
    ethics=Ethics(
        net_value="Urgent images wait minutes instead of hours.",
        fair="Figures for each sex, age, hospital and scanner are in every audit.",
        debated="With the hospitals' ethics boards; the plan is public.",
    ),
    feasibility=("radiologists agree on most images", "blunted angles and wide vessels predict what they find"),
    progress=Progress("share of urgent images read late, in per cent", 10, 0.3),
    milestones=(Milestone("beside the radiologists, unseen", "2027-02-28", "two radiologists, one engineer"),),
)
policy = AuditPolicy(
    charter=charter,
    slices=[
        Slice("scanner", column="scanner"), Slice("sex", column="sex"),
        Slice("age", column="age", bins=(18, 40, 65)), Slice("hospital", column="hospital"),
        Slice("view and scanner", columns=("view", "scanner")),
    ],
    metrics=("accuracy", "recall", "precision", "f1", "auc"),
    gates=[
        Gate(metric="auc", minimum=0.85, slice="each class"),
        Gate(metric="accuracy", baseline="naive"),
        Gate(metric="accuracy", minimum=0.6, slice="scanner"),
        Gate(metric="accuracy", max_gap=0.1, slice="sex"),
    ],
    baselines=["naive", "previous", Level("human", metric="accuracy", value=0.92, n=400, source="two radiologists who "
               "read the same 400 images, as made up as the images")],
    errors=ErrorAnalysis(
        tags=[Tag("lying", column="view", values=("lying",), human_level=0.9),
              Tag("scanner B1", column="scanner", values=("B1",), human_level=0.9),
              Tag("hernia", column="finding", values=("hernia",), human_level=0.85),
              Tag("another finding behind it")],
        show=("finding", "scanner", "view", "age"),
    ),
    search=SliceSearch(exclude=("image", "patient", "brightness", *MEASURED)),
    curve=LearningCurve(metric="accuracy", target=0.92, target_is="two radiologists", fractions=(0.1, 0.3, 1.0)),
    fairness=Fairness(attributes=("sex",), intersections=False, favourable="none"),
)
plan = ReleasePlan(
    endpoint="chest_xrays",
    owner="radiology@headwater.example",
    mitigation="Restore the previous release (headwater rollback chest_xrays) and read images in the order they came.",
    on_not_enough_evidence="release",
)


@dag(schedule=[images.asset], owner="radiology", tags=["images"])
def chest_xrays() -> None:
    """Measured chest X-rays to a released model of what is on them, audited for each finding and each scanner."""
    raw = ingest(images)
    checked = validate(raw, expectations)
    parts = split(checked, target="finding", group="patient")
    ready = fit(parts, [scale], features=list(MEASURED))
    model = train(ready, candidates, metric="f1")
    report = audit(model, ready, policy)
    signed = sign_off(report, policy)
    deploy(model, signed, plan)


chest_xrays()
