"""pydantic, and where it is told apart from settings."""

from flake8_backend_rules.frameworks.schema import Framework

FRAMEWORK = Framework(
    name="pydantic",
    source="https://docs.pydantic.dev/latest/api/base_model/",
    packages=("pydantic", "pydantic_settings"),
    pydantic_bases=("pydantic.BaseModel", "pydantic.RootModel", "sqlmodel.SQLModel"),
    dto_bases=("pydantic.BaseModel", "pydantic.RootModel", "pydantic.generics.GenericModel", "sqlmodel.SQLModel"),
)
