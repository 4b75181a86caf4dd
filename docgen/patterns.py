"""Compile regular expressions on first use.  Imports nothing of docgen.

docgen has several hundred of them, and a command needs only some: compiling all takes as long as reading a sheet.
"""

from __future__ import annotations

import re
from typing import Any, cast, overload

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class LazyPattern:
    """A regular expression that behaves like an re.Pattern and is compiled on first use.

    After that, its methods are those of the pattern itself, so searches are not slower.
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
    """Like re.compile, but later.  Errors in `source` are raised on first use."""
    return cast("re.Pattern[Any]", LazyPattern(source, flags))
