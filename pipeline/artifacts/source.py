"""A source: where data comes from, how it is read, and how its rows are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.errors import Misuse

OBTAINED = ("owned", "purchased", "crowdsourced", "labelled", "public")
TYPES = ("integer", "number", "text", "boolean", "datetime", "category")


class Reader(Protocol):
    """How a source's rows are read: a frozen value with a stable, readable `repr`."""

    @property
    def is_partitioned(self) -> bool:
        """Whether its parts are read side by side: a glob, or named partitions."""

    def partitions(self) -> tuple[str, ...]:
        """The names of the parts that can be read by themselves, in order; one name for a single file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where data comes from, declared in a DAG file.

    `keys` are the columns that name a row for good; without any, rows are keyed by content and
    occurrence. `schema` maps a column to one of integer, number, text, boolean, datetime,
    category; without one, the first version's schema is pinned. `missing` maps a column to values
    that stand for "not known" and are read as null. `owner` is whom to alert.
    Row ids of a source that was `obtained` as "public" are the same in every installation; those of
    any other hang on a secret that the store keeps.
    """

    name: str
    reader: Reader
    supplier: str = ""
    licence: str = ""
    obtained: str = ""
    description: str = ""
    url: str = ""
    amount: str = ""
    cost_usd: float | None = None
    time_days: float | None = None
    owner: str = ""
    keys: tuple[str, ...] = ()
    schema: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[object, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.replace("_", "").replace("-", "").isalnum():
            raise Misuse(f"source {self.name!r} has an unusable name", expected="letters, digits, - and _")
        if self.obtained and self.obtained not in OBTAINED:
            raise Misuse(f"source {self.name}: obtained={self.obtained!r}", expected="one of " + ", ".join(OBTAINED))
        wrong = [f"{column}: {kind}" for column, kind in self.schema.items() if kind not in TYPES]
        if wrong:
            raise Misuse(
                f"source {self.name} declares unknown types", expected="one of " + ", ".join(TYPES), examples=wrong
            )
        if self.schema and (absent := [key for key in self.keys if key not in self.schema]):
            raise Misuse(f"source {self.name} has keys its schema does not declare", examples=absent)

    @property
    def asset(self) -> str:
        """The name under which Airflow's assets know this source; put it in a DAG's schedule."""
        return f"headwater://source/{self.name}"

    @property
    def provenance(self) -> dict[str, object]:
        """What is known of the source's origin, as JSON values, empty answers left out."""
        names = ("supplier", "licence", "obtained", "description", "url", "amount", "cost_usd", "time_days", "owner")
        return {name: value for name in names if (value := getattr(self, name)) not in ("", None)}
