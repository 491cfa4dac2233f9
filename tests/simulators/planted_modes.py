"""Small programs of four domains with one failure planted at a stated strength, or with none.

Each planter gives the cases of a program with known truth, under documents of its own. The half
`DEVELOPED` was looked at while the alarms were built, `HELD` was run when they stood.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from assay.contracts.document import to_fact
from assay.governance.failure_modes import Alarm, FailureMode
from assay.quality.case import RecordCase
from assay.quality.disposition import Disposition
from assay.quality.failure_modes import alarms, diagnose_questions
from assay.quality.gathering import ReportData, gather
from assay.quality.in_force import DocumentsInForce
from assay.quality.quota_coverage import coverage
from assay.quality.shortcuts.alarm import surface_cue_alarm
from assay.quality.shortcuts.audit import audit
from assay.records.candidate import Candidate, MadeByModel, MadeByPerson
from assay.records.judgment import Judgment, Reviewer, SectionRuling
from assay.records.kinds import Demonstration, Policy, Preference
from assay.records.record import Record
from assay.records.task import Message, Task
from assay.records.verdict import (
    Category,
    DimensionScore,
    NotAsked,
    Prefers,
    Ranks,
    Scored,
    Tie,
    Verdict,
)
from assay.review.adjudication import Adjudication, Decided
from assay.verification.verification import Fail, Pass, Verification
from builders import small_record, user_task
from simulators.small_program import LAYER, contract, rubric

Domain = Literal["medicine", "code", "ja", "de"]

WORDS: dict[Domain, tuple[str, ...]] = {
    "medicine": ("dose", "renal", "patient", "triage", "fever", "oral", "daily", "review", "acute"),
    "code": ("loop", "index", "returns", "list", "buffer", "value", "branch", "test", "call"),
    "ja": ("返品", "手続き", "お客様", "注文", "確認", "配送", "住所", "番号", "連絡"),
    "de": ("Vertrag", "Frist", "Klausel", "Kündigung", "Absatz", "Partei", "Mahnung", "Zins"),
}

DIMENSIONS: list[dict[str, Any]] = [
    {"id": "right", "question": "Is it right?", "scale": "binary", "judged_by": "expert",
     "nature": "objective", "unverified_because": "it takes an expert"},
    {"id": "clear", "question": "Is it clear?", "scale": "1..5", "judged_by": "expert"},
    {"id": "taste", "question": "Do you like it?", "scale": "1..5", "judged_by": "expert",
     "nature": "plural"},
    {"id": "tone", "question": "What is its tone?", "scale": ["warm", "plain", "cold"],
     "judged_by": "expert", "nature": "plural"},
]  # fmt: skip


class World(NamedTuple):
    """A small program in memory."""

    cases: list[RecordCase]
    """Its records with everything that was answered."""
    documents: DocumentsInForce
    """Its documents."""


def documents(dimensions: Sequence[str] = ("right", "clear"), **sampling: Any) -> DocumentsInForce:
    """Documents with some of the dimensions, and a sampling distribution."""
    wanted = [each for each in DIMENSIONS if each["id"] in dimensions]
    drawn = {
        "total": 100,
        "axes": {"difficulty": ["easy", "hard"], "language": ["en", "ja"]},
        "quotas": [{"slice": {"difficulty": "hard"}, "share": 0.2}],
        **sampling,
    }
    return DocumentsInForce.of(
        {
            "contract": to_fact(contract(LAYER, sampling=drawn)),
            "rubric": to_fact(rubric(dimensions=wanted, priority=[])),
        }
    )


def alarms_of(world: World) -> dict[FailureMode, Alarm]:
    """What quality makes of a world."""
    gathered = gathered_of(world)
    covered = coverage(gathered.cells, world.documents.contract.sampling)
    found = alarms(gathered.modes, covered, diagnose_questions(gathered.modes))
    cue = surface_cue_alarm(audit(gathered.shortcuts))
    return {each.mode: each for each in (*found, cue)}


def gathered_of(world: World) -> ReportData:
    """What quality gathers of a world."""
    return gather(world.cases, world.documents)


def text_of(domain: Domain, words: int, draw: random.Random) -> str:
    """So many words of a domain."""
    chosen = draw.choices(WORDS[domain], k=words)
    return ("" if domain == "ja" else " ").join(chosen)


def record_of(
    part: Any, domain: Domain, number: int, texts: Sequence[str], **taxonomy: str
) -> Record:
    """A record with a prompt of its own."""
    draw = random.Random(f"{domain} {number}")
    made = MadeByPerson(pseudonym="w", role="author") if isinstance(part, Demonstration) else None
    return small_record(
        part,
        user_task(
            f"{number}: {text_of(domain, 12, draw)}?",
            taxonomy=taxonomy or {"difficulty": "easy" if number % 2 else "hard", "language": "en"},
        ),
        *(
            Candidate(content=text, provenance=made or MadeByModel(model=f"m{place}"))
            for place, text in enumerate(texts)
        ),
    )


def case_of(
    record: Record,
    judgments: Sequence[Judgment],
    world: DocumentsInForce,
    *,
    state: Any = "accepted",
    adjudications: Sequence[Adjudication] = (),
    verifications: Sequence[Verification] = (),
) -> RecordCase:
    """A case with a disposition under the documents."""
    made = Disposition(
        record=record.id,
        state=state,
        rule="agreement",
        reason="planted",
        contract=world.contract_id,
        rubric=world.rubric_id,
    )
    return RecordCase(
        id=record.id,
        record=record,
        judgments=tuple(judgments),
        adjudications=tuple(adjudications),
        verifications=tuple(verifications),
        disposition=made,
    )


def scored(candidate: int | None, **values: int) -> tuple[DimensionScore, ...]:
    """Scores of one candidate by dimension."""
    return tuple(
        DimensionScore(dimension=name, score=Scored(value=value), candidate=candidate)
        for name, value in values.items()
    )


def judgment_of(
    record: Record, reviewer: str, verdict: Verdict | None = None, group: str = "", **parts: Any
) -> Judgment:
    """A person's judgment."""
    person = Reviewer(
        pseudonym=reviewer,
        kind="human",
        role="reviewer",
        groups={"site": group} if group else {},
    )
    return Judgment(record=record.id, reviewer=person, verdict=verdict or NotAsked(), **parts)


# --- surface cues -------------------------------------------------------------------------------

Choose = Callable[[Sequence[str], Sequence[int], random.Random], int]
"""Texts, true quality, draws -> the place chosen."""


def biased(share: float, cue: Callable[[str], float] = len) -> Choose:
    """The better one where quality differs, else the one with more of a cue in this share."""

    def choose(texts: Sequence[str], quality: Sequence[int], draw: random.Random) -> int:
        if quality[0] != quality[1]:
            return int((quality[1] > quality[0]) == (draw.random() < 0.9))
        more = int(cue(texts[1]) > cue(texts[0]))
        return more if draw.random() < share else 1 - more

    return choose


def compared(
    domain: Domain,
    choose: Choose,
    *,
    items: int,
    raters: int = 3,
    equal: float = 1.0,
    tied: bool = False,
    noise: float = 0.3,
    decorate: Callable[[str, random.Random], str] = lambda text, _: text,
    first: float = 0.5,
    seed: int = 1,
) -> World:
    """Pairs in one order for all reviewers, each scored on two dimensions.

    Args:
        domain: the domain.
        choose: how reviewers choose.
        items: pairs.
        raters: reviewers of each.
        equal: share of the pairs that are of equal quality.
        tied: whether the better answer is the longer one.
        noise: how often a score is one off.
        decorate: what is added to one answer of each pair.
        first: how often the place counts: above one half, the first one wins more often.
        seed: where the drawing starts.
    """
    draw = random.Random(seed)
    world = documents()
    cases = []
    for number in range(items):
        quality = [draw.randint(1, 5), draw.randint(1, 5)]
        if draw.random() < equal:
            quality[1] = quality[0]
        sizes = [draw.randint(8, 60), draw.randint(8, 60)]
        if sizes[0] == sizes[1]:
            sizes[1] += 1
        if tied:
            sizes = [each * 12 + draw.randint(0, 6) for each in quality]
        texts = [text_of(domain, size, draw) for size in sizes]
        dressed = draw.randint(0, 1)
        texts[dressed] = decorate(texts[dressed], draw)
        record = record_of(Preference(), domain, number, texts)
        order = tuple(draw.sample((0, 1), 2))
        judgments = []
        for rater in range(raters):
            chosen = choose(texts, quality, draw)
            if draw.random() < abs(2 * first - 1):
                chosen = order[0] if first > 0.5 else order[1]
            scores = [
                *scored(0, right=1, clear=_off(quality[0], noise, draw)),
                *scored(1, right=1, clear=_off(quality[1], noise, draw)),
            ]
            judgments.append(
                judgment_of(
                    record, f"r{(number + rater) % 12}", Prefers(candidate=chosen),
                    scores=tuple(scores), order=order,
                )
            )  # fmt: skip
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def _off(value: int, noise: float, draw: random.Random) -> int:
    if draw.random() < noise:
        value += draw.choice((-1, 1))
    return min(5, max(1, value))


def listed(domain: Domain, share: float, *, items: int, seed: int = 1) -> World:
    """Three answers of equal quality, ranked longest first in this share of the rankings."""
    draw = random.Random(seed)
    world = documents()
    cases = []
    for number in range(items):
        texts = [text_of(domain, size, draw) for size in draw.sample(range(8, 70), 3)]
        record = record_of(Preference(), domain, number, texts)
        judgments = []
        for rater in range(2):
            order = sorted(range(3), key=lambda place: -len(texts[place]))
            if draw.random() > share:
                draw.shuffle(order)
            scores = [each for place in range(3) for each in scored(
                place, right=1, clear=_off(4, 0.3, draw))]  # fmt: skip
            judgments.append(
                judgment_of(record, f"r{(number + rater) % 8}",
                            Ranks(order=tuple((each,) for each in order)), scores=tuple(scores))
            )  # fmt: skip
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def graded(domain: Domain, weight: float, *, items: int, seed: int = 1) -> World:
    """Single answers that a verifier found right or wrong; people take long ones for right."""
    draw = random.Random(seed)
    world = documents()
    cases = []
    for number in range(items):
        size = draw.randint(8, 70)
        right = draw.random() < 0.7
        record = record_of(Policy(), domain, number, [text_of(domain, size, draw)])
        judgments = []
        for rater in range(2):
            chance = (0.85 if right else 0.35) + weight * (size - 39) / 62
            found = int(draw.random() < min(0.98, max(0.02, chance)))
            judgments.append(
                judgment_of(
                    record,
                    f"r{(number + rater) % 8}",
                    scores=scored(0, right=found, clear=draw.randint(1, 5)),
                )
            )
        tested = Verification(
            record=record.id, verifier="exact-match", version="1", dimensions=("right",),
            verdict=Pass() if right else Fail(reason="another"), candidate=0,
        )  # fmt: skip
        cases.append(case_of(record, judgments, world, verifications=[tested]))
    return World(cases, world)


# --- one label ------------------------------------------------------------------------------------


def half_scored(domain: Domain, share: float, *, items: int = 120, seed: int = 1) -> World:
    """Verdicts of which this share carries scores that stay apart."""
    draw = random.Random(seed)
    world = documents()
    cases = []
    for number in range(items):
        record = record_of(Preference(), domain, number, ["a", "b"])
        scores = [
            each
            for place in (0, 1)
            for each in scored(place, right=draw.randint(0, 1), clear=draw.randint(1, 5))
        ]
        given = tuple(scores) if number < share * items else ()
        judgment = judgment_of(record, f"r{number % 6}", Prefers(candidate=0), scores=given)
        cases.append(case_of(record, [judgment], world))
    return World(cases, world)


def halo(domain: Domain, noise: float, *, items: int = 100, seed: int = 1) -> World:
    """Single answers without a verdict, whose second score is the first one with some noise."""
    draw = random.Random(seed)
    world = documents(("clear", "taste"))
    cases = []
    for number in range(items):
        record = record_of(Policy(), domain, number, ["a"])
        first = draw.randint(1, 5)
        second = min(5, max(1, round(first + draw.gauss(0, noise))))
        judgment = judgment_of(
            record, f"r{number % 6}", scores=scored(0, clear=first, taste=second)
        )
        cases.append(case_of(record, [judgment], world))
    return World(cases, world)


def one_of_three(domain: Domain, *, items: int = 120, seed: int = 1) -> World:
    """Every judgment scores one of three dimensions, and never the other two."""
    draw = random.Random(seed)
    world = documents(("right", "clear", "taste"))
    cases = []
    for number in range(items):
        record = record_of(Preference(), domain, number, ["a", "b"])
        scores = (*scored(0, clear=draw.randint(1, 5)), *scored(1, clear=draw.randint(1, 5)))
        judgment = judgment_of(record, f"r{number % 6}", Prefers(candidate=0), scores=scores)
        cases.append(case_of(record, [judgment], world))
    return World(cases, world)


def bare_rulings(domain: Domain, *, items: int = 40, seed: int = 1) -> World:
    """Policy records with one ruling each, and no score at all."""
    draw = random.Random(seed)
    world = documents(("right", "clear"))
    cases = []
    for number in range(items):
        record = record_of(Policy(), domain, number, ["a"])
        ruling = SectionRuling(
            section="s1", ruling=draw.choice(("violates", "complies")), candidate=0
        )
        judgments = [judgment_of(record, f"r{rater}", rulings=(ruling,)) for rater in range(2)]
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


# --- forced consensus -----------------------------------------------------------------------------


SINGLE = ("scores", "rulings", "category")
"""Kinds of answer to one candidate."""


def split(
    domain: Domain,
    kind: Literal["pairs", "scores", "rulings", "ranks", "tie", "category"],
    share: float,
    *,
    items: int = 200,
    raters: int = 12,
    panel: int = 6,
    noise: float = 0.08,
    declared: Literal["true", "irrelevant", "none"] = "none",
    seed: int = 1,
) -> World:
    """Two camps that answer a share of the items the opposite way, and agree on the others."""
    draw = random.Random(seed)
    world = documents(("right", "taste", "tone"))
    camps = [rater % 2 for rater in range(raters)]
    groups = [str(camps[rater]) if declared == "true" else str(rater // 2 % 2)
              for rater in range(raters)]  # fmt: skip
    cases = []
    for number in range(items):
        truth, divided = draw.randint(0, 1), draw.random() < share
        record = record_of(
            Policy() if kind in SINGLE else Preference(), domain, number,
            ["a"] if kind in SINGLE else ["a", "b", "c"][: 3 if kind == "ranks" else 2],
        )  # fmt: skip
        judgments = []
        for rater in draw.sample(range(raters), panel):
            value = truth ^ (divided and camps[rater])
            if draw.random() < noise:
                value = 1 - value
            group = "" if declared == "none" else groups[rater]
            judgments.append(_answer(record, f"r{rater}", kind, value, group))
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def _answer(record: Record, name: str, kind: str, value: int, group: str) -> Judgment:
    if kind == "scores":
        scores = scored(0, right=1, taste=5 if value else 1)
        return judgment_of(record, name, group=group, scores=scores)
    if kind == "rulings":
        ruling = SectionRuling(
            section="s1", ruling="violates" if value else "complies", candidate=0
        )
        return judgment_of(record, name, group=group, rulings=(ruling,))
    if kind == "category":
        tone = Category(value="plain" if value else "warm")
        score = DimensionScore(dimension="tone", score=tone, candidate=0)
        return judgment_of(record, name, group=group, scores=(score,))
    if kind == "tie":
        return judgment_of(record, name, Prefers(candidate=0) if value else Tie(), group=group)
    if kind == "ranks":
        order = ((0,), (1,), (2,)) if value else ((2,), (1,), (0,))
        return judgment_of(record, name, Ranks(order=order), group=group)
    return judgment_of(record, name, Prefers(candidate=value), group=group)


def one_sided(domain: Domain, share: float, *, decided: int = 53, noted: bool = False,
              seed: int = 1) -> World:  # fmt: skip
    """One adjudicator who decides this share of the split records for one side."""
    draw = random.Random(seed)
    whole = split(domain, "pairs", 0.0, noise=0.05, seed=seed)
    world = whole.documents
    cases = list(whole.cases)
    for number in range(1000, 1000 + decided):
        record = record_of(Preference(), domain, number, ["a", "b"])
        judgments = [
            judgment_of(record, f"r{rater}", Prefers(candidate=place % 2))
            for place, rater in enumerate(draw.sample(range(12), 4))
        ]
        decision = Adjudication(
            record=record.id,
            judgments=tuple(each.id for each in judgments),
            decision=Decided(verdict=Prefers(candidate=int(draw.random() >= share))),
            cause="reviewer_error",
            adjudicator="senior",
            note="because of the dose" if noted else None,
        )
        cases.append(case_of(record, judgments, world, adjudications=[decision]))
    return World(cases, world)


# --- unverified rationales ------------------------------------------------------------------------

WORK: dict[Domain, Callable[[int], str]] = {
    "medicine": lambda n: f"The dose is 5 mg/kg * {n} kg = {5 * n} mg.",
    "code": lambda n: f"1. Split the list.\n2. Sort {n} parts.\n3. Merge them.",
    "ja": lambda n: f"合計は {n} × 3 = {3 * n} です。",
    "de": lambda n: f"Schritt 1: Frist prüfen.\nSchritt 2: {n} Tage zählen.\nSchritt 3: mahnen.",
}
"""Work as each domain shows it in its answers' text."""


def unchecked(domain: Domain, bare: int, *, items: int, seed: int = 1) -> World:
    """Worked demonstrations of which some have neither a verifier nor a person behind them."""
    world = documents()
    cases = []
    for number in range(items):
        record = record_of(Demonstration(), domain, number + seed, [WORK[domain](number + 2)])
        checked = number >= bare
        scores = scored(0, right=1, clear=4) if checked else scored(0, clear=4)
        judgments = [judgment_of(record, f"r{rater}", scores=scores) for rater in range(2)]
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


# --- easy items -----------------------------------------------------------------------------------


def sampled(
    domain: Domain,
    hard: int,
    *,
    items: int = 120,
    identical: bool = False,
    agreed: bool = False,
    solved: bool = False,
    languages: Sequence[str] = ("en", "ja"),
    seed: int = 1,
    **sampling: Any,
) -> World:
    """Records of which some are hard by label; they may be one item, or all agreed or solved."""
    draw = random.Random(seed)
    world = documents(hard=[{"difficulty": "hard"}], total=items, **sampling)
    cases = []
    for number in range(items):
        is_hard = number < hard
        taxonomy = {
            "difficulty": "hard" if is_hard else "easy",
            "language": languages[number % len(languages)],
        }
        record = record_of(Preference(), domain, number, ["a", "b"], **taxonomy)
        if is_hard and identical:
            text = "What is the  usual DOSE of paracetamol for an adult?" + "!" * (number % 2)
            task = Task(messages=(Message(role="user", content=text),), taxonomy=taxonomy)
            record = record.replace(task=task, key=str(number))
        cases.append(case_of(record, list(_panel(record, is_hard, agreed, solved, draw)), world))
    return World(cases, world)


def _panel(
    record: Record, is_hard: bool, agreed: bool, solved: bool, draw: random.Random
) -> Iterator[Judgment]:
    better = draw.randint(0, 1)
    for rater in range(3):
        chosen = better if (is_hard and agreed) or draw.random() < 0.75 else 1 - better
        right = 1 if is_hard and solved else int(draw.random() < 0.6)
        scores = (*scored(0, right=right, clear=3), *scored(1, right=right, clear=3))
        verdict: Verdict = Prefers(candidate=chosen)
        if not (is_hard and agreed) and draw.random() < 0.1:
            verdict = Tie()
        yield judgment_of(
            record, f"r{rater}", verdict, scores=scores if not agreed or solved else ()
        )


# --- what was developed on, and what was held ---------------------------------------------------


def dressed(mark: str) -> Callable[[str, random.Random], str]:
    """Adds a mark of its own to one answer of a pair."""
    return lambda text, _: f"{text} {mark}"


def marked(mark: str) -> Callable[[str], float]:
    """How often a mark stands in a text."""
    return lambda text: float(text.count(mark))


def near_copies(domain: Domain, *, seed: int = 1) -> World:
    """Forty items hard by label that differ in one word of thirty."""
    draw = random.Random(seed)
    world = sampled(domain, 40, seed=seed)
    prompt = text_of(domain, 60, draw).split(" ")
    cases = []
    for number, case in enumerate(world.cases):
        if case.record.task.taxonomy["difficulty"] != "hard":
            cases.append(case)
            continue
        words = [*prompt]
        words[number % 2] = f"w{number}"
        task = Task(
            messages=(Message(role="user", content=" ".join(words)),),
            taxonomy=case.record.task.taxonomy,
        )
        record = case.record.replace(task=task)
        judgments = [each.replace(record=record.id) for each in case.judgments]
        cases.append(case_of(record, judgments, world.documents))
    return World(cases, world.documents)


Plant = tuple[FailureMode, Callable[[int], World]]

DEVELOPED: dict[str, Plant] = {
    "length .60 of 477, medicine": (
        "surface_cue_preference",
        lambda seed: compared("medicine", biased(0.60), items=159, seed=seed),
    ),
    "length .65 of 288, code": (
        "surface_cue_preference",
        lambda seed: compared("code", biased(0.65), items=96, seed=seed),
    ),
    "length .75 of 99, de": (
        "surface_cue_preference",
        lambda seed: compared("de", biased(0.75), items=33, seed=seed),
    ),
    "longest first, ja": (
        "surface_cue_preference",
        lambda seed: listed("ja", 0.95, items=40, seed=seed),
    ),
    "40 % scored, code": (
        "one_label_for_quality",
        lambda seed: half_scored("code", 0.4, seed=seed),
    ),
    "scores that are one, ja": ("one_label_for_quality", lambda seed: halo("ja", 0.3, seed=seed)),
    "camps on 10 % of 200 pairs, code": (
        "forced_consensus",
        lambda seed: split("code", "pairs", 0.10, seed=seed),
    ),
    "camps in scores, de": (
        "forced_consensus",
        lambda seed: split("de", "scores", 0.15, seed=seed),
    ),
    "15 of 15 unchecked, ja": (
        "unverified_rationales",
        lambda seed: unchecked("ja", 15, items=15, seed=seed),
    ),
    "copies of one item, medicine": (
        "easy_item_inflation",
        lambda seed: sampled("medicine", 40, identical=True, seed=seed),
    ),
}
"""Plants that were looked at while the alarms were built."""

HELD: dict[str, Plant] = {
    "emoji .75 of 180, code": (
        "surface_cue_preference",
        lambda seed: compared(
            "code", biased(0.75, marked("🎉")), items=60, decorate=dressed("🎉"), seed=seed
        ),
    ),
    "tables .75 of 180, medicine": (
        "surface_cue_preference",
        lambda seed: compared(
            "medicine", biased(0.75, marked("|--|")), items=60,
            decorate=dressed("\n| a | b |\n|---|---|\n| 1 | 2 |\n|--|--|"), seed=seed,
        ),
    ),
    "false citations .75 of 180, de": (
        "surface_cue_preference",
        lambda seed: compared(
            "de", biased(0.75, marked("[7]")), items=60, decorate=dressed("[7]"), seed=seed
        ),
    ),
    "confidence .75 of 180, ja": (
        "surface_cue_preference",
        lambda seed: compared(
            "ja", biased(0.75, marked("間違いなく")), items=60, decorate=dressed("間違いなく"),
            seed=seed,
        ),
    ),
    "first place .65 of 300, medicine": (
        "surface_cue_preference",
        lambda seed: compared("medicine", biased(0.5), items=100, first=0.65, seed=seed),
    ),
    "one of three dimensions, ja": (
        "one_label_for_quality",
        lambda seed: one_of_three("ja", seed=seed),
    ),
    "rulings alone, medicine": (
        "one_label_for_quality",
        lambda seed: bare_rulings("medicine", seed=seed),
    ),
    "camps in rulings, ja": (
        "forced_consensus",
        lambda seed: split("ja", "rulings", 0.15, seed=seed),
    ),
    "camps in rankings behind an irrelevant grouping, medicine": (
        "forced_consensus",
        lambda seed: split("medicine", "ranks", 0.2, items=120, declared="irrelevant", seed=seed),
    ),
    "one-sided adjudicator, de": ("forced_consensus", lambda seed: one_sided("de", 0.95, seed=seed)),
    "9 of 60 unchecked, de": (
        "unverified_rationales",
        lambda seed: unchecked("de", 9, items=60, seed=seed),
    ),
    "near copies, code": ("easy_item_inflation", lambda seed: near_copies("code", seed=seed)),
    "no record of ja, de": (
        "easy_item_inflation",
        lambda seed: sampled("de", 40, languages=("en",), seed=seed),
    ),
}  # fmt: skip
"""Plants that were run when the alarms stood, and tuned nothing."""
