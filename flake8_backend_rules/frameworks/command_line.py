"""Typer and Click, also as rich-click and django-click."""

from flake8_backend_rules.frameworks.schema import Framework, ObjectDecorator, Role

FRAMEWORK = Framework(
    name="Typer and Click",
    source="https://typer.tiangolo.com/reference/typer/, https://click.palletsprojects.com/en/stable/api/",
    packages=("typer", "click", "rich_click", "djclick"),  # the last two stand in for click under their own names
    decorators={f"{package}.{name}": Role.CLI for package in ("click", "rich_click", "djclick") for name in ("command", "group")},
    object_decorators=(
        ObjectDecorator(
            classes=("typer.Typer", "click.Group", "click.MultiCommand", "rich_click.RichGroup"),
            methods=frozenset({"command", "callback", "group", "result_callback"}),
            role=Role.CLI,
        ),
    ),
    decorated_as={
        "click.group": "click.Group", "click.command": "click.Command",
        "click.Group.group": "click.Group", "click.Group.command": "click.Command",
        "djclick.group": "click.Group", "djclick.command": "click.Command",
        "rich_click.group": "rich_click.RichGroup", "rich_click.command": "rich_click.RichCommand",
        "rich_click.RichGroup.group": "rich_click.RichGroup", "rich_click.RichGroup.command": "rich_click.RichCommand",
    },
    web_modules=("typer", "click", "rich_click", "djclick"),
)
