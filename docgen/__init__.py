"""docgen: intake sheets in, customer packets out.

    import docgen

    kit = docgen.Kit.load("caller-number")
    for case in docgen.read("customers.xlsx", kit, terms="terms.yaml"):
        print(case.name, case.verdict, [(f.code, f.cell, f.message) for f in case.findings])
        if case.ready:
            case.save("outputs")

docs/library.md explains it.  Nothing heavy is imported before one of the names is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docgen.errors import DocgenError, KitError, SourceError
    from docgen.library.batches import run_batch
    from docgen.library.cases import Case, read
    from docgen.library.kits import Kit

__version__ = "1.0.0"
__all__ = ["Case", "DocgenError", "Kit", "KitError", "SourceError", "read", "run_batch"]

_HOMES = {
    "Case": "library.cases", "DocgenError": "errors", "Kit": "library.kits", "KitError": "errors",
    "SourceError": "errors", "read": "library.cases", "run_batch": "library.batches",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """The name of the public API, imported when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
