"""fontTools for WeasyPrint, imported when something needs it: a tenth of a second for what most processes never use.

WeasyPrint cuts fonts with HarfBuzz; fontTools is for fonts on the web, variable fonts and pictures of glyphs.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

#: The modules that WeasyPrint imports names from.
_MODULES = ("fontTools", "fontTools.ttLib", "fontTools.varLib", "fontTools.varLib.instancer")


class _Late:
    """A name of fontTools; the first use of any puts the real ones into all modules of WeasyPrint."""

    def __init__(self, module: str, name: str) -> None:
        self.__dict__.update(_module=module, _name=name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._used()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._used(), name)

    def _used(self) -> Any:
        for module in [module for name, module in sys.modules.items() if name.startswith("weasyprint.")]:
            vars(module).update({name: one._real() for name, one in vars(module).items() if isinstance(one, _Late)})
        return self._real()

    def _real(self) -> Any:
        module = importlib.import_module(self._module)
        return getattr(module, self._name, None) or importlib.import_module(f"{self._module}.{self._name}")


class _StandIn(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Late(self.__name__, name)


@contextmanager
def left_out() -> Iterator[None]:
    """Within, modules of fontTools give names that are imported when they are used; not if it is there already."""
    stand_ins = {} if "fontTools" in sys.modules else {name: _StandIn(name) for name in _MODULES}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            sys.modules.pop(name, None)
