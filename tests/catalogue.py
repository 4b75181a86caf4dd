"""The messages of docgen: found in its source, and compared with the Chinese catalogue.

    .venv/bin/python tests/catalogue.py

sorts the catalogue, takes out what no source asks for, and adds each new message with an empty translation, to be
filled in.
"""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

from docgen import cli
from docgen.cli import help_texts
from docgen.documents import template_fields
from docgen.kit import kits
from docgen.model.intake import Level, Verdict
from docgen.model.kit import FieldType
from docgen.packet.manifest import FileState
from docgen.packet.packet import KINDS

PACKAGE = Path(cli.__file__).parents[1]
CATALOGUE = PACKAGE / "language" / "zh.json"
#: The functions that take a message, and which of their arguments it is.
_TAKES = {"tr": 0, "phrase": 0, "plural": 2}


def keys() -> set[str]:
    """Every message that the catalogue must hold."""
    found = help_texts.messages(cli.cli) | _words() | listed()
    for path in PACKAGE.rglob("*.py"):
        found |= set(_called(ast.parse(path.read_text(encoding="utf-8"))))
    for path in PACKAGE.rglob("*.html"):
        found |= set(_in_page(path.read_text(encoding="utf-8")))
    return found


def _words() -> set[str]:
    words = {"verdict": Verdict, "level": Level, "file": FileState, "document": KINDS}
    return {f"{kind}: {word!s}" for kind, of_kind in words.items() for word in of_kind}


def listed() -> set[str]:
    """What `template fields` says of the names that a kit does not make."""
    listings = template_fields.of_kit(kits.load(kits.find("caller-number")))
    texts = {text for listing in listings for entry in listing.entries for text in (entry.kind, entry.meaning)}
    words = re.compile(r"[A-Za-z]{2,}")
    sentence = re.compile(r"\b[a-z]+ [a-z]+ [a-z]+\b")  # with examples in Chinese beside it
    found = {text for text in texts if sentence.search(text) or (text.isascii() and words.search(text))}
    return found | {kind.value for kind in FieldType}


def _called(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TAKES:
            message = node.args[_TAKES[node.func.id]]
            if isinstance(message, ast.Constant):
                assert isinstance(message.value, str)
                yield message.value
            elif isinstance(message, ast.IfExp):
                yield from (
                    str(part.value) for part in (message.body, message.orelse) if isinstance(part, ast.Constant)
                )


def _in_page(text: str) -> Iterator[str]:
    for found in re.findall(r'\btr\(("(?:[^"\\]|\\.)*")', text):
        yield json.loads(found)
    for found in re.findall(r'\bplural\([^"]*"[^"]*", *("(?:[^"\\]|\\.)*")', text):
        yield json.loads(found)


def computed() -> list[str]:
    """The calls of `tr` whose message is worked out: every message that gets there must be marked with `phrase`."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                kind = node.args[0]
                if isinstance(kind, ast.JoinedStr | ast.BinOp):
                    found.append(f"{path.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}")
    return found


def catalogue() -> dict[str, str]:
    """The Chinese catalogue."""
    read: dict[str, str] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return read


def placeholders(message: str) -> set[str]:
    """The names in braces; those of a message without values are no placeholders."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(message) if name}
    except ValueError:
        return set()


def main() -> None:
    known = catalogue() if CATALOGUE.exists() else {}
    wanted = {key: known.get(key, "") for key in sorted(keys())}
    CATALOGUE.write_text(json.dumps(wanted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    missing = [key for key, text in wanted.items() if not text]
    print(f"{len(wanted)} messages, {len(missing)} to translate")  # noqa: T201
    for key in missing:
        print(f"  {key}")  # noqa: T201


if __name__ == "__main__":
    main()
