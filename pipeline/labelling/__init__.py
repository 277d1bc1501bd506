"""Labelling turns what several people say of each item into labels to learn from, and says how far they agree."""
