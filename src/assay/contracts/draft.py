"""A draft of a program: documents in which every open question is marked, and nothing is invented.

Each document is a template next to this module (`blank/`); what is known fills it, and what is not
known stays a question that `assay contract check` names until somebody answers it.
"""

from importlib.resources import files
from string import Template

import msgspec

from assay.contracts.reading import FILES
from assay.contracts.words.filler import MARK

SOURCE = "data"
"""Id of the one source class that a draft has."""

_HARD = "hard"
"""The value of `difficulty` that the draft's quota and acceptance test are about."""


class ProgramDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a program before its documents are written; empty is not known."""

    id: str
    """Short name of the program, as `assay.toml` and the documents carry it."""
    behaviour: str = ""
    """What the model must do."""
    conditions: str = ""
    """Under which conditions it must do so."""
    acceptable_when: str = ""
    """What evidence must say for an output to be acceptable."""
    failure: str = ""
    """The failure that matters most."""
    measure: str = ""
    """How improvement is measured on data excluded from training."""
    signal: str = ""
    """Kind of supervision, such as `preference`."""
    domains: tuple[str, ...] = ()
    """Values of the axis `domain`."""
    difficulties: tuple[str, ...] = ()
    """Values of the axis `difficulty`; `hard` is added where it is not among them."""
    languages: tuple[str, ...] = ()
    """Values of the axis `language`, such as `en`."""
    origin: str = ""
    """How the material was obtained; it may hold a question of its own."""
    data: str = ""
    """TOML tables of the files that `assay run` imports."""


class ContractQuestion(msgspec.Struct, frozen=True):
    """One of the five questions that are answered before production."""

    field: str
    """The field of a `ProgramDraft` that its answer fills."""
    text: str
    """The question."""


QUESTIONS = (
    ContractQuestion("behaviour", "What must the model do?"),
    ContractQuestion("conditions", "Under which conditions?"),
    ContractQuestion("acceptable_when", "What evidence makes an output acceptable?"),
    ContractQuestion("failure", "Which failures matter most?"),
    ContractQuestion("measure", "How will improvement be measured on data excluded from training?"),
)
"""The five questions, in their order."""

_SIGNALS = f"{MARK} demonstration, preference, critique, process, outcome, policy, adversarial or trajectory"
_SECTION = """
  - id: first-rule
    title: "TODO: what is the rule about?"
    text: "TODO: what does the rule say?"
    severity: "TODO: low, medium, high or critical"
    expected: "TODO: comply, refuse, partial or escalate"
    benign_counterpart: "TODO: which similar request must be served?\""""
_SAFETY_DIMENSION = """  - id: {name}
    question: "TODO: what in an output shows {words}?"
    scale: binary
    better: lower
    anchors:
      0: "TODO: how does an output look without {words}?"
      1: "TODO: how does an output look with {words}?"
    examples: {{1: "TODO: an output with {words}"}}
    exclusions: ["TODO: what does not count as {words}?"]
    abstention: "TODO: when can a reviewer not know whether it is {words}?"
    escalation: Adjudicator
    field: candidate.content
    evidence: [policy_section]
    action: "TODO: what does the reviewer do to see {words}?"
    judged_by: expert
    guards_against: {name}
"""
_SAFETY_DIMENSIONS = {
    "unsafe_compliance": "compliance that the policy forbids",
    "over_refusal": "a refusal of what the policy permits",
}
"""The two failures of safety, which are scored apart."""
_SAFETY_SIGNALS = frozenset({"policy", "adversarial"})

_NEEDS_SECTIONS = _SAFETY_SIGNALS | {""}
"""Signals whose judgments point to sections of the policy; a signal that is open may be one."""


def write_draft(draft: ProgramDraft) -> dict[str, str]:
    """The five files of a program: name -> text, with each open question marked."""
    folder = files("assay.contracts") / "blank"
    values = _values(draft)
    texts = {
        name: Template((folder / name).read_text(encoding="utf-8")).substitute(values)
        for name in FILES.values()
    }
    texts[FILES["program"]] += draft.data
    return texts


def _values(draft: ProgramDraft) -> dict[str, str]:
    """What fills the templates; texts are written as JSON, which YAML and TOML both read."""
    asked = {question.field: question.text for question in QUESTIONS}

    def answer(field: str) -> str:
        text: str = getattr(draft, field)
        return text or _mark_question(asked[field])

    difficulties = draft.difficulties or ("easy", _HARD)
    if _HARD not in difficulties:
        difficulties = (*difficulties, _HARD)
    safety = _SAFETY_DIMENSIONS if draft.signal in _SAFETY_SIGNALS else {}
    return {
        "id": draft.id,
        "dimensions": f"[{', '.join(('correctness', 'communication', *safety))}]",
        "safety_dimensions": "".join(
            _SAFETY_DIMENSION.format(name=name, words=words) for name, words in safety.items()
        ),
        "title": _quote(_mark_question("what is the program about, in a few words?")),
        "behaviour": _quote(answer("behaviour")),
        "conditions": _quoted_list((answer("conditions"),)),
        "acceptable_when": _quote(answer("acceptable_when")),
        "failure": _quote(answer("failure")),
        "measure": _quoted_list((answer("measure"),)),
        "signal": _quote(draft.signal or _SIGNALS),
        "domains": _quoted_list(draft.domains or (_mark_question("which domains are there?"),)),
        "difficulties": _quoted_list(difficulties),
        "languages": _quoted_list(
            draft.languages or (_mark_question("which languages are there, such as en?"),)
        ),
        "sections": _SECTION if draft.signal in _NEEDS_SECTIONS else "[]",
        "origin": _quote(
            draft.origin or _mark_question("what comes from here, and how was it obtained?")
        ),
    }


def _mark_question(question: str) -> str:
    return f"{MARK} {question}"


def _quote(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _quoted_list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quote, texts))}]"
