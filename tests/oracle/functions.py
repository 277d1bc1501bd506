"""What users could write: the functions that random pipelines are made of. All numbers are whole, so sums are exact."""

import pandas as pd

from pipeline import aggregate, rowwise, splits


@rowwise
def positive(data: pd.DataFrame) -> pd.DataFrame:
    """Keep rows with a positive x: whether a row stays hangs on its values."""
    return data[(data["x"] > 0).fillna(False)]


@rowwise
def moved(data: pd.DataFrame) -> pd.DataFrame:
    """Give every row another key."""
    return data.assign(k=(data["k"] + 1) % 4)


@rowwise(reads=("x",))
def doubled(data: pd.DataFrame) -> pd.DataFrame:
    """Add a column, reading one."""
    return data.assign(twice=data["x"] * 2)


@rowwise(reads=("listed",))
def unlisted(data: pd.DataFrame) -> pd.DataFrame:
    """Drop what a lookup found."""
    return data[~data["listed"]]


@aggregate(by=("k",))
def per_key(data: pd.DataFrame) -> pd.DataFrame:
    """Sum and count by key."""
    grouped = data.groupby("k")
    return pd.DataFrame({"x": grouped["x"].sum(), "n": grouped.size()})


@aggregate(by=("g", "k"), reads=("x",))
def per_pair(data: pd.DataFrame) -> pd.DataFrame:
    """The greatest x by two columns, of groups that have one: a group may have no row."""
    greatest = data.groupby(["g", "k"])["x"].max().dropna()
    return greatest.to_frame("x")


@splits(by=("letter",))
def letters(data: pd.DataFrame) -> pd.DataFrame:
    """A row for every letter of the tags; none for no tags."""
    spread = data.assign(letter=data["t"].fillna("").str.replace(";", "").map(list)).explode("letter")
    return spread.dropna(subset=["letter"]).astype({"letter": "str"}).drop(columns="t")


@rowwise(reads=("k", "g"))
def placed(data: pd.DataFrame) -> pd.DataFrame:
    """Keep rows that have a key."""
    return data[data["k"].notna()]


@rowwise(reads=("k", "g"))
def stated(data: pd.DataFrame) -> pd.DataFrame:
    """Keep rows that have a key and say something of it."""
    return data[data["k"].notna() & data["g"].notna()]


@aggregate(by=("person",))
def per_person(data: pd.DataFrame) -> pd.DataFrame:
    """Sum over all that linkage put together."""
    return data.groupby("person")["x"].sum().to_frame("x")


def centred(data: pd.DataFrame) -> pd.DataFrame:
    """Set every x against the sum of all: a step that claims nothing."""
    return data.assign(x=data["x"] - data["x"].sum())
