"""The contract by docxtemplater under node: the same text, conditions and rows, written in its own tags; only numbers
in cross-references and entries of the contents, which it does not renew, are as in the template.

Runs where node and npm are installed; the library is fetched into a folder that goes with the process.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TAG = re.compile(r"\{[{%](p|tr|r)? ?(if|elif|else|endif|for|endfor|vmerge|shut|reopen)?\s*(.*?)\s*[}%]\}")
#: Each document is made from the file anew, as the library's documentation has it; the median of as many as docgen's.
_SCRIPT = """
const fs = require("fs"), Zip = require("pizzip"), Templater = require("docxtemplater");
const template = fs.readFileSync("template.docx"), data = JSON.parse(fs.readFileSync("data.json")), times = [];
for (let round = 0; round < 40; round++) {
  const start = process.hrtime.bigint();
  const made = new Templater(new Zip(template), {paragraphLoop: true, linebreaks: true});
  made.render(data);
  const bytes = made.getZip().generate({type: "nodebuffer", compression: "DEFLATE"});
  if (round >= 10) times.push(Number(process.hrtime.bigint() - start) / 1e9);
  fs.writeFileSync("made.docx", bytes);
}
console.log(times.sort((a, b) => a - b)[15]);
"""


@dataclass
class _Block:
    """An open block: its name among the data, what its items are made of where it is a loop."""

    name: str
    loop: tuple[str, str] | None = None
    inner: dict[str, str] = field(default_factory=dict)


class _Translation:
    """A template in Jinja's tags → docxtemplater's, with the expression that each name stands for."""

    def __init__(self, root: Any, prefix: str) -> None:
        self._prefix = prefix
        self._open: list[_Block] = []
        self._conditions: list[list[str]] = []
        self.names: dict[str, str] = {}
        self.loops: list[_Block] = []
        self._before_row = ""
        for row in list(root.iter(f"{_W}tr")):
            self._row_tag(row)
        for paragraph in list(root.iter(f"{_W}p")):
            self._paragraph(paragraph)

    def _row_tag(self, row: Any) -> None:
        """Move the tag of a row of its own into the rows that it stands for."""
        text = "".join(row.itertext(f"{_W}t"))
        cells = [one for one in row.iter(f"{_W}p")]
        if text.startswith("{%tr") and text.count("{%") == 1:
            tag = text.replace("{%tr", "{%")
            last = row.getprevious()
            if "{%tr el" in text:  # a block ends in the row before, and another begins in the next
                _run(list(last.iter(f"{_W}p"))[-1]).text += "{% shut %}"
                self._before_row += tag.replace("else", "reopen").replace("elif", "reopen")
            elif "end" in text:
                _run(list(last.iter(f"{_W}p"))[-1]).text += tag
            else:
                self._before_row += tag
            row.getparent().remove(row)
        elif self._before_row:
            first = _run(cells[0], at_start=True)
            first.text = self._before_row + first.text
            self._before_row = ""

    def _paragraph(self, paragraph: Any) -> None:
        for text in list(paragraph.iter(f"{_W}t")):
            if "{" not in (text.text or ""):
                continue
            translated = _TAG.sub(self._tag, text.text)
            if text.text.startswith("{%p else"):  # a block ends in a paragraph of its own, and so begins the next
                closing, _, translated = translated.partition("{#")
                translated = "{#" + translated
                other = etree.fromstring(etree.tostring(paragraph))
                next(other.iter(f"{_W}t")).text = closing
                paragraph.addprevious(other)
            text.text = translated

    def _tag(self, found: re.Match[str]) -> str:
        _, word, expression = found.groups()
        if word == "vmerge":
            return ""
        if word is None:
            return "{" + self._named(expression) + "}"
        if word == "for":
            variable, _, listed = expression.partition(" in ")
            block = _Block(f"{self._prefix}_list{len(self.loops)}", (variable, listed))
            self.loops.append(block)
            self._open.append(block)
            return "{#" + block.name + "}"
        closing = "{/" + self._open.pop().name + "}" if word not in {"if", "reopen"} else ""
        if word in {"endif", "endfor", "shut"}:
            if word == "endif":
                self._conditions.pop()
            return closing
        if word == "if":
            self._conditions.append([])
        none_before = [f"not ({one})" for one in self._conditions[-1]]
        self._conditions[-1].append(expression or "true")
        # Twice not: true or false, also of a list or of what is missing, which print as text.
        holds = " and ".join([*none_before, f"({expression or 'true'})"])
        name = self._named(f"not not ({holds})")
        self._open.append(_Block(name))
        return closing + "{#" + name + "}"

    def _named(self, expression: str) -> str:
        loop = next((block for block in reversed(self._open) if block.loop), None)
        names = loop.inner if loop else self.names
        name = f"{self._prefix}{len(self.names)}_{len(names)}"
        names[name] = expression
        return name

    def data(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What docxtemplater is given for these values."""
        found: dict[str, Any] = {name: _value(one, values) for name, one in self.names.items()}
        for block in self.loops:
            assert block.loop
            variable, listed = block.loop
            listed, _, condition = listed.partition(" if ")
            items = [
                item
                for item in _computed(listed, values)
                if not condition or _computed(condition, {**values, variable: item})
            ]
            found[block.name] = [
                {name: _value(one, {**values, variable: item, "loop": loop}) for name, one in block.inner.items()}
                for item, loop in ((item, _place(at, items)) for at, item in enumerate(items))
            ]
        return found


def _run(paragraph: Any, *, at_start: bool = False) -> Any:
    """The first or last text of a paragraph, which may get one."""
    texts = list(paragraph.iter(f"{_W}t"))
    if not texts:
        run = etree.SubElement(paragraph, f"{_W}r")
        texts = [etree.SubElement(run, f"{_W}t")]
        texts[0].text = ""
    return texts[0 if at_start else -1]


def _shown_missing(missing: Any) -> str:
    return f"【待定：{missing.label}】" if missing.pending else "—"


def _value(expression: str, values: Mapping[str, Any]) -> Any:
    value, finalize = _computed(expression, values), _environment().finalize
    return value if isinstance(value, bool) else str(finalize(value) if finalize else value)


def _place(at: int, items: Sequence[Any]) -> dict[str, Any]:
    """What a template knows of its place in a loop; at the ends there is no item beside."""
    beside = {"previtem": at - 1, "nextitem": at + 1}
    return {
        "index": at + 1, "index0": at, "first": at == 0, "last": at == len(items) - 1, "length": len(items),
        **{name: items[other] if 0 <= other < len(items) else None for name, other in beside.items()},
    }  # fmt: skip


def _computed(expression: str, values: Mapping[str, Any]) -> Any:
    return _environment().compile_expression(expression, undefined_to_none=False)(**values)


@cache
def _environment() -> Any:
    from docgen.expressions import sandbox

    return sandbox.sandbox(_shown_missing, markup=False)


def seconds(template: Path, values: Mapping[str, Any]) -> tuple[float, str]:
    """The median seconds that docxtemplater takes for one document, and the text of that document.

    Raises OSError or CalledProcessError where node, npm or the registry are not there, or node refuses the template.
    """
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(template) as source:
        folder = Path(name)
        data: dict[str, Any] = {}
        with zipfile.ZipFile(folder / "template.docx", "w", zipfile.ZIP_DEFLATED) as target:
            for number, part in enumerate(source.namelist()):
                content = source.read(part)
                if part == "word/document.xml" or part.startswith("word/header"):
                    root = etree.fromstring(content)
                    translation = _Translation(root, f"p{number}n")
                    data |= translation.data(values)
                    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
                target.writestr(part, content)
        (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
        (folder / "package.json").write_text("{}", encoding="utf-8")
        (folder / "time.js").write_text(_SCRIPT, encoding="utf-8")
        quiet: dict[str, Any] = {"cwd": folder, "check": True, "capture_output": True, "text": True}
        subprocess.run(["npm", "install", "docxtemplater", "pizzip"], **quiet)
        median = float(subprocess.run(["node", "time.js"], **quiet).stdout)
        with zipfile.ZipFile(folder / "made.docx") as made:
            return median, "".join(map(str, etree.fromstring(made.read("word/document.xml")).itertext(f"{_W}t")))
