"""Common mistakes in expressions, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import TemplateSyntaxError, nodes

from docgen.language import phrase, tr
from docgen.patterns import regex

#: Jinja2's messages that name what was found, and what was wanted instead.
_FOUND = tuple(
    map(
        regex,
        (
            r"expected token '(?P<wanted>.+)', got '(?P<got>.+)'",
            r"unexpected '(?P<got>.+)', expected '(?P<wanted>.+)'",
            r"unexpected char ['\"](?P<got>.+)['\"] at \d+",
            r"(?:unexpected|Expected an expression, got) '(?P<got>.+)'",
        ),
    )
)
_QUOTED = regex(r"'[^']*'|\"[^\"]*\"")
#: What other languages write, and an author in Chinese, with the word that is meant.
_WRITE = (
    (regex(r"\{% else if\b"), "elif"), (regex(r"&&|且"), "and"), (regex(r"\|\||或"), "or"), (regex(r"<>"), "!="),
    (regex(r"!(?!=)"), "not"),
)  # fmt: skip
_SINGLE_EQUALS = regex(r"^(?!\{% (?:set|with|macro|call)\b).*?(?<![=!<>])=(?!=)")
_WORD_OF_NUMBER = regex(r"\d\s*[十百千万亿]")

_NUMBER, _TEXT, _YES_NO, _DATE, _REGIONS = (
    phrase("a number"), phrase("a text"), phrase("yes or no"), phrase("a date"), phrase("a list of regions"),
)  # fmt: skip
#: Fields of one choice or several are left out: their keys are checked one by one.
_KINDS = {
    "number": _NUMBER, "count": _NUMBER, "money": _NUMBER, "percent": _NUMBER,
    "text": _TEXT, "long_text": _TEXT, "list": _TEXT, "mobile": _TEXT, "credit_code": _TEXT,
    "yes or no": _YES_NO, "yes_no": _YES_NO, "date": _DATE, "regions": _REGIONS,
}  # fmt: skip


def syntax_problem(cause: TemplateSyntaxError, source: str) -> str:
    """Why an expression or tag cannot be parsed and, where that is known, what to write instead."""
    return _reason(cause.message or "") + _remedy(source)


def _reason(message: str) -> str:
    """Jinja2's message in words for authors; any other message as it is."""
    found = next(filter(None, (pattern.fullmatch(message) for pattern in _FOUND)), None)
    if not found:
        return message
    got, wanted = found["got"], found.groupdict().get("wanted")
    if wanted and (got.startswith("end of ") or not wanted.startswith("end of ")):
        return tr("{wanted!r} is missing", wanted=wanted)
    if got.startswith("end of "):
        return tr("something is missing at the end")
    return tr("{got!r} is not expected here", got=got)


def _remedy(source: str) -> str:
    code = _QUOTED.sub("''", source)
    if _SINGLE_EQUALS.search(code):
        return tr(" (compare with ==)")
    if _WORD_OF_NUMBER.search(code):
        return tr(" (write the number in digits)")
    word = next((word for pattern, word in _WRITE if pattern.search(code)), None)
    return tr(" (write {name!r})", name=word) if word else ""


def _constants(node: nodes.Node) -> list[object]:
    parts = node.items if isinstance(node, nodes.List | nodes.Tuple) else [node]
    return [part.value for part in parts if isinstance(part, nodes.Const)]


def compared(compare: nodes.Compare) -> Iterator[tuple[str, object]]:
    """The bare names in a comparison, each with every constant that it is compared with."""
    for operand in compare.ops:
        for name, other in ((compare.expr, operand.expr), (operand.expr, compare.expr)):
            if isinstance(name, nodes.Name):
                for constant in _constants(other):
                    yield name.name, constant


def never_equal(name: str, kind: str, constant: object) -> str:
    """Why a value of this kind of field or type never equals the constant; empty if it may."""
    word = _KINDS.get(kind)
    if word is None or constant is None:
        return ""
    is_number = isinstance(constant, int | float) and not isinstance(constant, bool)
    if {_NUMBER: is_number, _TEXT: isinstance(constant, str), _YES_NO: isinstance(constant, bool)}.get(word):
        return ""
    remedy = ""
    if word == _NUMBER and isinstance(constant, str):
        remedy = tr(" (write the number without quotes)")
    elif word == _TEXT and is_number:
        remedy = tr(" (write it in quotes)")
    elif word == _YES_NO:
        remedy = tr(" (write {name}, or not {name})", name=name)
    elif word == _REGIONS and isinstance(constant, str):
        remedy = tr(" (search its text: {constant!r} in ({name} ~ ''))", constant=constant, name=name)
    return tr(
        "{name} is {kind}, {constant!r} is not{remedy}", name=name, kind=tr(word), constant=constant, remedy=remedy
    )


def list_as_condition(test: nodes.Node) -> str:
    """Why an expression with a comma in it is not what it seems; empty if it has none."""
    if not isinstance(test, nodes.Tuple):
        return ""
    return tr("the comma makes a list of it, which is always true (write numbers without commas)")
