"""Regular expressions that are compiled when they are first used.  Imports nothing of docgen.

docgen knows some hundreds of them, and a command needs a part: to compile them all takes as long as to read a sheet.
"""

from __future__ import annotations

import re
from typing import Any, cast, overload

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class LazyPattern:
    """A regular expression that passes for an re.Pattern; what it is asked for first makes it one.

    Once compiled, its methods are those of the pattern itself, so that a search takes no longer.
    """

    def __init__(self, source: str | bytes, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        self.__dict__ |= {method: getattr(compiled, method) for method in _METHODS}
        return getattr(compiled, name)


@overload
def regex(source: str, flags: int = 0) -> re.Pattern[str]: ...
@overload
def regex(source: bytes, flags: int = 0) -> re.Pattern[bytes]: ...
def regex(source: str | bytes, flags: int = 0) -> re.Pattern[Any]:
    """The same as re.compile, later.  What is wrong with `source` is raised when it is first used."""
    return cast("re.Pattern[Any]", LazyPattern(source, flags))
