"""A notifier for callbacks of a DAG, which alerts the owners of live releases that recalls reach."""

from __future__ import annotations

import functools
import sys
from typing import Any

from pipeline.airflow.turn import asked
from pipeline.settings import Settings


def recall_notifier(recall: str = "") -> Any:
    """Make a notifier for callbacks of a DAG: `@dag(on_success_callback=recall_notifier())`.

    It alerts the owners of live releases that recalls reach, once each: of `recall` (a template),
    of the recall that the DAG run rebuilds after, or of all that stand. Where Airflow is not at work in
    this process nobody calls back, and it is None.
    """
    return _notifier_class()(recall) if "airflow.sdk" in sys.modules else None


@functools.cache
def _notifier_class() -> Any:
    from airflow import sdk

    class RecallNotifier(sdk.BaseNotifier):
        """Alerts the owners of live releases that recalls reach."""

        template_fields = ("recall",)

        def __init__(self, recall: str = "") -> None:
            super().__init__()
            self.recall = recall

        def notify(self, context: Any) -> None:
            """Alert them now."""
            from pipeline.recall.alert import alert_standing

            recall = self.recall or asked(context).get("recall", "")
            for told in alert_standing(Settings.from_environment(), recall=recall):
                self.log.info("%s", told)

        async def async_notify(self, context: Any) -> None:
            """Alert them now."""
            self.notify(context)

    return RecallNotifier
