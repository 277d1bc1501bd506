"""The ids of a recall's rows are one compressed block."""

from __future__ import annotations

import zlib
from array import array

from lineage.recalled import packed, unpacked

IDS = array("q", [-(2**63), -1, 0, 258, 2**63 - 1])


def test_ids_come_back_as_they_were() -> None:
    """The smallest and the largest id, and none at all."""
    assert unpacked(packed(IDS)) == IDS
    assert unpacked(packed(array("q"))) == array("q")


def test_the_block_is_the_same_on_every_machine() -> None:
    """Each id is eight bytes, the lowest first: 258 is 2 and 1."""
    assert zlib.decompress(packed(IDS))[24:32] == bytes([2, 1, 0, 0, 0, 0, 0, 0])
