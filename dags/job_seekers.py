"""Who is looking for a job: users of two sites, cleaned of spammers by a bought list, merged into people.

The users and the list are made up, so that anybody can run this, and so that some months later it can
turn out what the list had wrong: `headwater recall bad_addresses` then tells what stood on it.
"""

import pandas as pd
from made_addresses import bought_list
from made_users import NICKNAMES, jobboard_users, network_users

from pipeline import (
    AuditPolicy, Candidate, Charter, Compare, Expectation, Gate, Harm, ReleasePlan, Slice, Source, Table, Transform,
    aggregate, link, rowwise,
)
from pipeline.airflow import audit, dag, deploy, fit, ingest, lookup, preprocess, split, stack, train, validate

COUNTS = ("visits", "searches", "adverts", "messages")
MADE = {
    "supplier": "made up by a seeded generator beside this file",
    "licence": "Apache-2.0",
    "obtained": "public",
    "cost_usd": 0,
}
USER = {
    **dict.fromkeys(("user_id", "given_name", "surname", "email", "phone", "street", "town", "ip"), "text"),
    **dict.fromkeys(COUNTS, "integer"),
    **{"site": "category", "born": "datetime", "profile_days": "number", "years_in_post": "number"},
    "applied": "integer",
}

jobboard = Source(
    name="jobboard_users",
    description="Accounts on a job board, with what they did there and whether they applied in the quarter after",
    reader=Table(jobboard_users),
    amount="5,153 accounts",
    owner="users@headwater.example",
    keys=("user_id",),
    schema=USER,
    **MADE,
)
network = Source(
    name="network_users",
    description="Accounts on a professional network, with what they did there and whether they applied for a job",
    reader=Table(network_users),
    amount="4,726 accounts",
    owner="users@headwater.example",
    keys=("user_id",),
    schema=USER,
    **MADE,
)
bad_addresses = Source(
    name="bad_addresses",
    description="Addresses that spammers are said to come from; stands for a list as one buys it, with its errors",
    reader=Table(bought_list),
    amount="2,778 addresses",
    owner="abuse@headwater.example",
    keys=("ip",),
    schema={"ip": "text"},
    **MADE,
)

expectations = [
    Expectation("expect_column_values_to_not_be_null", column="ip", severity="quarantine"),
    Expectation("expect_column_values_to_be_in_set", column="applied", value_set=[0, 1]),
    *(Expectation("expect_column_values_to_be_between", column=count, min_value=0) for count in COUNTS),
]


@rowwise(reads=("is_listed",))
def no_spam(accounts: pd.DataFrame) -> pd.DataFrame:
    """Leave out the accounts that come from a listed address."""
    return accounts[~accounts["is_listed"]]


@rowwise(reads=("given_name",))
def full_names(accounts: pd.DataFrame) -> pd.DataFrame:
    """Call people by their full names."""
    return accounts.assign(given_name=accounts["given_name"].replace(NICKNAMES))


merged = link(
    "person",
    block_on=[["email"], ["phone"], ["surname", "born"], ["given_name", "born"], ["given_name", "surname", "town"]],
    compare=[  # m: how often accounts of one person agree so far, u: accounts of two people
        Compare("given_name", similar=[0.9], m=[0.93, 0.04, 0.03], u=[0.025, 0.005, 0.97]),
        Compare("surname", similar=[0.9], m=[0.9, 0.07, 0.03], u=[0.005, 0.01, 0.985]),
        Compare("email", m=[0.55, 0.45], u=[0.00002, 0.99998]),
        Compare("phone", m=[0.85, 0.15], u=[0.00002, 0.99998]),
        Compare("born", m=[0.97, 0.03], u=[0.00006, 0.99994]),
        Compare("street", similar=[0.9], m=[0.7, 0.1, 0.2], u=[0.001, 0.03, 0.969]),
        Compare("town", m=[0.8, 0.2], u=[0.11, 0.89]),
    ],
    prior=1 / 20_000,
)


@aggregate(by="person", reads=("site", *COUNTS, "profile_days", "years_in_post", "applied"))
def people(accounts: pd.DataFrame) -> pd.DataFrame:
    """Sum up what a person does on both sites; one who applied on either is looking for a job."""
    by_person = accounts.groupby("person")
    return by_person[list(COUNTS)].sum().assign(
        sites=by_person["site"].nunique(),
        profile_days=by_person["profile_days"].min(),
        years_in_post=by_person["years_in_post"].max(),
        looking=by_person["applied"].max(),
    )


FEATURES = [*COUNTS, "sites", "profile_days", "years_in_post"]
scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=FEATURES)
candidates = [
    Candidate("logistic", estimator="sklearn.linear_model.LogisticRegression", max_iter=2000,
              overfit=(1, 10), overfit_reason="no straight line need part a hundred people"),
    Candidate("boosting", estimator="sklearn.ensemble.HistGradientBoostingClassifier", max_iter=60,
              max_leaf_nodes=12, overfit_parameters={"min_samples_leaf": 1, "max_iter": 300}),
]
charter = Charter(
    problem="Show adverts for jobs to those who look for one.",
    owner="matching@headwater.example",
    risk="limited",
    not_for=("telling employers who looks for a job",),
    targets=("five points more right than showing everybody the same",),
    harms=(Harm("people are shown adverts they did not ask for", metric="accuracy", mitigation="show all the same"),),
    feasibility=("what people search for and how long they have been in their post predict it",),
)
policy = AuditPolicy(
    charter=charter,
    slices=[Slice("sites", column="sites", labels={1: "on one site", 2: "on both"}),
            Slice("messages", column="messages", bins=(15,))],
    metrics=("auc", "accuracy", "recall", "false_positive_rate"),
    gates=[Gate(metric="auc", minimum=0.8), Gate(metric="accuracy", baseline="naive", min_gain=0.05)],
)
plan = ReleasePlan(
    endpoint="job_seekers",
    owner="matching@headwater.example",
    mitigation="Restore the previous release (headwater rollback job_seekers) and show everybody the same adverts.",
    on_not_enough_evidence="release",
)


@dag(schedule=[jobboard.asset, network.asset, bad_addresses.asset], owner="matching", tags=["users"])
def job_seekers() -> None:
    """Accounts on two sites to a released model of who is looking for a job."""
    raw = stack([ingest(jobboard, name="ingest_jobboard"), ingest(network, name="ingest_network")])
    checked = validate(raw, expectations)
    listed = ingest(bad_addresses, name="ingest_bad_addresses")
    accounts = lookup(checked, listed, on="ip", found="is_listed")
    rows = preprocess(accounts, [no_spam, full_names, merged, people])
    parts = split(rows, target="looking")
    ready = fit(parts, [scale], features=FEATURES)
    model = train(ready, candidates, metric="auc")
    report = audit(model, ready, policy)
    deploy(model, report, plan)


job_seekers()
