"""Which classes are DTOs: what goes over the wire, as the transport layer reads and writes it."""

from __future__ import annotations

import re

from flake8_backend_rules.project.layers import Layer
from flake8_backend_rules.project.surfaces import ClassInfo
from flake8_backend_rules.semantics.values import Evaluator

_NAMES = (
    "Create", "Update", "Patch", "Read", "Request", "Response", "Public", "Payload", "DTO", "Dto", "Schema",
    "In", "Out", "Params", "Query", "Body",
)  # fmt: skip
# What a module of DTOs holds besides: what the core itself is configured by.
_NO_DTO = ("Config", "Configuration", "Settings")
_OF_FILE = re.compile("(?:Import|Export)[A-Z].*Schema$")
_INTO_DTO = re.compile("to_(?:.*_)?(?:response|read|dto|public|schema|out)$")
_MODULES = frozenset({
    "schema", "schemas", "dto", "dtos", "serializer", "serializers", "request_models", "response_models",
})  # fmt: skip


def is_dto_module(dotted: str) -> bool:
    """Whether a module's name, or that of a folder around it, says that it holds DTOs."""
    *folders, stem = dotted.split(".")
    return stem in _MODULES or stem.endswith("_schemas") or not _MODULES.isdisjoint(folders)


def is_dto_name(name: str) -> bool:
    """Whether a class's name says that it is a DTO, wherever outside of the core it is defined."""
    return name.endswith(_NAMES)


def is_dto(evaluator: Evaluator, cls: ClassInfo, layer: Layer) -> bool:
    """Whether a class, defined in a module of `layer`, is a DTO. What the core defines is its own input."""
    if layer.is_core or not cls.bases or _OF_FILE.match(cls.name):
        return False
    if not is_dto_name(cls.name) and (layer is not Layer.TRANSPORT or _is_made_into_dto(cls)):
        return False
    value = evaluator.describe(cls)
    return evaluator.descends(value, evaluator.knowledge.dto_bases) is True and not evaluator.rows.is_orm_class(value)


def _is_made_into_dto(cls: ClassInfo) -> bool:
    """Whether a class of the transport layer is a setting, or has a method that makes a DTO of it."""
    return cls.name.endswith(_NO_DTO) or any(map(_INTO_DTO.match, cls.methods))
