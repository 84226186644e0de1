"""What a rule is: one class in one file, with its page, options and examples; checked when imported."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from flake8_backend_rules.frameworks.schema import Role
from flake8_backend_rules.project.layers import Layer

if TYPE_CHECKING:
    from flake8_backend_rules.walk import LintedFile

_CODE = re.compile(r"KBR\d{3}\Z")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+\Z")
_SECTIONS = ("What it flags", "Why it is bad", "How it decides", "When to suppress it", "Known limits")
_HANDLER = re.compile(r"(visit|leave)_(\w+)\Z")


_HANDLERS: dict[type[Any], dict[tuple[str, type[ast.AST]], str]] = {}


class BadDeclarationError(TypeError):
    """A rule's class says something that can't be right; raised when its file is imported."""


class Finding(NamedTuple):
    """One finding. `line` is 1-based, `column` 0-based in characters; `text` begins with the code.

    `node`: what was flagged, None for the pack's findings about itself; `group`: what the finding stands for once.
    """

    line: int
    column: int
    code: str
    text: str
    node: ast.AST | None = None
    group: object = None


class Option(NamedTuple):
    """A flake8 option. `default` is a tuple for lists; `parse` raises ValueError, saying what is wrong.

    `name` without leading dashes, e.g. `backend-mode-flags`. With `parse_count` or `parse_flag` it holds one value,
    read by `LintedFile.number` or `LintedFile.is_on`; with `parse_path` one path or nothing; any other is a
    comma-separated list.
    """

    name: str
    default: tuple[str, ...]
    help: str
    parse: Callable[[str], str] = str
    metavar: str = "NAMES"

    @property
    def is_list(self) -> bool:
        return self.parse not in (parse_count, parse_flag, parse_path)

    @property
    def is_flag(self) -> bool:
        return self.parse is parse_flag

    @property
    def is_path(self) -> bool:
        return self.parse is parse_path


class Bad(NamedTuple):
    """Code that the rule flags on each line that ends in the comment `# ! COLUMN` (1-based, as flake8 prints it).

    `files`: path -> source, or one source for `path`. `messages`: the texts of the findings in order, without
    the code. `options`: option name -> value as written in a config file.
    """

    files: str | Mapping[str, str]
    messages: tuple[str, ...]
    path: str = "app/api/orders.py"
    options: Mapping[str, str] = MappingProxyType({})


class Good(NamedTuple):
    """Code that the rule leaves alone."""

    files: str | Mapping[str, str]
    path: str = "app/api/orders.py"
    options: Mapping[str, str] = MappingProxyType({})


class Rule:
    """Base of all rules. A subclass's docstring is its page: a summary line, then the sections of `_SECTIONS`.

    `calls` and `attributes` narrow `visit_Call` and `visit_Attribute` to called or accessed names, so that
    a rule costs nothing at other nodes. `words`, `layers` and `roles` narrow the files: one that doesn't hold any
    of the words, is of another layer or has no handler code of these roles is not walked for the rule. Handlers
    are `visit_<Node>` and `leave_<Node>`, taking the node and the linted file; they hold no state on `self`.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    message: ClassVar[str]
    default: ClassVar[bool] = True
    """Whether the rule is on without being selected."""
    calls: ClassVar[frozenset[str]] = frozenset()
    attributes: ClassVar[frozenset[str]] = frozenset()
    words: ClassVar[tuple[str, ...]] = ()
    layers: ClassVar[tuple[Layer, ...]] = ()
    roles: ClassVar[tuple[Role, ...]] = ()
    in_handlers: ClassVar[bool] = False
    """Whether the handlers for expressions have something to see only in handler code of `roles`."""
    options: ClassVar[tuple[Option, ...]] = ()
    bad: ClassVar[tuple[Bad, ...]]
    good: ClassVar[tuple[Good, ...]]
    in_exempt_files: ClassVar[bool] = False

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        check_declaration(cls)

    @classmethod
    def family(cls) -> str:
        """`KBR3` of `KBR301`."""
        return cls.code[:4]

    @classmethod
    def summary(cls) -> str:
        """The first line of the page."""
        return (cls.__doc__ or "").strip().splitlines()[0]

    @classmethod
    def handlers(cls) -> dict[tuple[str, type[ast.AST]], str]:
        """{("visit" or "leave", node class): method name}."""
        found = _HANDLERS.get(cls)
        if found is None:
            found = _HANDLERS[cls] = {}
            for attribute in dir(cls):
                if (match := _HANDLER.match(attribute)) and (node := getattr(ast, match[2], None)) is not None:
                    found[match[1], node] = attribute
        return found

    def applies(self, file: LintedFile) -> bool:
        """Whether the rule can have a finding in the file; asked before the walk, the cheapest question first."""
        return (
            (not self.words or file.mentions(self.words))
            and (not self.layers or file.model.layer in self.layers)
            and (not self.roles or file.model.handler_code.has(*self.roles))
        )

    def finish(self, file: LintedFile) -> None:
        """Called after the walk; for rules that decide on the whole file."""

    def calls_in(self, file: LintedFile) -> frozenset[str] | None:
        """The called names that narrow `visit_Call` in a file where the rule applies, None for any; for rules whose `calls` depend on it.

        Where all rules name what they look for, the walk enters only statements that hold one of the names.
        """
        return self.calls or None


def parse_count(text: str) -> str:
    """A whole number, zero or more. Raises ValueError for anything else."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError("it is not a whole number")
    return str(int(text))


def parse_flag(text: str) -> str:
    """ "true" or "false", from the words that config files use for them. Raises ValueError for anything else."""
    if text.lower() in ("true", "yes", "on", "1"):
        return "true"
    if text.lower() in ("false", "no", "off", "0"):
        return "false"
    raise ValueError("it is neither true nor false")


def parse_path(text: str) -> str:
    """A path, as it is."""
    return text


def parse_dotted_name(text: str) -> str:
    """A class or module name, bare or dotted. Raises ValueError for anything else."""
    if not all(part.isidentifier() for part in text.split(".")):
        raise ValueError("it is not a Python name")
    return text


def parse_identifier(text: str) -> str:
    """A Python identifier. Raises ValueError for anything else."""
    if not text.isidentifier():
        raise ValueError("it is not a Python identifier")
    return text


def placeholders(message: str) -> set[str]:
    """The names of the fields in a message."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def check_declaration(rule: type[Rule]) -> None:
    """Raises BadDeclarationError where a rule's class is incomplete or contradicts itself."""

    def fail(reason: str) -> None:
        raise BadDeclarationError(f"{rule.__module__}.{rule.__qualname__}: {reason}")

    for required in ("code", "name", "message", "bad", "good"):
        if not getattr(rule, required, None):
            fail(f"has no {required}")
    if not _CODE.match(rule.code):
        fail(f"code {rule.code!r} is not KBR and three digits")
    if not _NAME.match(rule.name):
        fail(f"name {rule.name!r} is not in kebab-case")
    stem = rule.__module__.rpartition(".")[2]
    if rule.__module__.startswith("flake8_backend_rules.rules.") and stem != rule.name.replace("-", "_"):
        fail(f"its file is not named {rule.name.replace('-', '_')}.py")
    doc = rule.__dict__.get("__doc__") or ""
    for section in _SECTIONS:
        if f"## {section}\n" not in doc:
            fail(f"its page has no section {section!r}")
    if "\n" in rule.message or re.search(r":\d+:\d+:", rule.message):
        fail("its message is not one plain line")
    if not rule.handlers() and rule.finish is Rule.finish:
        fail("it visits nothing")
    for attribute in vars(rule):
        match = _HANDLER.match(attribute)
        if match and not isinstance(getattr(ast, match[2], None), type):
            fail(f"{attribute} names no node class")
    for word in rule.words:
        if not word.isidentifier():
            fail(f"word {word!r} is not part of an identifier")
    if rule.calls and ("visit", ast.Call) not in rule.handlers():
        fail("it names calls but has no visit_Call")
    if rule.attributes and ("visit", ast.Attribute) not in rule.handlers():
        fail("it names attributes but has no visit_Attribute")
    examples: tuple[Bad | Good, ...] = (*rule.bad, *rule.good)
    for option in rule.options:
        if not option.name.startswith("backend-") or not option.help:
            fail(f"option {option.name!r} has no help or does not begin with backend-")
        if not any(option.name in example.options for example in examples):
            fail(f"option {option.name} has no example")
