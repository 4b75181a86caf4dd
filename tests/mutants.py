"""Change the code that decides, one place at a time, and tell which changes no test notices (`make mutants`, by hand).

mutmut makes the changes; each is tried in a process of its own, since what docgen remembers between calls would carry
the sound code's answers into the next trial.  A change meets the tests next to its module, properties and slow ones last.
"""

from __future__ import annotations

import ast
import difflib
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
_COPIED = ["docgen", "tests", "templates", "inputs", "pyproject.toml"]
#: The modules that decide, and the tests next to them.
NEAR = {
    "docgen/values/*.py": "values",
    "docgen/expressions/negation.py": "text",
    "docgen/rules/review.py": "review",
    "docgen/extract/find_intakes.py": "locate terms read_word",
}
#: Processor seconds and bytes, some times what the sound code takes: how endless loops are noticed.
_LONGEST, _LARGEST = 60, 4 << 30


class Mutant(NamedTuple):
    """One change: the module, the number that mutmut gave it, and the tests next to it."""

    module: str
    name: str
    near: str


def made(folder: Path) -> Iterator[Mutant]:
    """Change the copy of docgen in `folder` so that it holds all mutants, and name them."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    for pattern, near in NEAR.items():
        for path in sorted(folder.glob(pattern)):
            mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
            path.write_text(mutated.code, encoding="utf-8")
            module = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
            for name in mutated.mutant_names:
                yield Mutant(module, f"{module}.{name}", near)


def survives(mutant: Mutant, folder: Path) -> bool:
    """Whether all tests pass with this change."""
    return all(_passes(mutant, folder, chosen) for chosen in ("not (hypothesis or slow)", "hypothesis or slow"))


def change(mutant: Mutant, folder: Path) -> str:
    """What the mutant changes, as the lines taken away and put in."""
    path = folder / mutant.module.replace(".", "/")
    source = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
    name = mutant.name.removeprefix(f"{mutant.module}.")
    sound = _function(source, re.sub(r"__mutmut_\d+$", "__mutmut_orig", name))
    lines = difflib.unified_diff(sound, _function(source, name), lineterm="", n=0)
    return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@") and "def x" not in line)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST, _LONGEST))
    resource.setrlimit(resource.RLIMIT_AS, (_LARGEST, _LARGEST))


def _passes(mutant: Mutant, folder: Path, chosen: str) -> bool:
    environment = {**os.environ, "CI": "1", "MUTANT_UNDER_TEST": mutant.name, "PYTHONPATH": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-xq", "-n", "0", "-p", "no:cacheprovider", "-m", chosen]
    command += [f"tests/test_{name}.py" for name in mutant.near.split()]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, preexec_fn=_limit)
    return done.returncode in {0, 5}  # passed, or none is of this kind


def _function(source: str, name: str) -> list[str]:
    """The lines of one function of a mutated module."""
    (found,) = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.name == name)
    return source.splitlines()[found.lineno - 1 : found.end_lineno]


def main() -> None:
    """Try all mutants, or those whose names hold one of the given words."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in _COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        os.chdir(folder)  # mutmut reads its settings there
        if not all(survives(Mutant("", "", near), folder) for near in NEAR.values()):
            raise SystemExit("the tests fail on the sound code")
        mutants = [m for m in made(folder) if not sys.argv[1:] or any(word in m.name for word in sys.argv[1:])]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            alive = []
            for mutant, lives in zip(mutants, pool.map(lambda m: survives(m, folder), mutants), strict=True):
                if lives:
                    alive.append(mutant)
                    print(f"{mutant.name}\n{change(mutant, folder)}\n", flush=True)  # noqa: T201
        tried, lived = (Counter(m.module for m in some) for some in (mutants, alive))
        for module, number in tried.items():
            print(f"{module}: {number} changes, {lived[module]} unnoticed")  # noqa: T201


if __name__ == "__main__":
    main()
