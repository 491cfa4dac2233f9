"""The eight failure modes, each planted in a small sound program that raises none of them.

A scene is a sound program's data: records, raw judgments, sealed items, two checkpoints. A plant
breaks one thing in it, as teams do by accident; the stages have to detect which.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assay.contracts.priority import compute_verdict
from assay.demo.evaluation import BASE, CANDIDATE, SimulatedCheckpoint, build_reserve
from assay.demo.world import RecordTruth, Scores, WorldItem, build_world
from assay.governance.failure_modes import FailureMode
from assay.quality.in_force import DocumentsInForce
from assay.records.candidate import candidate_text
from assay.records.judgment import Judgment, Reason, Reviewer
from assay.records.kinds import Preference
from assay.records.record import Record
from assay.records.task import Message
from assay.records.verdict import (
    BothUnacceptable,
    DimensionScore,
    NotAsked,
    Prefers,
    Scored,
    Tie,
    Verdict,
)

COUNTS = {"preference": 80, "demonstration": 24, "policy": 26, "outcome": 30, "trajectory": 12}
"""Records of a scene by kind."""

NORTH = tuple(f"rvr_north_{number}" for number in range(6))
SOUTH = tuple(f"rvr_south_{number}" for number in range(6))
"""Reviewers from two parts of the country, by pseudonym."""

BEST = 3
"""The best score on `grounded`."""

POLICY = tuple(f"rvr_policy_{number}" for number in range(3))
"""Reviewers of requests near the rules."""

Choice = Callable[[Record, str, random.Random], Verdict]
"""What one reviewer says of a pair that the rubric's rules leave open."""


@dataclass(frozen=True)
class FailureScene:
    """A small program's data, sound until something is planted in it."""

    items: tuple[WorldItem, ...]
    """Records with their truth."""
    choose: Choice
    """How reviewers choose where the rules leave it open."""
    reserve: tuple[Record, ...]
    """Items that are sealed before anything else is imported."""
    scored: bool = True
    """Whether reviewers of pairs score dimensions and give reasons, or say only which is better."""
    credulous: bool = False
    """Whether reviewers take every worked answer for right."""
    before: SimulatedCheckpoint = BASE
    """The model before training."""
    after: SimulatedCheckpoint = CANDIDATE
    """The model after training."""
    limitations: str = ""
    """What the release says of itself."""
    agreement: str = "0.66"
    """Least share of judgments with one verdict, as the contract has it."""


def sound_scene() -> FailureScene:
    """A scene that raises no alarm."""
    draw = random.Random(23)  # noqa: S311  a simulation that must repeat
    items = build_world(seed=23, counts=COUNTS)
    return FailureScene(
        items=tuple(_with_fit(item, draw) for item in items if _is_right(item)),
        choose=by_taste,
        reserve=tuple(build_reserve(seed=29)),
    )


def _is_right(item: WorldItem) -> bool:
    """Whether a demonstration is right; authors' slips are not part of a sound scene."""
    return item.record.kind != "demonstration" or item.truth.scores[0]["correct"] == 1


def _with_fit(item: WorldItem, draw: random.Random) -> WorldItem:
    """A pair whose `fit` has nothing to do with length."""
    if not isinstance(item.record.part, Preference):
        return item
    scores = tuple(true_scores | {"fit": draw.randint(1, 5)} for true_scores in item.truth.scores)
    return WorldItem(record=item.record, truth=RecordTruth(scores=scores))


def by_taste(_: Record, __: str, draw: random.Random) -> Verdict:
    """A tie, or whichever pleases at the moment."""
    return draw.choice((Tie(), Tie(), Prefers(candidate=0), Prefers(candidate=1)))


def by_length(record: Record, _: str, draw: random.Random) -> Verdict:
    """The longer one, nine times in ten."""
    longer = _longer(record)
    return Prefers(candidate=longer if draw.random() < 0.9 else 1 - longer)  # noqa: PLR2004


def by_region(record: Record, reviewer: str, draw: random.Random) -> Verdict:
    """The north likes it brief, the south likes it kind."""
    preferred = 1 - _longer(record) if reviewer in NORTH else _longer(record)
    return Prefers(candidate=preferred if draw.random() < 0.95 else 1 - preferred)  # noqa: PLR2004


def _longer(record: Record) -> int:
    lengths = [len(candidate_text(candidate)) for candidate in record.candidates]
    return lengths.index(max(lengths))


def judge(scene: FailureScene, documents: DocumentsInForce) -> Iterator[Judgment]:
    """The raw judgments of a scene: three of one part of the country and two of the other."""
    draw = random.Random(5)  # noqa: S311  a simulation that must repeat
    for number, item in enumerate(scene.items):
        near_rules = item.record.task.taxonomy["domain"] == "rules"
        many, few = (NORTH, SOUTH) if number % 2 else (SOUTH, NORTH)
        panel = POLICY if near_rules else (*draw.sample(many, 3), *draw.sample(few, 2))
        for reviewer in panel:
            yield _judgment(scene, item, reviewer, documents, draw)


def _judgment(
    scene: FailureScene,
    item: WorldItem,
    reviewer: str,
    documents: DocumentsInForce,
    draw: random.Random,
) -> Judgment:
    scores = [_seen(true_scores, scene, draw) for true_scores in item.truth.scores]
    verdict: Verdict = NotAsked()
    is_pair = isinstance(item.record.part, Preference)
    if is_pair:
        verdict = _by_the_rules(scores, documents) or scene.choose(item.record, reviewer, draw)
    return Judgment(
        record=item.record.id,
        reviewer=_reviewer(reviewer),
        verdict=verdict,
        scores=tuple(_dimension_scores(scores)) if scene.scored or not is_pair else (),
        reasons=(Reason(text="see the scores", dimension=next(iter(scores[0]))),)
        if scene.scored or not is_pair
        else (),
        order=tuple(draw.sample(range(len(scores)), len(scores))),
        rubric=documents.rubric_id,
    )


def _seen(true: Scores, scene: FailureScene, draw: random.Random) -> Scores:
    """The scores as one reviewer sees them: `fit` is a matter of taste, the rest is clear."""
    seen = dict(true)
    if scene.credulous and "correct" in seen:
        seen["correct"] = 1
    if "fit" in seen and draw.random() < 0.3:  # noqa: PLR2004  a share of the scores
        seen["fit"] = min(5, max(1, seen["fit"] + draw.choice((-1, 1))))
    return seen


def _by_the_rules(scores: Sequence[Scores], documents: DocumentsInForce) -> Verdict | None:
    """What the rubric's priority rules say; None where they leave it open."""
    outcome = compute_verdict(scores, documents.priority)
    if outcome.state == "winner" and outcome.winner is not None:
        return Prefers(candidate=outcome.winner)
    return BothUnacceptable() if outcome.state == "all_unacceptable" else None


def _reviewer(pseudonym: str) -> Reviewer:
    if pseudonym in POLICY:
        return Reviewer(pseudonym=pseudonym, kind="human", role="policy_reviewer")
    region = "north" if pseudonym in NORTH else "south"
    groups = {"region": region}
    return Reviewer(pseudonym=pseudonym, kind="human", role="reviewer", groups=groups)


def _dimension_scores(candidates: Sequence[Scores]) -> Iterator[DimensionScore]:
    for place, scores in enumerate(candidates):
        for name, value in scores.items():
            yield DimensionScore(dimension=name, score=Scored(value=value), candidate=place)


def one_label(scene: FailureScene) -> FailureScene:
    """Reviewers say which of two answers is better and nothing else."""
    return replace(scene, scored=False)


def surface_cues(scene: FailureScene) -> FailureScene:
    """Answers of equal substance, and reviewers who like them long."""
    return replace(scene, items=tuple(_of_equal_substance(scene.items)), choose=by_length)


def forced_consensus(scene: FailureScene) -> FailureScene:
    """North and south differ for good reasons, and a bare majority decides for both."""
    items = tuple(_of_equal_substance(scene.items))
    return replace(scene, items=items, choose=by_region, agreement="0.51")


def _of_equal_substance(items: Sequence[WorldItem]) -> Iterator[WorldItem]:
    """The scene with other pairs: both answers right and grounded, one of them longer."""
    pairs = sum(isinstance(item.record.part, Preference) for item in items)
    replaced = 0
    for item in build_world(seed=41, counts={"preference": 900}):
        right = all(
            true_scores["correct"] and true_scores["grounded"] == BEST
            for true_scores in item.truth.scores
        )
        if right and replaced < pairs:
            replaced += 1
            scores = tuple({"correct": 1, "grounded": BEST, "fit": 4} for _ in item.truth.scores)
            yield WorldItem(record=item.record, truth=RecordTruth(scores=scores))
    yield from (item for item in items if not isinstance(item.record.part, Preference))


def unverified_rationales(scene: FailureScene) -> FailureScene:
    """Worked answers that add up wrongly and read well, and reviewers who accept them."""
    wrong = build_world(seed=31, counts={"demonstration": 400})
    slips = [item for item in wrong if not _is_right(item)][:8]
    other_items = [item for item in scene.items if item.record.kind != "demonstration"]
    right = [item for item in scene.items if item.record.kind == "demonstration"][len(slips) :]
    return replace(scene, items=(*other_items, *right, *slips), credulous=True)


def leakage(scene: FailureScene) -> FailureScene:
    """Three sealed questions come back in training: word for word, in other dress, quoted."""
    damaged = list(scene.items)
    places = [n for n, item in enumerate(damaged) if item.record.kind == "demonstration"][:3]
    for place, sealed, dress in zip(
        places, scene.reserve, (_verbatim, _with_markup, _in_quotes), strict=False
    ):
        text = dress(sealed.task.messages[0].content)
        damaged[place] = _asking(damaged[place], text)
    return replace(scene, items=tuple(damaged))


def _verbatim(text: str) -> str:
    return text


def _with_markup(text: str) -> str:
    return f"## QUESTION\n\n**{text.upper()}**".replace(": ", ":\n- ")


def _in_quotes(text: str) -> str:
    return (
        "A traveller showed me this on the platform this morning and wanted to know what to say: "
        f'"{text}" I told her that the desk would work it out in its own time.'
    )


def _asking(item: WorldItem, text: str) -> WorldItem:
    task = item.record.task
    message = Message(role="user", content=text)
    record = item.record.replace(
        task=type(task)(messages=(message,), taxonomy=task.taxonomy, family=task.family)
    )
    return WorldItem(record=record, truth=item.truth)


def easy_items(scene: FailureScene) -> FailureScene:
    """Throughput: easy questions flow in, the hard ones and the German ones stay away."""

    def is_easy(taxonomy: Mapping[str, str]) -> bool:
        return taxonomy["difficulty"] == "easy" and taxonomy["language"] == "en"

    more = build_world(seed=37, counts={"preference": 300})
    easy = [item for item in more if is_easy(item.record.task.taxonomy)][:90]
    remaining = [
        item
        for number, item in enumerate(scene.items)
        if is_easy(item.record.task.taxonomy) or number % 9 == 0
    ]
    return replace(scene, items=(*remaining, *easy))


def hidden_over_refusal(scene: FailureScene) -> FailureScene:
    """The model helps less with evasion, because it helps less with everything."""
    after = {"refuses_honest": 0.75, "helps_evasion": 0.0}
    fields = {name: getattr(CANDIDATE, name) for name in CANDIDATE.__struct_fields__}
    return replace(scene, after=SimulatedCheckpoint(**(fields | after)))


def unproven_effect(scene: FailureScene) -> FailureScene:
    """The release says what it does to a model before anybody has looked."""
    return replace(
        scene, limitations="Training on this release reduces wrong totals of the model by half."
    )


PLANTS: Mapping[FailureMode, Callable[[FailureScene], FailureScene]] = {
    "one_label_for_quality": one_label,
    "surface_cue_preference": surface_cues,
    "forced_consensus": forced_consensus,
    "unverified_rationales": unverified_rationales,
    "training_eval_leakage": leakage,
    "easy_item_inflation": easy_items,
    "over_refusal_hidden": hidden_over_refusal,
    "no_model_validation": unproven_effect,
}
"""What breaks a sound scene, by the failure mode that it plants."""
