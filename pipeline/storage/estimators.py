"""Fitted estimators and transforms as skops files, which unlike pickles run nobody's code when read."""

from __future__ import annotations

import json
import warnings
import zipfile
from typing import Any

from pipeline.errors import StepRefused
from pipeline.storage.codec import Codec, Encoded
from pipeline.storage.state import digest_estimator

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import skops.io
    from skops.io.exceptions import UnsupportedTypeException, UntrustedTypesFoundException

TRUSTED_PACKAGES = frozenset({"sklearn", "numpy", "scipy", "lightgbm", "xgboost"})


def trusted_types(content: bytes) -> list[str]:
    """Name the types in a skops file that skops itself does not know but whose packages Headwater trusts.

    Raises:
        StepRefused: a type is from no trusted package.
    """
    asked = skops.io.get_untrusted_types(data=content)
    if strange := [name for name in asked if name.split(".")[0] not in TRUSTED_PACKAGES]:
        raise StepRefused(
            "a fitted object holds types that are not loaded without trust",
            expected="types of " + ", ".join(sorted(TRUSTED_PACKAGES)),
            examples=strange,
            next_step="Do such work in a preprocessing function, or use a type of these packages.",
        )
    return asked


def _encode(estimator: Any) -> Encoded:
    digest = digest_estimator(estimator)
    try:
        content = skops.io.dumps(estimator)
    except (UnsupportedTypeException, TypeError, AttributeError) as error:
        raise StepRefused(f"a fitted {type(estimator).__name__} cannot be kept", found=str(error)) from error
    trusted_types(content)
    return Encoded(lambda: content, lambda: digest)


def _decode(content: bytes) -> Any:
    return skops.io.loads(content, trusted=trusted_types(content))


ESTIMATORS = Codec(
    suffix="skops",
    encode=_encode,
    decode=_decode,
    digest=digest_estimator,
    undecodable=(
        zipfile.BadZipFile, json.JSONDecodeError, UntrustedTypesFoundException, KeyError, ValueError, TypeError,
    ),
)
