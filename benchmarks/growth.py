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


def measure_growth(bare: Path, pack: Path, options: Sequence[str], pairs: int = 3) -> dict[str, list[float]]:
    """By dimension, for each of SIZES the seconds of CPU over bare; what does not grow (an empty project) left out."""
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "a.py").touch()
        constant = in_pairs(bare, pack, Path(empty), ["-j1", *options], pairs).seconds
    found: dict[str, list[float]] = {}
    for name, generate in DIMENSIONS.items():
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                (root / "setup.cfg").touch()
                for package in ("app", "app/api", "app/services"):
                    (root / package).mkdir()
                    (root / package / "__init__.py").touch()
                generate(root, size)
                cost = in_pairs(bare, pack, root, ["-j1", *options], pairs).seconds - constant
                found.setdefault(name, []).append(cost)
    return found


def fitted(costs: Sequence[float]) -> float:
    """The exponent over SIZES but the smallest, which are within what a clock and an import vary by."""
    return exponent(SIZES[1:], costs[1:])


def growth_table(found: dict[str, list[float]]) -> str:
    """A Markdown table of what was measured, with the fitted exponents."""
    rows = ["| grows | " + " | ".join(f"{size}x" for size in SIZES) + " | exponent |", "| --- |" + " ---: |" * (len(SIZES) + 1)]
    for name, costs in found.items():
        rows.append(f"| {name} | {' | '.join(f'{cost:.2f} s' for cost in costs)} | {fitted(costs):.2f} |")
    return "\n".join(rows)


def draw_growth(found: dict[str, list[float]], file: Path) -> None:
    """Draws what was measured as an SVG file, both axes logarithmic: a linear cost is a line of slope 1. Needs matplotlib."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    grey = "#808080"  # to be seen on a light page and on a dark one
    colours = dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), grey)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "growth", "font.size": 10, **colours}):
        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.subplots()
        for (name, costs), marker in zip(found.items(), "os^D", strict=True):
            axes.plot(SIZES, [max(cost, 1e-2) for cost in costs], marker=marker, label=f"{name}: exponent {fitted(costs):.2f}")
        start = max(costs[0] for costs in found.values())
        axes.plot(SIZES, [start * size for size in SIZES], linestyle=":", color=grey, label="linear")
        axes.set_xscale("log", base=2)
        axes.set_yscale("log", base=2)
        axes.set_xticks(SIZES, [f"{size}x" for size in SIZES])
        axes.yaxis.set_major_formatter(lambda seconds, _: f"{seconds:g} s")
        axes.set_xlabel("size of the generated project")
        axes.set_ylabel("CPU over bare flake8")
        axes.legend(frameon=False)
        figure.savefig(file, transparent=True, metadata={"Date": None, "Creator": None})
