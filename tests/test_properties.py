"""What holds of any text: globs, options, pragmas and baseline files, with inputs that hypothesis makes up."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from types import SimpleNamespace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from flake8_backend_rules.baseline import BadBaselineError, Baseline, Entry, Key, read_baseline
from flake8_backend_rules.catalogue import known_codes
from flake8_backend_rules.options import BadOptionError, all_options, read_settings
from flake8_backend_rules.pragma import read_pragmas
from flake8_backend_rules.project.globs import BadGlobError, parse_glob

# Derandomised: CI says the same of the same commit. HYPOTHESIS_PROFILE is hypothesis's own way to look further.
settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=200, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

GLOBS = st.text(alphabet="ab./*?[]!-^\\\n\0é", max_size=12) | st.text(max_size=8)
PATHS = st.text(alphabet="ab./é\n", max_size=20) | st.text(max_size=12)
PARTS = ["#", " ", "backend-rules", ":", "noqa", "KBR301", "KBR4", "KBR", "E501", ",", "\t", "é", "x = 1"]
PRAGMAS = st.lists(st.sampled_from(PARTS)).map("".join)
WORDS = st.text(max_size=12)
ENTRIES = st.builds(
    lambda path, scope, code, digest, ordinal, source: Entry(path, Key(scope, code, digest, ordinal), source),
    WORDS, WORDS, WORDS, WORDS, st.integers(1, 10**6), WORDS,
)  # fmt: skip


def refusal(expected: type[Exception], call: Callable[[], object]) -> str:
    """What is said against an input, in one line; "" where it is taken. Any other error is raised."""
    try:
        call()
    except expected as error:
        said = str(error)
        assert said, "a refusal without a word"
        assert "\n" not in said, said
        return said
    return ""


@given(GLOBS, PATHS)
@example("][", "a")
@example("[]", "a")
@example("[!]", "a")
@example("[b-a]", "a")
def test_a_glob_is_read_or_refused(text: str, path: str) -> None:
    if not refusal(BadGlobError, lambda: parse_glob(text)):
        glob = parse_glob(text)
        assert glob.matches(path) in (True, False)
        assert glob.length <= len(text)


@given(st.text(alphabet="ab_.-/", min_size=1, max_size=12).filter(lambda text: text.strip("./ ") == text and ".." not in text))
def test_a_glob_without_wildcards_matches_what_it_says_and_what_is_in_it(text: str) -> None:
    glob = parse_glob(text)
    assert glob.matches(text)
    assert glob.matches(f"{text}/inner.py")
    assert not glob.matches(f"{text}x")


@given(st.sampled_from(all_options()), st.lists(GLOBS | WORDS | st.integers().map(str), max_size=3))
def test_an_option_is_read_or_refused_by_name(option: object, values: list[str]) -> None:
    defaults = {o.name.replace("-", "_"): list(o.default) if o.is_list else ",".join(o.default) for o in all_options()}
    name = option.name  # type: ignore[attr-defined]
    chosen = values if option.is_list else ",".join(values)  # type: ignore[attr-defined]
    options = SimpleNamespace(**(defaults | {name.replace("-", "_"): chosen}), config=None, append_config=[], isolated=True)
    said = refusal(BadOptionError, lambda: read_settings(options))
    assert not said or f"--{name}" in said


@given(st.lists(PRAGMAS | st.text(max_size=30), max_size=4))
def test_pragmas_silence_known_codes_only(texts: list[str]) -> None:
    lines = [f"{line}\n" for text in texts for line in text.split("\n")]
    read = read_pragmas(lines, known_codes())
    for prefix in read.prefixes:
        assert prefix.startswith("KBR")
        assert prefix not in ("KBR", "KBR0", "KBR00", "KBR001")
        assert any(code.startswith(prefix) for code in known_codes())
    assert all(1 <= problem.line <= len(lines) and problem.code == "KBR001" for problem in read.problems)


LINES = st.lists(ENTRIES.map(Entry.line) | st.text(max_size=30))
FILES = st.binary(max_size=80) | LINES.map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))


@given(FILES)
def test_a_baseline_file_is_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "baseline")
        with open(path, "wb") as stream:
            stream.write(data)
        refusal(BadBaselineError, lambda: read_baseline(path))


@given(st.lists(ENTRIES, max_size=6))
def test_a_written_baseline_is_read_as_it_was(entries: list[Entry]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = Baseline(os.path.join(folder, "baseline"), entries)
        written.write()
        assert read_baseline(written.file).entries == written.entries
