"""Validation turns a dataset into a verdict, and the rows that pass it into a dataset of their own."""
