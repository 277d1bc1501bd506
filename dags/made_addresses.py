"""Internet addresses of people and of spammers, and the list of bad ones that was bought, with its errors.

The list lacks some bad addresses, and has others by which honest people go online together, as from a
library. All are made up, of the range kept for tests (RFC 2544), one address a line as in public lists.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

_HOMES, _SHARED, _BAD, _UNSEEN = 7_500, 40, 300, 2_500
_WRONG, _MISSING = 8, 30


def homes() -> list[str]:
    """Give the addresses of homes, one for each."""
    return _numbered("198.18", _HOMES)


def shared() -> list[str]:
    """Give the addresses that many honest people share; the first of them are on the bought list."""
    return _numbered("198.19", _SHARED)


def spammers() -> dict[str, bool]:
    """Give the addresses of spammers, and whether each is on the bought list."""
    return {address: place >= _MISSING for place, address in enumerate(_numbered("198.19", _BAD, start=64))}


def bought_list() -> pd.DataFrame:
    """Give the list of bad addresses as it was bought: some are wrong, and some are missing."""
    return _list([address for address, is_listed in spammers().items() if is_listed] + shared()[:_WRONG])


def corrected_list() -> pd.DataFrame:
    """Give the list of bad addresses as it should have been."""
    return _list(list(spammers()))


def _list(addresses: Sequence[str]) -> pd.DataFrame:
    """Put addresses among many others that no user has."""
    return pd.DataFrame({"ip": sorted([*addresses, *_numbered("198.19", _UNSEEN, start=128)])}, dtype="str")


def _numbered(network: str, count: int, *, start: int = 0) -> list[str]:
    return [f"{network}.{start + number // 250}.{1 + number % 250}" for number in range(count)]


if __name__ == "__main__":
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    corrected_list().to_csv(sys.argv[1], index=False)
