"""Read forms in lines of text, `标签：答案`: text files and the bodies of mails."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from docgen.extract.mail_parts import parted
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Cell, Grid
from docgen.formats.text_lines import is_mail, lines_grid, read_lines, read_mail, rows_grid
from docgen.model.intake import Unrecognised
from docgen.patterns import regex
from docgen.text import is_instruction

#: Separators of values in a file of separated values.
_BETWEEN_VALUES = regex("[,;|\t，]")
#: A label and what may be between it and its answer instead of a colon.
_OTHERWISE = regex(
    r"\s*(?:【(?=[^】]{2,30}】\S))?(?P<label>[^\s=＝—【】|,，;；][^=＝—【】\t|,，;；]{0,30}?)(?:】|\s*(?:[=＝]|——|-->?|→)\s*|(?:\s{2,}|[^\S\t])(?:-\s+)?)(?=\S)"
)
_SHORTEST = 3
_ANSWERED = 2  # this many answers in paragraphs are no coincidence
_LOOKED_AT = 300  # lines; no form is longer, and a table may have millions


class TextForm(NamedTuple):
    """The lines of a text or mail that may be a form, and the texts of a mail that are no part of what it says."""

    grid: Grid
    aside: tuple[Unrecognised, ...] = ()
    attached: tuple[str, ...] = ()


def text_form(path: Path, vocabulary: Vocabulary) -> TextForm | None:
    """The lines of a text file that is a form: at least half of the labels begin a line.  Of a mail, all of its lines.

    None for any other text, such as a table of separated values.  Raises SourceError.
    """
    if is_mail(path):
        mail = read_mail(path)
        rows = (row._replace(cells=_labelled(row.cells, vocabulary)) for row in mail.rows)
        parts = parted(list(rows), vocabulary)
        aside = tuple(Unrecognised(None, f"L{at + 1}", text) for at, text in parts.aside)
        return TextForm(rows_grid(parts.rows, "L"), aside, mail.attached)
    lines = [_marked(line, vocabulary) for line in read_lines(path)]
    keys: set[str] = set()
    found_fields = separated = 0
    for line in islice(lines, _LOOKED_AT):
        if "：" in line or ":" in line:
            meaning = vocabulary.meaning(line.strip())
            found = {key for key, _ in meaning.pairs} | set(meaning.keys)
            keys |= found
            found_fields += bool(found)
            separated += bool(found) and _is_separated(line, vocabulary)
    if not vocabulary.are_half(keys) or separated * 2 > found_fields:
        return None
    return TextForm(lines_grid(lines, "L"))


def _labelled(cells: tuple[Cell, ...], vocabulary: Vocabulary) -> tuple[Cell, ...]:
    """A line of one cell as label and answer, where it is both without a colon."""
    if len(cells) != 1 or "\n" in cells[0].text:
        return cells
    return (cells[0]._replace(text=_marked(cells[0].text, vocabulary)),)


def _marked(line: str, vocabulary: Vocabulary) -> str:
    """A line with a colon after its label, where something else separates it from the answer: `公司名称 = …`."""
    found = _OTHERWISE.match(line) if len(line) > _SHORTEST else None
    if found is None or ":" in found["label"] or "：" in found["label"] or not vocabulary.meaning(found["label"]).keys:
        return line
    return f"{found['label']}：{line[found.end() :].strip()}"


def _is_separated(line: str, vocabulary: Vocabulary) -> bool:
    """Whether the line is a row of separated values: label and answer, or pairs of them."""
    head, *rest = _BETWEEN_VALUES.split(line)
    if not rest:
        return False
    return head.rstrip('" ').endswith((":", "：")) or any(
        meaning.pairs or meaning.marked for meaning in (vocabulary.meaning(part.strip('" ')) for part in rest)
    )


def answers_in_prose(lines: Iterable[str], vocabulary: Vocabulary, tables: Iterable[Grid]) -> bool:
    """Whether the paragraphs of a document answer fields that have no label in its tables."""
    answered = {
        key
        for line in lines
        for key, answer in vocabulary.meaning(line.strip()).pairs
        if answer.strip() and not is_instruction(answer) and not vocabulary.understood(line)
    }
    if len(answered) < _ANSWERED:
        return False
    cells = (cell for table in tables for row in table.rows.values() for cell in row.values())
    asked = {key for cell in cells for key in vocabulary.meaning(cell.text).keys}
    return len(answered - asked) >= _ANSWERED
