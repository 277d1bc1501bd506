"""The inference server as a process."""

from __future__ import annotations

import uvicorn

from pipeline.serving.app import create_app
from pipeline.settings import Settings


def serve(settings: Settings, *, endpoint: str, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve `endpoint` until the process is told to stop; requests then under way are answered first.

    Raises:
        LineageError: the store cannot be opened.
        SystemExit: the port cannot be taken.
    """
    app = create_app(settings, endpoint=endpoint)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=10)
