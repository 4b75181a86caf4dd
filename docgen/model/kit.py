"""A kit: the folder of data and templates with its questions, rules and documents.

These are the frozen models of `kit.yaml`; `kit.kits` finds, loads and checks it.  docs/kit.md and the JSON Schema of
`kit.yaml` are generated from the texts of each class and attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from docgen.model.contracts import Contracts
from docgen.model.entries import AtLeast, KitEntry, Like
from docgen.model.intake import Level

#: The data of a kit, and the Word template of the fillable form, in the kit's folder.
KIT_FILE, FORM_TEMPLATE = "kit.yaml", "form.docx"
#: Bytes of kit.yaml, and of other YAML: what a person writes by hand is a hundredth of it.
LARGEST = 1 << 20
#: Custom document properties of our own workbooks: kit name and version; titles of sheets without
#: answers, parted by `/`, which no title can hold.
MADE_WITH, OWN_SHEETS = "docgen-kit", "docgen-sheets"


#: Marks an attribute whose entries are a map in kit.yaml, by their keys; and one that is implied by its place.
KEYED, FROM_PLACE = "written as a map of keys to entries", "known from the place"
#: The keys that a rule may have for all its cases.
SHARED_BY_CASES = ("each", "fields", "message", "remedy", "ask")
#: The format of kit.yaml that this docgen reads.
FORMAT: Literal[1] = 1


class Due(StrEnum):
    """Who is asked for a value that a contract lacks: customer, provider's staff, or who decides on the terms."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    COMMERCIAL = "commercial"


class FieldType(StrEnum):
    """The kinds of answer."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    LIST = "list"
    MOBILE = "mobile"
    CREDIT_CODE = "credit_code"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    YES_NO = "yes_no"
    ONE = "one"
    SEVERAL = "several"
    REGIONS = "regions"


@dataclass(frozen=True, kw_only=True)
class Choice(KitEntry):
    """One of a field's choices."""

    key: Annotated[str, "its key, which expressions and templates compare with", FROM_PLACE]
    label: Annotated[str, "what forms and documents print"]
    synonyms: Annotated[tuple[str, ...], "other words that customers use for it"] = ()
    offered: Annotated[bool, "false: it is understood, and printed on no form"] = True


@dataclass(frozen=True, kw_only=True)
class Field(KitEntry):
    """One question."""

    key: Annotated[str, "its name in expressions and templates: ASCII letters, digits and _", FROM_PLACE]
    section: Annotated[str, "the key of its section", FROM_PLACE]
    type: Annotated[FieldType, "how answers are read and shown"]
    label: Annotated[str, "what forms print, and what is looked for in a source", AtLeast(1)]
    group: Annotated[str, "the label of a group of fields"] = ""
    aliases: Annotated[tuple[str, ...], "other labels that it may have in a source"] = ()
    required: Annotated[bool | str, "whether it must be answered: true, false, or an expression over other fields"] = (
        False
    )
    choices: Annotated[tuple[Choice, ...], "the choices, for the types one and several", KEYED] = ()
    other: Annotated[str | None, "the label of the free text beside several choices; without it there is none"] = None
    unit: Annotated[str, "its unit; a count or amount of another period or unit is refused"] = ""
    counted: Annotated[
        tuple[str, ...], "things that its number counts or its price pays: «5000通电话», «30元/号码»"
    ] = ()
    adds_up_to: Annotated[str | None, "the count that amounts beside its entries add up to: «深圳10个、广州10个»"] = (
        None
    )
    yes: Annotated[tuple[str, ...], "words that answer yes, beside «是»: «已通过»"] = ()
    no: Annotated[tuple[str, ...], "words that answer no, beside «否»: «未通过»"] = ()
    placeholder: Annotated[str, "the hint in the place of the answer"] = ""
    help: Annotated[str, "a longer explanation"] = ""
    example: Annotated[str, "an answer as it should be"] = ""
    clause: Annotated[str | None, "the clause that asks for it; findings cite it"] = None
    unreadable: Annotated[str, "the rule that reports answers that cannot be read"] = "value"
    internal: Annotated[bool, "whether its section is internal", FROM_PLACE] = False
    pending: Annotated[bool, "whether a contract marks it as pending while it is not given"] = True
    due: Annotated[
        Due | None, "from whom it is then to come; by default from the customer, or as commercial terms do"
    ] = None
    private: Annotated[bool, "whether it is kept out of messages and logs"] = False

    def __hash__(self) -> int:
        return hash((self.section, self.key))  # what else it says need not be read to tell it from others

    @property
    def due_from(self) -> Due:
        """Who is asked for the value if a contract lacks it."""
        return self.due or (Due.COMMERCIAL if self.internal else Due.CUSTOMER)

    @cached_property
    def offered(self) -> tuple[Choice, ...]:
        """The choices that forms and sheets print."""
        return tuple(choice for choice in self.choices if choice.offered)

    def tag_of(self, choice: Choice) -> str:
        """The tag of the choice's tick box in the Word form, where any other content control has its field's key."""
        return f"{self.key}.{choice.key}"

    @property
    def tag_of_other(self) -> str:
        """The tag of the tick box of 其他."""
        return f"{self.key}.other"

    @property
    def tag_of_other_text(self) -> str:
        """The tag of the free text of 其他."""
        return f"{self.key}.other.text"

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags of all controls that can ask for the field."""
        if self.type is not FieldType.SEVERAL:
            return (self.key,)
        boxes = tuple(self.tag_of(choice) for choice in self.choices)
        return (*boxes, self.tag_of_other, self.tag_of_other_text) if self.other else boxes


@dataclass(frozen=True, kw_only=True)
class Section(KitEntry):
    """A titled group of fields."""

    key: Annotated[str, "its key", FROM_PLACE]
    label: Annotated[str, "its title"]
    internal: Annotated[bool, "whether it holds commercial terms, which never go to the customer"] = False
    optional: Annotated[bool, "whether its labels count for no form, and its answers may be terms, too"] = False
    fields: Annotated[tuple[Field, ...], "its fields, in order", KEYED]


@dataclass(frozen=True, kw_only=True)
class RuleCase(KitEntry):
    """One case of a rule.  Per field, the first case that holds makes the finding."""

    level: Annotated[Level, "how serious the finding is"]
    when: Annotated[str, "the expression that must hold; with each, the answer is called text there"]
    message: Annotated[str, "what is wrong: text with Jinja2 tags over fields, words, limits, text and hits"]
    remedy: Annotated[str, "how to mend it: text with the same tags"]
    ask: Annotated[
        str, "the wording for the customer, with the same tags; without it the customer does not see the finding"
    ] = ""
    each: Annotated[tuple[str, ...], "the fields that are looked at one by one; each may have its finding"] = ()
    fields: Annotated[tuple[str, ...], "the fields that a case without each looks at; the first has the finding"] = ()


@dataclass(frozen=True, kw_only=True)
class Rule(KitEntry):
    """A rule of the provider's.  What its cases share it may say once: each, fields, message, remedy, ask.

    A rule without cases lends its id and clause to the fields whose unreadable names it.
    """

    id: Annotated[str, "its id, which is the code of its findings too", Like(r"^[A-Z0-9-]{1,20}$")]
    title: Annotated[str, "what it is about"]
    clause: Annotated[str | None, "the clause that it rests on; findings cite it"] = None
    silences: Annotated[tuple[str, ...], "rules whose lesser findings on the same answer documents leave out"] = ()
    cases: Annotated[tuple[RuleCase, ...], "its cases, in the order in which they are tried"] = ()


@dataclass(frozen=True, kw_only=True)
class Figure(KitEntry):
    """A derived figure.  It is null if a value that it needs is missing or cannot be read."""

    key: Annotated[str, "its name in templates, behind figures.", FROM_PLACE]
    label: Annotated[str, "what it is called"]
    unit: Annotated[str, "its unit"] = ""
    value: Annotated[str, "the expression that calculates it: a number, or a pair of numbers in brackets"]
    when: Annotated[str, "the condition for calculating it"] = "true"
    formula: Annotated[str, "how it is calculated, in words"] = ""
    money: Annotated[bool, "whether it keeps two decimals"] = False


@dataclass(frozen=True, kw_only=True)
class Outputs(KitEntry):
    """The names of the files: text with Jinja2 tags over the fields."""

    form: Annotated[str, "the fillable form (.docx)"]
    review: Annotated[str, "the review summary (.pdf)"]
    contract: Annotated[str, "the contract draft (.docx)"]
    final: Annotated[str, "the final contract; without it, the name of the draft"] = ""
    returned: Annotated[str, "what goes back to the customer; without it, the name of the form"] = ""
    letter: Annotated[str, "the letter to the customer, and the subject of the mail; without it, the title"] = ""


@dataclass(frozen=True, kw_only=True)
class SheetTexts(KitEntry):
    """The texts of the Excel sheet, except titles, labels and hints.  Empty ones are not printed."""

    note: Annotated[str, "the text above the answers"] = ""
    terms_note: Annotated[str, "the text above the commercial terms"] = ""
    label: Annotated[str, "the heading of the column of labels"] = ""
    answer: Annotated[str, "the heading of the column of answers"] = ""
    hint: Annotated[str, "the heading of the column of hints"] = ""
    needed: Annotated[str, "the heading of the column that says whether an answer is needed"] = ""
    example: Annotated[str, "the heading of the column of examples"] = ""
    required: Annotated[str, "says that an answer is needed"] = ""
    conditional: Annotated[str, "says that an answer is needed in some cases"] = ""
    optional: Annotated[str, "says that an answer is not needed"] = ""
    guide: Annotated[str, "the title of the sheet of explanations"] = ""
    steps: Annotated[tuple[str, ...], "the general part of the explanations, a line each"] = ()
    one: Annotated[str, "explains how to choose one of several"] = ""
    several: Annotated[str, "explains how to choose several"] = ""
    warning: Annotated[str, "the title of the warning at an odd entry"] = ""
    choice_warning: Annotated[str, "the warning at an entry that is no choice"] = ""
    count_warning: Annotated[str, "the warning at an entry that is no count"] = ""
    mobile_warning: Annotated[str, "the warning at an entry that is no mobile number"] = ""
    returned: Annotated[
        str,
        "the text on a sheet that goes back: text with Jinja2 tags over labels (to mend) and the count of each level",
    ] = ""
    unrecognised: Annotated[str, "begins the list of what was not understood"] = ""
    marks: Annotated[Mapping[Level, str], "begins what is said of an answer, by level; reading knows it by this"] = (
        field(default_factory=dict)
    )


@dataclass(frozen=True, kw_only=True)
class Kit(KitEntry):
    """A kit: what is asked, refused, calculated and written."""

    folder: Annotated[Path, "the folder of the kit", FROM_PLACE]
    format: Annotated[Literal[1], "the format of kit.yaml"] = FORMAT
    requires_docgen: Annotated[
        str, "the least version of docgen that the kit needs: >=1.0", Like(r"^>=\d+(\.\d+){0,2}$")
    ] = ">=1.0"
    name: Annotated[str, "its name; sheets, forms and packets carry it", Like(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$")]
    version: Annotated[
        str, "its version; a sheet of another version is read with an advice", Like(r"^[0-9A-Za-z.+-]{1,20}$")
    ]
    title: Annotated[str, "the title of sheet and form"]
    name_field: Annotated[str, "the field that says who the customer is"]
    sections: Annotated[tuple[Section, ...], "what is asked, in order", KEYED, AtLeast(1)]
    words: Annotated[Mapping[str, tuple[str, ...]], "lists of words, by name, for asserts, denies, every and some"] = (
        field(default_factory=dict)
    )
    limits: Annotated[Mapping[str, Decimal], "thresholds, by name"] = field(default_factory=dict)
    rules: Annotated[tuple[Rule, ...], "what is refused, decided by a person, or advised"] = ()
    figures: Annotated[tuple[Figure, ...], "derived figures", KEYED] = ()
    outputs: Annotated[Outputs, "the names of the files that are made"]
    sheet: Annotated[SheetTexts, "what the Excel sheet says"] = SheetTexts()
    contracts: Annotated[Contracts | None, "the numbers and the register of final contracts"] = None
    title_aliases: Annotated[tuple[str, ...], "other titles that a source may have"] = ()

    @cached_property
    def all_fields(self) -> Mapping[str, Field]:
        """Every field by key, the internal ones included."""
        return {field.key: field for section in self.sections for field in section.fields}

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields a customer is asked, by key, in order."""
        return {key: field for key, field in self.all_fields.items() if not field.internal}

    @cached_property
    def terms(self) -> Mapping[str, Field]:
        """The internal fields (commercial terms), by key, in order."""
        return {key: field for key, field in self.all_fields.items() if field.internal}

    @cached_property
    def core(self) -> frozenset[str]:
        """The keys of the fields of whose labels half make a form."""
        asked = (section for section in self.sections if not (section.internal or section.optional))
        return frozenset(field.key for section in asked for field in section.fields)

    @cached_property
    def codes(self) -> tuple[Field, ...]:
        """The fields that ask a customer for a credit code."""
        return tuple(field for field in self.fields.values() if field.type is FieldType.CREDIT_CODE)

    @cached_property
    def tags(self) -> frozenset[str]:
        """The tags of all controls of the form."""
        return frozenset(tag for field in self.fields.values() for tag in field.tags)

    @cached_property
    def given_as_terms(self) -> Mapping[str, Field]:
        """The fields that terms may give: the internal ones, and those of optional sections, by key, in order."""
        return {key: field for key, field in self.all_fields.items() if field.internal or key not in self.core}

    def mark(self, level: Level) -> str:
        """The mark before a finding of this level beside an answer."""
        return self.sheet.marks.get(level, f"[{level.value}] ")

    def __hash__(self) -> int:
        return hash(self.name)  # tables are kept by kit and looked up all the time

    def __repr__(self) -> str:
        return f"Kit({self.version_mark!r}, {str(self.folder)!r})"

    @property
    def version_mark(self) -> str:
        """Name and version, as sheets and forms of this kit carry them."""
        return f"{self.name} {self.version}"
