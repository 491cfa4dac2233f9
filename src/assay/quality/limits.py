"""The limits: what the numbers of a quality report do not show, in words."""

from collections.abc import Iterator

from assay.quality.gathering import UNDETERMINED, ReportData

FEW_REVIEWERS = 5
"""Below this number of reviewers, agreement says little about other reviewers (a convention)."""

ALWAYS = (
    "Agreement measures how far reviewers give the same answers, not whether they are right.",
    "Intervals apply to these reviewers; the range without one of them shows whose answers alpha depends on.",
    "Alpha, AC and percent agreement depend on how answers are spread: read the three together.",
    "Rates by reviewer are not adjusted for the records that each of them happened to get.",
    "Errors are those that somebody named: some may be none, and what nobody saw is not counted.",
    "Quality of labels is not evidence that training on them improves a model.",
)
"""Limits of every report."""


def limits(data: ReportData) -> tuple[str, ...]:
    """What the numbers made from this gathering do not show."""
    return (*ALWAYS, *_particular(data))


def _particular(data: ReportData) -> Iterator[str]:
    judgments = data.judgments
    people = judgments["human"] + judgments["unknown"]
    undisposed = data.states["undisposed", ""]
    if not people:
        yield "No person judged these records, so nothing is known of agreement among people."
    elif _n_people(data) < FEW_REVIEWERS:
        yield f"Only {_n_people(data)} reviewers judged; another few might differ."
    if judgments["unknown"]:
        yield (
            f"{judgments['unknown']} of {people} judgments come from labels whose author the "
            "source does not name; whether they are independent is not known."
        )
    if judgments["model"]:
        yield f"{judgments['model']} judgments of models are counted apart and decide nothing."
    if judgments["rule"]:
        yield f"{judgments['rule']} judgments by rules are counted apart and decide nothing."
    if not judgments["repeated"]:
        yield "No reviewer judged a record twice, so consistency with oneself is not known."
    if judgments["unordered"]:
        yield (
            f"{judgments['unordered']} judgments differ from another of the same reviewer on the "
            "same record, and nothing shows which is the later; they decide nothing."
        )
    # A judge that this program asks sees every order; models that were imported decide nothing.
    tallies = [tally for tally in data.reviewers.values() if tally.kind not in {"model", "rule"}]
    preferring = sum(tally.verdicts["prefers"] for tally in tallies)
    unplaced = preferring - sum(tally.placed for tally in tallies)
    if unplaced:
        yield (
            f"The presented order of {unplaced} of {preferring} preferences is not recorded, so "
            "a preference for the first place cannot be excluded there."
        )
    yield from _of_errors(data)
    if undisposed:
        yield f"{undisposed} records have no disposition under the documents in force."


def _of_errors(data: ReportData) -> Iterator[str]:
    """What is not known of errors, shortcuts and verified claims."""
    if not data.errors_asked:
        yield "No judgment looked for localized errors; the absence of defects means nothing here."
    unexplained = sum(n for (*_, cause), n in data.defects.items() if cause == UNDETERMINED)
    if unexplained:
        yield f"{unexplained} errors are in records that no adjudication explains: no cause is known."
    if data.pairs.items:
        yield (
            "The shortcut audit sees length, formatting, tables, citations, emoji, politeness, words "
            "of confidence and doubt in nine languages, control tokens of chat templates, repetition "
            "of the prompt and position; other cues go unseen."
        )
    if data.verified:
        yield "A verifier covers only what it measures; what it passed may be wrong in another way."


def _n_people(data: ReportData) -> int:
    return sum(tally.kind not in {"model", "rule"} for tally in data.reviewers.values())
