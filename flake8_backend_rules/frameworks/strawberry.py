"""Strawberry GraphQL."""

from flake8_backend_rules.frameworks.schema import ClassHandlers, Framework, Registration, Role

_RESOLVERS = ("field", "mutation", "subscription")

FRAMEWORK = Framework(
    name="Strawberry",
    source="https://strawberry.rocks/docs/types/resolvers, https://strawberry.rocks/docs/general/mutations, "
    "https://strawberry.rocks/docs/integrations/django",
    packages=("strawberry", "strawberry_django"),
    decorators={
        **{f"strawberry.{name}": Role.HTTP for name in _RESOLVERS},
        "strawberry.federation.field": Role.HTTP,
        "strawberry.relay.connection": Role.HTTP,
        "strawberry_django.field": Role.HTTP,
        "strawberry_django.mutation": Role.HTTP,
    },
    class_handlers=(
        ClassHandlers(bases=("strawberry.permission.BasePermission",), role=Role.BOUNDARY, methods=frozenset({"has_permission"})),
    ),
    registrations=(
        Registration(
            Role.HTTP, 0, "resolver", callables=tuple(f"strawberry.{name}" for name in _RESOLVERS), packages=("strawberry",)
        ),
    ),
    web_modules=("strawberry",),
)  # fmt: skip
