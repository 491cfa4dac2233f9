"""Surface cues that win where substance is equal are found; those that come with substance are not."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assay.quality.shortcuts.alarm import surface_cue_alarm
from assay.quality.shortcuts.audit import ShortcutAudit, audit
from assay.quality.shortcuts.features import (
    contrast,
    feature_names,
    features_of,
    prompt_groups,
)
from assay.quality.shortcuts.gathering import ShortcutGathering
from assay.records.candidate import Candidate, MadeByModel, candidate_text
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Abstained, DimensionScore, Prefers, Scored, Tie
from simulators.small_program import judged, pair

Choose = Callable[[Record, list[int], random.Random], int]


def pairs(draw: random.Random, n: int, *, tied_length: bool) -> Iterator[tuple[Record, list[int]]]:
    """Pairs of answers with true scores; length follows quality, or has nothing to do with it."""
    for number in range(n):
        quality = [draw.randint(1, 5), draw.randint(1, 5)]
        if draw.random() < 0.4:
            quality[1] = quality[0]
        lengths = [each * 20 if tied_length else draw.randint(5, 100) for each in quality]
        texts = tuple(f"{place} " + "word " * length for place, length in enumerate(lengths))
        yield pair(number, texts=texts), quality


def audited(
    choose: Choose,
    *,
    n: int = 200,
    tied_length: bool = False,
    scored: bool = True,
    kind: Any = "human",
    seed: int = 1,
    flip: bool = False,
) -> ShortcutAudit:
    """The audit of a pool of five reviewers who choose so."""
    draw = random.Random(seed)
    gathered = ShortcutGathering(["correctness", "clarity"])
    for cluster, (record, quality) in enumerate(pairs(draw, n, tied_length=tied_length)):
        judgments = []
        for name in draw.sample("abcde", 3):
            chosen = choose(record, quality, draw)
            order = tuple(draw.sample((0, 1), 2))
            if chosen in {10, 11}:  # the place counts, not the candidate
                chosen = order[chosen - 10]
            scores = tuple(
                DimensionScore(dimension=dimension, score=Scored(value=value), candidate=place)
                for place, value in enumerate(quality)
                for dimension in ("correctness", "clarity")
            )
            judgments.append(
                judged(
                    record,
                    name,
                    Prefers(candidate=chosen),
                    kind=kind,
                    scores=scores if scored else (),
                    order=order,
                )
            )
        if flip:
            gathered.add(
                record.replace(candidates=record.candidates[::-1]),
                [_flipped(each) for each in judgments],
                cluster,
            )
            continue
        gathered.add(record, judgments, cluster)
    [found] = audit(gathered)
    return found


def _flipped(judgment: Judgment) -> Judgment:
    """The same judgment of the same pair, whose candidates have changed places."""
    assert isinstance(judgment.verdict, Prefers)
    return judgment.replace(
        verdict=Prefers(candidate=1 - judgment.verdict.candidate),
        order=tuple(1 - place for place in judgment.order or ()),
        scores=tuple(
            DimensionScore(
                dimension=each.dimension, score=each.score, candidate=1 - (each.candidate or 0)
            )
            for each in judgment.scores
        ),
    )


def longer(record: Record) -> int:
    """The longer candidate."""
    return int(
        len(candidate_text(record.candidates[1])) > len(candidate_text(record.candidates[0]))
    )


def by_quality(_: Record, quality: list[int], draw: random.Random) -> int:
    """The better one nearly always; a coin where they are equal."""
    if quality[0] == quality[1] or draw.random() < 0.1:
        return draw.randint(0, 1)
    return int(quality[1] > quality[0])


def by_length(record: Record, _: list[int], draw: random.Random) -> int:
    """The longer one, seven times in ten."""
    return longer(record) if draw.random() < 0.7 else 1 - longer(record)


def always_longer(record: Record, _: list[int], __: random.Random) -> int:
    """The longer one, always."""
    return longer(record)


def by_place(_: Record, __: list[int], draw: random.Random) -> int:
    """The one shown first, six times in ten."""
    return 10 if draw.random() < 0.62 else 11


def names_found(found: ShortcutAudit) -> set[str]:
    """The cues that the test finds."""
    return {each.cue for each in found.cues.effects if found.cues.is_found(each)}


def test_a_fair_pool_is_clear() -> None:
    """Reviewers who follow quality raise nothing, and enough of their pairs make it clear."""
    assert all(not names_found(audited(by_quality, seed=seed)) for seed in range(3))
    alarm = surface_cue_alarm([audited(by_quality, n=400)])
    assert alarm.state == "clear"
    assert "would have shown" in alarm.reason
    assert "family-wise risk 2%" in alarm.reason


@pytest.mark.parametrize("choose", [by_length, always_longer])
def test_a_pool_that_loves_length_is_found(choose: Choose) -> None:
    """Length is named, even where it always wins and no plain logit has an estimate."""
    found = audited(choose)
    assert "length" in names_found(found)
    assert found.style.reason == ""  # a fit that separation does not break
    alarm = surface_cue_alarm([found])
    assert alarm.state == "raised"
    assert "more length wins" in alarm.reason


def test_without_scores_style_is_told_and_blames_nobody() -> None:
    """What goes with the preference is shown; whether it is a shortcut cannot be told."""
    found = audited(by_length, scored=False)
    assert found.substance == ()
    alarm = surface_cue_alarm([found])
    assert alarm.state == "unknown"
    assert "substance cannot be held equal; more length wins" in alarm.reason


def test_length_that_comes_with_quality_is_not_a_shortcut() -> None:
    """Longer answers are better here, and win for it: with substance held equal nothing is left."""
    found = audited(by_quality, tied_length=True)
    assert found.predictor.style.auc is not None
    assert found.predictor.style.auc > 0.65  # style alone would predict well
    assert found.predictor.added.low is not None
    assert found.predictor.added.low <= 0  # and adds nothing to substance
    assert names_found(found) == set()
    assert surface_cue_alarm([found]).state != "raised"


def test_a_preference_for_the_first_place_is_found() -> None:
    """Position has its own count, and is tested with the cues."""
    found = audited(by_place)
    assert names_found(found) == {"shown_first"}
    assert "first place wins" in surface_cue_alarm([found]).reason
    assert found.position.first + found.position.second == found.decided


def test_swapping_every_pair_changes_nothing() -> None:
    """The audit does not know which candidate stands first."""
    one, two = audited(by_length), audited(by_length, flip=True)
    assert names_found(one) == names_found(two)
    assert one.predictor.style.auc == pytest.approx(two.predictor.style.auc, abs=1e-6)
    for first, second in zip(one.style.effects, two.style.effects, strict=True):
        assert (first.odds is None) == (second.odds is None)
        if first.odds is not None:
            assert first.odds == pytest.approx(second.odds, rel=1e-4)


def test_models_are_audited_and_raise_nothing() -> None:
    """A judge's bias is shown beside people's and decides nothing."""
    gathered = ShortcutGathering(["correctness"])
    draw = random.Random(2)
    for cluster, (record, _) in enumerate(pairs(draw, 300, tied_length=False)):
        order = tuple(draw.sample((0, 1), 2))
        chosen = order[0] if draw.random() < 0.7 else order[1]
        gathered.add(record, [judged(record, "judge", chosen, kind="model", order=order)], cluster)
    [found] = audit(gathered)
    assert found.group == "model judge"
    assert names_found(found) == {"shown_first"}
    assert surface_cue_alarm([found]).state == "unknown"


def test_few_preferences_tell_nothing() -> None:
    """Below the least number the answer is unknown, with the count."""
    found = audited(always_longer, n=5)
    assert found.cues.effects == ()
    assert "15 preferences" in surface_cue_alarm([found]).reason


def test_what_prefers_neither_is_counted_apart() -> None:
    """Ties and abstentions are no preferences."""
    gathered = ShortcutGathering(["correctness"])
    record = pair(0)
    gathered.add(
        record,
        [
            judged(record, "a", Tie()),
            judged(record, "b", Abstained(reason="x")),
            judged(record, "c", 0),
        ],
        0,
    )
    [found] = audit(gathered)
    assert (found.decided, found.undecided) == (1, {"abstained": 1, "tie": 1})


def test_features_see_form_and_not_meaning() -> None:
    """Each feature counts what its name says, and a contrast turns its sign with the order."""
    text = "# Title\n**bold** and `code`\n- one\n- two\nCertainly, it might be what is the sum"
    record = pair(0, texts=(text, "4"))
    prompt = prompt_groups(record.task)
    rich, bare = (features_of(each, prompt) for each in record.candidates)
    named = dict(zip(feature_names(), rich, strict=True))
    assert (
        named["headers"],
        named["bold"],
        named["lists"],
        named["code"],
        named["confidence"],
        named["hedges"],
    ) == (1, 1, 2, 1, 1, 1)
    assert contrast(rich, bare) == [-each for each in contrast(bare, rich)]
    assert features_of(Candidate(content="", provenance=MadeByModel(model="m")), prompt)[0] == 0


def test_answers_that_look_alike_show_no_cue() -> None:
    """Where no surface feature varies there is no fit, and that is said."""
    gathered = ShortcutGathering(["correctness"])
    for cluster in range(60):
        gathered.add(pair(cluster), [judged(pair(cluster), "a", cluster % 2)], cluster)
    [found] = audit(gathered)
    assert found.style.effects == ()
    assert found.style.reason == "no surface feature varies"
    assert surface_cue_alarm([found]).state == "unknown"
