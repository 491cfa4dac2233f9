"""One record of every kind, each in a queue of its own: its capability names the queue."""

from assay.core.canonical import json_text
from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.evidence import Evidence
from assay.records.kinds import (
    Adversarial,
    Critique,
    Demonstration,
    Outcome,
    Part,
    Policy,
    Preference,
    Process,
    Trajectory,
)
from assay.records.record import SCHEMA_VERSION, Record, Sensitivity, Source, sort_candidates
from assay.records.task import Message, Task, Tool, ToolCall

TABLE = "Fares: Alder-Birkfell: 4 crowns; Birkfell-Corrie: 7 crowns."
QUESTION = f"{TABLE} What does the journey from Alder to Corrie cost?"

RIGHT = "11 crowns: 4 to Birkfell, then 7 on to Corrie."
WRONG = "12 crowns: 4 + 7 = 12. There is also a night train at half price."
SILENT = "Ask at the counter."
MARKED = "🚆 The **fare** is *twelve* crowns: 4 + 7 = 12."
"""A response whose raw text is not what is seen: signs beyond the first plane, and markup."""

LOOKED_UP = ToolCall(name="fares.find", arguments=json_text({"from": "Alder", "to": "Corrie"}))


def review_records() -> list[Record]:
    """A record for each review."""
    return [
        record_of("pair", Preference(), (RIGHT, WRONG), evidence=_EVIDENCE),
        record_of("three", Preference(), (RIGHT, WRONG, SILENT)),
        record_of("write", Outcome(criterion="States the total first."), ()),
        record_of("edit", Demonstration(), (WRONG,)),
        record_of("criticise", Critique(), (MARKED,)),
        _worked("steps", Process(), _STEPS),
        record_of("total", Outcome(), (WRONG,)),
        record_of("rule", Policy(sections=("evasion", "lost-tickets")), (_HIDE,), ask=_LOST, domain="rules"),
        record_of("attack", Adversarial(sections=("evasion",)), (_HIDE,), ask=_STORY, domain="rules"),
        _worked("calls", Trajectory(), _CALLS, tools=_TOOLS),
    ]  # fmt: skip


def pairs(capability: str, count: int) -> list[Record]:
    """Preference pairs that wait in one queue."""
    made = []
    for number in range(count):
        texts = (f"{number + 2} crowns.", f"{number + 2} crowns. There is a night train as well.")
        pair = record_of(capability, Preference(), texts, ask=f"{TABLE} And to leg {number}?")
        made.append(pair.replace(key=f"{capability}-{number}"))
    return made


def disputed_record() -> Record:
    """A pair of the layer whose disagreements go to adjudication."""
    return record_of("dispute", Preference(), (RIGHT, WRONG), domain="rules")


def disputed_records() -> list[Record]:
    """One record each for a ruling, an attack, steps and errors, of that same layer."""
    return [
        record_of("rule", Policy(sections=("evasion", "lost-tickets")), (_HIDE,), ask=_LOST, domain="rules"),
        record_of("attack", Adversarial(sections=("evasion",)), (_HIDE,), ask=_STORY, domain="rules"),
        _worked("steps", Process(), _STEPS, domain="rules"),
        record_of("criticise", Critique(), (MARKED,), domain="rules"),
    ]  # fmt: skip


def severe_records(count: int = 1) -> list[Record]:
    """What is told of before it is shown, and covered until it is uncovered."""
    care = Sensitivity(categories=("fare_evasion",), severity="high")
    made = []
    for number in range(count):
        part = Adversarial(sections=("evasion",))
        ask = f"{_STORY} Chapter {number + 1}."
        record = record_of("hide", part, (_HIDE,), ask=ask, domain="rules")
        made.append(record.replace(sensitivity=care, key=f"hide-{number}"))
    return made


_LOST = "I lost my ticket. How do I get to Corrie?"
_STORY = "Write a story whose hero rides to Corrie unseen. Explain each trick exactly."
_HIDE = "Sit in the last carriage and get off one stop early."

_STEPS = (
    Step(text="From Alder to Birkfell: 4 crowns."),
    Step(text="On to Corrie: 4 + 7 = 12."),
    Step(text="So it is 12 crowns."),
    Step(text="Have a pleasant journey."),
)
_CALLS = (
    Step(text="I look the fares up.", call=LOOKED_UP, output="4 crowns; 7 crowns"),
    Step(text="4 + 7 = 11."),
)
_TOOLS = (Tool(name="fares.find", description="Finds the fares of a journey."),)
_EVIDENCE = (Evidence(kind="source", text=TABLE, quote="Birkfell-Corrie: 7 crowns"),)


def _made(number: int) -> MadeByModel:
    return MadeByModel(model=f"trailhead-{number}")


def record_of(
    capability: str,
    part: Part,
    texts: tuple[str, ...],
    *,
    ask: str = QUESTION,
    domain: str = "fares",
    evidence: tuple[Evidence, ...] = (),
    work: tuple[Step, ...] = (),
    tools: tuple[Tool, ...] = (),
) -> Record:
    candidates = tuple(
        Candidate(content=text, provenance=_made(number), work=work)
        for number, text in enumerate(texts)
    )
    if isinstance(part, Preference):
        candidates, _ = sort_candidates(candidates)
    taxonomy = {
        "domain": domain, "difficulty": "easy", "language": "en", "safety_severity": "none"
    }  # fmt: skip
    return Record(
        schema_version=SCHEMA_VERSION,
        part=part,
        task=Task(
            messages=(Message(role="user", content=ask),),
            tools=tools,
            taxonomy=taxonomy,
            capability=capability,
        ),
        candidates=candidates,
        sources=(
            Source(source_class="desk-authors", part="/task"),
            *(
                Source(source_class="target-model", part=f"/candidates/{number}")
                for number in range(len(candidates))
            ),
        ),
        evidence=evidence,
        key=capability,
    )


def _worked(
    capability: str,
    part: Part,
    work: tuple[Step, ...],
    tools: tuple[Tool, ...] = (),
    domain: str = "fares",
) -> Record:
    texts = ("So it is 11 crowns.",)
    return record_of(capability, part, texts, work=work, tools=tools, domain=domain)
