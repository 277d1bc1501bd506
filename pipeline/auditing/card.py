"""The step that writes the model card, from the manifest, the audit, its fairness and what people declared."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from pipeline.artifacts.audit import Audit
from pipeline.artifacts.card import Link, ModelCard, Origin, Purpose
from pipeline.artifacts.charter import Charter
from pipeline.artifacts.fairness import FairnessAudit
from pipeline.artifacts.model import Model
from pipeline.artifacts.wording import amount, called
from pipeline.auditing.report.card import card
from pipeline.auditing.report.fairness import summary
from pipeline.auditing.report.summary import weakest, why
from pipeline.step import Made


def describe(
    *,
    model: Mapping[str, Any],
    audit: Mapping[str, Any],
    fairness: Mapping[str, Any] | None = None,
    endpoint: str = "",
    sources: Sequence[Mapping[str, Any]] = (),
    templates: Mapping[str, str],
) -> dict[str, Made]:
    """Write the card of the model that was audited: as JSON in the role `card`, as a page in the role `card_page`.

    `model`, `audit` and `fairness` are artifacts' JSON; what people declared is in the charter of the audit's
    policy. `endpoint` is where the model answers. `sources` has a mapping for each source above the model: its
    `name`, `reference`, `rows` and what its provenance holds.
    """
    made = model_card(
        Model.from_json(model),
        Audit.from_json(audit),
        fairness=None if fairness is None else FairnessAudit.from_json(fairness),
        endpoint=endpoint,
        sources=sources,
    )
    facts = {"model": made.model, "judgement": str(made.judgement)}
    return {
        "card": Made("card", made.to_json(), facts=facts),
        "card_page": Made("page", card(made, templates=templates)),
    }


def model_card(
    model: Model,
    audit: Audit,
    *,
    fairness: FairnessAudit | None = None,
    endpoint: str = "",
    sources: Sequence[Mapping[str, Any]] = (),
) -> ModelCard:
    """Put together what `describe` writes, of the values themselves."""
    declared = audit.policy.get("charter")
    charter = Charter.from_json(declared) if declared else None
    return ModelCard(
        name=model.name,
        model=audit.model,
        answers=_answers(model),
        purpose=_purpose(charter, audit),
        judgement=audit.judgement,
        why=why(audit),
        trained_rows=model.trained_rows,
        tested_rows=audit.n_rows,
        features=model.features,
        figures=audit.overall.figures,
        baselines=audit.baselines,
        confidence=audit.confidence,
        weak=tuple(_weak(each) for each in weakest(audit)) if audit.metrics else (),
        fairness=None if fairness is None else tuple(summary(fairness)),
        origins=tuple(_origin(source) for source in sources),
        limits=tuple(_limits(audit, fairness)),
        rollback=_mitigation(charter),
        links=_links(audit, endpoint),
    )


def _answers(model: Model) -> str:
    kind = f"one of {', '.join(map(str, model.classes))}" if model.classes else "a number"
    kind += f"; {model.positive} is yes" if model.positive is not None else ""
    return f"Answers “{model.target}” ({kind}) from {len(model.features)} features of one row of {model.source_name}."


def _purpose(charter: Charter | None, audit: Audit) -> Purpose:
    if charter is None:
        return Purpose(audit_owner=audit.owner)
    return Purpose(
        uses=(charter.problem,),
        not_for=charter.not_for,
        harms=tuple(harm.what for harm in charter.harms),
        risk_tier=charter.risk,
        owner=charter.owner,
        audit_owner=audit.owner,
    )


def _mitigation(charter: Charter | None) -> str:
    done = dict.fromkeys(harm.mitigation for harm in charter.harms if harm.mitigation) if charter else {}
    return "; ".join(done)


def _origin(source: Mapping[str, Any]) -> Origin:
    known = {each.name for each in fields(Origin)}
    return Origin(**{name: value for name, value in source.items() if name in known})


def _weak(each: Any) -> str:
    figure, name = each.group.figure(each.metric), each.metric
    ends = "" if figure.low is None else f" ({amount(name, figure.low)} to {amount(name, figure.high)})"
    return (
        f"{each.group.label} ({each.group.slice}): {called(name)} {each.value}{ends} of {figure.n:,} cases, "
        f"against {each.overall} overall"
    )


def _limits(audit: Audit, fairness: FairnessAudit | None) -> list[str]:
    """Say what is not known: figures that are undefined, groups that are too small, columns that are not stored."""
    few = audit.policy.get("min_count", 0)
    small = dict.fromkeys(f"{group.label} ({group.rows})" for group in audit.groups if group.rows < few)
    undefined = [called(figure.metric) for figure in audit.overall.figures if not figure.defined]
    said = [f"Nothing is known of rows unlike the {audit.n_rows:,} it was tested on."]
    said += [f"Undefined on the test rows: {', '.join(undefined)}."] if undefined else []
    said += [f"Groups of fewer than {few} test rows, so nothing is known of them: {', '.join(small)}."] if small else []
    said += [f"Not measured by {name}: {reason}." for name, reason in audit.unsliced.items()]
    if fairness is None:
        return [*said, "Nobody asked whether it treats groups of people alike."]
    unknown = [each for each in fairness.attributes if each.why_not and not each.crossed]
    return [*said, *(f"Fairness by {each.name} is not known: {each.why_not}." for each in unknown)]


def _links(audit: Audit, endpoint: str) -> tuple[Link, ...]:
    found = [
        ("Where it all came from", f"headwater graph {shlex.quote(audit.model)} --up"),
        ("Which source rows it stands on", f"headwater rows {shlex.quote(audit.model)}"),
        ("From one prediction to its source rows", "headwater trace PREDICTION"),
    ]
    if endpoint:
        found.append(("Restore the release before", f"headwater rollback {shlex.quote(endpoint)}"))
    return tuple(Link(label=label, target=target) for label, target in found)
