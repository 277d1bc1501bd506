"""Training turns fitted features into a model: the overfit gate, candidates side by side, the choice.

`overfit.py` lets each candidate prove that it can fit a handful of examples; `train.py` fits one
candidate and scores it; `select.py` ranks the candidates and writes the model's manifest.
"""

from __future__ import annotations

from pipeline.training.candidates import Candidate

__all__ = ["Candidate"]
