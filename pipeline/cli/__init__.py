"""The command line: one thin function per command, text for people or JSON for programs."""

from pipeline.cli.entry import main

__all__ = ["main"]
