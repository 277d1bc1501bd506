"""The page of a verdict: one HTML text without scripts, for people, on any screen."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.verdict import Check, Verdict

_TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Validation of {{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; background: #fff; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
code { overflow-wrap: anywhere; font-size: .9em; }
.pass { color: #176b2c; } .warn { color: #8a5a00; } .fail { color: #a31621; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top;
       padding: .35rem .6rem .35rem 0; border-bottom: 1px solid #ddd; }
.wide { overflow-x: auto; } .quiet { color: #666; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #161616; } td, th { border-color: #444; }
  .pass { color: #6fce86; } .warn { color: #e5b45c; } .fail { color: #ff8a8a; } .quiet { color: #999; } }
</style></head><body>
<h1>Validation of {{ title }}: <span class="{{ 'pass' if verdict.passed else 'fail' }}">
{{- 'passed' if verdict.passed else 'refused' }}</span></h1>
<p>{{ '{:,}'.format(verdict.rows) }} rows, {{ verdict.checks | length }} checks:
{{ met }} met, {{ verdict.refusing | length }} refusing, {{ verdict.warnings | length }} warning.
{{ '{:,}'.format(verdict.quarantined | length) }} rows set aside.</p>
<div class="wide"><table>
<tr><th>Outcome</th><th>Check</th><th>Found</th></tr>
{% for check in verdict.checks %}{% set word, tone = outcome(check) -%}
<tr><td class="{{ tone }}">{{ word }}</td><td><code>{{ check.title }}</code></td><td>{{ check.found }}</td></tr>
{% endfor %}</table></div>
{% for check in verdict.checks if check.examples %}
<h2><code>{{ check.title }}</code></h2>
<p class="quiet">{{ check.examples | length }} of {{ '{:,}'.format(check.failing | length) }} failing rows</p>
<div class="wide"><table>
<tr>{% for name in check.examples[0] %}<th>{{ name }}</th>{% endfor %}</tr>
{% for example in check.examples %}<tr>{% for value in example.values() -%}
<td>{{ 'null' if value is none else value }}</td>{% endfor %}</tr>
{% endfor %}</table></div>
{% endfor %}</body></html>
"""


def page(verdict: Verdict, *, title: str) -> str:
    """Show a verdict: what was decided first, then each check, then examples of failing rows."""
    from jinja2 import Environment, StrictUndefined

    def outcome(check: Check) -> tuple[str, str]:
        return _outcome(check, verdict=verdict)

    met = sum(check.passed for check in verdict.checks)
    given: dict[str, Any] = {"verdict": verdict, "title": title, "outcome": outcome, "met": met}
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(_TEMPLATE).render(given)


def _outcome(check: Check, *, verdict: Verdict) -> tuple[str, str]:
    if check in verdict.refusing:
        return "refused", "fail"
    if check.passed:
        return "met", "pass"
    return ("rows set aside" if check.severity == "quarantine" else "warning"), "warn"
