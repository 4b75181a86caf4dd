"""The signs and words that mark choices as chosen or not."""

from __future__ import annotations

from docgen.patterns import regex
from docgen.text import fold, says_nothing, words

# Pasted Wingdings and Wingdings 2 arrive as private-use characters from f020 on.
TICKS = "☑☒✓✔√■●◉⦿◼⬛▣✅🗹\uf0fe\uf0fd\uf0fc\uf052\uf050\uf053\uf054"
BOXES = "□☐○◻◯▢⬜◽❏❑\uf0a8\uf06f\uf071\uf0a1\uf0a3"
CROSSES = "×✗✘✕✖\uf0fb\uf04f"
#: Words that count as marks if each is beside a label and nothing else is written.
YES = frozenset(words("y yes 是 1 1.0 true t v ok on 需要 要 选 选中 已选 选择 有"))
NO = frozenset(words("n no 否 0 0.0 false f off 不需要 不要 不选 未选 不选择 不做 无 没有"))
_NONE_OF_IT = regex(r"[:：x×*]?\s?0+(?:\.0+)?\s?(?:个|条|路|部|号|门|线|只|张|份|台|家)?")


def is_none_of_it(amount: str) -> bool:
    """Whether the amount after a choice is none: `0个`."""
    return _NONE_OF_IT.fullmatch(amount.strip()) is not None


def declines(remark: str) -> bool:
    """Whether the text in the bracket after a choice takes it back: `手机号（不要）`, `手机号（0个）`."""
    return fold(remark) in NO or says_nothing(remark) or is_none_of_it(remark)
