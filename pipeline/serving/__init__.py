"""Requests into logged predictions: the inference server of the live release.

    request        bytes of a body into rows of JSON values
    columns        rows of JSON values into a typed frame of the source's columns
    sourcerows     which source row each is about
    way            the row-wise steps and fitted transforms of training, called again
    predictor      a released model with all of these
    live           which release answers now
    together       requests that wait, worked on together
    service, app   all of it behind HTTP
"""

from pipeline.serving.app import create_app
from pipeline.serving.predictor import Answer, Predictor
from pipeline.serving.request import Limits

__all__ = ["Answer", "Limits", "Predictor", "create_app"]
