"""Labelling turns what several people say of each item into labels to learn from, and says how far they agree.

    votes           a table of labels, one row for what one labeller said of one item, read and checked
    agree           how far labellers agree: measured by coefficients, bounded by bootstrap, with advice
    consensus       one label for each item: by majority, by dawid_skene, or by crowdlab with a model
    relabel         labels changed by rules, as applied to rows; what changed stands beside
    correct         labels changed by people's corrections, once these are settled
    human           how often people are right
    suspects        the labels that are most likely wrong
"""
