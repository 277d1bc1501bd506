"""`headwater serve`: the inference server of one endpoint."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import click

from lineage.errors import NotRecorded
from pipeline.errors import Misuse
from pipeline.settings import Settings

_QUEUE = 2048


@click.command(short_help="Serve the live release of an endpoint over HTTP.")
@click.argument("endpoint")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="The port; by default a free one.")
def serve(endpoint: str, host: str, port: int) -> None:
    """Answer POST /predict from the live release of ENDPOINT, and follow the ledger without a restart.

    Says where it listens once it is ready; Ctrl-C stops it.
    """
    from pipeline.cli.opened import opened_store

    settings = Settings.from_environment()
    store = opened_store(settings)
    if not store.releases(endpoint):
        known = sorted({one.endpoint for one in store.releases()})
        raise NotRecorded(f"nothing was released at endpoint {endpoint!r}", expected="an endpoint with a release",
                          examples=known, next_step="See `headwater releases`; a DAG's deploy stage releases.")
    with _listening(host, port) as taken:
        _serve(settings, endpoint, taken=taken)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise Misuse(f"the server cannot listen at {host}:{port}", found=error.strerror or str(error),
                     next_step="Choose another --port; 0 finds a free one.") from error
    taken.listen(_QUEUE)
    return taken


def _serve(settings: Settings, endpoint: str, *, taken: socket.socket) -> None:
    import uvicorn

    from pipeline.serving.app import create_app

    host, port = taken.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    class Announced(uvicorn.Server):
        """A server that says where it is once it answers."""

        async def startup(self, sockets: list[Any] | None = None) -> None:
            await super().startup(sockets)
            click.echo(f"{endpoint} answers at {url}/predict")

    app = create_app(settings, endpoint=endpoint)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    server = Announced(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[taken])
    if server.started:
        click.echo("stopped")
