"""The outcome of an operation that may fail in a way its caller has to deal with."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
E = TypeVar("E")


@dataclass(frozen=True)
class Ok(Generic[T]):
    value: T


@dataclass(frozen=True)
class Err(Generic[E]):
    failure: E


Result = Ok[T] | Err[E]
