"""The option that KBR202 and KBR203 share."""

from flake8_backend_rules.rule import Option, parse_dotted_name

FRAMEWORK_OBJECTS = Option(
    name="backend-framework-objects",
    default=(),
    help="More classes, bare or dotted names, whose instances belong to the web framework (KBR202, KBR203).",
    parse=parse_dotted_name,
)
