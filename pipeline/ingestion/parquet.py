"""Parquet files, which bring their own types."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import HeadwaterError, SourceRejected
from pipeline.ingestion.raw import LOOK, Raw, apart, refuse_names
from pipeline.ingestion.readers import Parquet
from pipeline.listed import read_table
from pipeline.schema import normalised


def raw_of_parquet(content: bytes, reader: Parquet, *, name: str) -> Raw:
    """Read the bytes of a Parquet file.

    Raises:
        SourceRejected: the bytes are truncated, damaged or no Parquet, or columns cannot be told apart.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        refuse_names(file.schema_arrow.names, name=name, ids=reader.ids)
        table = read_table(file, content)
        frame, stated = apart(table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True))
        frame = normalised(frame.rename(columns=lambda column: str(column)))
    except HeadwaterError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceRejected(
            f"{name} is truncated, damaged or no Parquet", found=str(error)[:200], next_step=LOOK
        ) from error
    return Raw(name=name, frame=frame, label=lambda position: f"{name} row {position + 1}", stated=stated)
