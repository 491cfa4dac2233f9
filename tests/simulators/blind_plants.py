"""Small programs planted from the description of the faults alone, without reading a detector.

Law, finance, chemistry, Arabic, French and Korean; pairs, rankings, scores, rulings, step labels,
attack outcomes. Each plant comes at the strength where detection is said to begin, and one step
weaker. `SOUND` holds programs without the faults.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from assay.contracts.document import to_fact
from assay.governance.failure_modes import FailureMode
from assay.quality.in_force import DocumentsInForce
from assay.records.candidate import Candidate, MadeByModel, MadeByPerson, Step
from assay.records.evidence import Evidence
from assay.records.judgment import Attack, Judgment, SectionRuling, StepLabel
from assay.records.kinds import (
    Adversarial,
    Demonstration,
    Outcome,
    Part,
    Policy,
    Preference,
    Process,
)
from assay.records.record import Record
from assay.records.verdict import DimensionScore, NotAsked, Prefers, Ranks, Tie
from assay.review.adjudication import Adjudication, Decided
from assay.verification.verification import Fail, Pass, Verification, VerifierError
from builders import small_record, user_task
from simulators.planted_modes import World, case_of, judgment_of, scored
from simulators.small_program import LAYER, contract, rubric

Domain = Literal["law", "finance", "chemistry", "ar", "fr", "ko"]

LEXICON: Mapping[Domain, str] = {
    "law": "tenant landlord clause notice breach statute court damages lease remedy deed appeal "
    "surety waiver estoppel tort plaintiff counsel",
    "finance": "bond yield coupon maturity hedge spread margin ledger equity premium default audit "
    "swap broker tranche custody accrual duration",
    "chemistry": "acid base solvent reagent titration molar catalyst oxide buffer ion residue "
    "filtrate enthalpy ligand polymer distillate flask indicator",
    "ar": "العقد المحكمة الدفعة الطلب الموعد السجل الرسوم التأشيرة الإقامة الوثيقة المكتب الشهادة "
    "الموظف النموذج التوقيع المهلة القرار الاستئناف",
    "fr": "contrat bail locataire préavis indemnité loyer garantie recours délai quittance dépôt "
    "propriétaire caution huissier état charges avenant résiliation",
    "ko": "계약 환불 배송 보증 문의 접수 일정 서류 담당 수수료 교환 주문 결제 취소 영수증 포장 반송 창구",
}
"""Words of each domain."""

DIMENSIONS: list[dict[str, Any]] = [
    {"id": "sound", "question": "Does the result hold?", "scale": "binary", "judged_by": "expert",
     "nature": "objective", "unverified_because": "it takes a practitioner"},
    {"id": "depth", "question": "Are the grounds given?", "scale": "1..7", "judged_by": "expert"},
    {"id": "plain", "question": "Can a client follow it?", "scale": "1..7", "judged_by": "expert"},
    {"id": "liking", "question": "Would you send it?", "scale": "1..7", "judged_by": "expert",
     "nature": "plural"},
]  # fmt: skip


def sheet(
    dimensions: Sequence[str] = ("sound", "depth", "plain"),
    verdicts: Sequence[str] | None = None,
    **sampling: Any,
) -> DocumentsInForce:
    """Documents with these dimensions, these answers without a winner, and this distribution."""
    drawn = {
        "total": 40,
        "axes": {"difficulty": ["routine", "hard"]},
        "quotas": [{"slice": {"difficulty": "hard"}, "share": 0.3}],
        **sampling,
    }
    open_verdicts = {} if verdicts is None else {"verdicts": list(verdicts)}
    wanted = [each for each in DIMENSIONS if each["id"] in dimensions]
    return DocumentsInForce.of(
        {
            "contract": to_fact(contract(LAYER, sampling=drawn)),
            "rubric": to_fact(rubric(dimensions=wanted, priority=[], **open_verdicts)),
        }
    )


def prose(domain: Domain, words: int, draw: random.Random) -> str:
    """So many words, in sentences of up to nine."""
    chosen = draw.choices(LEXICON[domain].split(), k=words)
    return " ".join(" ".join(chosen[at : at + 9]) + "." for at in range(0, words, 9))


def item(
    part: Part,
    domain: Domain,
    number: int,
    texts: Sequence[str],
    *,
    prompt: str | None = None,
    steps: Sequence[str] = (),
    evidence: tuple[Evidence, ...] = (),
    slices: Mapping[str, str] | None = None,
) -> Record:
    """A record with a prompt of its own; the first candidate has the steps."""
    draw = random.Random(f"{domain}-{number}")
    person = MadeByPerson(pseudonym="writer", role="author")
    return small_record(
        part,
        user_task(
            prompt or f"{prose(domain, 14, draw)} ({number})",
            taxonomy=dict(slices or {"difficulty": "hard" if number % 2 else "routine"}),
        ),
        *(
            Candidate(
                content=text,
                provenance=person
                if isinstance(part, Demonstration)
                else MadeByModel(model=f"model-{place}"),
                work=tuple(Step(text=step) for step in steps) if place == 0 else (),
            )
            for place, text in enumerate(texts)
        ),
        key=str(number),
        evidence=evidence,
    )


def near(value: float, spread: float, draw: random.Random) -> int:
    """A score from 1 to 7 about a value."""
    return min(7, max(1, round(draw.gauss(value, spread))))


def apart(
    candidate: int | None, draw: random.Random, **quality: float
) -> tuple[DimensionScore, ...]:
    """Scores on `depth` and `plain` that have nothing to do with each other, if no quality is given."""
    depth = near(quality.get("depth", draw.uniform(1, 7)), 0.6, draw)
    plain = near(quality.get("plain", draw.uniform(1, 7)), 0.6, draw)
    return scored(candidate, depth=depth, plain=plain)


# --- surface cues -------------------------------------------------------------------------------

Mark = Callable[[str, random.Random], str]
"""A text -> the same text with the cue."""


def longer(domain: Domain) -> Mark:
    """Half as long again, and a little more."""
    return lambda text, draw: f"{text} {prose(domain, 6 + len(text.split()) // 2, draw)}"


def with_table(text: str, draw: random.Random) -> str:
    """A Markdown table of two rows at the end."""
    rows = "\n".join(f"| {draw.randint(1, 9)} % | {draw.randint(10, 99)} |" for _ in range(2))
    return f"{text}\n\n| coupon | price |\n|---|---|\n{rows}\n"


def with_list(text: str, _: random.Random) -> str:
    """The same sentences as a bulleted list."""
    return "\n".join(f"- {each.strip()}." for each in text.split(".") if each.strip())


def with_emoji(text: str, draw: random.Random) -> str:
    """Two emoji."""
    return f"{text} {draw.choice('😊🙏✨🎉')}{draw.choice('👍💡✅📦')}"


def with_citations(text: str, draw: random.Random) -> str:
    """Two references that nobody opened."""
    year = draw.randint(1971, 2019)
    return f"{text} [1] (Keller & Brandt, {year}; Okafor et al., {year + 3})"


def with_certainty(text: str, draw: random.Random) -> str:
    """Arabic words of confidence."""
    word = draw.choice(("بالتأكيد", "بلا شك", "قطعا"))
    return f"{word} {text} {draw.choice(('من المؤكد', 'حتما'))}"


def with_doubt(text: str, draw: random.Random) -> str:
    """English words of doubt."""
    return f"{draw.choice(('Perhaps', 'Possibly', 'It may be that'))} {text} It might, perhaps, differ."


def preferred(
    domain: Domain,
    mark: Mark,
    share: float,
    *,
    equal: int,
    unequal: int,
    raters: int = 3,
    partisans: int = 9,
    marked: float = 1.0,
    seed: int,
) -> World:
    """Pairs of which one answer has a cue, in a new order for each of nine reviewers.

    Args:
        domain: the domain.
        mark: gives a text the cue.
        share: how often the answer with the cue wins between answers of equal substance.
        equal: pairs of equal substance.
        unequal: pairs of which one is better; the cue plays no part there.
        raters: reviewers of each pair.
        partisans: of nine reviewers those whom the cue pleases, by more if they are fewer.
        marked: share of the pairs in which the cue occurs.
        seed: where the drawing starts.
    """
    draw = random.Random(f"preferred {domain} {seed}")
    world = sheet(("depth", "plain"))
    pull = 0.5 + (share - 0.5) * 9 / max(1, partisans)
    cases = []
    for number in range(equal + unequal):
        quality = [draw.uniform(2, 6)] * 2
        if number >= equal:
            quality[draw.randint(0, 1)] += draw.choice((-1.0, 1.0))
        dressed = draw.randint(0, 1)
        texts = [prose(domain, draw.randint(14, 40), draw) for _ in range(2)]
        if draw.random() < marked:
            texts[dressed] = mark(texts[dressed], draw)
        record = item(Preference(), domain, number, texts)
        judgments = []
        for rater in draw.sample(range(9), raters):
            chance = pull if rater < partisans else 0.5
            chosen = dressed if draw.random() < chance else 1 - dressed
            if number >= equal:
                better = int(quality[1] > quality[0])
                chosen = better if draw.random() < 0.9 else 1 - better
            scores = [each for place in (0, 1) for each in apart(place, draw, depth=quality[place])]
            judgments.append(
                judgment_of(
                    record, f"p{rater}", Prefers(candidate=chosen),
                    scores=tuple(scores), order=tuple(draw.sample((0, 1), 2)),
                )
            )  # fmt: skip
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def topped(
    domain: Domain, mark: Mark, share: float, *, items: int, raters: int = 2, seed: int
) -> World:
    """Four answers of equal substance; the one with a cue is put first in this share of rankings."""
    draw = random.Random(f"topped {domain} {seed}")
    world = sheet(("depth", "plain"))
    cases = []
    for number in range(items):
        quality, dressed = draw.uniform(2, 6), draw.randint(0, 3)
        texts = [prose(domain, draw.randint(14, 40), draw) for _ in range(4)]
        texts[dressed] = mark(texts[dressed], draw)
        record = item(Preference(), domain, number, texts)
        judgments = []
        for rater in draw.sample(range(8), raters):
            order = draw.sample(range(4), 4)
            if draw.random() < share:
                order = [dressed, *(each for each in order if each != dressed)]
            scores = [each for place in range(4) for each in apart(place, draw, depth=quality)]
            judgments.append(
                judgment_of(
                    record, f"p{rater}", Ranks(order=tuple((each,) for each in order)),
                    scores=tuple(scores), order=tuple(draw.sample(range(4), 4)),
                )
            )  # fmt: skip
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def graded(
    domain: Domain,
    mark: Mark,
    lift: float,
    *,
    shape: Literal["scores", "rulings"],
    items: int,
    seed: int,
) -> World:
    """Single answers with a known truth; a cue lifts the share that two reviewers find in order.

    Scores have a verifier beside them, rulings the decision of a senior reviewer.
    """
    draw = random.Random(f"graded {domain} {seed}")
    world = sheet()
    cases = []
    for number in range(items):
        right, dressed = draw.random() < 0.6, draw.random() < 0.5
        text = prose(domain, draw.randint(14, 40), draw)
        record = item(Policy(), domain, number, [mark(text, draw) if dressed else text])
        chance = (0.8 if right else 0.35) + (lift / 2 if dressed else -lift / 2)
        found = [int(draw.random() < chance) for _ in range(2)]
        pool = draw.sample(range(8), 2)
        if shape == "scores":
            judgments = [
                judgment_of(
                    record, f"p{rater}", scores=(*scored(0, sound=value), *apart(0, draw))
                )
                for rater, value in zip(pool, found, strict=True)
            ]  # fmt: skip
            verdict = Pass() if right else Fail(reason="the reference differs")
            tested = Verification(
                record=record.id, verifier="exact-match", version="1", verdict=verdict,
                dimensions=("sound",), candidate=0,
            )  # fmt: skip
            cases.append(case_of(record, judgments, world, verifications=[tested]))
            continue
        judgments = [
            judgment_of(record, f"p{rater}", rulings=(_ruling(value),), scores=apart(0, draw))
            for rater, value in zip(pool, found, strict=True)
        ]
        decision = _decision(record, judgments, rulings=(_ruling(int(right)),), note="by the deed")
        cases.append(case_of(record, judgments, world, adjudications=[decision]))
    return World(cases, world)


def _ruling(value: int) -> SectionRuling:
    return SectionRuling(
        section="suitability", ruling="complies" if value else "violates", candidate=0
    )


def _decision(
    record: Record, judgments: Sequence[Judgment], note: str | None = None, **parts: Any
) -> Adjudication:
    return Adjudication(
        record=record.id,
        judgments=tuple(each.id for each in judgments),
        decision=Decided(verdict=NotAsked(), **parts),
        cause="reviewer_error",
        adjudicator="senior",
        note=note,
    )


# --- one label ------------------------------------------------------------------------------------


def bare_rankings(domain: Domain, share: float, *, items: int = 120, seed: int) -> World:
    """Rankings of three, of which this share carries scores that stay apart."""
    draw = random.Random(f"bare {domain} {seed}")
    world = sheet()
    cases = []
    with_scores = set(draw.sample(range(items), round(share * items)))
    for number in range(items):
        texts = [prose(domain, 12, draw) for _ in range(3)]
        record = item(Preference(), domain, number, texts)
        scores = tuple(each for place in range(3) for each in apart(place, draw))
        order = tuple((each,) for each in draw.sample(range(3), 3))
        judgment = judgment_of(
            record, f"p{number % 8}", Ranks(order=order),
            scores=scores if number in with_scores else (),
        )  # fmt: skip
        cases.append(case_of(record, [judgment], world))
    return World(cases, world)


def halo(domain: Domain, spread: float, *, items: int, seed: int) -> World:
    """Attack transcripts with three scores, of which two are the first one with some noise."""
    draw = random.Random(f"halo {domain} {seed}")
    world = sheet(("depth", "plain", "liking"))
    cases = []
    for number in range(items):
        record = item(Adversarial(), domain, number, [prose(domain, 12, draw)])
        first = draw.randint(1, 7)
        scores = scored(
            0, depth=first, plain=near(first, spread, draw), liking=near(first, spread, draw)
        )
        attack = Attack(outcome=draw.choice(("held", "partial", "broken")))
        judgment = judgment_of(record, f"p{number % 6}", scores=scores, attack=attack)
        cases.append(case_of(record, [judgment], world))
    return World(cases, world)


def bare_outcomes(domain: Domain, *, items: int, seed: int) -> World:
    """Attack transcripts that are said to hold or to break, and nothing else."""
    draw = random.Random(f"outcomes {domain} {seed}")
    world = sheet(("depth", "plain"))
    cases = []
    for number in range(items):
        record = item(Adversarial(), domain, number, [prose(domain, 12, draw)])
        attack = Attack(outcome=draw.choice(("held", "partial", "broken")))
        judgments = [judgment_of(record, f"p{rater}", attack=attack) for rater in range(2)]
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def lone_dimension(domain: Domain, *, items: int, seed: int) -> World:
    """Step labels with one score each; the two other dimensions of the rubric are never scored."""
    draw = random.Random(f"lone {domain} {seed}")
    world = sheet(("depth", "plain", "liking"))
    cases = []
    for number in range(items):
        steps = [prose(domain, 6, draw) for _ in range(2)]
        record = item(Process(), domain, number, [prose(domain, 8, draw)], steps=steps)
        labels = tuple(
            StepLabel(candidate=0, step=step, label=draw.choice(("good", "bad"))) for step in (0, 1)
        )
        judgment = judgment_of(
            record, f"p{number % 6}", step_labels=labels, scores=scored(0, plain=draw.randint(1, 7))
        )
        cases.append(case_of(record, [judgment], world))
    return World(cases, world)


# --- forced consensus -----------------------------------------------------------------------------

Shape = Literal["rulings", "steps", "attacks", "rankings", "scores", "ties", "pairs"]
"""What is answered."""

STEPS = 3
"""Steps of each worked answer."""


def camps(
    domain: Domain,
    shape: Shape,
    share: float,
    *,
    items: int,
    sizes: tuple[int, int] = (6, 6),
    panel: int = 6,
    noise: float = 0.08,
    declared: bool = False,
    with_scores: bool = False,
    seed: int,
) -> World:
    """Two camps that differ on a share of the items, always in the same way, and agree elsewhere.

    Args:
        domain: the domain.
        shape: what is answered.
        share: share of the items on which they differ.
        items: records.
        sizes: reviewers of either camp.
        panel: reviewers of each record.
        noise: how often an answer is another one.
        declared: whether judgments name the reviewer's camp.
        with_scores: whether each judgment has scores on two dimensions as well.
        seed: where the drawing starts.
    """
    draw = random.Random(f"camps {domain} {shape} {seed}")
    world = sheet(("depth", "plain", "liking"))
    cases = []
    for number in range(items):
        divided = draw.random() < share
        record = _question(domain, shape, number, draw)
        truth = draw.randint(0, 10**6)
        judgments = []
        for rater in sorted(draw.sample(range(sum(sizes)), panel)):
            other = rater >= sizes[0]
            group = ("north" if other else "south") if declared else ""
            parts = _said(shape, Stand(truth, divided, other, noise), draw)
            if with_scores:
                parts["scores"] = (*parts.get("scores", ()), *apart(0, draw))
            judgments.append(judgment_of(record, f"p{rater}", group=group, **parts))
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def _question(domain: Domain, shape: Shape, number: int, draw: random.Random) -> Record:
    parts: dict[Shape, tuple[Part, int]] = {
        "rulings": (Policy(), 1),
        "steps": (Process(), 1),
        "attacks": (Adversarial(), 1),
        "rankings": (Preference(), 4),
        "scores": (Policy(), 1),
        "ties": (Preference(), 2),
        "pairs": (Preference(), 2),
    }
    part, count = parts[shape]
    texts = [prose(domain, draw.randint(10, 20), draw) for _ in range(count)]
    steps = [prose(domain, 6, draw) for _ in range(STEPS)] if shape == "steps" else ()
    return item(part, domain, number, texts, steps=steps)


class Stand(NamedTuple):
    """How one reviewer stands to one item."""

    truth: int
    """What the right answer is drawn from."""
    divided: bool
    """Whether the camps differ on the item."""
    other: bool
    """Whether the reviewer is of the second camp."""
    noise: float
    """How often an answer is another one."""


def _said(shape: Shape, stand: Stand, draw: random.Random) -> dict[str, Any]:
    """What a reviewer answers."""
    if shape == "steps":
        return {"step_labels": tuple(_labels(stand, draw))}
    if shape == "scores":
        return {"scores": scored(0, liking=_liked(stand, draw))}
    if shape in {"rankings", "ties"}:
        return {"verdict": (_ranked if shape == "rankings" else _tied)(stand, draw)}
    value = stand.truth % 2 ^ (stand.divided and stand.other) ^ (draw.random() < stand.noise)
    if shape == "rulings":
        return {"rulings": (_ruling(value),)}
    if shape == "attacks":
        return {"attack": Attack(outcome="partial" if value else "held")}
    return {"verdict": Prefers(candidate=value)}


def _liked(stand: Stand, draw: random.Random) -> int:
    if draw.random() < stand.noise:
        return draw.randint(1, 7)
    split = 2 if stand.other else 6
    return near(split if stand.divided else stand.truth % 7 + 1, 0.4, draw)


def _tied(stand: Stand, draw: random.Random) -> Prefers | Tie:
    tied = stand.divided or stand.truth % 2 == 0
    tied = (tied and not (stand.divided and stand.other)) ^ (draw.random() < stand.noise)
    return Tie() if tied else Prefers(candidate=stand.truth // 2 % 2)


def _ranked(stand: Stand, draw: random.Random) -> Ranks:
    order = random.Random(stand.truth).sample(range(4), 4)
    if stand.divided and stand.other:
        order.reverse()
    if draw.random() < stand.noise:
        order[0], order[1] = order[1], order[0]
    return Ranks(order=tuple((each,) for each in order))


def _labels(stand: Stand, draw: random.Random) -> list[StepLabel]:
    """Labels of all steps; where they differ, one camp finds a good last step a bad one."""
    right: list[Literal["good", "bad"]]
    right = ["good" if stand.truth >> step & 3 else "bad" for step in range(STEPS)]
    if stand.divided:
        right[-1] = "bad" if stand.other else "good"
    given = []
    for step, label in enumerate(right):
        flipped: Literal["good", "bad"] = "bad" if label == "good" else "good"
        given.append(
            StepLabel(
                candidate=0, step=step, label=flipped if draw.random() < stand.noise else label
            )
        )  # fmt: skip
    return given


def swayed(
    domain: Domain,
    shape: Literal["rulings", "scores"],
    share: float,
    *,
    decided: int,
    note: str | None = None,
    seed: int,
) -> World:
    """A senior reviewer who settles this share of the split records for one side."""
    draw = random.Random(f"swayed {domain} {seed}")
    whole = camps(domain, shape, 0.0, items=60, with_scores=True, seed=seed)
    cases = list(whole.cases)
    for number in range(500, 500 + decided):
        record = item(Policy(), domain, number, [prose(domain, 14, draw)])
        for_one = int(draw.random() < share)
        judgments = []
        for place, rater in enumerate(draw.sample(range(12), 4)):
            parts: dict[str, Any] = {"rulings": (_ruling(place % 2),), "scores": apart(0, draw)}
            if shape == "scores":
                liked = scored(0, liking=6 if place % 2 else 2)
                parts = {"scores": (*liked, *apart(0, draw))}
            judgments.append(judgment_of(record, f"p{rater}", **parts))
        settled: dict[str, Any] = {"rulings": (_ruling(for_one),)}
        if shape == "scores":
            settled = {"scores": scored(0, liking=6 if for_one else 2)}
        decision = _decision(record, judgments, note, **settled)
        cases.append(case_of(record, judgments, whole.documents, adjudications=[decision]))
    return World(cases, whole.documents)


def no_ties(domain: Domain, *, items: int, raters: int = 4, seed: int) -> World:
    """Pairs on which people toss a coin, under a rubric that has no answer but a winner."""
    draw = random.Random(f"no ties {domain} {seed}")
    world = sheet(("depth", "plain"), verdicts=())
    cases = []
    for number in range(items):
        record = item(
            Preference(), domain, number, [prose(domain, 12, draw), prose(domain, 12, draw)]
        )
        judgments = [
            judgment_of(
                record, f"p{rater}", Prefers(candidate=draw.randint(0, 1)),
                scores=(*apart(0, draw), *apart(1, draw)), order=tuple(draw.sample((0, 1), 2)),
            )
            for rater in draw.sample(range(9), raters)
        ]  # fmt: skip
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


# --- unverified rationales ------------------------------------------------------------------------


def worked(
    domain: Domain,
    show: Callable[[int], str],
    *,
    items: int,
    bare: int,
    within: Literal["work", "evidence", "text"],
    seed: int,
) -> World:
    """Demonstrations that show their work, of which some have nothing behind them.

    Args:
        domain: the domain.
        show: a number -> the work.
        items: demonstrations.
        bare: of these, how many no verifier and nobody's objective score speaks to.
        within: where the work stands.
        seed: where the drawing starts.
    """
    draw = random.Random(f"worked {domain} {seed}")
    world = sheet()
    cases = []
    unchecked = set(draw.sample(range(items), bare))
    for number in range(items):
        work, text = show(number + 3), prose(domain, 10, draw)
        record = item(
            Demonstration(), domain, number,
            [f"{text}\n{work}" if within == "text" else text],
            steps=work.splitlines() if within == "work" else (),
            evidence=(Evidence(kind="calculation", text=work, candidate=0),)
            if within == "evidence" else (),
        )  # fmt: skip
        checked = () if number in unchecked else scored(0, sound=1)
        judgments = [
            judgment_of(record, f"p{rater}", scores=(*checked, *apart(0, draw)))
            for rater in draw.sample(range(6), 2)
        ]
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def run_by_a_machine(
    domain: Domain,
    show: Callable[[int], str],
    *,
    items: int,
    refuted: int = 0,
    broken: bool = False,
    seed: int,
) -> World:
    """Worked answers before a verifier that refutes some, or that breaks on all of them."""
    draw = random.Random(f"machine {domain} {seed}")
    world = sheet()
    cases = []
    wrong = set(draw.sample(range(items), refuted))
    for number in range(items):
        work = show(number + 3)
        record = item(
            Demonstration(), domain, number, [prose(domain, 10, draw)], steps=work.splitlines()
        )
        verdict = Fail(reason="the sum is another") if number in wrong else Pass()
        tested = Verification(
            record=record.id, verifier="calculator-steps", version="1", dimensions=("sound",),
            verdict=VerifierError(reason="no number was read") if broken else verdict, candidate=0,
        )  # fmt: skip
        judgments = [judgment_of(record, f"p{rater}", scores=apart(0, draw)) for rater in (0, 1)]
        cases.append(case_of(record, judgments, world, verifications=[tested]))
    return World(cases, world)


def _titration(n: int) -> str:
    return f"n(acid) = {n} mmol\nV = {n} mmol / 0.5 mol/L = {2 * n} mL\nThe end point is {2 * n} mL"


def _interest(n: int) -> str:
    return f"{n * 100} * 3 % = {n * 3}, so {n * 100} + {n * 3} = {n * 103}"


def _interets(n: int) -> str:
    return f"Intérêts : {n * 100} € × 2 % = {n * 2} €\nTotal ≈ {n * 102} €"


def _korean_steps(n: int) -> str:
    return f"1단계: 주문 {n}건을 확인합니다.\n2단계: 건당 3000원을 곱합니다.\n3단계: 합계는 {n * 3000}원입니다."


def _arabic_steps(n: int) -> str:
    return f"الخطوة 1: نحسب {n} أيام.\nالخطوة 2: نضيف مهلة 5 أيام.\nالخطوة 3: المجموع {n + 5} يوما."


# --- easy items -----------------------------------------------------------------------------------


class Hard(NamedTuple):
    """The hard items of a program: prompt, answer and whether they are put alike."""

    prompt: Callable[[int, random.Random], str | None] = lambda _number, _draw: None
    """Number of the item -> its prompt; None for a prompt of its own."""
    answer: Callable[[int, random.Random], str | None] = lambda _number, _draw: None
    """Number of the item -> its answer; None for an answer of its own."""
    solved: bool = False
    """Whether a verifier passes all of them."""
    agreed: bool = False
    """Whether all reviewers agree on all of them."""


def labelled_hard(
    domain: Domain,
    hard: int,
    items: int,
    kind: Hard = Hard(),  # noqa: B008  immutable
    *,
    axis: tuple[str, Sequence[str]] | None = None,
    seed: int,
    **sampling: Any,
) -> World:
    """Tasks with a reference of which some are hard by label, each judged by three people.

    Args:
        domain: the domain.
        hard: how many are hard by label.
        items: how many there are.
        kind: what the hard ones are.
        axis: a second axis and its declared values, of which the first is that of every record.
        seed: where the drawing starts.
        sampling: what the contract says of the distribution.
    """
    draw = random.Random(f"hard {domain} {seed}")
    axes = {"difficulty": ["routine", "hard"], **({axis[0]: list(axis[1])} if axis else {})}
    world = sheet(**{"total": items, "axes": axes, **sampling})
    cases = []
    for number in range(items):
        is_hard = number < hard
        slices = {"difficulty": "hard" if is_hard else "routine"}
        if axis:
            slices[axis[0]] = axis[1][0]
        prompt = kind.prompt(number, draw) if is_hard else None
        answer = (kind.answer(number, draw) if is_hard else None) or prose(domain, 12, draw)
        record = item(
            Outcome(reference=f"reference {number}"), domain, number, [answer],
            prompt=prompt, slices=slices,
        )  # fmt: skip
        right = (is_hard and kind.solved) or draw.random() < 0.55
        truth = draw.randint(0, 1)
        judgments = []
        for rater in draw.sample(range(8), 3):
            same = (is_hard and kind.agreed) or draw.random() < 0.7
            value = truth if same else 1 - truth
            judgments.append(
                judgment_of(
                    record, f"p{rater}", rulings=(_ruling(value),), scores=apart(0, draw)
                )
            )  # fmt: skip
        tested = Verification(
            record=record.id, verifier="exact-match", version="1", dimensions=("sound",),
            verdict=Pass() if right else Fail(reason="another value"), candidate=0,
        )  # fmt: skip
        cases.append(case_of(record, judgments, world, verifications=[tested]))
    return World(cases, world)


def _dressed(number: int, draw: random.Random, text: str) -> str:
    """The same question in other case, spaces and signs."""
    spaced = text.replace(" ", "  ") if draw.random() < 0.5 else text
    cased = spaced.upper() if number % 2 else spaced
    return cased + "?" * (1 + number % 3)


def copies(distinct: int) -> Hard:
    """From some number on, all hard items are one question of law with one answer."""
    question = "May the landlord keep the deposit for ordinary wear of the carpet"
    answer = "No. Ordinary wear is not damage, so the deposit is due in full."
    return Hard(
        prompt=lambda number, draw: (
            _dressed(number, draw, question) if number >= distinct else None
        ),
        answer=lambda number, _: answer if number >= distinct else None,
    )


def near_copies(distinct: int) -> Hard:
    """From some number on, the hard items differ in one word of sixty, and share their answer."""
    long = prose("fr", 60, random.Random("une question")).split()

    def asked(number: int, draw: random.Random) -> str | None:
        if number < distinct:
            return None
        changed = [*long]
        changed[draw.randrange(len(long))] = f"ville{number}"
        return " ".join(changed)

    answer = prose("fr", 30, random.Random("une réponse"))
    return Hard(prompt=asked, answer=lambda number, _: answer if number >= distinct else None)


# --- the plants -----------------------------------------------------------------------------------


class Plant(NamedTuple):
    """One fault at two strengths."""

    mode: FailureMode
    """The failure mode that is planted."""
    strong: Callable[[int], World]
    """A seed -> the program at the strength where detection is said to begin."""
    weak: Callable[[int], World]
    """A seed -> the program one step weaker, about which nothing may be called clear."""


PLANTS: dict[str, Plant] = {
    "law: longer answer preferred, pairs": Plant(
        "surface_cue_preference",
        lambda seed: preferred("law", longer("law"), 0.65, equal=96, unequal=30, seed=seed),
        lambda seed: preferred("law", longer("law"), 0.65, equal=33, unequal=10, seed=seed),
    ),
    "finance: table ranked first, lists of four": Plant(
        "surface_cue_preference",
        lambda seed: topped("finance", with_table, 0.5, items=50, seed=seed),
        lambda seed: topped("finance", with_table, 0.3, items=15, seed=seed),
    ),
    "chemistry: cited answer found sound, scores": Plant(
        "surface_cue_preference",
        lambda seed: graded(
            "chemistry", with_citations, 0.3, shape="scores", items=150, seed=seed
        ),
        lambda seed: graded(
            "chemistry", with_citations, 0.15, shape="scores", items=40, seed=seed
        ),
    ),
    "finance: hedged answer ruled compliant, rulings": Plant(
        "surface_cue_preference",
        lambda seed: graded("finance", with_doubt, 0.3, shape="rulings", items=150, seed=seed),
        lambda seed: graded("finance", with_doubt, 0.15, shape="rulings", items=40, seed=seed),
    ),
    "ar: words of confidence preferred, pairs": Plant(
        "surface_cue_preference",
        lambda seed: preferred("ar", with_certainty, 0.75, equal=33, unequal=10, seed=seed),
        lambda seed: preferred("ar", with_certainty, 0.65, equal=20, unequal=6, seed=seed),
    ),
    "ko: emoji preferred, pairs": Plant(
        "surface_cue_preference",
        lambda seed: preferred("ko", with_emoji, 0.75, equal=33, unequal=10, seed=seed),
        lambda seed: preferred("ko", with_emoji, 0.65, equal=20, unequal=6, seed=seed),
    ),
    "fr: list preferred by five of nine reviewers, pairs": Plant(
        "surface_cue_preference",
        lambda seed: preferred(
            "fr", with_list, 0.65, equal=96, unequal=30, partisans=5, seed=seed
        ),
        lambda seed: preferred(
            "fr", with_list, 0.65, equal=33, unequal=10, partisans=5, seed=seed
        ),
    ),
    "ko: 40 % of rankings scored": Plant(
        "one_label_for_quality",
        lambda seed: bare_rankings("ko", 0.40, seed=seed),
        lambda seed: bare_rankings("ko", 0.47, seed=seed),
    ),
    "fr: three scores that are one, attacks": Plant(
        "one_label_for_quality",
        lambda seed: halo("fr", 0.3, items=30, seed=seed),
        lambda seed: halo("fr", 0.6, items=25, seed=seed),
    ),
    "ar: attack outcomes without a score": Plant(
        "one_label_for_quality",
        lambda seed: bare_outcomes("ar", items=40, seed=seed),
        lambda seed: bare_outcomes("ar", items=8, seed=seed),
    ),
    "chemistry: one of three dimensions scored, step labels": Plant(
        "one_label_for_quality",
        lambda seed: lone_dimension("chemistry", items=120, seed=seed),
        lambda seed: lone_dimension("chemistry", items=15, seed=seed),
    ),
    "law: camps on a tenth of the rulings": Plant(
        "forced_consensus",
        lambda seed: camps("law", "rulings", 0.10, items=200, seed=seed),
        lambda seed: camps(
            "law", "rulings", 0.3, items=60, sizes=(2, 2), panel=4, noise=0.25, seed=seed
        ),
    ),
    "law: declared camps on 8 % of the pairs": Plant(
        "forced_consensus",
        lambda seed: camps("law", "pairs", 0.08, items=200, declared=True, seed=seed),
        lambda seed: camps(
            "law", "pairs", 0.08, items=25, sizes=(2, 2), panel=4, declared=True, seed=seed
        ),
    ),
    "chemistry: camps on the last of three steps": Plant(
        "forced_consensus",
        lambda seed: camps(
            "chemistry", "steps", 0.25, items=80, sizes=(4, 4), panel=6, seed=seed
        ),
        lambda seed: camps(
            "chemistry", "steps", 0.25, items=25, sizes=(2, 2), panel=4, noise=0.25, seed=seed
        ),
    ),
    "ar: camps on what held under attack": Plant(
        "forced_consensus",
        lambda seed: camps("ar", "attacks", 0.20, items=120, sizes=(5, 5), panel=5, seed=seed),
        lambda seed: camps(
            "ar", "attacks", 0.20, items=60, sizes=(2, 2), panel=4, noise=0.25, seed=seed
        ),
    ),
    "ko: camps that reverse a ranking of four": Plant(
        "forced_consensus",
        lambda seed: camps("ko", "rankings", 0.20, items=120, sizes=(5, 5), panel=5, seed=seed),
        lambda seed: camps(
            "ko", "rankings", 0.20, items=25, sizes=(2, 2), panel=4, noise=0.25, seed=seed
        ),
    ),
    "fr: camps of eight and four on a scale of seven": Plant(
        "forced_consensus",
        lambda seed: camps("fr", "scores", 0.15, items=200, sizes=(8, 4), panel=6, seed=seed),
        lambda seed: camps(
            "fr", "scores", 0.15, items=60, sizes=(2, 2), panel=4, noise=0.25, seed=seed
        ),
    ),
    "law: one camp sees no ties": Plant(
        "forced_consensus",
        lambda seed: camps("law", "ties", 0.15, items=200, seed=seed),
        lambda seed: camps(
            "law", "ties", 0.15, items=60, sizes=(2, 2), panel=4, noise=0.25, seed=seed
        ),
    ),
    "finance: rulings decided for one side": Plant(
        "forced_consensus",
        lambda seed: swayed("finance", "rulings", 0.95, decided=53, seed=seed),
        lambda seed: swayed("finance", "rulings", 0.95, decided=8, seed=seed),
    ),
    "ko: scores decided for the higher camp": Plant(
        "forced_consensus",
        lambda seed: swayed("ko", "scores", 0.95, decided=53, seed=seed),
        lambda seed: swayed("ko", "scores", 0.95, decided=8, seed=seed),
    ),
    "chemistry: a coin tossed where no tie is permitted": Plant(
        "forced_consensus",
        lambda seed: no_ties("chemistry", items=60, seed=seed),
        lambda seed: no_ties("chemistry", items=12, seed=seed),
    ),
    "chemistry: 20 of 20 unchecked, steps": Plant(
        "unverified_rationales",
        lambda seed: worked("chemistry", _titration, items=20, bare=20, within="work", seed=seed),
        lambda seed: worked("chemistry", _titration, items=15, bare=4, within="work", seed=seed),
    ),
    "finance: 9 of 60 unchecked, calculations in evidence": Plant(
        "unverified_rationales",
        lambda seed: worked("finance", _interest, items=60, bare=9, within="evidence", seed=seed),
        lambda seed: worked("finance", _interest, items=18, bare=4, within="evidence", seed=seed),
    ),
    "fr: one wrong sum of 30": Plant(
        "unverified_rationales",
        lambda seed: run_by_a_machine("fr", _interets, items=30, refuted=1, seed=seed),
        lambda seed: run_by_a_machine("fr", _interets, items=16, broken=True, seed=seed),
    ),
    "ko: 20 of 20 unchecked, steps in the text": Plant(
        "unverified_rationales",
        lambda seed: worked("ko", _korean_steps, items=20, bare=20, within="text", seed=seed),
        lambda seed: worked("ko", _korean_steps, items=10, bare=10, within="text", seed=seed),
    ),
    "ar: 20 of 20 unchecked, steps in the text": Plant(
        "unverified_rationales",
        lambda seed: worked("ar", _arabic_steps, items=20, bare=20, within="text", seed=seed),
        lambda seed: worked("ar", _arabic_steps, items=10, bare=10, within="text", seed=seed),
    ),
    "law: hard items that are one question": Plant(
        "easy_item_inflation",
        lambda seed: labelled_hard("law", 40, 100, copies(0), seed=seed),
        lambda seed: labelled_hard("law", 40, 100, copies(26), seed=seed),
    ),
    "fr: hard items that differ in a word": Plant(
        "easy_item_inflation",
        lambda seed: labelled_hard("fr", 40, 100, near_copies(0), seed=seed),
        lambda seed: labelled_hard("fr", 40, 100, near_copies(26), seed=seed),
    ),
    "finance: hard items that models solve": Plant(
        "easy_item_inflation",
        lambda seed: labelled_hard("finance", 20, 60, Hard(solved=True), seed=seed),
        lambda seed: labelled_hard(
            "finance", 8, 24, Hard(solved=True), seed=seed,
            quotas=[{"slice": {"difficulty": "hard"}, "minimum": 8}],
        ),
    ),
    "ko: hard items on which all agree": Plant(
        "easy_item_inflation",
        lambda seed: labelled_hard("ko", 20, 60, Hard(agreed=True), seed=seed),
        lambda seed: labelled_hard(
            "ko", 8, 24, Hard(agreed=True), seed=seed,
            quotas=[{"slice": {"difficulty": "hard"}, "minimum": 8}],
        ),
    ),
    "chemistry: 8 hard items of 18 asked for": Plant(
        "easy_item_inflation",
        lambda seed: labelled_hard("chemistry", 8, 60, seed=seed),
        lambda seed: labelled_hard("chemistry", 17, 60, seed=seed),
    ),
    "ar: a declared language without a record": Plant(
        "easy_item_inflation",
        lambda seed: labelled_hard("ar", 20, 60, axis=("language", ("ar", "fr")), seed=seed),
        lambda seed: labelled_hard("ar", 5, 15, axis=("language", ("ar", "fr")), seed=seed),
    ),
}  # fmt: skip
"""The plants by name."""


# --- sound programs -------------------------------------------------------------------------------


def better_is_longer(domain: Domain, *, items: int = 80, seed: int) -> World:
    """Pairs whose better answer is the longer one, and that are chosen by their substance."""
    draw = random.Random(f"better {domain} {seed}")
    world = sheet(("depth", "plain"))
    cases = []
    for number in range(items):
        quality = [draw.uniform(1, 7), draw.uniform(1, 7)]
        texts = [prose(domain, round(12 * each) + draw.randint(0, 8), draw) for each in quality]
        record = item(Preference(), domain, number, texts)
        better = int(quality[1] > quality[0])
        judgments = []
        for rater in draw.sample(range(9), 3):
            chosen = better if draw.random() < 0.9 else 1 - better
            scores = [each for place in (0, 1) for each in apart(place, draw, depth=quality[place])]
            judgments.append(
                judgment_of(
                    record, f"p{rater}", Prefers(candidate=chosen),
                    scores=tuple(scores), order=tuple(draw.sample((0, 1), 2)),
                )
            )  # fmt: skip
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def shared_order(domain: Domain, *, items: int = 80, seed: int) -> World:
    """Pairs shown to all in one order, where people lean together and no place is favoured."""
    draw = random.Random(f"order {domain} {seed}")
    world = sheet(("depth", "plain"))
    cases = []
    for number in range(items):
        texts = [prose(domain, draw.randint(10, 60), draw) for _ in range(2)]
        record = item(Preference(), domain, number, texts)
        order, leaning = tuple(draw.sample((0, 1), 2)), draw.betavariate(0.6, 0.6)
        quality = [4 + 2 * (leaning - 0.5), 4 - 2 * (leaning - 0.5)]
        judgments = []
        for rater in draw.sample(range(9), 5):
            scores = [each for place in (0, 1) for each in apart(place, draw, depth=quality[place])]
            judgments.append(
                judgment_of(
                    record, f"p{rater}", Prefers(candidate=int(draw.random() > leaning)),
                    scores=tuple(scores), order=order,
                )
            )  # fmt: skip
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def _alone(truth: int, *, careless: bool) -> Stand:
    """A reviewer where no camps are."""
    return Stand(truth, divided=False, other=False, noise=0.5 if careless else 0.06)


def one_careless(domain: Domain, *, items: int = 100, seed: int) -> World:
    """Step labels and scores of eight reviewers, one of whom labels at random."""
    draw = random.Random(f"careless {domain} {seed}")
    world = sheet(("depth", "plain", "liking"))
    cases = []
    for number in range(items):
        record = _question(domain, "steps", number, draw)
        truth = draw.randint(0, 10**6)
        judgments = [
            judgment_of(
                record, f"p{rater}", scores=apart(0, draw),
                step_labels=tuple(_labels(_alone(truth, careless=rater == 7), draw)),
            )
            for rater in draw.sample(range(8), 5)
        ]  # fmt: skip
        cases.append(case_of(record, judgments, world))
    return World(cases, world)


def templated(domain: Domain, *, seed: int) -> World:
    """Hard items written on one template, with other figures and other answers each."""
    template = (
        "고객이 {0}일 전에 주문한 상품 {1}개를 교환하려고 합니다. 배송비는 {2}원이고 보증 기간은 {3}개월입니다. "
        "담당 창구에서 접수할 때 필요한 서류와 수수료를 규정에 따라 안내해 주세요."
    )

    def asked(number: int, draw: random.Random) -> str:
        return template.format(
            number + 2, draw.randint(2, 90), draw.randint(10, 99) * 100, draw.randint(3, 36)
        )

    return labelled_hard(domain, 40, 100, Hard(prompt=asked), seed=seed)


SOUND: dict[str, Callable[[int], World]] = {
    "law: the better answer is longer": lambda seed: better_is_longer("law", seed=seed),
    "finance: rulings with noise, no camps": lambda seed: camps(
        "finance", "rulings", 0.0, items=150, noise=0.22, panel=5, with_scores=True, seed=seed
    ),
    "chemistry: one careless reviewer of steps": lambda seed: one_careless("chemistry", seed=seed),
    "ar: one order for all, no favoured place": lambda seed: shared_order("ar", seed=seed),
    "fr: 3 of 40 worked answers unchecked": lambda seed: worked(
        "fr", _interets, items=40, bare=3, within="work", seed=seed
    ),
    "ko: hard items on one template": lambda seed: templated("ko", seed=seed),
    "finance: decisions for either side, with notes": lambda seed: swayed(
        "finance", "rulings", 0.55, decided=40, note="the prospectus says so", seed=seed
    ),
    "fr: emoji that move nobody": lambda seed: preferred(
        "fr", with_emoji, 0.5, equal=60, unequal=60, marked=0.4, seed=seed
    ),
}
"""Programs without the faults."""
