"""From a function to what it stands on: a digest of the code it reaches, its source, its environment."""

from pipeline.code.bundle import bundle, load
from pipeline.code.git import Commit, commit
from pipeline.code.reach import Reach, reach

__all__ = ["Commit", "Reach", "bundle", "commit", "load", "reach"]
