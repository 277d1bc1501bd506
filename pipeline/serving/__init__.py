"""Requests into logged predictions: the inference server of the live release.

    request        bytes of a body into rows of JSON values
    columns        rows of JSON values into a typed frame of the entry's columns
    sourcerows     which entry row each is about; keyids: by its key
    way            the row-wise steps and fitted transforms of training; call: each called again
    lookup         what rows look up on the way, and what they found
    predictor      a released model with all of these
    live           which release answers now
    together       requests that wait, worked on together
    service, app   all of it behind HTTP
"""

from pipeline.serving.app import create_app
from pipeline.serving.predictor import Answer, Predictor
from pipeline.serving.request import Limits

__all__ = ["Answer", "Limits", "Predictor", "create_app"]
