"""A contract compared with an earlier one: the new draft with every difference as a tracked change.

The comparison is python-redlines', an optional extra (`docgen[redline]`); its engine is a program of its own.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from docgen.errors import SourceError, SystemMissingError
from docgen.language import tr
from docgen.output import scratch

_AUTHOR = "docgen"


def redline(old: Path, new: bytes, date: dt.date) -> bytes:
    """The Word document `new` with its changes against the file `old` tracked, dated `date`, as bytes.

    Accepting every change gives `new`, rejecting every one gives `old`.  Raises SourceError if `old` cannot
    be compared, SystemMissingError where the engine is not installed.
    """
    try:
        from python_redlines import DocxodusEngine, EngineExecutionError, EngineNotInstalledError
    except ImportError as cause:
        raise _not_installed() from cause
    # Without it the engine asks for ICU, which a bare system lacks, and compares by the system's language.
    os.environ.setdefault("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
    try:
        with scratch.for_libraries():
            compared, _, _ = DocxodusEngine().run_redline(_AUTHOR, old, new, date_time=f"{date.isoformat()}T00:00:00Z")
    except EngineNotInstalledError as cause:
        raise _not_installed() from cause
    except EngineExecutionError as cause:
        raise SourceError(  # what the engine says may quote the contract
            tr("{old}: cannot be compared with the new draft: the comparison ended with an error", old=old),
            tr("open it in Word, save it again as .docx, and compare with that"),
        ) from cause
    return bytes(compared)


def _not_installed() -> SystemMissingError:
    return SystemMissingError(
        tr("comparing contracts needs python-redlines and its engine, which are not installed"),
        tr("pip install 'docgen[redline]'"),
    )
