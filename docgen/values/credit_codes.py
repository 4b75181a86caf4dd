"""Read unified social credit codes (统一社会信用代码, GB 32100) as people write them."""

from __future__ import annotations

from typing import NamedTuple

from docgen.patterns import regex
from docgen.text import fold

_LENGTH = 18
_GAPS = regex(r"[\s\-_·.]+")
_RUN = regex(r"[0-9a-z]+")
#: What people write before the code (`统一社会信用代码：`) and after it.
_LEAD = regex(r"^[^0-9a-z]+")
_REMARK = regex(r"\([^()]*\)")


class CreditCode(NamedTuple):
    """A code in capitals, or None and the trouble `unreadable`; with `check-digit` the code is given as written."""

    code: str | None
    trouble: str = ""


def read(text: str) -> CreditCode:
    """The code in `text`.  Gaps, small letters and a remark in brackets are allowed; no digit is guessed."""
    folded = _REMARK.sub("", fold(text))
    bare = _GAPS.sub("", _LEAD.sub("", folded))
    found = _RUN.fullmatch(bare)
    if found is None or len(bare) != _LENGTH:
        return CreditCode(None, "unreadable")
    from stdnum.cn import uscc
    from stdnum.exceptions import InvalidChecksum, ValidationError

    try:
        return CreditCode(uscc.validate(bare))
    except InvalidChecksum:
        return CreditCode(bare.upper(), "check-digit")
    except ValidationError:
        return CreditCode(None, "unreadable")
