"""Graphene."""

from flake8_backend_rules.frameworks.schema import ClassHandlers, Framework, Registration, Role

FRAMEWORK = Framework(
    name="Graphene",
    source="https://docs.graphene-python.org/en/latest/api/, https://docs.graphene-python.org/projects/django/en/latest/queries/, "
    "https://docs.graphene-python.org/projects/sqlalchemy/en/latest/",
    packages=("graphene", "graphene_django", "graphene_sqlalchemy"),
    class_handlers=(
        ClassHandlers(
            bases=(
                "graphene.ObjectType", "graphene.Interface", "graphene_django.DjangoObjectType",
                "graphene_sqlalchemy.SQLAlchemyObjectType",
            ),
            role=Role.HTTP,
            package="graphene",
            prefixes=("resolve_", "subscribe_"),
        ),
        ClassHandlers(bases=("graphene.Mutation",), role=Role.HTTP, methods=frozenset({"mutate"})),
        ClassHandlers(bases=("graphene.relay.ClientIDMutation",), role=Role.HTTP, methods=frozenset({"mutate_and_get_payload"})),
    ),
    registrations=(Registration(Role.HTTP, 2, "resolver", callables=("graphene.Field",), packages=("graphene",)),),
    web_modules=("graphene",),
)  # fmt: skip
