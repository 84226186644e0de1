"""python-lsp-server with flake8 as its linter, spoken to as an editor does: findings follow the unsaved text."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import as_files, write
from tests.pipelines.clients import COMMITS, ROOT, ROUTE, WRITES, needs

pytestmark = needs("python-lsp-server")
OTHERS = ("pycodestyle", "pyflakes", "mccabe", "autopep8", "yapf", "preload")
Finding = tuple[str, int, tuple[int, int], tuple[int, int], str]


class Editor:
    """A client of python-lsp-server over its standard input and output."""

    def __init__(self, root: Path, flake8: dict[str, Any]) -> None:
        from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter

        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))}
        command = [sys.executable, "-m", "pylsp"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._server = subprocess.Popen(command, cwd=root, env=environment, **pipes)
        self._writer = JsonRpcStreamWriter(self._server.stdin)
        self._received: queue.Queue[dict[str, Any]] = queue.Queue()
        reader = JsonRpcStreamReader(self._server.stdout)
        threading.Thread(target=reader.listen, args=(self._received.put,), daemon=True).start()
        self._version = 0
        self._send("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": {}}, number=1)
        self._wait(lambda message: message.get("id") == 1)
        self._send("initialized", {})
        plugins = {name: {"enabled": False} for name in OTHERS} | {"flake8": {"enabled": True, **flake8}}
        self._send("workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}})

    def open(self, path: Path) -> list[Finding]:
        """Opens a file as it is saved; returns its findings."""
        document = {"uri": path.as_uri(), "languageId": "python", "version": self._version, "text": path.read_text(encoding="utf-8")}
        self._send("textDocument/didOpen", {"textDocument": document})
        return self._findings(path)

    def edit(self, path: Path, text: str) -> list[Finding]:
        """Replaces the text of an open file and does not save it; returns its findings."""
        self._version += 1
        document = {"uri": path.as_uri(), "version": self._version}
        self._send("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        return self._findings(path)

    def close(self) -> None:
        self._send("shutdown", None, number=2)
        self._wait(lambda message: message.get("id") == 2)
        self._send("exit", None)
        self._server.wait(timeout=30)

    def _findings(self, path: Path) -> list[Finding]:
        """(code, severity, start, end, message), places as the protocol counts them: from zero."""
        message = self._wait(
            lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == path.as_uri()
        )
        return [
            (
                found["code"],
                found["severity"],
                (found["range"]["start"]["line"], found["range"]["start"]["character"]),
                (found["range"]["end"]["line"], found["range"]["end"]["character"]),
                found["message"],
            )
            for found in message["params"]["diagnostics"]
        ]

    def _send(self, method: str, params: object, number: int | None = None) -> None:
        self._writer.write({"jsonrpc": "2.0", "method": method, "params": params} | ({} if number is None else {"id": number}))

    def _wait(self, wanted: Any) -> dict[str, Any]:
        while True:
            message = self._received.get(timeout=60)
            if wanted(message):
                return message


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose session is typed in another module."""
    deps = "from typing import Annotated\nfrom sqlalchemy.orm import Session\n\nSessionDep = Annotated[Session, None]\n"
    source = as_files(ROUTE, "x")["x"].replace("from sqlalchemy.orm import Session", "from app.deps import SessionDep")
    write(tmp_path, {"app/api/orders.py": source.replace("session: Session", "store: SessionDep"), "app/deps.py": deps})
    return tmp_path


@pytest.fixture
def editor(root: Path) -> Iterator[Editor]:
    editor = Editor(root, {"select": ["KBR3"]})
    yield editor
    editor.close()


def finding(code: str, line: int, end: int, message: str) -> Finding:
    """At the fifth column, from there to the end of the line, its newline included; a warning."""
    return (code, 2, (line - 1, 4), (line - 1, end), f"{code} {message}")


def test_findings_follow_the_text(root: Path, editor: Editor) -> None:
    """The saved file is clean; findings come and go with what is typed, and the imported module is read from disk."""
    path = root / "app/api/orders.py"
    text = path.read_text(encoding="utf-8")
    clean = text.replace("session.add(1)", "print(store)").replace("    session.commit()\n", "")
    path.write_text(clean, encoding="utf-8")
    assert editor.open(path) == []
    typed = text.replace("session.", "store.")
    written, committed = (message.replace("session.", "store.") for message in (WRITES, COMMITS))
    assert editor.edit(path, typed) == [finding("KBR303", 8, 17, written), finding("KBR301", 9, 19, committed)]
    assert editor.edit(path, typed.replace("store.commit()", "store.commit()  # noqa: KBR301")) == [finding("KBR303", 8, 17, written)]
    assert editor.edit(path, "\n" + typed.replace("    store.commit()\n", "")) == [finding("KBR303", 9, 17, written)]
    assert editor.edit(path, clean) == []
    assert path.read_text(encoding="utf-8") == clean


def test_text_that_does_not_parse_yet(root: Path, editor: Editor) -> None:
    """Nothing is found while a line is being typed, and all again afterwards."""
    path = root / "app/api/orders.py"
    path.write_text(path.read_text(encoding="utf-8").replace("session.", "store."), encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    assert [code for code, *_ in editor.open(path)] == ["KBR303", "KBR301"]
    assert editor.edit(path, text + "    store.commit(") == []
    assert [code for code, *_ in editor.edit(path, text + "    store.commit()\n")] == ["KBR303", "KBR301", "KBR301"]


def test_globs_of_a_configuration_elsewhere(root: Path) -> None:
    """The setting `config`: its globs are relative to its own folder."""
    write(root, {"app/lint.cfg": "[flake8]\nselect = KBR201\nbackend-domain = model/*\n", "app/model/orders.py": "import flask\n"})
    editor = Editor(root, {"config": "app/lint.cfg"})
    message = "domain module imports the web framework 'flask'; keep it at the edge and pass plain values in"
    assert editor.open(root / "app/model/orders.py") == [("KBR201", 2, (0, 0), (0, 13), f"KBR201 {message}")]
    editor.close()
