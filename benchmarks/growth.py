"""How the pack's cost grows with the size of a project: a generated one, 1 to 16 times as large, each dimension by itself.

The exponent is that of cost = constant * size ** exponent, fitted to the CPU over bare flake8. 1.0 is linear.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measure import in_pairs

SIZES = (1, 2, 4, 8, 16)
_HEAD = "from fastapi import APIRouter\nfrom sqlalchemy.orm import Session\n{imports}\nrouter = APIRouter()\n\n"
_HANDLER = """
@router.post("/orders/{number}")
def create_{number}(session: Session, sku: str) -> None:
    order = place_order(session, sku)
    session.add(order)
    session.commit()
    for item in order.items:
        if item.price > {number} and not item.paid:
            item.charge(session)
"""


def _service(number: int, imports: str = "") -> str:
    return f"{imports}\nclass Order_{number}: ...\n\ndef place_order(session, sku):\n    return Order_{number}()\n"


def _route(handlers: int, imports: str) -> str:
    return _HEAD.format(imports=imports) + "".join(_HANDLER.format(number=number) for number in range(handlers))


def modules(root: Path, size: int) -> None:
    """More modules of one kind, each with a service of its own."""
    for number in range(20 * size):
        (root / "app" / "services" / f"orders_{number}.py").write_text(_service(number))
        (root / "app" / "api" / f"orders_{number}.py").write_text(_route(6, f"from app.services.orders_{number} import place_order"))


def handlers(root: Path, size: int) -> None:
    """More handlers in one module."""
    (root / "app" / "services" / "orders.py").write_text(_service(0))
    (root / "app" / "api" / "orders.py").write_text(_route(60 * size, "from app.services.orders import place_order"))


def depth(root: Path, size: int) -> None:
    """Longer chains of re-exports between a route and what it calls; the lines grow alike."""
    for chain in range(10):
        for number in range(4 * size):
            onward = f"from app.services.c{chain}_{number + 1} import place_order" if number + 1 < 4 * size else _service(0)
            (root / "app" / "services" / f"c{chain}_{number}.py").write_text(onward + "\nVALUE = 1\n" * 20)
        (root / "app" / "api" / f"orders_{chain}.py").write_text(_route(6, f"from app.services.c{chain}_0 import place_order"))


def fan_in(root: Path, size: int) -> None:
    """More routes that import the same services."""
    names = ", ".join(f"orders_{number}" for number in range(20))
    for number in range(20):
        (root / "app" / "services" / f"orders_{number}.py").write_text(_service(number))
    for number in range(20 * size):
        imports = f"from app.services import {names}\nfrom app.services.orders_0 import place_order"
        (root / "app" / "api" / f"orders_{number}.py").write_text(_route(6, imports))


DIMENSIONS: dict[str, Callable[[Path, int], None]] = {"modules": modules, "handlers": handlers, "import depth": depth, "fan-in": fan_in}


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The slope of log cost over log size (least squares)."""
    x, y = [math.log(size) for size in sizes], [math.log(max(cost, 1e-3)) for cost in costs]
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    return sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True)) / sum((a - middle_x) ** 2 for a in x)


def growth_table(bare: Path, pack: Path, options: Sequence[str], pairs: int = 3) -> str:
    """A Markdown table: CPU over bare by size, what does not grow (an empty project) left out, and the fitted exponent."""
    rows = ["| grows | " + " | ".join(f"{size}x" for size in SIZES) + " | exponent |", "| --- |" + " ---: |" * (len(SIZES) + 1)]
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "a.py").touch()
        constant = in_pairs(bare, pack, Path(empty), ["-j1", *options], pairs).seconds
    for name, generate in DIMENSIONS.items():
        costs = []
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                (root / "setup.cfg").touch()
                for package in ("app", "app/api", "app/services"):
                    (root / package).mkdir()
                    (root / package / "__init__.py").touch()
                generate(root, size)
                costs.append(in_pairs(bare, pack, root, ["-j1", *options], pairs).seconds - constant)
        shown = " | ".join(f"{cost:.2f} s" for cost in costs)
        # the smallest are within what a clock and an import vary by
        rows.append(f"| {name} | {shown} | {exponent(SIZES[1:], costs[1:]):.2f} |")
    return "\n".join(rows)
