"""Look up what a text means in a kit: a label, a group, a hint, a printed choice, or unknown.

Texts are compared folded.  The vocabulary is built once per kit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cache, lru_cache

from docgen.extract.compound_labels import Joint, joint, option
from docgen.extract.label_forms import label_forms
from docgen.extract.meanings import ALIAS, GROUPED, LABEL, NEAR, Meaning
from docgen.extract.template_text import TELLING, holding, is_line, letters, marks, parts, split_printed, starts
from docgen.extract.words import is_unit_line
from docgen.model.kit import Field, FieldType, Kit
from docgen.patterns import regex
from docgen.text import fold, fold_label, is_instruction, is_numbering

_REMEMBERED = 10_000  # meanings kept in memory; one vocabulary serves many sources
_LONGEST = 60  # no label is longer; longer texts are not looked up
_MARKED = regex(r"[*＊]|[:：]\s*$")
_HEAD = regex(r"\s*([^:：\n]{1,60})[:：]")
_LATER = regex(r"[\s；;，,、](?:[(（]?\d{1,2}(?:[)）.．、]|[)）]、)\s*)?([^\s:：；;，,、]{1,30})[:：]")
# ticks, empty boxes, brackets and blanks to write on, as printed around choices
_BOXES = regex(r"[□☐○◻〇_.…、,;/()\[\]|-]+")
_TICKS = regex(r"[☑✓✔√■●☒]|(?<=\[)[xv](?=\])")
#: What Word, WPS and ONLYOFFICE print in an empty content control whose hint they have lost.
_PROMPT = regex(
    "(?:单击|点击|单击或点击)(?:此处|这里|以)?(?:输入|选择)(?:文字|文本|内容|日期|一项)[。.]?|选择一项[。.]?|选择一个项目[。.]?"
    "|您的文本在此处?|(?:click|tap|click or tap)(?: here)? to enter (?:text|a date)[.]?|choose an item[.]?"
    "|your text here",
    re.IGNORECASE,
)
_LONGEST_PROMPT = 40
_PROMPTING = frozenset("单点选您cCtTyY")  # how these begin
_PHONE_DIGITS = 7
#: What people write between choices, and forms do not print.
_WRITTEN = regex(r"[、,，;；|｜]")
_SEAMS = regex(r"[\n；;]")  # between several printed texts in one cell
_EITHER = regex(r"[/／、|｜]|或者?")  # between two names of one field
_NOTHING = Meaning()


@cache
def vocabulary(kit: Kit) -> Vocabulary:
    """The kit's vocabulary, made once per process."""
    return Vocabulary(kit)


class Vocabulary:
    """The labels, groups, hints and choices of a kit; with `internal` those of the commercial terms instead.

    `printed` are the texts of the kit's form template; a template tag in them matches any text.
    """

    def __init__(self, kit: Kit, *, internal: bool = False, printed: Iterable[str] = ()) -> None:
        self.kit = kit
        self.is_internal = internal
        self.fields: Mapping[str, Field] = kit.given_as_terms if internal else kit.fields
        self.groups: dict[str, set[str]] = {}
        self._labels: dict[str, list[tuple[int, str]]] = {}
        self._hints: dict[str, frozenset[str]] = {}
        self._around: dict[str, frozenset[str]] = {}
        self._choices: dict[str, list[str]] = {}
        self._examples: dict[str, str] = {}
        for key, field in self.fields.items():
            self._add(key, field)
        self._headings = frozenset(
            letters(text) for text in (kit.title, *kit.title_aliases, *(s.label for s in kit.sections))
        )
        static, self._patterns = split_printed(kit, printed)
        self._furniture = frozenset(self._furniture_texts()) - {""}
        self._known = (self._furniture | frozenset(self._names()) | static | self._headings) - {""}
        self._marks = marks(kit)
        self.near: Mapping[str, str] = {}  # texts that are nearly labels, with the keys of their fields
        self._remembered = lru_cache(_REMEMBERED)(self._find)
        self._forms = label_forms(kit)
        self._initials = frozenset(name[0] for name in (*self._labels, *self.groups)) | self._forms.initials
        self._hinting = {key: holding(hints) for key, hints in self._hints.items()}

    def _add(self, key: str, field: Field) -> None:
        names = [(LABEL, field.label), *((ALIAS, alias) for alias in (*field.aliases, key))]
        if field.group:
            self.groups.setdefault(fold_label(field.group), set()).add(key)
            names.append((GROUPED, field.group + field.label))
        for rank, name in names:
            for folded in {fold(name), fold_label(name), letters(name)}:
                self._labels.setdefault(folded, []).append((rank, key))
        self._hints[key] = frozenset(letters(hint) for hint in (field.placeholder, field.help) if hint)
        self._around[key] = frozenset(letters(text) for text in (field.label, field.group, field.unit) if text)
        self._examples[key] = fold(field.example)
        words = {word for choice in field.choices for word in (choice.label, *choice.synonyms)}
        self._choices[key] = sorted((fold(word) for word in words), key=len, reverse=True)

    def _furniture_texts(self) -> Iterator[str]:
        """The texts that the kit prints around answers on sheets and forms, without choices: these may be answers."""
        for field in self.kit.all_fields.values():
            yield from (letters(text) for text in (field.placeholder, field.help, field.placeholder + field.help))
            if field.choices:
                yield letters(field.label + "".join(choice.label for choice in field.offered) + (field.other or ""))
            yield letters(f"{self.kit.sheet.example}：{field.example}")
        for texts in vars(self.kit.sheet).values():
            yield from (letters(text) for text in ([texts] if isinstance(texts, str) else texts))

    def _names(self) -> Iterator[str]:
        """The names of the kit's fields, and examples that nobody writes by chance."""
        for field in self.kit.all_fields.values():
            yield from (letters(text) for text in (field.label, field.group, field.unit, *field.aliases))
            if len(field.example) >= TELLING and not field.example.isdigit():
                yield letters(field.example)

    def are_half(self, keys: Iterable[str]) -> bool:
        """Whether these are at least half of the fields whose labels make a form."""
        core = self.kit.core
        return len(core & set(keys)) * 2 >= len(core)

    # -- labels ------------------------------------------------------------------------------------

    def meaning(self, text: str) -> Meaning:
        """What the text can be; an empty Meaning if the kit does not know it as a label."""
        if self.near and (key := self.near.get(text)):
            head = _HEAD.match(text)
            answer = text[head.end() :].strip() if head else ""
            return Meaning(rank=NEAR, pairs=((key, answer),)) if answer else Meaning((key,), NEAR, marked=True)
        return self._remembered(text) if starts(text, self._initials) else _NOTHING

    def taking(self, near: Mapping[str, str]) -> Vocabulary:
        """The same vocabulary with these texts as labels, each of the field with that key."""
        found = copy(self)
        found.near = near
        return found

    def _find(self, text: str) -> Meaning:
        if is_unit_line(text):  # 单位 is a word for a company too
            return _NOTHING
        if len(text) <= _LONGEST:
            rank, keys = self._look_up(text)
            if keys and self._is_answered(text, keys):
                return Meaning(pairs=tuple(self._pairs(text)))
            group = fold_label(text)
            group = group if group in self.groups else ""
            marked = bool(_MARKED.search(text))
            # `联系人/职位` has the letters of the alias 联系人职位, but is two labels
            together = joint(text, self._keys) if not keys or rank == ALIAS else Joint()
            if together.keys:
                return Meaning(rank=ALIAS, marked=marked, joint=together)
            chosen = option(text, self._keys, self.fields)
            if keys or group or chosen:
                return Meaning(keys, rank, marked, group, option=chosen)
        first, _, rest = text.strip().partition("\n")
        if rest and len(first) <= _LONGEST:
            rank, keys = self._look_up(first)
            if keys and all(self.is_hint(key, rest) or is_instruction(rest) for key in keys):
                return Meaning(keys, rank, marked=True)  # a label with its remark on a separate line
            if len(keys) == 1:
                return Meaning(pairs=((keys[0], rest.strip()),))
        return Meaning(pairs=tuple(self._pairs(text)))

    def _is_answered(self, text: str, keys: tuple[str, ...]) -> bool:
        """Whether a label with its answer only looks like a longer label: `话术模板已审核通过：是`."""
        head = _HEAD.match(text)
        rest = text[head.end() :].strip(" *＊\n") if head else ""
        if not rest or head is None or self._look_up(head[1])[1] != keys or is_instruction(rest):
            return False
        return self._look_up(rest)[1] != keys and any(map(str.isalnum, rest))

    def _keys(self, text: str) -> tuple[str, ...]:
        return self._look_up(text)[1]

    def _look_up(self, text: str) -> tuple[int, tuple[str, ...]]:
        """The fields with this label, and how well it matches; `手机/电话` counts if both words name the same field."""
        found = self._known_as(text)
        names = _EITHER.split(text) if not found[1] and len(text) <= _LONGEST else []
        if len(names) > 1:
            each = {self._known_as(name)[1] for name in names}
            if len(each) == 1:
                return ALIAS, each.pop()
        return found

    def _known_as(self, text: str) -> tuple[int, tuple[str, ...]]:
        for folded in self._forms.of(text):
            found = self._labels.get(folded)
            if found:
                best = min(rank for rank, _ in found)
                return best, tuple(dict.fromkeys(key for rank, key in found if rank == best))
        return LABEL, ()

    def _pairs(self, text: str) -> Iterator[tuple[str, str]]:
        """Labels and answers in one text, `公司名称：北京…`, one or several.

        A long answer extends to the end of the text: what looks like a label inside a script is part of the script.
        """
        head = _HEAD.match(text)
        keys = self._look_up(head[1])[1] if head else ()
        if head and (together := joint(head[1], self._keys)).keys:
            yield from zip(together.keys, together.split(text[head.end() :].strip(), self.could_answer), strict=False)
            return
        if not head or len(keys) != 1:
            return
        key, start = keys[0], head.end()
        if self.fields[key].type is not FieldType.LONG_TEXT:
            for later in _LATER.finditer(text, start):
                keys = self._look_up(later[1])[1]
                if len(keys) == 1:
                    yield key, text[start : later.start()].strip()
                    key, start = keys[0], later.end()
        yield key, text[start:].strip()

    def resolve(self, meaning: Meaning, group: str) -> str | None:
        """The one field that the label names, using the group above or beside it; None if in doubt."""
        keys = meaning.keys
        if len(keys) > 1:
            keys = tuple(key for key in keys if key in self.groups.get(group, ()))
        return keys[0] if len(keys) == 1 else None

    # -- other texts -------------------------------------------------------------------------------

    def is_hint(self, key: str, text: str) -> bool:
        """Whether the text is the field's own hint, or only a line to write on."""
        if self.may_hold_hint(key, text) and self._all_in(self._hints[key], text):
            return True
        if self.is_note(text):
            return True
        if "_" in text and is_line(text):
            return True
        bare = text.strip() if len(text) < _LONGEST_PROMPT else ""
        return bare[:1] in _PROMPTING and bool(bare) and _PROMPT.fullmatch(bare) is not None

    def may_hold_hint(self, key: str, text: str) -> bool:
        """Whether the text holds the beginning or the end of one of the field's hints: a quick no for most answers."""
        return self._hinting[key].search(text) is not None

    def is_note(self, text: str) -> bool:
        """Whether the text is a note of docgen on a form that it sent back."""
        return text.lstrip().startswith(self._marks)

    def without_hints(self, key: str, text: str) -> str:
        """The text without the lines that are the field's own hint, if an answer is beside them."""
        if "\n" not in text:
            return text
        return "\n".join(line for line in text.split("\n") if not line.strip() or not self.is_hint(key, line))

    def is_example(self, key: str, text: str) -> bool:
        """Whether the text is the field's own example."""
        return fold(text) == self._examples[key]

    def is_choice(self, key: str, text: str) -> bool:
        """Whether the text consists of the field's choices, ticked or not, and nothing else."""
        if not self._choices[key]:
            return False
        rest = self._without_choices(key, _TICKS.sub("", fold(text)))
        return not rest or bool(self.fields[key].other and rest.startswith(fold(self.fields[key].other or "")))

    def could_answer(self, key: str, text: str) -> bool | None:
        """Whether the text looks like an answer to a field of numbers or choices; None for other fields."""
        field, folded = self.fields[key], fold(text)
        if field.choices:
            return bool(_TICKS.search(folded)) or self.is_choice(key, text)
        if field.type is FieldType.MOBILE:
            return sum(map(str.isdigit, folded)) >= _PHONE_DIGITS
        if field.type in (FieldType.COUNT, FieldType.NUMBER):
            return any(map(str.isdigit, folded)) or folded[:1].isnumeric()
        return None

    def is_untouched(self, key: str, text: str) -> bool:
        """Whether the text is the field's printed choices: all of them in the kit's order, without ticks or words
        that a person adds between them."""
        field, folded = self.fields[key], fold(text)
        if not field.choices or _TICKS.search(folded) or _WRITTEN.search(text):
            return False
        places = [folded.find(fold(choice.label)) for choice in field.offered]
        if -1 in places or places != sorted(places):
            return False
        rest = self._without_choices(key, folded)
        return rest in {"", fold(field.other or "")}

    def hints(self, key: str) -> tuple[str, ...]:
        """The hints that the kit prints beside the field's answer, longest first."""
        field = self.fields[key]
        return tuple(sorted(filter(None, {field.placeholder, field.help}), key=len, reverse=True))

    def accompanies(self, key: str, text: str) -> bool:
        """Whether a form prints the text around the field's answer: its label, unit, hint, or docgen's notes."""
        if "\n" in text and any(map(self.is_note, lines := parts(text, "\n"))):
            return all(self.is_note(line) or self.accompanies(key, line) for line in lines)
        return letters(text) in self._around[key] or self.is_hint(key, text) or self._all_in(self._furniture, text)

    def _without_choices(self, key: str, folded: str) -> str:
        for word in self._choices[key]:
            folded = folded.replace(word, "")
        return _BOXES.sub("", folded).strip(":")

    def is_heading(self, text: str) -> bool:
        """Whether the text is the title of the kit or the label of a section."""
        return letters(text) in self._headings

    def understood(self, text: str) -> bool:
        """Whether the text is the kit's own: title, section, label, hint, example, choices, or several of these."""
        if is_line(text) or is_numbering(text) or self.is_note(text) or self._all_in(self._known, text):
            return True
        if any(self.is_untouched(key, text) for key in self.fields):
            return True
        return bool(self._patterns) and all(map(self.is_printed, text.split("\n")))

    def is_printed(self, line: str) -> bool:
        """Whether the line is the kit's own, in the form in which the kit prints it."""
        bare = letters(line)
        return bare in self._known or self.is_note(line) or any(pattern.fullmatch(bare) for pattern in self._patterns)

    def _all_in(self, known: frozenset[str], text: str) -> bool:
        if letters(text) in known:
            return True
        return _SEAMS.search(text) is not None and any(
            len(pieces) > 1 and all(letters(piece) in known for piece in pieces)
            for pieces in (parts(text, r"\n"), parts(text, r"[\n；;]"))
        )
