"""A kit: the folder of data and templates that says what is asked, what is refused and what is written.

These are the frozen models of `kit.yaml`; `kitfile` finds, loads and checks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from docgen.model.intake import Level

#: The Word template of the fillable form, in the kit's folder.
FORM_TEMPLATE = "form.docx"
#: Custom document properties of our own workbooks: kit name and version; titles of sheets without
#: answers, parted by `/`, which no title can hold.
MADE_WITH, OWN_SHEETS = "docgen-kit", "docgen-sheets"


class Due(StrEnum):
    """Who is asked for a value that a contract lacks: the customer, the provider's own people, or whoever decides on
    the terms."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    COMMERCIAL = "commercial"


class FieldType(StrEnum):
    """The kinds of answer; `values` reads and shows each."""

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


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Model):
    """One of a field's choices.  One not `offered` is understood but printed nowhere."""

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    offered: bool = True


class Field(_Model):
    """One thing asked.  `required` is true, false or an expression; `other` is the label of the free
    text among several choices; `unreadable` the rule that reports values that cannot be read;
    `pending` whether a contract marks the value as pending while it is not given, `due` from whom it is then to come
    (by default from the customer, or with an internal field from whoever decides on the terms); `private` keeps the
    value out of messages and logs.  Words that an answer may hold beside those of its type: `counted` the things
    that a number counts or a price is paid for (`5000通电话`, `30元/号码`), `yes` and `no` what a yes/no field is
    answered with (已通过)."""

    key: str
    section: str
    type: FieldType
    label: str = Setting(min_length=1)
    group: str = ""
    aliases: tuple[str, ...] = ()
    required: bool | str = False
    choices: tuple[Choice, ...] = ()
    other: str | None = None
    unit: str = ""
    counted: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    placeholder: str = ""
    help: str = ""
    example: str = ""
    clause: str | None = None
    unreadable: str = "value"
    internal: bool = False
    pending: bool = True
    due: Due | None = None
    private: bool = False

    @property
    def due_from(self) -> Due:
        """Who is asked for the value where a contract lacks it."""
        return self.due or (Due.COMMERCIAL if self.internal else Due.CUSTOMER)

    @cached_property
    def offered(self) -> tuple[Choice, ...]:
        """The choices that forms and sheets print."""
        return tuple(choice for choice in self.choices if choice.offered)

    # In the Word form a content control bears its field's key as tag, each of several tick boxes one of these.

    def tag_of(self, choice: Choice) -> str:
        """The tag of the choice's tick box."""
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


class Section(_Model):
    """A titled group of fields; an `internal` one never goes to the customer.

    The labels of an `optional` one do not count among those of which half make a form, and what it asks may be
    given as terms, too.
    """

    key: str
    label: str
    internal: bool = False
    optional: bool = False
    fields: tuple[Field, ...]


class RuleCase(_Model):
    """One way for a rule to find something: level, condition, and the texts of the finding."""

    level: Level
    when: str
    message: str
    remedy: str
    each: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class Rule(_Model):
    """A rule of the provider's.  Per field the first case that holds makes the one finding; a rule
    without cases lends its id and clause to the values that its fields' `unreadable` sends to it.

    `silences` are the rules whose lesser findings on the same answer documents leave out.
    """

    id: str = Setting(pattern=r"^[A-Z0-9-]{1,20}$")
    title: str
    clause: str | None = None
    silences: tuple[str, ...] = ()
    cases: tuple[RuleCase, ...] = ()


class Figure(_Model):
    """A derived figure: an expression, null where `when` is false or a value it needs is missing;
    `money` keeps its two decimals."""

    key: str
    label: str
    unit: str = ""
    value: str
    when: str = "true"
    formula: str = ""
    money: bool = False


class Outputs(_Model):
    """File names of the three documents and of a sheet that goes back, as templates over the field names."""

    form: str
    review: str
    contract: str
    returned: str = ""


class SheetTexts(_Model):
    """What the Excel sheet says beside titles, labels and hints; what is left empty is not printed.

    `note` and `terms_note` stand above the answers; `label`, `answer`, `hint`, `needed` and `example`
    head columns.  `required`, `conditional` and `optional` say whether an answer is needed, `one` and
    `several` how to choose.  `guide` is the title of the sheet of explanations, `steps` its general part.
    `warning` is the title, the other warnings are the text of what an odd entry is met with.

    A sheet that goes back bears `returned` on top, a template over the number of findings of each level and
    the `labels` to mend; `marks`, by level, begin what is said of an answer, and `unrecognised` begins the
    list of what was not understood.  By these beginnings reading knows them for docgen's own.
    """

    note: str = ""
    terms_note: str = ""
    label: str = ""
    answer: str = ""
    hint: str = ""
    needed: str = ""
    example: str = ""
    required: str = ""
    conditional: str = ""
    optional: str = ""
    guide: str = ""
    steps: tuple[str, ...] = ()
    one: str = ""
    several: str = ""
    warning: str = ""
    choice_warning: str = ""
    count_warning: str = ""
    mobile_warning: str = ""
    returned: str = ""
    unrecognised: str = ""
    marks: Mapping[Level, str] = {}


class Kit(_Model):
    """A checked kit."""

    model_config = ConfigDict(defer_build=True)  # of a class that is built upon, the validator is never asked for

    folder: Path
    name: str = Setting(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$")
    version: str = Setting(pattern=r"^[0-9A-Za-z.+-]{1,20}$")
    title: str
    name_field: str
    sections: tuple[Section, ...] = Setting(min_length=1)
    words: Mapping[str, tuple[str, ...]] = {}
    limits: Mapping[str, Decimal] = {}
    rules: tuple[Rule, ...] = ()
    figures: tuple[Figure, ...] = ()
    outputs: Outputs
    sheet: SheetTexts = SheetTexts()
    title_aliases: tuple[str, ...] = ()

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
    def given_as_terms(self) -> Mapping[str, Field]:
        """The fields that terms may give: the internal ones, and those of optional sections, by key, in order."""
        return {key: field for key, field in self.all_fields.items() if field.internal or key not in self.core}

    def mark(self, level: Level) -> str:
        """What begins a finding of this level beside an answer."""
        return self.sheet.marks.get(level, f"[{level.value}] ")

    def __hash__(self) -> int:
        return hash((self.folder, self.version_mark))

    def __repr__(self) -> str:
        return f"Kit({self.version_mark!r}, {str(self.folder)!r})"

    @property
    def version_mark(self) -> str:
        """What sheets and forms of this kit carry: name and version."""
        return f"{self.name} {self.version}"
