"""Names of the kit in the marks of other programs: `{company_name}`, `«company_name»`, `${company_name}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from docgen.language import tr
from docgen.patterns import regex
from docgen.template.context_types import Names
from docgen.template.tags import Remark
from docgen.template.text_runs import TextRun

_TAGS = regex(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
#: A word between other marks; those of mail merge and of programs for documents and web pages.
_MARKED = regex(
    r"\$?(?<!\{)(?<!\{[ \xa0\u3000])\{\s*([\w.]+)\s*\}(?![ \xa0\u3000]?\})"
    r"|«\s*([\w.]+)\s*»|(?:<<|&lt;&lt;)\s*([\w.]+)\s*(?:>>|&gt;&gt;)|\[\[\s*([\w.]+)\s*\]\]"
)


def foreign_marks(passages: Iterable[TextRun], names: Names) -> Iterator[Remark]:
    """A remark on every name or label of the kit in the marks of another program."""
    for passage in passages:
        if passage.is_page:
            continue
        text = _TAGS.sub(lambda tag: "\0" * len(tag[0]), passage.text)
        for found in _MARKED.finditer(text):
            word = next(filter(None, found.groups()))
            name = word if word.partition(".")[0] in names.shapes else names.named(word)
            if name:
                where = passage.where(*found.span())
                yield Remark(
                    where,
                    tr(
                        "{found} is printed as it is (write {{{{ {name} }}}} to print the value)",
                        found=unescape(found[0]),
                        name=name,
                    ),
                )
