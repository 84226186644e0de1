"""The option that KBR502, KBR503 and KBR505 share."""

from flake8_backend_rules.project.summary import ModuleSummary
from flake8_backend_rules.rule import Option, parse_identifier

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


def defines_one(module: ModuleSummary, verbs: tuple[str, ...]) -> bool:
    """Whether the name of some function or class of a module may hold one of some words: a cheap look before the close one."""
    names = " ".join((*(f.name for f in module.functions()), *(c.name for c in module.all_classes()))).lower()
    return any(verb in names for verb in verbs)
