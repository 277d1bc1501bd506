"""A step called again on the rows of a request: all of them come out, in their order, or the request is refused."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline import way
from pipeline.errors import RequestRejected


class Call(way.Call):
    """A recorded step, called again on the rows of a request."""

    def __call__(self, frame: pd.DataFrame, **further: Any) -> pd.DataFrame:
        """Call the step, which may write into `frame`.

        Raises:
            RequestRejected: it leaves a row out, or cannot take one.
        """
        rows = frame.index
        try:
            result = super().__call__(frame, **further)
            return result if result.index.equals(rows) else self._in_order(result, rows)
        except RequestRejected:
            raise
        except Exception as error:  # a user's function may raise anything; the request is what it could not take
            raise RequestRejected(
                f"step {self.step} cannot take these rows",
                found=f"{type(error).__name__}: {str(error).partition(chr(10))[0]:.300}",
                next_step="Look for a value that is null or unlike those it was written for.",
            ) from error

    def _in_order(self, result: pd.DataFrame, rows: pd.Index) -> pd.DataFrame:
        left_out = rows.difference(result.index)
        if len(left_out):
            raise RequestRejected(
                f"step {self.step} leaves rows out: the model has no answer for them",
                examples=[f"row {place}" for place in left_out[:5]],
                count=len(left_out),
            )
        return result.loc[rows]
