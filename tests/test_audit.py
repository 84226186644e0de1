"""What the interpreter itself reports while the pack lints: nothing of the project is imported or executed, nothing is started."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.test_inference import NO_DENY_LIST, NO_STUBS, RELATIVE, TEMPTING, commit, imports_of, marks, with_canaries

# Python's audit events (https://docs.python.org/3/library/audit_events.html) that linting never causes.
WATCH = """
import sys
root = {root!r}
seen = []
def watch(event, arguments):
    if event in ("os.chdir", "os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect", "ctypes.dlopen"):
        seen.append(event)
    elif event == "exec" and getattr(arguments[0], "co_filename", "").startswith(root):
        seen.append("exec " + arguments[0].co_filename)
    elif event == "import" and str(arguments[1] or "").startswith(root):
        seen.append("import " + arguments[0])
    elif event == "open" and str(arguments[0]).startswith(root) and set(str(arguments[1] or "")) & set("wax+"):
        seen.append("write " + str(arguments[0]))
import flake8.main.application
{position}
sys.addaudithook(watch)
from flake8.main.cli import main
{before}
main(["-j1", "--select=KBR", {target!r}])
print("astroid" in sys.modules)
print(*sorted(set(seen)), sep="\\n")
"""
POSITIONS = {
    "absent": "sys.path[:] = [p for p in sys.path if p not in ('', root)]",
    "first": "sys.path[:] = [root, *(p for p in sys.path if p not in ('', root))]",
    "last": "sys.path[:] = [*(p for p in sys.path if p not in ('', root)), root]",
}


def linted(root: Path, package: str, position: str, before: str = "") -> list[str]:
    place = POSITIONS[position].replace("root", repr(str(root)))
    code = WATCH.format(root=f"{root}{os.sep}", position=place, before=before, target=package)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PYTHONDONTWRITEBYTECODE": "1"}
    packs = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", f"import os, sys\nsys.path.append({str(packs)!r})\nos.environ['PYTHONPATH'] = {str(root)!r}\n{code}"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


def hostile(root: Path, package: str) -> None:
    """Every way that a folder has to get code run when Python starts or imports, besides the canaries in its modules."""
    with_canaries(root, package, "".join(imports_of(name) for name in (*TEMPTING, package)) + RELATIVE)
    singing = "import os\nopen(os.path.join(os.environ['PYTHONPATH'], 'marks', 'started'), 'w').close()\n"
    for name in ("sitecustomize.py", "usercustomize.py", "conftest.py", "setup.py"):
        (root / name).write_text(singing, encoding="utf-8")
    (root / "evil.pth").write_text(f"import os; {singing.splitlines()[1]}\n", encoding="utf-8")
    with zipfile.ZipFile(root / "zipped.zip", "w") as archive:
        archive.writestr("zipped.py", singing)
    (root / "space" / "inner").mkdir(parents=True)
    (root / "space" / "inner" / "mod.py").write_text(singing, encoding="utf-8")
    (root / "winreg.so").write_bytes(b"\x7fELF no library")


@pytest.mark.parametrize("package", ["app", "this", "numpy"])
@pytest.mark.parametrize("position", POSITIONS)
def test_nothing_is_run_written_or_started(tmp_path: Path, position: str, package: str) -> None:
    hostile(tmp_path, package)
    assert linted(tmp_path, package, position) == [commit(f"{package}/api/orders.py", "11:5"), "True", ""]
    assert marks(tmp_path) == []


def test_without_the_guard_the_watch_sees_it(tmp_path: Path) -> None:
    hostile(tmp_path, "this")
    off = f"from flake8_backend_rules.project import inference\n{NO_DENY_LIST}{NO_STUBS}"
    seen = linted(tmp_path, "this", "first", before=off)
    assert any(line.startswith(f"exec {tmp_path}{os.sep}this{os.sep}") for line in seen), seen
    assert "this" in marks(tmp_path)
