"""Parse the answers to choice and yes/no fields into values and problems."""

from __future__ import annotations

from functools import lru_cache

from docgen.model.intake import Chosen, Level
from docgen.model.kit import Choice, Field, FieldType
from docgen.patterns import regex
from docgen.text import clean_line, fold
from docgen.values import choices, yesno
from docgen.values.choices import Choices
from docgen.values.deferred import defers
from docgen.values.problems import NOT_GIVEN, Parsed, Problem, invalid, remarks_on

YES, NO = "是", "否"
_SENTENCE = 40
#: What people write around a choice: `我们需要购买新号码`, `主要做电商`, `只要固号`, `电商公司`.
_ENDS_OF_SENTENCE = regex(
    "^(?:我们|我司|我方|我公司|本公司|公司|目前|现|主要|拟|计划|打算|准备|想要?|希望|申请|需要?|要|选择?|只要?|只需要?|仅|仅需要?|做|从事|属于|均?[是为])+"
    "|(?:行业|业务?|类型?|领域|方向|公司|企业|即可|就行|就好|就可以|谢谢|的|了|等+|场景|[。.!])+$"
)
_AND_MORE = regex("等+(?:行业|业务|场景|领域|类型?)?[。.!]*$")
#: Free texts that leave something out (除银行外) or mean all (以上都有), and begin no trade (不锈钢, 无人机, 非遗).
_NO_OTHER = regex(
    "^(?:不(?!锈|动产|良|定期)|非(?![遗标凡洲银])|无(?![人线纺损锡极纸])|没|未(?!来)|勿)|除.*外"
    "|^(?:以上|上述|全部|所有)|^(?:各个?|多个?|全)(?:行业|场景|领域|类型|项)$"
    "|(?:都|均|全)(?:有|可|行|选|要|需要?|可以|涉及|包括)$|^(?:不限|任意)"
)
#: The text lists all choices without a mark: it may be an answer or printed text.
UNTOUCHED = "choice-untouched"


def options(field: Field) -> tuple[str, ...]:
    """The items in the dropdown of `field`: the shown forms of its choices, or 是 and 否."""
    return (YES, NO) if field.type is FieldType.YES_NO else tuple(choice.label for choice in field.offered)


def labels(field: Field, value: Chosen) -> list[str]:
    """The labels of the chosen choices, in the kit's order."""
    return [choice.label for choice in field.choices if choice.key in value.chosen]


def parse_yes_no(field: Field, written: str) -> Parsed:
    """True or False."""
    found = yesno.answer(written, field.yes, field.no)
    if found.printed:
        return NOT_GIVEN
    if found.unclear or len(found.keys) != 1 or found.texts:
        return invalid("yes-no-unreadable")
    return Parsed(found.keys == (yesno.YES,), remarks_on((*found.remarks, *found.ignored)))


def _known(field: Field) -> choices.Options:
    return _compiled(field.choices, field.other)


@lru_cache(maxsize=256)
def _compiled(given: tuple[Choice, ...], other: str | None) -> choices.Options:
    return choices.options(tuple(choices.Option(c.key, (c.label, *c.synonyms), c.offered) for c in given), other)


def _read(field: Field, written: str, *, printed: bool) -> Choices:
    """The choices of a text; words around all of them that change nothing are taken off if they are choices then."""
    found = choices.read(_known(field), written, printed=printed)
    plain = fold(written) if found.texts and len(written) <= _SENTENCE else ""
    bare = _ENDS_OF_SENTENCE.sub("", plain)
    if not plain or bare == plain:
        return found
    shorter = choices.read(_known(field), bare, printed=printed)
    is_plain = shorter.keys and not (shorter.texts or shorter.bare_other or shorter.unclear or shorter.printed)
    if not is_plain:
        return found
    return shorter._replace(ignored=(*shorter.ignored, "等")) if _AND_MORE.search(plain) else shorter


def parse_one(field: Field, written: str, *, printed: bool = True) -> Parsed:
    """The key of the one choice."""
    found = _read(field, written, printed=printed)
    if trouble := _trouble(written, found):
        return trouble
    if len(found.keys) > 1:
        return invalid("choice-several", entry="、".join(labels(field, Chosen(found.keys))))
    if found.texts or not found.keys:
        return _unknown(field, "、".join(found.texts) or clean_line(written))
    return Parsed(found.keys[0], _beside(field, found, (*found.remarks, *found.ignored)))


def parse_several(field: Field, written: str, *, printed: bool = True) -> Parsed:
    """The chosen choices, with the text of 其他 if the field has one."""
    found = _read(field, written, printed=printed)
    if trouble := _trouble(written, found):
        return trouble
    keys = tuple(choice.key for choice in field.choices if choice.key in found.keys)
    if field.other is None:
        if found.texts or not keys:
            return _unknown(field, "、".join(found.texts) or clean_line(written))
        return Parsed(Chosen(keys), _beside(field, found, (*found.remarks, *found.ignored)))
    if found.bare_other or (found.texts and defers(found.other)):
        return invalid("choice-other-empty", other=field.other)
    if not keys and not found.other:
        return _unknown(field, clean_line(written))
    if found.other and not any(map(str.isalpha, found.other)):  # codes, whose meaning is defined elsewhere
        return _unknown(field, found.other)
    notes = _beside(field, found, found.ignored)
    if _NO_OTHER.search(fold(found.other)):
        details = {"other": field.other, "entry": found.other, "choices": "、".join(options(field))}
        notes = (*notes, Problem("choice-other-doubtful", Level.MANUAL, details))
    if found.unticked_other:
        details = {"other": field.other, "entry": found.unticked_other}
        notes = (*notes, Problem("choice-other-unticked", Level.ADVICE, details))
    return Parsed(Chosen(keys, found.other or None), notes)


def _trouble(written: str, found: Choices) -> Parsed | None:
    """Why an answer to choices cannot be read: unclear marks, or an unmarked list."""
    if found.unclear:
        return invalid("choice-unclear", entry=clean_line(found.unclear))
    if not found.printed:
        return None
    if found.boxed:
        return NOT_GIVEN
    return Parsed(None, (Problem(UNTOUCHED, Level.ADVICE, {"entry": clean_line(written)}),))


def _beside(field: Field, found: Choices, remarks: tuple[str, ...]) -> tuple[Problem, ...]:
    """The texts beside the choices that are no choices."""
    notes = remarks_on(remarks, names=_names_of_others(field, found))
    if found.unmarked:
        notes = (Problem("choice-unmarked", Level.MANUAL, {"entry": "、".join(found.unmarked)}), *notes)
    return notes


def _names_of_others(field: Field, found: Choices) -> tuple[str, ...]:
    others = (choice for choice in field.choices if choice.key not in found.keys)
    return tuple(name for choice in others for name in (choice.label, *choice.synonyms))


def _unknown(field: Field, entry: str) -> Parsed:
    offered = (*options(field), field.other) if field.other else options(field)
    return invalid("choice-unknown", entry=entry, choices="、".join(offered))
