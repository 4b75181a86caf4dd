"""Yes and no, in the words that people answer with."""

from __future__ import annotations

import re

from docgen.text import bare
from docgen.values.choices import Choices, Option, options, read

YES, NO = "yes", "no"
_YES_WORDS = (
    "是 是的 有 已有 已 对 可以 同意 具备 已通过 通过 已审核 已审核通过 审核通过 已通过审核"
    " y yes 1 1.0 true t ok √ ✓ ✔ ☑ ■ ●"
)
_NO_WORDS = (
    "否 不是 不 无 没有 没 未 还没有 还没 尚未 不具备 未通过 没通过 未审核 未审核通过 不通过"
    " n no 0 0.0 false f × x ✗ ✘ ✕ ✖"
)
_WORDS = {word: YES for word in _YES_WORDS.split()} | {word: NO for word in _NO_WORDS.split()}
_PRINTED_QUESTION = re.compile("(?:是.?否|有.?无|y.?n)")


def answer(written: str) -> Choices:
    """What `written` answers: one of the keys YES and NO, or both, or texts that are neither."""
    known = _WORDS.get(bare(written))
    if known is not None:
        return Choices((known,))
    found = read(options((Option(YES, tuple(_YES_WORDS.split())), Option(NO, tuple(_NO_WORDS.split())))), written)
    printed = not found.ticked and _PRINTED_QUESTION.fullmatch(bare(written))
    return found._replace(printed=True) if printed else found
