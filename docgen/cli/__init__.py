"""The command line: parse, call, print, exit.  Only this folder knows click and prints; heavy modules are
imported by the command that needs them."""

from docgen.cli.app import cli, main, run

__all__ = ["cli", "main", "run"]
