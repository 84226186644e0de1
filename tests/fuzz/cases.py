"""Sources to run every rule over: generated ones, and the rules' examples mutilated. A seed gives the same source each time."""

from __future__ import annotations

import ast
import io
import keyword
import random
import textwrap
import tokenize
import warnings
from collections.abc import Callable, Iterator

from flake8_backend_rules.catalogue import all_rules
from tests.harness import as_files

Mutation = Callable[[str, random.Random], str]


def example_sources() -> list[tuple[str, str]]:
    """(path, source) of every file of every example, in order."""
    examples = (e for rule in all_rules() for e in (*rule.bad, *rule.good))
    return [item for e in examples for item in as_files(e.files, e.path).items()]


def delete_tokens(source: str, chance: random.Random) -> str:
    """A few tokens less."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return source
    dropped = {chance.randrange(len(tokens)) for _ in range(chance.randint(1, 3))}
    kept = [(t.type, t.string) for i, t in enumerate(tokens) if i not in dropped]
    try:
        return tokenize.untokenize(kept)
    except (ValueError, IndexError):
        return source


def rename(source: str, chance: random.Random) -> str:
    """One name becomes another of the same source."""
    names = sorted({n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)} - set(keyword.kwlist))
    if len(names) < 2:
        return source
    old, new = chance.sample(names, 2)
    tokens = [
        (t.type, new if t.type == tokenize.NAME and t.string == old else t.string)
        for t in tokenize.generate_tokens(io.StringIO(source).readline)
    ]
    return tokenize.untokenize(tokens)


def wrap(source: str, chance: random.Random) -> str:
    """The whole source inside of another statement."""
    head = chance.choice([
        "async def outer():", "def outer(*a, **k):", "class Outer:", "class Outer[T]:", "try:", "if True:", "while True:",
        "for x in y:", "async def outer():\n  async with a as b, c:", "match subject:\n  case {'a': [x, *_], **rest}:",
        "def outer():\n  def inner():", "with a() as (b, c):", "class A(B, metaclass=C):\n  class D:", "def outer[T: int](x: T) -> T:",
    ])  # fmt: skip
    depth = 2 + 2 * head.count("\n")
    body = f"{head}\n{textwrap.indent(source, ' ' * depth)}\n"
    return body + ("finally:\n  pass\n" if head == "try:" else "")


def decorate(source: str, chance: random.Random) -> str:
    """Decorators of all shapes on every function and class."""
    lines = []
    for line in source.splitlines():
        stripped = line.lstrip()
        if stripped.startswith(("def ", "async def ", "class ")):
            indent = line[: len(line) - len(stripped)]
            for _ in range(chance.randint(1, 3)):
                text = chance.choice(["@router.post('/x')", "@a.b.c", "@x()", "@app.task", "@(lambda f: f)", "@x[0](y)", "@staticmethod"])
                lines.append(indent + text)
        lines.append(line)
    return "\n".join(lines) + "\n"


MUTATIONS: tuple[Mutation, ...] = (delete_tokens, rename, wrap, decorate)


def mutilated(seed: int) -> tuple[str, str]:
    """(path, source) of an example after one to four mutations; the last form that still parses."""
    chance = random.Random(seed)
    path, source = chance.choice(example_sources())
    for _ in range(chance.randint(1, 4)):
        changed = chance.choice(MUTATIONS)(source, chance)
        if parses(changed):
            source = changed
    return path, source


def generated(seed: int) -> tuple[str, str]:
    """(path, source) of arbitrary syntax behind an example, so that rules have a reason to look. Needs pysource-codegen."""
    from pysource_codegen import generate

    path, source = random.Random(seed).choice(example_sources())
    together = source + generate(seed, node_limit=800, depth_limit=7)
    return path, together if parses(together) else source


def parses(source: str) -> bool:
    """Whether this interpreter takes the source."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def seeds(first: int, count: int) -> Iterator[int]:
    return iter(range(first, first + count))
