"""Decide which cells of a form are labels, and which only look like labels.

The answer `手机号` to 主叫号码类型 reads like the label of another field.  So the position decides, with
what is beside and below the text, and whether it has a star or colon, which answers do not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from enum import Enum, auto
from typing import NamedTuple

from docgen.extract import words
from docgen.extract.marks import mark_of
from docgen.extract.meanings import Meaning
from docgen.extract.vocabulary import Vocabulary
from docgen.formats.grid import Cell, Extent, Grid
from docgen.model.kit import FieldType

Place = tuple[int, int]
_REPEATED = 3  # a label and two answers with the same text
_SHORT = 10  # a longer text is no part of a label over several rows
_HEADINGS = 2  # at least this many headings of columns make a row of headings
_REACH = 12  # how many rows below and columns right of an unmerged group label its fields may be


class Role(Enum):
    """The role of a cell in a form."""

    LABEL = auto()
    PAIR = auto()  # label and answer in one cell
    GROUP = auto()
    OTHER = auto()  # an answer, or text


#: The roles of cells that have a zone.  A tuple: a set would hash the members at each look.
OWNERS = (Role.LABEL, Role.PAIR)


class LabelCandidate(NamedTuple):
    """A non-empty cell of a form: its extent, its text, and what the text can mean."""

    place: Place  # row and column of its top left cell
    extent: Extent
    cell: Cell
    meaning: Meaning
    key: str | None  # the only field whose label it can be


class Layout:
    """The cells of a form with their roles.

    `below` holds the labels that head columns, with their answers under them.
    """

    def __init__(self, grid: Grid, vocabulary: Vocabulary) -> None:
        self.grid = grid
        self.vocabulary = vocabulary
        self.rows: dict[int, list[LabelCandidate]] = {}
        for row, cells in grid.rows.items():
            spots = [self._spot(row, column, cell) for column, cell in cells.items() if cell.text.strip()]
            if spots:
                self.rows[row] = _without_headings(spots)
        self.spots = {spot.place: spot for spots in self.rows.values() for spot in spots}
        self.uses = Counter(spot.key for spot in self.spots.values() if spot.key)
        self.uses.update(key for spot in self.spots.values() for key, _ in spot.meaning.pairs)
        self.uses.update(key for spot in self.spots.values() for key in spot.meaning.joint.keys[1:])
        self._options = Counter(spot.meaning.option[0] for spot in self.spots.values() if spot.meaning.option)
        self.below: set[Place] = set()
        self.roles: dict[Place, Role] = {}
        for row in self.rows:
            self._assign(row)

    def _spot(self, row: int, column: int, cell: Cell) -> LabelCandidate:
        meaning = Meaning() if cell.fault else self.vocabulary.meaning(cell.text)
        key = None
        if meaning.keys:
            several = len(meaning.keys) > 1
            group = group_beside(self.grid, self.vocabulary, row, column) if several else ""
            key = self.vocabulary.resolve(meaning, group)
        elif meaning.joint.keys or meaning.option:
            key = meaning.option[0] if meaning.option else meaning.joint.keys[0]
        elif not (meaning.pairs or meaning.group or cell.fault):
            key = self._with_group(row, column, cell.text)
        extent = self.grid.extent(row, column)
        return LabelCandidate(extent[:2], extent, cell, meaning, key)

    def _with_group(self, row: int, column: int, text: str) -> str | None:
        """The field that a text names together with the cell merged over several rows before it: `外呼量 | 每日`."""
        over = self.grid.extent(row, column - 1) if column > 1 and len(text) <= _SHORT else None
        head = self.grid.cell(over.top, over.left) if over and over.bottom > over.top else None
        if head is None or len(head.text) > _SHORT or self.vocabulary.meaning(head.text).keys or mark_of(text):
            return None  # of a label the text beside it is the answer
        joined = (self.vocabulary.meaning(name).keys for name in (head.text + text, text + head.text))
        return next((keys[0] for keys in joined if len(keys) == 1), None)

    def _heads_rows(self, spot: LabelCandidate) -> bool:
        """Whether a label is merged over rows that each begin with the label of a field: `联系人 | 姓名`, 职务."""
        if spot.key is None or spot.extent.bottom == spot.extent.top:
            return False
        rows = range(spot.extent.top, min(spot.extent.bottom, spot.extent.top + _REACH) + 1)
        beside = [self.spots.get((row, spot.extent.right + 1)) for row in rows]
        keys = {one.key for one in beside if one is not None and one.key}
        return None not in beside and len(keys) == len(rows)

    def _follows_choice(self, spot: LabelCandidate) -> bool:
        """Whether the text goes on a column of choices, `主叫号码类型 | 固号 | 10`, though elsewhere it is a label."""
        if spot.key is None or spot.meaning.marked or self.uses[spot.key] < 2:
            return False
        passed = [spot]
        for top in range(spot.extent.top - 1, max(spot.extent.top - 1 - _REACH, 0), -1):
            above = self.spots.get((top, spot.extent.left))
            if above is None:
                return False
            before = [one for one in self.rows[top] if one.extent.left < above.extent.left]
            labels = [one for one in before if self.roles.get(one.place) is Role.LABEL]
            owner = above if above.place in self.below else labels[-1] if labels else None
            passed += [above] if owner is not above else []
            if owner is not None:
                is_first = owner is above or self.rows[spot.extent.top][0] is spot
                texts = [one.cell.text for one in passed] if is_first and owner.key and len(passed) > 1 else []
                return bool(texts) and all(self.vocabulary.is_choice(owner.key or "", text) for text in texts)
        return False

    def option(self, spot: LabelCandidate) -> str:
        """The choice that a label names beside its field; `行业（银行）` alone is only a label with a remark."""
        option = spot.meaning.option
        return option[1] if option and (not spot.meaning.keys or self._options[option[0]] > 1) else ""

    def _assign(self, row: int) -> None:
        """Give each cell of the row its role, from left to right."""
        for run in self._runs(row):
            if self._heads_columns(run):
                self.below |= {spot.place for spot in run}
                self.roles |= {spot.place: Role.LABEL for spot in run}
        before: LabelCandidate | None = None
        owner: LabelCandidate | None = None  # the label whose choices are in the row so far
        for number, spot in enumerate(self.rows[row]):
            after = self.rows[row][number + 1] if number + 1 < len(self.rows[row]) else None
            if spot.place not in self.roles:
                self.roles[spot.place] = self._role(spot, before, owner, after)
            if self.roles[spot.place] is Role.LABEL:
                owner = spot
            elif owner and owner.key and not self._is_allowed_among_choices(spot, owner.key):
                owner = None
            before = spot

    def _is_allowed_among_choices(self, spot: LabelCandidate, key: str) -> bool:
        """Whether the text is a choice of the field, or a mark or amount beside a choice."""
        if not self.vocabulary.fields[key].choices:
            return False
        text = spot.cell.text.strip()
        return mark_of(text) is not None or text[:1].isdigit() or self.vocabulary.is_choice(key, text)

    def _role(
        self,
        spot: LabelCandidate,
        before: LabelCandidate | None,
        owner: LabelCandidate | None,
        after: LabelCandidate | None,
    ) -> Role:
        meaning = spot.meaning
        if (meaning.group and (spot.key is None or self._opens_group(spot, after))) or self._heads_rows(spot):
            return Role.GROUP
        if not spot.key and not meaning.pairs:
            return Role.OTHER
        if self._is_below_label(spot) or self._is_choice_of_above(spot, after) or self._follows_choice(spot):
            return Role.OTHER
        if before and self._answers(spot, before):
            return Role.OTHER
        if owner and self._is_choice_of(spot, owner, after):
            return Role.OTHER
        return Role.LABEL if spot.key else Role.PAIR

    def _opens_group(self, spot: LabelCandidate, after: LabelCandidate | None) -> bool:
        """Whether a text that can be a group or a label is a group here: a label of the group follows."""
        members = self.vocabulary.groups.get(spot.meaning.group, set())
        return after is not None and after.key in members and after.key is not None

    def _answers(self, spot: LabelCandidate, before: LabelCandidate) -> bool:
        """Whether a text that looks like a label is the answer to the label before it in the row."""
        if self.roles.get(before.place) is not Role.LABEL or before.key is None or before.place in self.below:
            return False
        if spot.meaning.marked:
            return False
        if spot.meaning.pairs:  # `关键流程话术 | 姓名：…` is a script, `职位： | 手机号：138…` two pairs
            in_use = any(self.uses[key] > 1 and key != before.key for key, _ in spot.meaning.pairs)
            return adjacent(before, spot) and (in_use or self._takes_prose(before))
        return adjacent(before, spot)

    def _is_choice_of(self, spot: LabelCandidate, owner: LabelCandidate, after: LabelCandidate | None) -> bool:
        """Whether the text is a choice of an earlier label, after a blank cell or other choices
        (`主叫号码类型 | 固号 | 手机号 | √`).  The label with the same text is then somewhere else."""
        if owner.key is None or owner.place in self.below or spot.key is None or spot.meaning.marked:
            return False
        beside = after.cell.text if after is not None and adjacent(spot, after) and not after.key else None
        if beside is not None and self._could_answer(spot.key, beside, owner.key):
            return False
        return self.uses[spot.key] > 1 and self.vocabulary.is_choice(owner.key, spot.cell.text)

    def _could_answer(self, key: str, text: str, owner: str) -> bool:
        """Whether a text beside the label of the field `key` may be its answer: no mark and no choice of `owner`."""
        if mark_of(text) is not None or self.vocabulary.is_choice(owner, text):
            return False
        return self.vocabulary.could_answer(key, text) is not False

    def _repeats_choice(self, spot: LabelCandidate, owner: LabelCandidate) -> bool:
        """Whether the text is a choice of the label before it and also in other cells: the answers of several
        customers beside one label, `主叫号码类型 | 手机号 | 手机号`."""
        if owner.key is None or spot.key is None or spot.meaning.marked or self.uses[spot.key] < _REPEATED:
            return False
        return self.vocabulary.is_choice(owner.key, spot.cell.text)

    def demote(self, columns: Container[int], top: int) -> None:
        """Turn labels into plain text in columns that hold answers or examples, below the heading row `top`."""
        for place, role in self.roles.items():
            if role in OWNERS and place[1] in columns and place[0] > top and place not in self.below:
                self.roles[place] = Role.OTHER

    def _takes_prose(self, label: LabelCandidate) -> bool:
        return label.key is not None and self.vocabulary.fields[label.key].type is FieldType.LONG_TEXT

    def _is_below_label(self, spot: LabelCandidate) -> bool:
        if not self.below or spot.extent.top == 1 or spot.meaning.marked:
            return False
        return self.grid.extent(spot.extent.top - 1, spot.extent.left)[:2] in self.below

    def _is_choice_of_above(self, spot: LabelCandidate, after: LabelCandidate | None) -> bool:
        """Whether the text is a choice written below its label, though elsewhere it is a label."""
        above = self.spots.get((spot.extent.top - 1, spot.extent.left))
        if above is None or above.key is None or spot.key is None or spot.meaning.marked:
            return False
        free = self.rows[above.extent.top][-1] is above and after is None
        return free and self.uses[spot.key] > 1 and self.vocabulary.is_choice(above.key, spot.cell.text)

    def _runs(self, row: int) -> Iterator[list[LabelCandidate]]:
        """The runs of adjacent labels in the row, without a gap."""
        run: list[LabelCandidate] = []
        owner: LabelCandidate | None = None
        for spot in self.rows[row]:
            is_label = spot.key is not None and not self._is_below_label(spot)
            if is_label and owner is not None and self._repeats_choice(spot, owner):
                is_label = False
            elif is_label:
                owner = spot
            if run and (not is_label or not adjacent(run[-1], spot)):
                yield run
                run = []
            if is_label:
                run.append(spot)
        if run:
            yield run

    def _heads_columns(self, run: list[LabelCandidate]) -> bool:
        """Whether the labels of a run have their answers below them, not beside them."""
        if len(run) < 2 or self._opens_group(run[0], run[1]):
            return False
        under = [self.under(spot) for spot in run]
        labels = sum(spot is not None and bool(spot.key or spot.meaning.pairs or spot.meaning.group) for spot in under)
        texts = sum(spot is not None for spot in under) - labels
        if len(run) == 2:
            # two may also be label and answer: `职位 | 负责人`; but not where earlier answers are below their labels
            return labels == 0 and (texts == 2 or bool(self.below)) and not any(self.heads(spot) for spot in under)
        last = run[-1]
        followed = any(spot.extent.left > last.extent.right and not spot.key for spot in self.rows[last.extent.top])
        return texts > labels or (labels == 0 and not followed)

    def under(self, spot: LabelCandidate) -> LabelCandidate | None:
        """The cell directly below; None if it is empty."""
        return self.spots.get((spot.extent.bottom + 1, spot.extent.left))

    def goes_on_below(self, row: int) -> bool:
        """Whether there is another label below the row."""
        return any(place[0] > row for place, role in self.roles.items() if role in OWNERS)

    def heads(self, spot: LabelCandidate | None) -> bool:
        """Whether the cell holds a heading."""
        return spot is not None and self.vocabulary.is_heading(spot.cell.text)


def group_beside(grid: Grid, vocabulary: Vocabulary, row: int, column: int) -> str:
    """The group label left of the cell, in the same row or higher up in a merged cell or above blank cells.

    Labels with their answers may be in between.  Any other text in between is an unknown group.
    """
    group, behind_label = "", False
    for left in range(max(column - _REACH, 1), column):
        extent = grid.extent(row, left)
        if extent.left < left:
            continue
        here = grid.cell(extent.top, left)
        above = (grid.cell(top, left) for top in range(extent.top - 1, max(extent.top - 1 - _REACH, 0), -1))
        cell = here or next(filter(None, above), None)
        meaning = vocabulary.meaning(cell.text) if cell else Meaning()
        if meaning.group:
            group = meaning.group
        elif here and not meaning.keys and not behind_label:
            group = ""
        behind_label = here is not None and bool(meaning.keys)
    return group


def _without_headings(spots: list[LabelCandidate]) -> list[LabelCandidate]:
    """The cells of a row; among headings of columns, `项目 | 单位 | 填写内容`, a heading is no label."""
    kinds = [words.whole_heading(spot.cell.text) for spot in spots]
    if sum(kind is not None and spot.key is None for kind, spot in zip(kinds, spots, strict=True)) < _HEADINGS:
        return spots
    return [
        spot if kind is None else spot._replace(meaning=Meaning(), key=None)
        for kind, spot in zip(kinds, spots, strict=True)
    ]


def adjacent(left: LabelCandidate, right: LabelCandidate) -> bool:
    """Whether there is no cell between the two cells of a row, not even a blank one."""
    return left.extent.right + 1 == right.extent.left
