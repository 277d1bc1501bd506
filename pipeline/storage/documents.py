"""Pages as HTML and other documents as JSON, in one form only."""

from __future__ import annotations

import json
from typing import Any

from lineage.digest import canonical_json, digest_bytes, digest_json
from lineage.errors import NotDigestible
from pipeline.errors import StepRefused
from pipeline.storage.codec import Codec, Encoded


def _encode_document(value: Any) -> Encoded:
    try:
        content = canonical_json(value).encode()
    except NotDigestible as error:
        raise StepRefused("a document to keep is no JSON value", found=str(error)) from error
    return Encoded(lambda: content, lambda: digest_bytes(content))


def _encode_page(value: Any) -> Encoded:
    if not isinstance(value, str):
        raise StepRefused("a page to keep", expected="a string of HTML", found=type(value).__name__)
    try:
        content = value.encode()
    except UnicodeEncodeError as error:
        raise StepRefused("a page to keep is no Unicode text", found=str(error)) from error
    return Encoded(lambda: content, lambda: digest_bytes(content))


DOCUMENTS = Codec(suffix="json", encode=_encode_document, decode=json.loads, digest=digest_json)
PAGES = Codec(suffix="html", encode=_encode_page, decode=bytes.decode, digest=lambda page: digest_bytes(page.encode()))
