"""Typer and Click."""

from flake8_backend_rules.frameworks.schema import Framework, ObjectDecorator, Role

FRAMEWORK = Framework(
    name="Typer and Click",
    source="https://typer.tiangolo.com/reference/typer/, https://click.palletsprojects.com/en/stable/api/",
    packages=("typer", "click"),
    decorators={"click.command": Role.CLI, "click.group": Role.CLI},
    object_decorators=(
        ObjectDecorator(
            classes=("typer.Typer", "click.Group", "click.MultiCommand"),
            methods=frozenset({"command", "callback", "group", "result_callback"}),
            role=Role.CLI,
        ),
    ),
    decorated_as={"click.group": "click.Group", "click.command": "click.Command"},
    web_modules=("typer", "click"),
)
