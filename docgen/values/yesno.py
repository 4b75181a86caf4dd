"""Read yes and no in the words that people use."""

from __future__ import annotations

from docgen.patterns import regex
from docgen.text import bare, words
from docgen.values.choices import Choices, Option, options, read

YES, NO = "yes", "no"
_YES_WORDS = tuple(
    words("是 是的 有 有的 已有 已 对 对的 可以 同意 具备 y yes 1 1.0 true t ok √ ✓ ✔ ☑ ■ ● \uf0fc \uf0fe \uf052")
)
_NO_WORDS = tuple(words("否 不是 不 无 没有 没 未 还没有 还没 尚未 暂未 不具备 n no 0 0.0 false f × x ✗ ✘ ✕ ✖"))
_BETWEEN = "[/、,，|或_-]?"
_PRINTED_QUESTION = regex(f"是{_BETWEEN}否|有{_BETWEEN}无|y{_BETWEEN}n")


def answer(written: str, yes: tuple[str, ...] = (), no: tuple[str, ...] = ()) -> Choices:
    """Read `written`: one of the keys YES and NO, both of them, or texts that are neither.

    `yes` and `no` are the kit's own words, added to the common ones.
    """
    said = dict.fromkeys((*_YES_WORDS, *map(bare, yes)), YES) | dict.fromkeys((*_NO_WORDS, *map(bare, no)), NO)
    known = said.get(bare(written))
    if known is not None:
        return Choices((known,))
    found = read(options((Option(YES, (*_YES_WORDS, *yes)), Option(NO, (*_NO_WORDS, *no)))), written)
    printed = not (found.ticked or found.unclear) and _PRINTED_QUESTION.fullmatch(bare(written))
    return found._replace(printed=True) if printed else found
