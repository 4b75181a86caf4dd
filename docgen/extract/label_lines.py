"""Read forms in lines of text, `标签：答案`: text files and the bodies of mails."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Grid
from docgen.formats.text_lines import is_mail, lines_grid, read_lines, read_mail
from docgen.patterns import regex
from docgen.text import is_instruction

#: Separators of values in a file of separated values.
_BETWEEN_VALUES = regex("[,;|\t，]")
_ANSWERED = 2  # this many answers in paragraphs are no coincidence
_LOOKED_AT = 300  # lines; no form is longer, and a table may have millions


def label_lines(path: Path, vocabulary: Vocabulary) -> Grid | None:
    """The lines of a text file or mail that is a form: at least half of the labels begin a line.

    None for any other text, such as a table of separated values.  Raises SourceError.
    """
    is_text = is_mail(path)
    lines = read_mail(path).lines if is_text else read_lines(path)
    keys: set[str] = set()
    told = separated = 0
    for line in islice(lines, _LOOKED_AT):
        if "：" in line or ":" in line:
            meaning = vocabulary.meaning(line.strip())
            found = {key for key, _ in meaning.pairs} | set(meaning.keys)
            keys |= found
            told += bool(found)
            separated += bool(found) and _is_separated(line, vocabulary)
    if not vocabulary.are_half(keys) or (not is_text and separated * 2 > told):
        return None
    return lines_grid(lines, "L")


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
