"""The option that KBR502, KBR503 and KBR505 share."""

import re
from functools import lru_cache

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


@lru_cache(maxsize=4)
def defines_one(verbs: tuple[str, ...]) -> re.Pattern[str]:
    """Finds the definition of a function or class whose name may hold one of some words."""
    return re.compile(rf"\b(?:def|class)[ \t]+\w*?(?:{'|'.join(map(re.escape, verbs))})", re.IGNORECASE)
