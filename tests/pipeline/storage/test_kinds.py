"""Every kind has a codec, and its libraries are loaded when it is first used."""

import subprocess
import sys

import pytest

from pipeline.storage.kinds import codec_of


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("dataset", "parquet"), ("estimator", "skops"), ("transform", "skops"), ("page", "html"), ("verdict", "json")],
)
def test_a_kind_has_its_codec(kind, suffix):
    """Tables are Parquet, fitted objects skops, pages HTML, and anything else JSON."""
    assert codec_of(kind).suffix == suffix


def test_documents_need_no_data_library():
    """Keeping a JSON document in a folder loads neither pandas nor Arrow nor fsspec."""
    code = (
        "import sys, tempfile; from pipeline.storage import Storage\n"
        "Storage(tempfile.mkdtemp()).save('verdict', {'passed': True})\n"
        "print({'pandas', 'numpy', 'pyarrow', 'fsspec', 'skops', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
