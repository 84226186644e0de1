"""The option that KBR502, KBR503 and KBR505 share."""

from flake8_backend_rules.rule import Option, parse_identifier
from flake8_backend_rules.semantics.model import FileModel

IMPORTANT_VERBS = Option(
    name="backend-important-verbs",
    default=(
        "charge", "pay", "payout", "refund", "transfer", "withdraw", "deposit", "bill", "invoice", "purchase", "checkout",
        "subscribe", "cancel", "approve", "reject", "grant", "revoke", "suspend", "ban", "impersonate", "rotate", "purge",
        "merge", "import", "bulk",
    ),
    help="Words in the names of operations that somebody has to answer for (KBR502, KBR503, KBR505).",
    parse=parse_identifier,
    metavar="WORDS",
)  # fmt: skip


def defines_one(model: FileModel, verbs: tuple[str, ...]) -> bool:
    """Whether the name of some function or class of a file may hold one of some words: a cheap look before the close one."""
    return model.defines_name_with(verbs)
