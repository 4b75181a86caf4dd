"""Forms in lines of text, `标签：答案`: text files and the text of mails."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Grid
from docgen.formats.text_lines import is_mail, lines_grid, read_lines, read_mail
from docgen.text import is_instruction

_ANSWERED = 2  # so many answers in paragraphs are no chance
_LOOKED_AT = 300  # lines; no form is longer, and a table may have millions


def label_lines(path: Path, vocabulary: Vocabulary) -> Grid | None:
    """The lines of a text file or mail that is a form: at least half of the labels are at the beginning of lines.

    None for any other text, as a table of separated values.  Raises SourceError.
    """
    lines = read_mail(path).lines if is_mail(path) else read_lines(path)
    keys: set[str] = set()
    for line in islice(lines, _LOOKED_AT):
        if "：" in line or ":" in line:
            meaning = vocabulary.meaning(line.strip())
            keys |= {key for key, _ in meaning.pairs} | set(meaning.keys)
    return lines_grid(lines, "L") if vocabulary.are_half(keys) else None


def answers_in_prose(lines: Iterable[str], vocabulary: Vocabulary, tables: Iterable[Grid]) -> bool:
    """Whether the paragraphs of a document answer fields whose labels are in none of its tables."""
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
