"""The release plan: where a model goes, who answers for it, and what is done when it does harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import Misuse

ROLES = ("live", "shadow", "canary")
REFUSE, RELEASE = "refuse", "release"
PINNED, LATEST = "pinned", "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlan:
    """How a model is released, declared in a DAG file.

    `endpoint` is where it answers; empty means the DAG's own name. `owner` is who answers for
    it, `mitigation` what is done at once when it does harm (for one: roll back to the release
    before); production requires both. `role` is live, shadow or canary.
    `on_not_enough_evidence` says what to do with an audit that could neither pass nor fail the model:
    `refuse` it, or `release` it with that on record. `lookups` says in which version of a table the
    inference server looks up: `pinned`, the one the model was trained with, or the `latest` there is.
    """

    endpoint: str = ""
    owner: str = ""
    mitigation: str = ""
    role: str = "live"
    on_not_enough_evidence: str = REFUSE
    lookups: str = PINNED

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise Misuse(f"a release plan has role {self.role!r}", expected="one of " + ", ".join(ROLES))
        if self.on_not_enough_evidence not in (REFUSE, RELEASE):
            raise Misuse(
                f"a release plan has on_not_enough_evidence={self.on_not_enough_evidence!r}",
                expected=f"{REFUSE!r} or {RELEASE!r}",
            )
        if self.lookups not in (PINNED, LATEST):
            raise Misuse(f"a release plan has lookups={self.lookups!r}", expected=f"{PINNED!r} or {LATEST!r}")
        if any(mark in self.endpoint for mark in "/@?# \n"):
            raise Misuse(f"a release plan has endpoint {self.endpoint!r}", expected="a name without / @ ? # or spaces")

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ReleasePlan:
        """Rebuild a plan from its JSON form."""
        return cls(**value)
