"""The generated parts of the documentation: `make docs` writes them, a test holds them to the program.

A part stands between `<!-- NAME -->` and `<!-- end of NAME -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from docgen import cli
from docgen.kit import kits
from docgen.model.kit import Field, Kit

ROOT = Path(__file__).resolve().parent.parent
KIT = kits.home() / "caller-number"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads), ["---"] * len(list(heads)), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def commands() -> str:
    """Every command with its options and the first line of its help."""
    rows = ([f"`docgen {usage}`", command.get_short_help_str(200)] for usage, command in _commands(cli.cli, ""))
    return _table(("command", "what it does"), rows)


def _commands(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
            continue
        context = click.Context(command, info_name=name)
        parts = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
        parts += [f"[{_option(p, context)}]" for p in command.params if isinstance(p, click.Option)]
        yield " ".join([before + name, *parts]), command


def _option(option: click.Option, context: click.Context) -> str:
    longest = max(option.opts, key=len)
    return longest if option.is_flag else f"{longest} {option.make_metavar(context)}"


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
                yield from (kit.fields[key].label for key in (case.each or case.fields[:1]))
    yield from (field.label for field in kit.fields.values() if field.unreadable == rule_id)


PARTS: dict[Path, dict[str, Callable[[], str]]] = {
    ROOT / "README.md": {"commands": commands},
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
    for path in PARTS:
        path.write_text(renewed(path), encoding="utf-8")
