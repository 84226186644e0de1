from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")
E = TypeVar("E")


class UnwrapError(Exception):
    pass


@dataclass(frozen=True)
class Ok(Generic[T]):
    value: T

    def unwrap(self) -> T:
        return self.value


@dataclass(frozen=True)
class Err(Generic[E]):
    error: E

    def unwrap(self) -> NoReturn:
        raise UnwrapError(self.error)


Result = Ok[T] | Err[E]
