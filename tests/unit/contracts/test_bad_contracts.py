"""Forty-six ways to write a bad contract of the right shape, and how many of them are named.

The kinds are those of a review in which 6 of 46 were named. Half of the plants (`HELD`) were run
only once, after the checks were finished.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from assay.contracts import service
from simulators.planted_documents import CONTEXT, Plant, write

LEAST_FOUND = 40

ROOT = Path(__file__).parents[3]


def plant(kind: str, path: str, *edits: tuple[str, tuple[Any, ...], Any], on: str) -> Plant:
    """A bad contract of a kind, reported at a place that begins so."""
    return Plant(kind, path, edits, on)


def ordinal(place: int, **changed: Any) -> tuple[tuple[str, tuple[Any, ...], Any], ...]:
    """Edits of one dimension of the rubric."""
    return tuple(("rubric", ("dimensions", place, key), value) for key, value in changed.items())


OPEN = (
    plant("a virtue with dimensions beneath", "behaviours[0].statement",
          ("contract", ("behaviours", 0, "statement"), "Be helpful, harmless and honest."), on="preference"),
    plant("anchors that name the place", "dimensions[1].anchors",
          *ordinal(1, anchors={"1": "low", "2": "medium", "3": "high"}), on="code"),
    plant("TBD as an anchor", "dimensions[0].anchors", ("rubric", ("dimensions", 0, "anchors", "2"), "TBD"), on="preference"),
    plant("dots as an example", "dimensions[0].examples", ("rubric", ("dimensions", 0, "examples"), {"0": "..."}), on="tools"),
    plant("n/a as abstention", "dimensions[2].abstention", *ordinal(2, abstention="n/a"), on="math"),
    plant("ends only", "dimensions[2].anchors",
          *ordinal(2, scale="1..5", anchors={"1": "A step comes from nowhere", "5": "Every step follows"}), on="math"),
    plant("a question that asks nothing", "dimensions[3].question", *ordinal(3, question="Is it good?"), on="preference"),
    plant("quotas above the total", "sampling.quotas",
          ("contract", ("sampling", "quotas", 3), {"slice": {"difficulty": "easy"}, "share": 0.9}), on="preference"),
    plant("hardly a record", "sampling.total", ("contract", ("sampling", "total"), 3),
          ("contract", ("sampling", "quotas"), [{"slice": {"difficulty": "hard"}, "share": 0.3}, {"slice": {"failure_cluster": "herbal products"}, "share": 0.1}]),
          on="preference"),
    plant("taste before a veto", "priority[1]",
          ("rubric", ("priority",), [{"compare": "brevity"}, {"veto": "factual_safety", "below": 1}]), on="preference"),
    plant("a circle of comparisons", "priority[1].by", ("rubric", ("priority", 1, "by"), 2), on="preference"),
    plant("a margin above a rate", "acceptance_tests[0].margin", ("contract", ("acceptance_tests", 0, "margin"), 2), on="safety"),
    plant("a margin of nothing", "acceptance_tests[0].margin", ("contract", ("acceptance_tests", 0, "margin"), 0), on="math"),
    plant("a misspelt metric", "acceptance_tests[0].metric", ("contract", ("acceptance_tests", 0, "metric"), "eror_rate"), on="preference"),
    plant("a metric both ways", "acceptance_tests[3].direction",
          ("contract", ("acceptance_tests", 3), {"id": "more-states", "metric": "end_state_rate", "behaviour": "reach-the-state",
           "slice": {"tool_availability": "one fails"}, "direction": "decrease", "margin": 0.1, "risk": 0.05}), on="tools"),
    plant("a reserve of five", "reserve.size", ("contract", ("reserve", "size"), 5), on="math"),
    plant("no commercial use, trained on", "classes[1]", ("sources", ("classes", 1, "licence"), "CC-BY-NC-4.0"), on="preference"),
    plant("retention that is over", "classes[0].retention", ("sources", ("classes", 0, "retention_until"), "2024-12-31"), on="safety"),
    plant("closed to every reviewer", "classes[0].reviewer_access", ("sources", ("classes", 0, "reviewer_access"), ["administrator"]), on="tools"),
    plant("deletion by nobody", "classes[0].deletion_contact", ("sources", ("classes", 0, "deletion_contact"), "nobody"), on="code"),
    plant("an exam of one item", "roles[0]", ("contract", ("roles", 0, "items"), 1), on="preference"),
    plant("unblinded because easier", "review.unblinded_because",
          ("contract", ("review", "blinded"), False), ("contract", ("review", "unblinded_because"), "easier"), on="preference"),
    plant("because", "supervision[0].why", ("contract", ("supervision", 0, "why"), "Because."), on="code"),
)  # fmt: skip
"""Plants that were at hand while the checks were written."""

HELD = (
    plant("a state of mind", "behaviours[0].statement",
          ("contract", ("behaviours", 0, "statement"), "Really understands what the traveller needs."), on="tools"),
    plant("a dimension under another name", "dimensions[4]",
          ("rubric", ("dimensions", 4), {
              "id": "sourcing", "question": "Does a cited leaflet support what the answer says about safety?", "scale": "binary",
              "anchors": {"0": "A statement about safety has no support", "1": "Each one is supported"},
              "examples": {"0": "No leaflet is named."}, "exclusions": ["Wording"], "abstention": "No leaflet is at hand.",
              "escalation": "Lead", "field": "evidence", "evidence": ["citation"], "action": "Open each leaflet.", "judged_by": "expert"}),
          ("contract", ("behaviours", 0, "dimensions", 4), "sourcing"), on="preference"),
    plant("one anchor for both ends", "dimensions[0].anchors",
          *ordinal(0, anchors={"0": "The value is stated.", "1": "the value is stated"}), on="math"),
    plant("printer's Latin as exclusion", "dimensions[1].exclusions",
          *ordinal(1, exclusions=["Lorem ipsum dolor sit amet"]), on="safety"),
    plant("an action to be written", "dimensions[2].action", *ordinal(2, action="Wird noch ergänzt"), on="code"),
    plant("accepted by feeling", "behaviours[1].acceptable_when",
          ("contract", ("behaviours", 1, "acceptable_when"), "It looks fine to the reviewer."), on="math"),
    plant("minimums that cross", "sampling.quotas",
          ("contract", ("sampling", "quotas"), [
              {"slice": {"difficulty": "hard"}, "minimum": 100}, {"slice": {"difficulty": "one change"}, "minimum": 60},
              {"slice": {"difficulty": "hard", "language": "ga"}, "minimum": 130}, {"slice": {"failure_cluster": "refund first"}, "minimum": 30},
              {"slice": {"tool_availability": "one fails", "interaction_length": "long"}, "minimum": 20}]), on="tools"),
    plant("axes left out without a reason", "sampling.left_out",
          ("contract", ("sampling", "left_out", "safety_severity"), "nein"), on="math"),
    plant("a critical failure without a veto", "failure_classes[0]",
          ("rubric", ("priority",), [{"compare": "factual_safety"}, {"compare": "grounding"}]), on="preference"),
    plant("a margin wider than its scale", "acceptance_tests[1].margin",
          ("contract", ("acceptance_tests", 1, "metric"), "mean_scope"), ("contract", ("acceptance_tests", 1, "margin"), 10), on="code"),
    plant("more of what is bad", "acceptance_tests[0].direction",
          ("contract", ("acceptance_tests", 0, "direction"), "increase"), on="safety"),
    plant("tested on what is trained on", "acceptance_tests[0].dataset",
          ("contract", ("acceptance_tests", 0, "dataset"), "dpo-pairs-v2"), on="preference"),
    plant("tested on the training split", "acceptance_tests[0].dataset",
          ("contract", ("acceptance_tests", 0, "dataset"), "train_split"), on="tools"),
    plant("no derivatives, published", "classes[0]", ("sources", ("classes", 0, "licence"), "MIT AND CC-BY-ND-4.0"), on="code"),
    plant("two share-alike licences", "classes[1].licence",
          ("sources", ("classes", 1), {
              "id": "textbook", "description": "Problems of a free textbook.", "licence": "GFDL-1.3-or-later", "permitted_uses": ["train", "publish"],
              "retention_until": "unlimited", "territory": ["worldwide"], "reviewer_access": ["reviewer"], "deletion_contact": "program lead"}), on="math"),
    plant("a week to keep it", "classes[0].retention",
          ("sources", ("classes", 0, "retention_days"), 7), ("sources", ("classes", 0, "collected_on"), "2026-05-28"), on="tools"),
    plant("persons without rules", "classes[0].holds_personal_information",
          ("sources", ("classes", 0, "retention_until"), "unlimited"), on="preference"),
    plant("a language that nobody reads", "sampling.axes.language",
          ("contract", ("sampling", "axes", "language"), ["en", "nl", "ja"]), on="safety"),
    plant("a pass mark by chance", "roles[0]", ("contract", ("roles", 0, "pass_mark"), 0.01), on="code"),
    plant("an opener who writes", "reserve.openers",
          ("contract", ("roles", 3, "duty"), "Writes the problems for training and opens the reserve"), on="math"),
    plant("welfare without limits", "welfare",
          ("contract", ("welfare", "daily_minutes"), 480), ("contract", ("welfare", "support"), "see handbook"), on="safety"),
    plant("a verifier that nobody has", "dimensions[0].verifier",
          ("rubric", ("dimensions", 0, "verifier"), "super-checker"), on="math"),
    plant("one goal in two wordings", "evaluation_objectives[0]",
          ("contract", ("evaluation_objectives", 0), "The answer that names interactions is preferred over one that sounds complete"), on="preference"),
)  # fmt: skip
"""Plants that were run once, at the end."""


def found(bad: Plant, folder: Path) -> bool:
    """Whether an issue names a bad contract at its place."""
    write(folder, bad)
    return any(issue.path.startswith(bad.path) for issue in service.check(folder, CONTEXT).issues)


@pytest.mark.parametrize("bad", OPEN, ids=lambda bad: bad.code)
def test_a_bad_contract_is_named(bad: Plant, tmp_path: Path) -> None:
    """Each kind of bad contract that the checks were written against is named at its place."""
    assert found(bad, tmp_path)


def test_forty_of_forty_six_kinds_are_named(tmp_path: Path) -> None:
    """Of all kinds at least forty are named, and of the held half not clearly fewer."""
    named = {}
    for name, plants in (("open", OPEN), ("held", HELD)):
        hits = []
        for place, bad in enumerate(plants):
            folder = tmp_path / name / str(place)
            folder.mkdir(parents=True)
            hits.append(found(bad, folder))
        named[name] = sum(hits)
    assert len(OPEN) + len(HELD) == 46
    assert named["open"] + named["held"] >= LEAST_FOUND
    assert named["held"] >= 20


GOOD = ("src/assay/demo/program", "examples/real-data")
"""Programs that people work with, beside the templates."""


@pytest.mark.parametrize("program", GOOD)
def test_good_contracts_are_quiet(program: str) -> None:
    """The demo and the example over nine sets have no error and no warning."""
    assert service.check(ROOT / program, CONTEXT).issues == ()


def test_an_example_s_own_words_are_its_one_warning() -> None:
    """The example that seals twelve items says that they show no difference; so does the check."""
    (issue,) = service.check(ROOT / "examples" / "llmfao-pairs", CONTEXT).issues
    assert (issue.code, issue.path) == ("reserve-too-small", "reserve.size")


@pytest.mark.parametrize("rubric", ["rubric-gsm8k.yaml", "rubric-bbmistake.yaml"])
def test_the_example_with_two_rubrics_is_quiet(rubric: str, tmp_path: Path) -> None:
    """One contract over two rubrics checks clean with either of them."""
    shared = ROOT / "examples" / "verification" / "worked-answers"
    for file in ("contract.yaml", "policy.yaml", "sources.yaml"):
        shutil.copy(shared / file, tmp_path / file)
    shutil.copy(shared / rubric, tmp_path / "rubric.yaml")
    (tmp_path / "assay.toml").write_text('id = "worked-answers"\nname = "Worked answers"\n')
    assert service.check(tmp_path, CONTEXT).issues == ()
