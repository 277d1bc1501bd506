"""A charter in words, as Markdown: the documentation of a DAG in Airflow, and what a person is shown who signs."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.artifacts.charter import Charter, Harm, Milestone
from pipeline.artifacts.estimate import Fermi, Progress

_QUARTERS = 2


def charter_in_words(charter: Charter) -> str:
    """Write a charter as Markdown, what it is for first; parts that were left out are left out."""
    signs = f"{charter.owner} signs before a release." if charter.needs_signature else ""
    unsigned = f"Nobody signs before a release: {charter.unsigned}." if charter.unsigned else ""
    parts = [
        f"## Charter\n{charter.problem}",
        f"**Risk: {charter.risk}.** Owner: {charter.owner}. {signs or unsigned}".strip(),
        _listed("Not for", charter.not_for),
        _listed("Counts as success", charter.targets),
        _listed("What could go wrong", map(_harm, charter.harms)),
        _listed("Ethics", _ethics(charter)),
        _listed("What speaks for it being possible", charter.feasibility),
        _progress(charter.progress) if charter.progress else "",
        _value(charter.value) if charter.value else "",
        _listed("Milestones", map(_milestone, charter.milestones)),
    ]
    return "\n\n".join(part for part in parts if part)


def _listed(title: str, items: Iterable[str]) -> str:
    lines = [f"- {item}" for item in items]
    return "\n".join([f"**{title}**\n", *lines]) if lines else ""


def _harm(harm: Harm) -> str:
    where = f" in each group of {harm.slice}" if harm.slice else ""
    watch = f"watched by a gate on {harm.metric}{where}" if harm.metric else f"no gate watches for it: {harm.accepted}"
    return f"{harm.what} ({watch})" + (f"; if it happens: {harm.mitigation}" if harm.mitigation else "")


def _ethics(charter: Charter) -> list[str]:
    ethics = charter.ethics
    asked = {
        "Is it of net value to society?": ethics.net_value,
        "Is it fair?": ethics.fair,
        "Was it openly debated?": ethics.debated,
    }
    return [f"{question} {answer}" for question, answer in asked.items() if answer]


def _progress(progress: Progress) -> str:
    steps = ", ".join(f"{progress.after(quarter):.2g}" for quarter in range(1, _QUARTERS + 1))
    return (
        f"**Progress so far**\n\n{progress.what}: the gap of {progress.gap:g} closes by {progress.less:.0%} a quarter, "
        f"to {steps} in the next {_QUARTERS}."
    )


def _value(value: Fermi) -> str:
    factors = " × ".join(f"{factor.what} ({factor.low:,.4g} to {factor.high:,.4g})" for factor in value.factors)
    return f"**Value, roughly**\n\n{value.low:,.0f} to {value.high:,.0f} {value.unit}: {factors}"


def _milestone(milestone: Milestone) -> str:
    due = f" by {milestone.due}" if milestone.due else ""
    return f"{milestone.what}{due}" + (f", with {milestone.resources}" if milestone.resources else "")
