"""From a model's answers to what to do next: a sample of its errors, tags on them, a table, a ranked worklist.

analysis, tag       what a DAG file declares
wrong, sample       which answers are errors, and which of them are read
tagging             tags by function and by column
sheet, judgements   tags by people: out as a sheet, back in as a dataset of a source of its own
table, priority     how often, how bad, how much to gain
worklist, choice    what to do next, and what was chosen
progress, ledger    whether it helped, from run to run
collect             more rows of one kind from a pool
"""
