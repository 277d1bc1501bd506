"""Fairness: answers to test rows in, what differs between groups of people out, by each standard definition."""
