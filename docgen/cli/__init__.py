"""The command line: parse, call, print, exit.

Only this folder imports click and prints.  Each command imports the
heavy modules that it needs."""

from docgen.cli.app import cli, main, run

__all__ = ["cli", "main", "run"]
