"""YAML with the line of every entry; duplicate keys and aliases are refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from docgen.errors import DocgenError
from docgen.language import phrase, system_reason, tr

Place = tuple[str | int, ...]

#: The most bytes of a file; files written by hand have a hundredth of it.
_LARGEST = 1 << 20
#: Characters of a number, date or yes/no.  A longer one is a text: reading it as a number takes time that grows with
#: the square of its length (in base 60: 1:1:1:…).
_LONGEST_SCALAR = 100
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class Marked:
    """The data of a YAML file and the line of each entry, from 1."""

    def __init__(self, path: Path, data: Any, lines: dict[Place, int]) -> None:
        self.path = path
        self.data = data
        self._lines = lines

    def at(self, place: Place) -> str:
        """`file:line` of the entry at `place`, or of its nearest ancestor."""
        while place and place not in self._lines:
            place = place[:-1]
        return f"{self.path}:{self._lines.get(place, 1)}"


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if problem := _refused(event):
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode and len(value) > _LONGEST_SCALAR:
            return self.DEFAULT_SCALAR_TAG
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]


def _refused(event: Any) -> str | None:
    if isinstance(event, yaml.AliasEvent):
        return tr("aliases (*name) are not allowed")
    if getattr(event, "tag", None):
        return tr("tags (!name) are not allowed")
    if isinstance(event, yaml.ScalarEvent) and _HALF_CHARACTER.search(event.value):
        return tr("a text holds half a character (\\ud800 to \\udfff)")
    return None


class _YamlReader:
    def __init__(self, loader: _Loader, *, as_text: bool) -> None:
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
            raise yaml.MarkedYAMLError(problem=str(cause), problem_mark=node.start_mark) from cause

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
        if path.stat().st_size > _LARGEST:
            raise error(
                tr("{path}: is larger than {largest} MB", path=path, largest=_LARGEST >> 20),
                tr("name a file that somebody has written by hand"),
            )
        loader = _Loader(path.read_text(encoding="utf-8-sig"))
        node = loader.get_single_node()
        reader = _YamlReader(loader, as_text=as_text)
        data = top() if node is None else reader.convert(node, ())
    except OSError as cause:
        raise error(tr("{path}: cannot be read: {cause}", path=path, cause=system_reason(cause))) from cause
    except UnicodeDecodeError as cause:
        raise error(tr("{path}: is not UTF-8 text", path=path), tr("save the file as UTF-8")) from cause
    except yaml.MarkedYAMLError as cause:
        line = cause.problem_mark.line + 1 if cause.problem_mark else 1
        raise error(
            tr("{path}:{line}: {problem}", path=path, line=line, problem=cause.problem or cause.context)
        ) from cause
    except RecursionError as cause:
        raise error(tr("{path}: has too many levels inside one another", path=path)) from cause
    except yaml.YAMLError as cause:
        raise error(tr("{path}: is not valid YAML: {cause}", path=path, cause=cause)) from cause
    if not isinstance(data, top):
        entries = phrase("'key: value' entries")
        what = tr(entries if top is dict else phrase("a list, each entry of it after '- '"))
        raise error(tr("{path}:1: the file must hold {what}", path=path, what=what))
    return Marked(path, data, reader.lines)
