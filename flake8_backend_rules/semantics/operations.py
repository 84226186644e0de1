"""Core operations: which calls are one, and how many of them the heaviest path of a body makes."""

from __future__ import annotations

import ast
import builtins
import os
import re
from collections.abc import Container, Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from flake8_backend_rules.frameworks.schema import NameSet
from flake8_backend_rules.project import layers
from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.project.surfaces import ClassInfo, FunctionInfo, FunctionNode, ImportInfo, flat_statements
from flake8_backend_rules.semantics.kinds import Kind
from flake8_backend_rules.semantics.layering import Layering
from flake8_backend_rules.semantics.paths import root_name
from flake8_backend_rules.semantics.pure_helpers import is_pure_helper
from flake8_backend_rules.semantics.scope import SCOPE_NODES, Scope, calls_below
from flake8_backend_rules.semantics.values import Evaluator


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LOOKUPS = _words("get find list fetch load read retrieve lookup search count exists has is can should")
HELPERS = _words(
    "assert authorize check require ensure validate log emit publish notify send record track audit parse serialize decrypt"
    " encrypt format build to from new render dispatch group sort filter map collect compute calculate"
    " resolve hydrate decode verify enforce mask redact sanitize normalize annotate bind"
    " authenticate"  # from resolve on beyond the catalogue: they prepare, show, or ask who it is
)
_HELPER_ENDINGS = ("_url", "_path", "_name", "_key", "_slug", "_state", "_dict", "_dicts")
_ALTERS = _words("change delete patch remove rename replace reset revoke rotate set update")
"""Verbs that no ending takes back: `rotate_key` is no helper, `create_key` may be one."""
_CHANGES = _ALTERS | _words(
    "abandon abort accept acknowledge acquire activate add adjust admit advance allocate append apply approve archive assign"
    " attach authorise award ban begin bill block book bump buy cache cancel capture charge checkin checkout"
    " claim clear clone close commit complete configure confirm connect consume create credit deactivate debit decline"
    " decrease delay deliver deny deploy deposit destroy detach disable discard disconnect dismiss distribute drop duplicate"
    " edit enable enqueue enroll erase evict exchange execute expire extend fail finalize finish flag flush freeze fulfil"
    " fulfill generate give grant halt handle hide import increase increment ingest init initialize initiate insert install"
    " invalidate invite invoke issue join kick kill launch leave link lock login logout mark merge migrate modify move mute"
    " onboard patch pause pay perform persist pick pin place post process promote propose provision prune pull purchase"
    " purge push put queue reactivate rebuild receive recover redeem refresh refund register reindex reject release renew"
    " reopen reorder repair replay reschedule resend reserve restart restore resubmit resume retire retry return review roll"
    " run save schedule sell settle share ship signup skip soft spend stage start stop store submit subscribe suspend swap"
    " switch sync synchronize tear terminate toggle touch transfer transition trigger unarchive unassign unban unblock"
    " uninstall unlink unlock unpin unpublish unregister unsubscribe upgrade upload upsert use void vote wipe withdraw write"
)
_RESPONSES = frozenset({"response", "resp"})
_CLEAN_UPS = _words("close aclose dispose shutdown cleanup")
"""Without an argument they free what they are called on."""
_MODIFIERS = _words("async batch bulk maybe safe safely try")
# Methods that say nothing of what is done: their class's name does.
_UNTELLING = frozenset({"execute", "__call__", "handle", "run", "invoke", "perform", "call"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
# Stems that alone say what a module is, whatever it defines.
_SERVICE_STEMS = frozenset({"service", "services"})
_ASIDE = frozenset({"authz", "authorization", "permission", "permissions", "audit", "notification", "notifications", "cache"})
"""Modules and folders beside what is done: who may do it, who is told, what is kept at hand."""
_RECORD_DECORATORS = frozenset({"dataclass", "dataclasses", "define", "frozen", "mutable", "attrs"})
_RECORD_BASES = ("enum.", "typing.NamedTuple", "typing_extensions.NamedTuple", "builtins.Exception", "builtins.ValueError")
_BUILTINS = frozenset(dir(builtins))
# Methods of Python's own types that nobody calls a method of a repository or client by.
_PYTHONS_OWN = _words(
    "items keys join strip lstrip rstrip split splitlines lower upper title startswith endswith isoformat strftime setdefault"
)
_NAMES_KEPT = 4096
"""Names recur all over a project: what they tell is worked out once."""

Calls = tuple[ast.Call, ...]


def words_of(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, in lower case, from the first that says what is done."""
    words = [word.lower() for word in _WORD.findall(name)]
    return words[1:] if len(words) > 1 and words[0] in _MODIFIERS else words


@lru_cache(maxsize=_NAMES_KEPT)
def is_side_matter(name: str, *, count_lookups: bool = False) -> bool:
    """Whether a function's name says that it looks something up or helps, and changes nothing.

    `count_lookups`: of these two, only the helper is a side matter.
    """
    words = words_of(name)
    if not words or any(a == "or" and b in ("create", "update") for a, b in pairwise(words)):
        return not words
    if any(a == "and" and b in _CHANGES for a, b in pairwise(words)):
        return False
    ends_as_helper = name.endswith("_cache") or (name.endswith(_HELPER_ENDINGS) and words[0] not in _ALTERS)
    return words[0] in HELPERS or ends_as_helper or (words[0] in LOOKUPS and not count_lookups)


@lru_cache(maxsize=_NAMES_KEPT)
def tells_change(name: str) -> bool:
    """Whether a name begins with a verb of doing, or goes on with one after `and` or `or`."""
    words = words_of(name)
    return bool(words) and (words[0] in _CHANGES or any(a in ("and", "or") and b in _CHANGES for a, b in pairwise(words)))


class Operations:
    """Answers of one linted file about calls of core operations. `module`: the file, whose own functions are none for it."""

    def __init__(self, evaluator: Evaluator, module: ModuleSummary, layering: Layering) -> None:
        self.evaluator = evaluator
        self.module = module
        self.layering = layering
        knowledge = evaluator.knowledge
        self._value_bases = NameSet((*knowledge.pydantic_bases, *knowledge.dto_bases, "pydantic.BaseSettings"))

    def on_heaviest_path(
        self, function: FunctionNode, scope: Scope, at_least: int, *, count_lookups: bool, calls: list[ast.Call] | None = None
    ) -> Calls:
        """The calls of core operations on the path through a body that makes most of them; () for fewer than `at_least`.

        `scope`: the function's own; `calls`: those of its body, if known. Types are asked for only where names alone leave enough
        candidates.
        """
        dropped = {_awaited(s.value) for s in flat_statements(function.body) if isinstance(s, ast.Expr)}
        calls = calls_below(function, nested=False) if calls is None else calls
        named = [call for call in calls if self._may_be_operation(call, scope, count_lookups, call in dropped)]
        if len(named) < at_least:
            return ()
        operations = {call for call in named if self.is_operation(call, scope, count_lookups=count_lookups)}
        if len(operations) < at_least:
            return ()
        try:
            found = _Paths(operations).heaviest(function.body)
        except RecursionError:  # nested more deeply than anybody writes
            return ()
        return found if len(found) >= at_least else ()

    def _may_be_operation(self, call: ast.Call, scope: Scope, count_lookups: bool, dropped: bool) -> bool:
        """Told by the called name alone, reading no module. `dropped`: nobody uses the result, so it is called for what it does."""
        func = call.func
        if isinstance(func, ast.Attribute):
            name = func.attr
            if name in _CLEAN_UPS and not call.args and not call.keywords:
                return False
            if name in _UNTELLING:
                return True
            untold = False
        elif isinstance(func, ast.Name):
            if func.id in _BUILTINS:
                return False
            binding = self.module.binding(func.id)
            if isinstance(binding, FunctionInfo):
                return False
            name = binding.name if isinstance(binding, ImportInfo) and binding.name else func.id
            untold = scope.lookup(func.id) is not None  # a local name tells nothing of what it is bound to
        else:
            return isinstance(func, ast.Call)
        if name[:1].isupper() or (name.startswith("set_") and any(_last_name(arg) in _RESPONSES for arg in call.args)):
            return False
        return untold or (not is_side_matter(name, count_lookups=count_lookups) and (dropped or count_lookups or tells_change(name)))

    def is_operation(self, call: ast.Call, scope: Scope, *, count_lookups: bool = False) -> bool:
        """Whether a call calls a core operation."""
        function = self._callee(call, scope)
        if function is None or self._is_own(function) or self.layering.of(function.module).layer is not Layer.APPLICATION:
            return False
        if _is_aside(function.module) or is_side_matter(self._told_name(function), count_lookups=count_lookups):
            return False
        if function.owner is not None and (self._is_value_object(function.owner) or self._constructs(function)):
            return False
        return count_lookups or not self._hands_a_query(call, scope)

    def is_infrastructure(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call calls a function or method of an infrastructure module; the methods of a row are none."""
        name = _last_name(call.func)
        if name[:1].isupper() or name in _PYTHONS_OWN or self._is_elsewhere(call.func, scope):
            return False  # told by names, before anything is read
        if name in _BUILTINS and isinstance(call.func, ast.Name) and not self.module.stars:
            if not self.module.binds(name) and scope.lookup(name) is None:
                return False
        function = self._callee(call, scope)
        if function is None or self._is_own(function) or self.layering.of(function.module).layer is not Layer.INFRASTRUCTURE:
            return False
        owner = function.owner
        if owner is None or any(_last_name(d) in ("classmethod", "staticmethod") for d in function.decorators):
            return not is_pure_helper(function, self.evaluator.project)
        if self._is_value(owner) or self.evaluator.rows.is_orm_class(self.evaluator.describe(owner)) is True:
            return False
        receiver = self.evaluator.value(call.func.value, scope) if isinstance(call.func, ast.Attribute) else None
        if receiver is None or not isinstance(receiver.definition, ClassInfo) or receiver.definition is owner:
            return True  # else the method may come from a mixin of the row's class
        return self.evaluator.rows.is_orm_class(self.evaluator.describe(receiver.definition)) is not True

    def _is_elsewhere(self, func: ast.expr, scope: Scope) -> bool:
        """Whether a call is one on the request, or the module that its name comes from is no infrastructure by its own name."""
        root = func.value if isinstance(func, ast.Attribute) else func
        if not isinstance(root, ast.Name) or scope.lookup(root.id) is not None:
            return root_name(root) == "request"
        binding = self.module.binding(root.id)
        if not isinstance(binding, ImportInfo):
            return False
        path = self.evaluator.project.home_of(binding, self.module)
        if path is None:
            return True
        named = layers.stem_layer(os.path.basename(path).removesuffix(".py"))
        return named is not None and named[0] is not Layer.INFRASTRUCTURE and named[1] in _SERVICE_STEMS

    def _callee(self, call: ast.Call, scope: Scope) -> FunctionInfo | None:
        value = self.evaluator.value(call.func, scope)
        if value is None:
            return None
        if value.kind is Kind.INSTANCE and isinstance(value.definition, ClassInfo):
            return self.evaluator.method(value.definition, "__call__")
        return value.definition if value.kind is Kind.OBJECT and isinstance(value.definition, FunctionInfo) else None

    def _is_own(self, function: FunctionInfo) -> bool:
        """Whether a function belongs to the linted module: part of the handler's own code."""
        return function.module.path == self.module.path

    def _told_name(self, function: FunctionInfo) -> str:
        """The name that tells what a function does: of `GetOrder.execute` the class's."""
        if function.name not in _UNTELLING or function.owner is None:
            return function.name
        name = function.owner.name
        return "get" if name.endswith(("Query", "QueryHandler")) else name

    def _is_value_object(self, cls: ClassInfo) -> bool:
        """Whether a class is a dataclass, pydantic model, enum, named tuple or exception, or a collection of its own."""
        ancestors = self.evaluator.ancestry(cls).classes
        if any({"__contains__", "__len__"} <= ancestor.methods.keys() for ancestor in ancestors):
            return True
        decorators = (d for ancestor in ancestors for d in ancestor.decorators)
        return self._is_value(cls) or any(_last_name(d.func if isinstance(d, ast.Call) else d) in _RECORD_DECORATORS for d in decorators)

    def _is_value(self, cls: ClassInfo) -> bool:
        """Whether a class is a value by its bases; a dataclass may as well be a service."""
        ancestry = self.evaluator.ancestry(cls)
        if any(_last_name(base).endswith(("Exception", "Error")) for ancestor in ancestry.classes for base in ancestor.bases):
            return True
        return any(name.startswith(_RECORD_BASES) or name in self._value_bases for name in ancestry.externals)

    def _constructs(self, function: FunctionInfo) -> bool:
        """Whether a method is an alternative constructor: called on its class, it returns an instance."""
        if not any(_last_name(d) in ("classmethod", "staticmethod") for d in function.decorators):
            return False
        value = self.evaluator.results.of(function)
        return value is not None and value.kind is Kind.INSTANCE and value.definition is function.owner

    def _hands_a_query(self, call: ast.Call, scope: Scope) -> bool:
        """Whether what is dispatched is an object whose class name ends in Query."""
        first = next(iter([*call.args, *(k.value for k in call.keywords)]), None)
        if isinstance(first, ast.Name):
            value = self.evaluator.value(first, scope)
            if value is not None:
                return value.kind is Kind.INSTANCE and value.last_name.endswith("Query")
            bindings = scope.lookup(first.id)
            first = bindings[0][-1].expression if bindings is not None else None
        return isinstance(first, ast.Call) and _last_name(first.func).endswith("Query")


def _is_aside(module: ModuleSummary) -> bool:
    """Whether a module is about permissions, audit or notifications by its stem or its folder."""
    return module.stem == "auth" or module.stem in _ASIDE or os.path.basename(module.folder) in _ASIDE


class _Outcome(NamedTuple):
    """The heaviest calls with which a block is left: at its end, by return or raise, by break or continue. None: never so."""

    fall: Calls | None = ()
    ended: Calls | None = None
    loop: Calls | None = None

    def heaviest(self) -> Calls:
        return _heavier(_heavier(self.fall, self.ended), self.loop) or ()

    def after(self, before: Calls) -> _Outcome:
        """This outcome, with calls that were made before."""
        return _Outcome(*(None if calls is None else before + calls for calls in (self.fall, self.ended, self.loop)))

    def merged(self, other: _Outcome) -> _Outcome:
        """Either of two outcomes."""
        return _Outcome(_heavier(self.fall, other.fall), _heavier(self.ended, other.ended), _heavier(self.loop, other.loop))


class _Paths:
    """Finds the path through a body on which most of some calls stand. A loop's body runs once."""

    def __init__(self, counted: Container[ast.Call]) -> None:
        self.counted = counted

    def heaviest(self, body: list[ast.stmt]) -> Calls:
        return self._block(body).heaviest()

    def _block(self, body: list[ast.stmt]) -> _Outcome:
        done = _Outcome()
        for statement in body:
            assert done.fall is not None
            outcome = self._statement(statement).after(done.fall)
            done = _Outcome(outcome.fall, _heavier(done.ended, outcome.ended), _heavier(done.loop, outcome.loop))
            if done.fall is None:
                break
        return done

    def _statement(self, node: ast.stmt) -> _Outcome:
        if isinstance(node, SCOPE_NODES):
            return _Outcome()
        if isinstance(node, ast.If):
            return self._block(node.body).merged(self._block(node.orelse)).after(self._calls(node.test))
        if isinstance(node, (ast.For, ast.AsyncFor)):
            return self._loop(node, self._calls(node.iter))
        if isinstance(node, ast.While):
            return self._loop(node, self._calls(node.test))
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._block(node.body).after(self._entered(node))
        if isinstance(node, (ast.Try, ast.TryStar)):
            return self._try(node)
        if isinstance(node, ast.Match):
            return self._match(node)
        calls = self._calls(node)
        if isinstance(node, (ast.Return, ast.Raise)):
            return _Outcome(None, calls)
        return _Outcome(None, None, calls) if isinstance(node, (ast.Break, ast.Continue)) else _Outcome(calls)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, before: Calls) -> _Outcome:
        body = self._block(node.body)
        otherwise = self._block(node.orelse)
        whole = otherwise.after(body.fall or ()).merged(_Outcome(_heavier(body.loop, ()), body.ended))
        return whole.after(before)

    def _entered(self, node: ast.With | ast.AsyncWith) -> Calls:
        """The calls in the items of a `with`; what is entered is no operation itself."""
        found: Calls = ()
        for item in node.items:
            entered = item.context_expr.value if isinstance(item.context_expr, ast.Await) else item.context_expr
            parts: Iterable[ast.AST] = ast.iter_child_nodes(entered) if isinstance(entered, ast.Call) else (entered,)
            found += tuple(call for part in parts for call in self._calls(part))
        return found

    def _try(self, node: ast.Try | ast.TryStar) -> _Outcome:
        body = self._block(node.body)
        made = body.heaviest()  # what may have been called when an exception comes
        whole = _Outcome(None, body.ended, body.loop)
        whole = whole.merged(body if body.fall is None else self._block(node.orelse).after(body.fall))
        for handler in node.handlers:
            whole = whole.merged(self._block(handler.body).after(made))
        final = self._block(node.finalbody)
        if final.fall is None:
            return final.after(whole.heaviest())
        fall, ended, loop = (None if calls is None else calls + final.fall for calls in (whole.fall, whole.ended, whole.loop))
        return _Outcome(fall, ended, loop)

    def _match(self, node: ast.Match) -> _Outcome:
        whole = _Outcome()
        for case in node.cases:
            guard = self._calls(case.guard) if case.guard is not None else ()
            whole = whole.merged(self._block(case.body).after(guard))
        return whole.after(self._calls(node.subject))

    def _calls(self, node: ast.AST) -> Calls:
        """The counted calls that evaluating an expression or simple statement makes; of a conditional, one branch's."""
        if isinstance(node, (*SCOPE_NODES, ast.Constant, ast.Name)):
            return ()
        if isinstance(node, ast.IfExp):
            branch = _heavier(self._calls(node.body), self._calls(node.orelse)) or ()
            return self._calls(node.test) + branch
        if isinstance(node, ast.Call) and _last_name(node.func) in ("Depends", "Security"):
            return ()
        found = tuple(call for child in ast.iter_child_nodes(node) for call in self._calls(child))
        return (*found, node) if isinstance(node, ast.Call) and node in self.counted else found


def _awaited(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Await):
        node = node.value
    return node


def _heavier(one: Calls | None, other: Calls | None) -> Calls | None:
    if one is None or other is None:
        return one if other is None else other
    return one if len(one) >= len(other) else other


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
