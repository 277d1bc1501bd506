"""The runner: loads, reuses or calls, tests claims, saves and records - the only caller of the store's recorder."""

from pipeline.artifacts.occasion import Occasion
from pipeline.runner.runner import Ran, Runner

__all__ = ["Occasion", "Ran", "Runner"]
