"""`python -m tests.ecosystem run | compare | sample | show | judge`: see docs/ecosystem.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.ecosystem.cache import UnfetchedError, cache_folder, obtain
from tests.ecosystem.comparison import report
from tests.ecosystem.findings import Findings, SourceFile, outdated, read_counts, write_counts
from tests.ecosystem.lint import FEWEST, CrashError, Run, check_pack
from tests.ecosystem.pins import BadPinError, Pin, chosen, read_pins
from tests.ecosystem.precision import COUNTS
from tests.ecosystem.reviews import REVIEWS, VERDICTS, all_reviews, read_reviews, refreshed, reviews_path, sample, write_reviews

_FAILURES_SHOWN = 20


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _run_over(pins: Sequence[Pin], jobs: str | None) -> Run:
    check_pack()
    run = Run(cache_folder(), say, jobs)
    run.over(pins)
    for name, reason in run.skipped.items():
        say(f"skipped {name}: {reason}")
    for failure in run.failures[:_FAILURES_SHOWN]:
        say(f"failed: {failure}")
    if (more := len(run.failures) - _FAILURES_SHOWN) > 0:
        say(f"and {more} more")
    return run


def verdict(run: Run, pins: Sequence[Pin], whole: bool) -> str:
    """Why a run fails; empty where it does not."""
    if run.failures:
        return f"{len(run.failures)} failures"
    had = len(pins) - len(run.skipped)
    if whole and had < FEWEST:
        return f"only {had} of {len(pins)} projects could be fetched, fewer than {FEWEST}"
    return "" if had else "no project could be fetched"


def _summary(run: Run) -> str:
    counts = run.findings.counts()
    lines = [f"{code}: {sum(found.values())} in {len(found)} projects" for code, found in counts.items()]
    total = f"{len(run.findings.found)} findings in {len(run.findings.projects)} projects"
    return "\n".join([*lines, total])


def _run(given: argparse.Namespace) -> int:
    pins = read_pins()
    whole = not (given.projects or given.short)
    if given.projects:
        pins = chosen(pins, given.projects.split(","))
    elif given.short:
        pins = tuple(pin for pin in pins if pin.short)
    run = _run_over(pins, given.jobs)
    if given.short and len(run.skipped) == len(pins):
        print("ecosystem: skipped, as no project could be fetched (is there a network?)")
        return 0
    output = given.output or cache_folder() / "findings.jsonl"
    run.findings.write(output)
    print(_summary(run))
    say(f"findings: {output}")
    if reason := verdict(run, pins, whole):
        say(f"ecosystem: failed: {reason}")
        return 1
    return _check_counts(run) if given.check else _keep(run) if whole and not run.skipped else 0


def _check_counts(run: Run) -> int:
    changed = outdated(read_counts(COUNTS)[1], run.findings)
    for line in changed:
        print(f"not current: {line}")
    if changed:
        print("run: python -m tests.ecosystem run && python docs/generate.py")
    return 1 if changed else 0


def _keep(run: Run) -> int:
    """Writes what is committed of a run over all projects: the counts, and which reviewed findings are gone."""
    write_counts(COUNTS, run.findings)
    for code, reviews in all_reviews().items():
        write_reviews(reviews_path(code), code, refreshed(reviews, code, run.findings))
    say("wrote counts.json; now run: python docs/generate.py")
    return 0


def _compare(given: argparse.Namespace) -> int:
    print(report(Findings.read(given.old), Findings.read(given.new)), end="")
    return 0


def _sample(given: argparse.Namespace) -> int:
    if given.findings:
        findings = Findings.read(given.findings)
    else:
        run = _run_over(read_pins(), given.jobs)
        if reason := verdict(run, read_pins(), whole=True):
            say(f"ecosystem: failed: {reason}")
            return 1
        findings = run.findings
    for code in given.code.split(",") if given.code != "all" else list(findings.counts()):
        path = reviews_path(code)
        reviews = sample(code, findings, read_reviews(path), given.size, given.seed)
        write_reviews(path, code, reviews)
        open_ones = sum(not review.verdict for review in reviews)
        print(f"{code}: {len(reviews)} of {len(findings.of(code))} findings in {path.parent.name}/{path.name}, {open_ones} to judge")
    return 0


def _show(given: argparse.Namespace) -> int:
    """Prints the drawn findings with their source, numbered as `judge` wants them."""
    pins = {pin.name: pin for pin in read_pins()}
    for number, review in enumerate(read_reviews(reviews_path(given.code)), 1):
        if (given.number and number != given.number) or (given.open and review.verdict):
            continue
        path = obtain(pins[review.project], cache_folder()) / review.path
        file = SourceFile(path.read_bytes())
        judged = f"{review.verdict}: {review.reason}" if review.verdict else "not judged"
        print(f"== {given.code} {number}: {review.project} {review.version}, {judged}{'' if review.reported else ' (no longer reported)'}")
        print(f"{path}:{review.line} in {review.function or 'the module'}\n{review.text}\n{file.excerpt(review.line, given.context)}\n")
    return 0


def _judge(given: argparse.Namespace) -> int:
    path = reviews_path(given.code)
    reviews = read_reviews(path)
    if not 0 < given.number <= len(reviews):
        say(f"{path.name} has {len(reviews)} findings")
        return 1
    if not given.reason.strip():
        say("a verdict needs a reason")
        return 1
    reviews[given.number - 1] = replace(reviews[given.number - 1], verdict=given.verdict, reason=given.reason.strip())
    write_reviews(path, given.code, reviews)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.ecosystem", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="lint the pinned projects with every rule on")
    run.add_argument("--output", type=Path, metavar="FINDINGS", help="the findings file (default: in the cache)")
    run.add_argument("--projects", metavar="A,B", help="these only")
    run.add_argument("--short", action="store_true", help="a few small projects; nothing fails where there is no network")
    run.add_argument("--check", action="store_true", help="fail where the counts differ from counts.json, instead of writing it")
    run.set_defaults(call=_run)
    compare = commands.add_parser("compare", help="two findings files, as Markdown")
    compare.add_argument("old", type=Path)
    compare.add_argument("new", type=Path)
    compare.set_defaults(call=_compare)
    draw = commands.add_parser("sample", help=f"draw findings to judge into {REVIEWS.name}/")
    draw.add_argument("--code", required=True, metavar="KBRnnn", help="a code, several, or 'all'")
    draw.add_argument("--size", type=int, default=20)
    draw.add_argument("--seed", type=int, default=1)
    draw.add_argument("--findings", type=Path, help="of an earlier run over all projects (default: run now)")
    draw.set_defaults(call=_sample)
    for command in (run, draw):
        command.add_argument("--jobs", metavar="N", help="flake8's --jobs (default: as many as the machine has)")
    show = commands.add_parser("show", help="drawn findings with their source")
    show.add_argument("--code", required=True, metavar="KBRnnn")
    show.add_argument("--number", type=int, metavar="N", help="this one only")
    show.add_argument("--open", action="store_true", help="only what is not judged")
    show.add_argument("--context", type=int, default=15, metavar="LINES")
    show.set_defaults(call=_show)
    judge = commands.add_parser("judge", help="record a verdict")
    judge.add_argument("code", metavar="KBRnnn")
    judge.add_argument("number", type=int)
    judge.add_argument("verdict", choices=VERDICTS)
    judge.add_argument("reason")
    judge.set_defaults(call=_judge)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        return int(given.call(given))
    except (BadPinError, CrashError, UnfetchedError, ValueError, OSError) as error:
        say(f"ecosystem: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
