"""Comparing findings, drawing and judging samples, and the page of precision; and the committed reviews themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ecosystem.__main__ import main
from tests.ecosystem.cache import cache_folder, cached
from tests.ecosystem.comparison import compare, report
from tests.ecosystem.findings import Finding, Findings, Linted, read_counts, write_counts
from tests.ecosystem.lint import flake8, located
from tests.ecosystem.pins import Pin, read_pins
from tests.ecosystem.precision import COUNTS, Tally, page, wilson
from tests.ecosystem.reviews import (
    Review,
    all_reviews,
    draw,
    faults,
    match,
    read_reviews,
    refreshed,
    review_of,
    reviews_path,
    sample,
    write_reviews,
)

REVIEWED = all_reviews()
COMMIT = Finding("shop", "shop/api.py", 10, 9, "KBR301", "'create' commits", "create", "session.commit()")


def findings(found: Iterable[Finding], version: str = "1.0") -> Findings:
    given = list(found)
    return Findings({name: Linted(version, 1, 10) for name in {f.project for f in given} | {"shop"}}, given)


def many(project: str, number: int, code: str = "KBR301") -> list[Finding]:
    return [Finding(project, "a.py", n, 1, code, f"finding {n}", f"f{n}", f"line {n}") for n in range(1, number + 1)]


def test_the_same_findings_differ_in_nothing() -> None:
    run = findings([COMMIT, replace(COMMIT, column=1)])
    assert compare(run, run).changes() == []
    assert report(run, run).startswith("# Findings: 0 added, 0 gone, 0 moved, 0 reworded\n")


def test_added_gone_and_reworded() -> None:
    gone, added = replace(COMMIT, line=20, source="db.commit()", text="gone"), replace(COMMIT, code="KBR601", text="raises")
    reworded = replace(COMMIT, text="'create' commits, and 2 more")
    result = compare(findings([COMMIT, gone]), findings([reworded, added]))
    assert (result.added, result.gone, result.moved, result.reworded) == ([added], [gone], [], [(COMMIT, reworded)])


@pytest.mark.parametrize(
    "moved",
    [
        replace(COMMIT, line=12),
        replace(COMMIT, line=12, text="'create' commits its own"),
        replace(COMMIT, line=8, source="def create(session):"),
        replace(COMMIT, path="shop/orders/api.py", line=3),
    ],
    ids=["line", "line and text", "another line of the function", "file"],
)
def test_moved_findings_are_no_news(moved: Finding) -> None:
    result = compare(findings([COMMIT]), findings([moved], version="1.1"))
    assert (result.added, result.gone, result.moved) == ([], [], [(COMMIT, moved)])


def test_another_finding_of_the_function_has_not_moved() -> None:
    other = replace(COMMIT, line=12, text="'create' rolls back", source="session.rollback()")
    result = compare(findings([COMMIT]), findings([other]))
    assert (result.added, result.gone, result.moved) == ([other], [COMMIT], [])


def test_equal_lines_pair_one_to_one() -> None:
    """One of three equal lines is gone, and all stand two lines lower."""
    old = [replace(COMMIT, line=line) for line in (10, 20, 30)]
    new = [replace(COMMIT, line=line) for line in (12, 22)]
    result = compare(findings(old), findings(new, version="1.1"))
    assert (len(result.moved), len(result.gone), len(result.added)) == (2, 1, 0)


def test_a_project_of_one_run_only_is_left_out_and_named() -> None:
    old, new = findings([COMMIT]), findings([COMMIT, *many("mill", 3)])
    assert compare(old, new).changes() == []
    assert "1 projects compared. Left out, as only the new run has them: mill." in report(old, new)


def test_the_report_is_grouped_and_counts_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = findings([COMMIT, *many("mill", 1)])
    new = findings([replace(COMMIT, line=12, source="x = `y`", text=COMMIT.text), *many("mill", 2), *many("mill", 1, "KBR601")])
    old.write(tmp_path / "old")
    new.write(tmp_path / "new")
    assert main(["compare", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    assert capsys.readouterr().out == (
        "# Findings: 2 added, 0 gone, 1 moved, 0 reworded\n\n"
        "2 projects compared.\n\n"
        "| rule | old | new | added | gone | moved | reworded |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        "| KBR301 | 2 | 3 | 1 | 0 | 1 | 0 |\n"
        "| KBR601 | 0 | 1 | 1 | 0 | 0 | 0 |\n\n"
        "## KBR301: 1 added, 1 moved\n\n"
        "### mill\n\n- added `a.py:2` in `f2`: finding 2\n  `line 2`\n\n"
        "### shop\n\n- moved `shop/api.py:10` → `shop/api.py:12` in `create`: 'create' commits\n  `` x = `y` ``\n\n"
        "## KBR601: 1 added\n\n"
        "### mill\n\n- added `a.py:1` in `f1`: finding 1\n  `line 1`\n"
    )


def test_of_many_new_texts_three_are_shown() -> None:
    old = many("shop", 5)
    text = report(findings(old), findings([replace(f, text=f"{f.text}!") for f in old[:4]]))
    assert text.count("- reworded ") == 3
    assert "- gone `a.py:5`" in text
    assert "And 1 more reworded." in text


def test_a_sample_is_spread_over_the_projects() -> None:
    found = [*many("mill", 500), *many("shop", 3), *many("yard", 40)]
    drawn = draw(found, 20, seed=1)
    assert Counter(f.project for f in drawn) in ({"mill": 8, "yard": 9, "shop": 3}, {"mill": 9, "yard": 8, "shop": 3})
    assert len(draw(found, 1000, seed=1)) == 543


def test_a_sample_is_stable() -> None:
    """The same seed draws the same, whatever the order; findings that come or go elsewhere change little."""
    found = [*many("mill", 100), *many("yard", 100)]
    drawn = set(draw(found, 20, seed=1))
    assert set(draw(found[::-1], 20, seed=1)) == drawn
    assert set(draw(found, 20, seed=2)) != drawn
    undrawn = next(f for f in found if f not in drawn)
    assert set(draw([f for f in found if f != undrawn], 20, seed=1)) == drawn
    assert len(set(draw([f for f in found if f != min(drawn)], 20, seed=1)) & drawn) == 19


def test_drawing_again_keeps_the_verdicts() -> None:
    run = findings([*many("mill", 30), *many("shop", 30)])
    first = sample("KBR301", run, [], 20, seed=1)
    assert len(first) == 20
    judged = [replace(first[0], verdict="right", reason="so it is"), replace(first[1], verdict="wrong", reason="no"), *first[2:]]
    again = sample("KBR301", run, judged, 20, seed=7)
    assert [r for r in again if r.verdict] == judged[:2]
    assert len(again) == len({r.identity for r in again}) == 20
    assert {r.identity for r in again} != {r.identity for r in first}


def test_a_wrong_finding_that_is_gone_makes_room() -> None:
    run = findings(many("shop", 30))
    judged = [replace(review_of(run.found[0], "1.0"), verdict="wrong", reason="no")]
    later = findings(run.found[1:])
    again = sample("KBR301", later, judged, 20, seed=1)
    assert [r for r in again if not r.reported] == [replace(judged[0], reported=False)]
    assert len(again) == 21


def test_refreshing() -> None:
    """Lines follow the source; what is gone of another version is dropped; what is back stays noted as gone."""
    one, two = many("shop", 2)
    right, wrong = (
        replace(review_of(one, "1.0"), verdict="right", reason="x"),
        replace(review_of(two, "1.0"), verdict="wrong", reason="x"),
    )
    moved = findings([replace(one, line=5)], version="1.1")
    assert refreshed([right, wrong], "KBR301", moved) == [replace(right, line=5, version="1.1")]
    assert refreshed([right, wrong], "KBR301", findings([])) == [right, replace(wrong, reported=False)]
    assert refreshed([replace(wrong, reported=False)], "KBR301", findings([two])) == [replace(wrong, reported=False)]
    assert refreshed([replace(right, project="mill")], "KBR301", findings([])) == [replace(right, project="mill")]


def test_faults_are_lost_right_and_returned_wrong_findings() -> None:
    one, two, three = many("shop", 3)
    reviews = [
        replace(review_of(one, "1.0"), verdict="right", reason="r1"),
        replace(review_of(two, "1.0"), verdict="wrong", reason="r2", reported=False),
        replace(review_of(three, "1.0"), verdict="debatable", reason="r3"),
    ]
    assert faults(reviews, [one, three]) == []
    assert faults(reviews, [replace(one, line=9, text="other words")]) == []
    assert [text[:40] for text in faults(reviews, [two])] == [
        "lost, though it was judged right (r1): s",
        "back, though it was judged wrong (r2): s",
    ]
    assert faults([replace(reviews[1], reported=True)], [two]) == []


def test_equal_lines_match_the_nearest() -> None:
    reviews = [review_of(replace(COMMIT, line=line), "1.0") for line in (10, 20)]
    near, nearer = replace(COMMIT, line=21), replace(COMMIT, line=13)
    assert match(reviews, [near, nearer]) == {0: nearer, 1: near}
    assert match(reviews, [near]) == {1: near}


def test_a_review_file_comes_back_without_source(tmp_path: Path) -> None:
    odd = replace(COMMIT, text='say "no" \\ `x`\ttab é', source="secret_line()")
    review = replace(review_of(odd, "1.0"), verdict="debatable", reason='because "so"')
    path = reviews_path("KBR301", tmp_path / "reviews")
    write_reviews(path, "KBR301", [review])
    assert read_reviews(path) == [review]
    assert all_reviews(tmp_path / "reviews") == {"KBR301": [review]}
    assert "secret_line" not in path.read_text(encoding="utf-8")
    assert read_reviews(tmp_path / "none.toml") == []


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("verdict", "fine", "none of right, wrong, debatable"), ("reason", "", "no reason"), ("colour", "x", "colour")],
)
def test_a_bad_review_is_named(tmp_path: Path, key: str, value: str, said: str) -> None:
    write_reviews(tmp_path / "KBR301.toml", "KBR301", [replace(review_of(COMMIT, "1.0"), verdict="right", reason="x")])
    lines = (tmp_path / "KBR301.toml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{key} =")]
    (tmp_path / "KBR301.toml").write_text("\n".join([*kept, f'{key} = "{value}"']), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"KBR301\.toml, finding 1: .*{said}"):
        read_reviews(tmp_path / "KBR301.toml")


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(20, 20, 0.8389, 1.0), (18, 20, 0.6990, 0.9721), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634)]
)
def test_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert list(wilson(hits, of)) == pytest.approx([low, high], abs=1e-4)


def verdicts(**numbers: int) -> list[Review]:
    blank = review_of(COMMIT, "1.0")
    return [replace(blank, verdict=verdict, reason="x") for verdict, number in numbers.items() for _ in range(number)]


def test_a_tally_leaves_out_what_is_mended_or_not_judged() -> None:
    mended = [replace(review, reported=False) for review in verdicts(wrong=2)]
    tally = Tally.of([*verdicts(right=18, debatable=1, wrong=1), *mended, review_of(COMMIT, "1.0")])
    assert tally == Tally(18, 1, 1, 2)
    assert tally.rate == 0.9
    assert tally.cells() == ["22", "18", "1", "1", "2", "0.90 (0.70–0.97)"]
    assert Tally().rate is None
    assert (tally + tally).cells()[:5] == ["44", "36", "2", "2", "4"]


def test_the_page_says_that_nothing_is_reviewed(tmp_path: Path) -> None:
    text = page(tmp_path / "none.json", tmp_path)
    assert "No finding has been reviewed yet" in text
    assert "| [KBR301](rules/KBR301.md) handler-commits | yes | 0 | 0 | 0 | 0 | 0 | 0 | 0 | – |" in text


def test_the_page_counts_and_names_what_is_under_the_mark(tmp_path: Path) -> None:
    write_counts(tmp_path / "c.json", findings([*many("shop", 30), *many("mill", 2), *many("shop", 25, "KBR601")]))
    write_reviews(tmp_path / "KBR301.toml", "KBR301", verdicts(right=19, wrong=1))
    write_reviews(tmp_path / "KBR601.toml", "KBR601", verdicts(right=8, debatable=2))
    text = page(tmp_path / "c.json", tmp_path)
    assert "| [KBR301](rules/KBR301.md) handler-commits | yes | 2 | 32 | 20 | 19 | 0 | 1 | 0 | 0.95 (0.76–0.99) |" in text
    assert "- On by default with a rate under 0.90: KBR601.\n- On by default and not yet reviewed in full: KBR601." in text
    assert "| all that are on | yes | 2 | 57 | 30 | 27 | 2 | 1 | 0 | 0.90 (0.74–0.97) |" in text


def test_the_committed_counts_are_of_the_pinned_projects() -> None:
    if not COUNTS.is_file():
        pytest.skip("no counts yet: python -m tests.ecosystem run")
    assert {name: linted.version for name, linted in read_counts(COUNTS)[0].items()} == {pin.name: pin.version for pin in read_pins()}


@pytest.mark.parametrize("pin", [pytest.param(pin, id=pin.name) for pin in read_pins()])
def test_reviewed_findings_stay(pin: Pin) -> None:
    """A right one is still reported; a wrong one that was mended is not back."""
    mine = {code: [r for r in reviews if r.project == pin.name and r.verdict] for code, reviews in REVIEWED.items()}
    mine = {code: reviews for code, reviews in mine.items() if reviews}
    if not mine:
        pytest.skip("none of its findings is reviewed yet")
    tree = cached(pin, cache_folder())
    if tree is None:
        pytest.skip("not in the cache: python -m tests.ecosystem run")
    assert {r.version for reviews in mine.values() for r in reviews} == {pin.version}, "python -m tests.ecosystem sample"
    files = sorted({r.path for reviews in mine.values() for r in reviews})
    found = located(pin.name, tree, flake8(tree, files, jobs="1", select=",".join(sorted(mine))))
    wrong = [fault for code, reviews in mine.items() for fault in faults(reviews, [f for f in found if f.code == code])]
    assert not wrong, "\n".join(wrong)
