"""YAML with the line of every entry; duplicate keys and aliases are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import yaml
from yaml.composer import Composer

from docgen.errors import DocgenError
from docgen.kit.places import Marked, Place
from docgen.kit.yaml_problems import explained
from docgen.language import phrase, system_reason, tr
from docgen.model.kit import LARGEST
from docgen.patterns import regex

#: Characters of a number, date or yes/no.  A longer one is a text: reading it as a number takes time that grows with
#: the square of its length (in base 60: 1:1:1:…).
_LONGEST_SCALAR = 100
_HALF_CHARACTER = regex("[\ud800-\udfff]")


class _Strict:
    """Makes nodes of the events of a parser, and refuses those that no file of docgen's needs."""

    parser: Any

    def __init__(self, text: str) -> None:
        self.parser.__init__(self, text)
        Composer.__init__(cast(Any, self))

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = cast(Any, self).peek_event()
        if problem := _refused(event):
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return Composer.compose_node(cast(Any, self), parent, index)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode and len(value) > _LONGEST_SCALAR:
            return yaml.resolver.Resolver.DEFAULT_SCALAR_TAG
        return cast(Any, super()).resolve(kind, value, implicit)


#: Loaders by the parser that their events come from: PyYAML's own; libyaml's, which takes a tenth of the time, where
#: PyYAML has it.
PLAIN: Any = type("Plain", (_Strict, yaml.SafeLoader), {"parser": yaml.SafeLoader})
FAST: Any = PLAIN
if yaml.__with_libyaml__:
    FAST = type("Fast", (_Strict, Composer, yaml.CSafeLoader), {"parser": yaml.CSafeLoader})


def _refused(event: Any) -> str | None:
    if isinstance(event, yaml.AliasEvent):
        return tr("aliases (*name) are not allowed")
    if getattr(event, "tag", None):
        return tr("tags (!name) are not allowed")
    if isinstance(event, yaml.ScalarEvent) and _HALF_CHARACTER.search(event.value):
        return tr("a text holds half a character (\\ud800 to \\udfff)")
    return None


class _YamlReader:
    def __init__(self, loader: Any, *, as_text: bool) -> None:
        self.loader = loader
        self.as_text = as_text
        self.lines: dict[Place, int] = {}

    def convert(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.convert(item, (*place, number)) for number, item in enumerate(node.value)]
        if self.as_text:
            return "" if node.tag.endswith(":null") else str(node.value)
        try:
            return self.loader.construct_object(node)
        except ValueError as cause:  # 2026-02-30
            what = tr("{value!r} is no date or number (put a text in quotes)", value=node.value)
            raise yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark) from cause

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if not key or key in data:
                what = tr("duplicate key {key!r}", key=key) if key else tr("a key must be a plain word")
                raise yaml.MarkedYAMLError(problem=what, problem_mark=key_node.start_mark)
            self.lines[(*place, key)] = key_node.start_mark.line + 1
            data[key] = self.convert(value_node, (*place, key))
        return data


def read(
    path: Path, error: type[DocgenError], *, as_text: bool = False, top: type[dict[str, Any] | list[Any]] = dict
) -> Marked:
    """The YAML file at `path`, a mapping at its top, or what `top` says; `as_text` keeps every scalar as it is written
    (0012 stays 0012).

    Raises `error` with file and line for anything that is not such a file.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise error(
                tr("{path}: is larger than {largest} MB", path=path, largest=LARGEST >> 20),
                tr("name a file that somebody has written by hand"),
            )
        text = path.read_text(encoding="utf-8-sig")
        try:
            data, lines = _parsed(FAST, text, as_text=as_text)
        except yaml.YAMLError:  # what is wrong is said in the same words everywhere
            data, lines = _parsed(PLAIN, text, as_text=as_text)
        is_empty = data is None and not lines
        data = top() if is_empty else data
    except OSError as cause:
        raise error(tr("{path}: cannot be read: {cause}", path=path, cause=system_reason(cause))) from cause
    except UnicodeDecodeError as cause:
        raise error(tr("{path}: is not UTF-8 text", path=path), tr("save the file as UTF-8")) from cause
    except yaml.MarkedYAMLError as cause:
        line = cause.problem_mark.line + 1 if cause.problem_mark else 1
        problem = explained(cause.problem or cause.context or "")
        raise error(tr("{path}:{line}: {problem}", path=path, line=line, problem=problem)) from cause
    except RecursionError as cause:
        raise error(tr("{path}: has too many levels inside one another", path=path)) from cause
    except yaml.reader.ReaderError as cause:
        line, code = text.count("\n", 0, cause.position) + 1, f"U+{cause.character:04X}"
        raise error(
            tr("{path}:{line}: the character {code} is not allowed", path=path, line=line, code=code)
        ) from cause
    if not isinstance(data, top):
        entries = phrase("'key: value' entries")
        what = tr(entries if top is dict else phrase("a list, each entry of it after '- '"))
        raise error(tr("{path}:1: the file must hold {what}", path=path, what=what))
    return Marked(path, data, lines)


def _parsed(kind: Any, text: str, *, as_text: bool) -> tuple[Any, dict[Place, int]]:
    """The data of a text, None if it is empty, and the line of each entry."""
    loader = kind(text)
    node = loader.get_single_node()
    reader = _YamlReader(loader, as_text=as_text)
    return (None if node is None else reader.convert(node, ())), reader.lines
