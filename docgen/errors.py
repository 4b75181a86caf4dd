"""Exit codes and the errors that carry them.

    DocgenError
    ├── UsageError      2   the command line asks for something impossible
    ├── SourceError     3   a source cannot be read, or holds no intake
    │   └── AmendmentError       corrections that do not fit their source
    ├── NotReadyError   4   an intake is not ready for what is asked
    ├── KitError        6   a kit or a template is wrong
    ├── WriteError      7   the target cannot be written, or would be overwritten
    │   └── DiskFullError        there is no room left
    ├── SystemMissingError   9   a system library or font is not there
    │   └── MissingGlyphError    no font has a character of one intake
    └── ProofError     10   a document failed its own check

A bad answer in a sheet is no error: it is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path
from typing import ClassVar, Self

from docgen.language import tr


class ExitCode(IntEnum):
    """The exit code of the process; a public interface, never renumbered."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    UNREADABLE = 3
    INCOMPLETE = 4
    REJECTED = 5
    KIT = 6
    WRITE = 7
    BATCH = 8
    SYSTEM = 9
    PROOF = 10
    INTERRUPTED = 130


class DocgenError(Exception):
    """A failure of the surroundings that a person can mend.

    `message` says what is wrong and where, `hint` how to mend it; both are one line in the language in use.
    `stops_run` says whether every other item of a run would fail in the same way.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED
    stops_run: ClassVar[bool] = False

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = " ".join(tr(message).split())
        self.hint = " ".join(tr(hint).split())

    def __str__(self) -> str:
        return tr("{message} ({hint})", message=self.message, hint=self.hint) if self.hint else self.message


class UsageError(DocgenError):
    """The command line asks for something that cannot be done."""

    exit_code = ExitCode.USAGE


class SourceError(DocgenError):
    """A source that cannot be read, or that holds no intake."""

    exit_code = ExitCode.UNREADABLE


class AmendmentError(SourceError):
    """Amendments that cannot be read or do not fit their sources; `problems` holds one line each."""

    def __init__(self, problems: str | list[str], hint: str = "") -> None:
        self.problems = [problems] if isinstance(problems, str) else problems
        super().__init__("; ".join(self.problems), hint)
        self.args = self.problems, hint  # of which another process makes it again


class NotReadyError(DocgenError):
    """A contract that the state of its intake does not allow; `pending` are the labels without a value."""

    exit_code = ExitCode.INCOMPLETE

    def __init__(self, message: str, hint: str = "", pending: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.pending = pending


class KitError(DocgenError):
    """A kit or a template that is wrong; `problems` holds one line each."""

    exit_code = ExitCode.KIT
    stops_run = True

    def __init__(self, problems: str | list[str], hint: str = "") -> None:
        self.problems = [problems] if isinstance(problems, str) else problems
        super().__init__("; ".join(self.problems), hint)


class WriteError(DocgenError):
    """The target cannot be written, or holds something that must not be lost."""

    exit_code = ExitCode.WRITE


class DiskFullError(WriteError):
    """There is no room left on the disk."""

    stops_run = True


class SystemMissingError(DocgenError):
    """A system library or a font that rendering needs is not installed."""

    exit_code = ExitCode.SYSTEM
    stops_run = True


class MissingGlyphError(SystemMissingError):
    """No installed font has a character of one intake; other intakes are not affected."""

    stops_run = False


class ProofError(DocgenError):
    """A document failed its own check after rendering."""

    exit_code = ExitCode.PROOF


class ElsewhereError(Exception):
    """An unexpected error of another process, with the texts that `bug` and `trace` give there."""

    def __init__(self, bug: str, trace: str) -> None:
        super().__init__(bug, trace)
        self.bug = bug
        self.trace = trace

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """The same error, to be sent to another process."""
        return cls(bug(error), trace(error))


def bug(error: BaseException) -> str:
    """The kind and place of an unexpected error; not its text, which may quote a customer."""
    if isinstance(error, ElsewhereError):
        return error.bug
    import traceback  # not where nothing fails

    frames = traceback.extract_tb(error.__traceback__)
    kind = type(error).__name__
    if not frames:
        return tr("unexpected {error}", error=kind)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    return tr("unexpected {error} at {place}", error=kind, place=place)


def trace(error: BaseException) -> str:
    """The calls that led to an error and to its causes; not their texts."""
    if isinstance(error, ElsewhereError):
        return error.trace
    import traceback

    earlier = error.__cause__ or error.__context__
    calls = "".join(traceback.format_tb(error.__traceback__))
    return f"{trace(earlier) if earlier else ''}{calls}{bug(error)}\n"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` with the nearest of `known`, or nothing if none is near."""
    import difflib  # not for those who make no mistakes

    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return tr(" (did you mean {near!r}?)", near=near[0]) if near else ""
