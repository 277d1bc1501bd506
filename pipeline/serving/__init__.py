"""Requests into logged predictions: the inference server of the live release."""
