"""Served predictions back to the source rows they stand on, and models to the rows they were trained on.

    prediction     one served answer: release, model, runs, datasets, and its sources
    sources        the rows of sources it stands on: those asked about, and those looked up
    origins        the rows of sources that all rows of a dataset stand on
    rows           rows found in versions of datasets, with their values
"""

from pipeline.trace.origins import Origin, origins
from pipeline.trace.prediction import trace
from pipeline.trace.rows import source_rows, table_of

__all__ = ["Origin", "origins", "source_rows", "table_of", "trace"]
