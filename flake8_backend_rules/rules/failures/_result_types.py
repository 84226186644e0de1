"""The option that KBR102, KBR604, KBR605 and KBR606 share."""

from flake8_backend_rules.rule import Option, parse_dotted_name

RESULT_TYPES = Option(
    name="backend-result-types",
    default=(),
    help="More classes or aliases, bare or dotted names, that are a Result (KBR102, KBR604, KBR605, KBR606).",
    parse=parse_dotted_name,
)
