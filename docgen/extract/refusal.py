"""Explain why a source holds no intake: which labels each sheet has, which are missing or misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from docgen.extract import words
from docgen.extract.cell_classes import group_beside
from docgen.extract.near_labels import head_of, near_fields
from docgen.extract.table_heads import LEAST_COLUMNS, qualifies, read_head
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Book, Grid
from docgen.language import tr

_ROWS = 200  # rows of a sheet that are searched
_SHEETS = 3  # sheets that are named
_NEAR = 5  # near labels that are named
_LONGEST = 20
_LOOKED_AT = 60  # texts of a sheet that are checked as labels; no form has more


def labels_seen(books: Iterable[Book], vocabulary: Vocabulary) -> str:
    """One line that names the kit's labels on the sheets with most of them; empty if there are none."""
    sheets = {grid.sheet: grid for book in books for grid in book.sheets if grid.sheet not in book.own_sheets}
    found = [(grid, _keys(grid, vocabulary)) for grid in sheets.values()]
    seen = [_Seen(grid, keys, list(islice(_near(grid, vocabulary, keys), _NEAR))) for grid, keys in found]
    best = sorted((one for one in seen if one.keys or one.near), key=lambda one: (-len(one.keys), -len(one.near)))
    return "; ".join(_described(one, vocabulary) for one in best[:_SHEETS])


def _keys(grid: Grid, vocabulary: Vocabulary) -> list[str]:
    """The fields whose labels are anywhere on the sheet, in the order of the kit."""
    keys: set[str] = set()
    for row, column, text in _texts(grid):
        meaning = vocabulary.meaning(text)
        group = group_beside(grid, vocabulary, row, column) if len(meaning.keys) > 1 else ""
        key = vocabulary.resolve(meaning, group) if meaning.keys else None
        keys |= {key} if key else set()
        keys |= {pair for pair, _ in meaning.pairs} | set(meaning.joint.keys)
        keys |= {meaning.option[0]} if meaning.option else set()
    return [key for key in vocabulary.fields if key in keys]


def _texts(grid: Grid) -> Iterator[tuple[int, int, str]]:
    for row in islice(grid.rows, _ROWS):
        for column, cell in grid.rows[row].items():
            if cell.text.strip():
                yield row, column, cell.text


class _Seen(NamedTuple):
    """A sheet, the fields whose labels are on it, and the texts that are nearly labels."""

    grid: Grid
    keys: list[str]
    near: list[str]


def _described(seen: _Seen, vocabulary: Vocabulary) -> str:
    fields, grid, core = vocabulary.fields, seen.grid, vocabulary.kit.core
    where = tr("on sheet {sheet}", sheet=grid.sheet) if grid.sheet is not None else tr("in the file")
    found = "、".join(fields[key].label for key in seen.keys)
    missing = [fields[key].label for key in fields if key in core and key not in seen.keys]
    parts = [tr("found {found}", found=found or tr("none"))]
    if missing:
        parts.append(tr("not found {missing}", missing="、".join(missing)))
    if seen.near:
        parts.append(tr("near: {near}", near="、".join(seen.near)))
    header = _header(grid, vocabulary)
    if header:
        parts.append(header)
    return tr(
        "{found} of {all} labels of {name} {where}: {parts}",
        found=len(core.intersection(seen.keys)),
        all=len(core),
        name=vocabulary.kit.name,
        where=where,
        parts="; ".join(parts),
    )


def _near(grid: Grid, vocabulary: Vocabulary, keys: list[str]) -> Iterator[str]:
    """The texts that look like labels of missing fields, with these labels: `企业名 → 公司名称`."""
    missing = [field for key, field in vocabulary.fields.items() if key not in keys]
    seen: set[str] = set()
    for _, _, text in _texts(grid):
        head = head_of(text)
        meaning = vocabulary.meaning(text)
        known = meaning.keys or meaning.pairs or meaning.group or vocabulary.understood(text)
        if known or head in seen or len(head) > _LONGEST:
            continue
        if len(seen) >= _LOOKED_AT:
            return
        seen.add(head)
        fields = near_fields(missing, head)
        if fields:
            yield f"{head} → {'/'.join(field.label for field in fields)}"


def _header(grid: Grid, vocabulary: Vocabulary) -> str:
    """Why a row of labels is not accepted as the header of a table of customers, if there is such a row."""
    for row in islice(grid.rows, _ROWS):
        head = read_head(grid, vocabulary, row)
        if head is None or len(head.keys) < LEAST_COLUMNS or qualifies(vocabulary, head):
            continue
        unknown = [text for text in head.unknown.values() if not words.is_clerical(text)]
        return tr(
            "row {row} heads no table of customers: {known} known columns, {unknown} others",
            row=row,
            known=len(head.keys),
            unknown=len(unknown),
        )
    return ""
