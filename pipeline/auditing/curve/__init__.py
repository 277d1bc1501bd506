"""Bias and variance: an estimator and its training rows in, a learning curve with a recommendation out.

`learningcurve` is what a DAG file declares; `refit` fits the same estimator to fewer rows; `levels` measures it
under resamples; `extrapolate` carries the curve on to twice the rows; `diagnose` says what holds the
model back and what to do; `measure` is the step.
"""
