"""The generated parts of the documentation: `make docs` writes them, a test holds them to the program.

A part stands between `<!-- NAME -->` and `<!-- end of NAME -->`.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from unittest import mock

import click
import findings_reference
import kit_reference
import schemas

from docgen import cli
from docgen.kit import kits
from docgen.model.kit import Field, Kit

ROOT = Path(__file__).resolve().parent.parent
KIT = kits.home() / "caller-number"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads), ["---"] * len(list(heads)), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def commands() -> str:
    """Every command with the first line of its help."""
    rows = (
        [f"[`docgen {name}`](#docgen-{name.replace(' ', '-')})", command.get_short_help_str(200)]
        for name, command in every_command(cli.cli, "")
    )
    return _table(("command", "what it does"), rows)


def shared_options() -> str:
    """The options that mean the same for several commands."""
    records = {
        record: None for _, command in every_command(cli.cli, "") for record in _options(command) if _shared(record)
    }
    return _table(("option", "what it does"), ([f"`{names}`", said] for names, said in records))


def command_details() -> str:
    """Every command: how it is called, its help, its own options, and which of the shared ones it takes."""
    return "\n\n".join("\n\n".join(_details(name, command)) for name, command in every_command(cli.cli, ""))


def _details(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
    yield f"### docgen {name}"
    yield f"```text\n{' '.join(['docgen', name, *arguments, '[OPTIONS]'])}\n```"
    yield inspect.cleandoc(command.help or "")
    own = [[f"`{names}`", said] for names, said in _options(command) if not _shared((names, said))]
    if own:
        yield _table(("option", "what it does"), own)
    shared = [f"`{_longest(names)}`" for names, said in _options(command) if _shared((names, said))]
    if shared:
        yield f"Shared options: {', '.join(shared)}."


def every_command(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, f"{before}{name} ")
        else:
            yield before + name, command


def _options(command: click.Command) -> list[tuple[str, str]]:
    """The options of a command as its --help shows them: spelling and explanation."""
    context = click.Context(command)
    records = (p.get_help_record(context) for p in command.params if isinstance(p, click.Option))
    return [record for record in records if record is not None]


def _shared(record: tuple[str, str]) -> bool:
    """Whether at least three commands have this option."""
    return Counter(found for _, command in every_command(cli.cli, "") for found in _options(command))[record] >= 3


def _longest(names: str) -> str:
    return max(names.split(), key=lambda name: len(name) if name.startswith("--") else 0)


class _Terminal(io.StringIO):
    """What a command prints on a terminal."""

    def isatty(self) -> bool:
        return True


#: As wide as a page of the README shows without scrolling; and the findings shown there: the first of cell B9, the
#: second of cell B12.
WIDTH, SHOWN = 112, (("B9", 0), ("B12", 1))


def check(language: str = "en") -> str:
    """What `docgen check` prints of the incomplete sample: its first line, and the findings that SHOWN names."""
    out = _Terminal()
    terminal = {"TERM": "xterm", "COLUMNS": str(WIDTH), "DOCGEN_LANG": language}
    with mock.patch.dict(os.environ, terminal), contextlib.chdir(ROOT), contextlib.redirect_stdout(out):
        cli.run(["check", "inputs/incomplete.xlsx"])
    lines = [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()]
    first, start, end = (max(at for at, line in enumerate(lines) if line.startswith(corner)) for corner in "┏┡└")
    findings: list[list[str]] = []
    for line in lines[start + 1 : end]:
        if line[1] != " ":  # the level stands in the first line of a finding
            findings.append([])
        findings[-1].append(line)
    chosen = [[f for f in findings if re.search(rf"│ {cell} +│", f[0])][number] for cell, number in SHOWN]
    shown = [lines[0], *lines[first : start + 1]] + [line for finding in chosen for line in finding] + [lines[end]]
    return "\n".join(["```text", *shown, "```"])


def fields() -> str:
    """Every field of the kit: key, label, type, whether it is required, clause."""
    kit = kits.load(KIT)
    rows = (
        [f"`{key}`", f"{f.group} / {f.label}" if f.group else f.label, f"`{f.type.value}`", _need(f), f.clause or ""]
        for key, f in kit.all_fields.items()
    )
    return _table(("键", "名称", "类型", "必填", "条款"), rows)


def _need(field: Field) -> str:
    return f"`{field.required}`" if isinstance(field.required, str) else "是" if field.required else ""


def rules() -> str:
    """Every rule of the kit: id, title, the levels it can find, where, clause."""
    kit = kits.load(KIT)
    rows = (
        [
            f"`{rule.id}`",
            rule.title,
            "、".join(dict.fromkeys(f"`{case.level.value}`" for case in rule.cases)) or "`invalid`",
            "、".join(dict.fromkeys(_reported(kit, rule.id))),
            rule.clause or "",
        ]
        for rule in kit.rules
    )
    return _table(("编号", "规则", "级别", "报告在", "条款"), rows)


def _reported(kit: Kit, rule_id: str) -> Iterator[str]:
    for rule in kit.rules:
        if rule.id == rule_id:
            for case in rule.cases:
                yield from (kit.all_fields[key].label for key in (case.each or case.fields[:1]))
    yield from (field.label for field in kit.all_fields.values() if field.unreadable == rule_id)


def modules() -> str:
    """Every module of docgen, below its folder, with the first line of what it says of itself."""
    return _table(("module", "what it holds"), _modules(ROOT / "docgen"))


def _modules(folder: Path) -> Iterator[list[str]]:
    files = sorted(folder.glob("*.py"), key=lambda path: (path.stem != "__init__", path.name))
    for path in files:
        said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        name = path.relative_to(ROOT).as_posix()
        if path.stem == "__init__" and folder.name != "docgen":
            name = f"**{folder.relative_to(ROOT).as_posix()}/**"
        yield [name, said]
    for inner in sorted(path for path in folder.iterdir() if (path / "__init__.py").exists()):
        yield from _modules(inner)


PARTS: dict[Path, dict[str, Callable[[], str]]] = {
    ROOT / "README.md": {"check": check},
    ROOT / "README.zh-CN.md": {"check": partial(check, "zh")},
    ROOT / "docs" / "accounts.md": {"check": partial(check, "zh")},
    ROOT / "docs" / "commands.md": {"commands": commands, "options": shared_options, "details": command_details},
    ROOT / "docs" / "findings.md": {"own": findings_reference.own, "rules": findings_reference.of_kit},
    ROOT / "docs" / "kit.md": {"keys": kit_reference.keys},
    ROOT / "docs" / "design.md": {"modules": modules},
    KIT / "README.md": {"fields": fields, "rules": rules},
}


def renewed(path: Path) -> str:
    """The text of the file with its generated parts made anew."""
    text = path.read_text(encoding="utf-8")
    for name, make in PARTS[path].items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        made = f"{start}\n{make()}\n{end}"
        text, count = re.subn(f"{start}.*?{end}", lambda _, made=made: made, text, flags=re.DOTALL)  # type: ignore[misc]
        assert count == 1, f"{path} has no part {name}"
    return text


if __name__ == "__main__":
    os.environ["DOCGEN_LANG"] = "en"
    schemas.SHIPPED.mkdir(exist_ok=True)
    for path, text in schemas.files().items():
        path.write_text(text, encoding="utf-8")
    for path in PARTS:
        path.write_text(renewed(path), encoding="utf-8")
