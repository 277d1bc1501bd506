"""Slice search: answers and metadata in, the groups on which the model errs more than elsewhere out.

`slicesearch` is what a DAG file declares; `columns` turns metadata into codes; `lattice` finds the
highest-scoring conjunctions by `score`; `sift` keeps of those that tell of the same errors the most
general; `confirm` tests what is left on rows the search never saw; `find` is the step.
"""
