"""Sampling without a wire: drafts, plans, a model in memory, and what becomes of them."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from assay.core.canonical import json_text
from assay.core.errors import InputError, MachineError, UsageError
from assay.providers.cost import read_prices
from assay.providers.draft import draft_from_record, draft_from_row
from assay.providers.endpoint import Completion, Failure, Request, SamplingParameters
from assay.providers.sampling_report import SamplingReport, add_to_report
from assay.providers.sampling_run import Sampled, SamplingPlan, candidate_of, sample_drafts
from assay.records.candidate import Candidate, MadeByModel, MadeByUnknown
from assay.records.evidence import Evidence
from assay.records.kinds import Adversarial, Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task, ToolCall

DIGEST = "sha256:" + "0" * 64


class TinyModel:
    """A model in memory whose answers a table of prompts decides; the rest it repeats."""

    concurrency = 2

    def __init__(self, answers: Mapping[str, Completion | Failure] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[Request] = []

    async def complete(self, request: Request) -> Completion | Failure:
        """Answer from the table, or repeat the question."""
        self.asked.append(request)
        prompt = request.messages[-1].content
        # Later drafts answer sooner, so that order is earned and not given.
        await asyncio.sleep(0.02 / (1 + len(self.asked)))
        seed = request.parameters.seed
        return self.answers.get(prompt) or said(f"{request.model} on {prompt}, seed {seed}")


class Memory:
    """A journal in memory."""

    def __init__(self) -> None:
        self.kept: dict[bytes, Completion] = {}

    def find(self, key: bytes) -> Completion | None:
        """The answer, if it was kept."""
        return self.kept.get(key)

    def add(self, key: bytes, completion: Completion) -> None:
        """Keep the first answer."""
        self.kept.setdefault(key, completion)


def said(text: str, **fields: Any) -> Completion:
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    return Completion(text=text, attempts=1, prompt_digest=DIGEST, **(usage | fields))


def drafts(*prompts: str, kind: str = "demonstration") -> list[Record]:
    return [
        draft_from_row({"prompt": prompt, "key": prompt}, kind=kind, source_class="desk")
        for prompt in prompts
    ]


def plan(**fields: Any) -> SamplingPlan:
    usual: dict[str, Any] = {"models": ("tiny",), "source_class": "target-model"}
    return SamplingPlan(**(usual | fields))


def run(
    given: Iterable[Record],
    planned: SamplingPlan,
    model: TinyModel | None = None,
    journal: Memory | None = None,
) -> list[Sampled]:
    async def gather() -> list[Sampled]:
        asked = sample_drafts(given, model or TinyModel(), planned, journal or Memory())
        return [sampled async for sampled in asked]

    return asyncio.run(gather())


def report_of(sampled: Iterable[Sampled], **fields: Any) -> SamplingReport:
    report = SamplingReport()
    for one in sampled:
        report = add_to_report(report, one, **fields)
    return report


def reasons(sampled: Sampled) -> list[str]:
    return [reject.reason for reject in sampled.rejects]


def test_records_come_in_the_order_of_their_drafts() -> None:
    """However the answers overtake one another, records keep the drafts' order."""
    prompts = [f"question {number}" for number in range(30)]
    sampled = run(drafts(*prompts), plan())
    assert [record.key for one in sampled for record in one.records] == prompts


def test_provenance_says_how_a_candidate_was_made() -> None:
    """Model, revision, parameters with the finish reason, and the prompt's digest are kept."""
    parameters = SamplingParameters(
        temperature="0.7", seed=3, max_tokens=40, extra=json_text({"top_k": 5})
    )
    answer = said("Six.", model="tiny-2026", fingerprint="fp_1", finish_reason="stop")
    [sampled] = run(drafts("What?"), plan(parameters=parameters), TinyModel({"What?": answer}))
    assert sampled.records[0].candidates[0].provenance == MadeByModel(
        model="tiny",
        revision="tiny-2026 fp_1",
        parameters='{"finish_reason":"stop","max_tokens":40,"seed":3,"temperature":"0.7","top_k":5}',
        prompt_digest=DIGEST,
    )


def test_a_name_that_was_only_repeated_is_no_revision() -> None:
    """An endpoint that reports the name it was asked for says nothing more exact."""
    request = Request(model="tiny", messages=(), parameters=SamplingParameters())
    provenance = candidate_of(request, said("Six.", model="tiny")).provenance
    assert isinstance(provenance, MadeByModel)
    assert provenance.revision is None


def test_a_preference_gathers_its_candidates_sorted_by_digest() -> None:
    """Two models with two candidates each make one comparison in an order without meaning."""
    planned = plan(models=("tiny", "small"), each=2, parameters=SamplingParameters(seed=7))
    [sampled] = run(drafts("Why?", kind="preference"), planned)
    [record] = sampled.records
    seeds = [json.loads(c.provenance.parameters)["seed"] for c in record.candidates]
    assert sorted(seeds) == [7, 7, 8, 8]
    reordered = run(
        drafts("Why?", kind="preference"),
        plan(models=("small", "tiny"), each=2, parameters=SamplingParameters(seed=7)),
    )
    assert reordered[0].records[0].id == record.id
    assert [source.part for source in record.sources] == [
        "/task", "/candidates/0", "/candidates/1", "/candidates/2", "/candidates/3",
    ]  # fmt: skip


def test_other_kinds_give_one_record_a_candidate() -> None:
    """Three candidates of a policy task are three records of one candidate."""
    [sampled] = run(
        drafts("May I?", kind="policy"), plan(each=3, parameters=SamplingParameters(seed=1))
    )
    assert [len(record.candidates) for record in sampled.records] == [1, 1, 1]
    assert len({record.id for record in sampled.records}) == 3


def test_identical_candidates_are_folded_and_counted() -> None:
    """Two answers that say the same are no comparison, and the report says so."""
    model = TinyModel({"Why?": said("Because.")})
    [sampled] = run(drafts("Why?", kind="preference"), plan(each=2), model)
    assert (sampled.records, reasons(sampled)) == ((), ["identical-candidates"])
    assert report_of([sampled]).identical == 1


def test_a_failed_candidate_leaves_no_comparison_unless_the_plan_allows_it() -> None:
    """With one of three answers missing the task is rejected, or compared where that is wanted."""

    class Halting(TinyModel):
        async def complete(self, request: Request) -> Completion | Failure:
            answer = await super().complete(request)
            lost = request.parameters.seed == 1
            return Failure(reason="timeout", message="late", attempts=4) if lost else answer

    given = drafts("Why?", kind="preference")
    [strict] = run(given, plan(each=3, parameters=SamplingParameters(seed=0)), Halting())
    assert (strict.records, reasons(strict)) == ((), ["timeout"])
    [lenient] = run(
        given, plan(each=3, parameters=SamplingParameters(seed=0), partial=True), Halting()
    )
    assert (len(lenient.records[0].candidates), reasons(lenient)) == (2, ["timeout"])
    [poor] = run(
        given, plan(each=2, parameters=SamplingParameters(seed=0), partial=True), Halting()
    )
    assert (poor.records, reasons(poor)) == ((), ["timeout", "too-few-candidates"])


@pytest.mark.parametrize(
    ("answer", "shortfall"),
    [
        (said("  "), "empty"),
        (said("Six and", finish_reason="length"), "cut"),
        (said("", finish_reason="content_filter"), "filtered"),
    ],
)
def test_short_answers_are_kept_or_set_aside_by_the_plan(
    answer: Completion, shortfall: str
) -> None:
    """An answer that falls short is a record that says so, or a reject with its reason."""
    model = TinyModel({"What?": answer})
    [kept] = run(drafts("What?"), plan(), model)
    assert kept.records[0].candidates[0].content == answer.text
    [refused] = run(drafts("What?"), plan(set_aside=(shortfall,)), model)
    assert (refused.records, reasons(refused)) == ((), [shortfall])


def test_how_an_answer_ended_is_visible_in_its_provenance() -> None:
    """A cut answer that is kept carries the finish reason."""
    [sampled] = run(
        drafts("What?"), plan(), TinyModel({"What?": said("Six", finish_reason="length")})
    )
    provenance = sampled.records[0].candidates[0].provenance
    assert json.loads(provenance.parameters) == {"finish_reason": "length"}


def test_tool_calls_are_the_answer() -> None:
    """An answer that calls a tool becomes one assistant message with the call."""
    call = ToolCall(name="fare", arguments=json_text({"start": "Alder"}), id="c1")
    model = TinyModel({"Cost?": said("", tool_calls=(call,))})
    [sampled] = run(drafts("Cost?", kind="trajectory"), plan(set_aside=("empty",)), model)
    message = Message(role="assistant", tool_calls=(call,))
    assert sampled.records[0].candidates[0].content == (message,)


def test_a_journal_answers_what_was_asked_before() -> None:
    """A second run asks for the failed candidate alone and ends with the same records."""
    journal = Memory()
    first = TinyModel({"b": Failure(reason="timeout", message="late", attempts=6)})
    before = run(drafts("a", "b", "c"), plan(), first, journal)
    second = TinyModel()
    after = run(drafts("a", "b", "c"), plan(), second, journal)
    assert [request.messages[-1].content for request in second.asked] == ["b"]
    assert [before[0].records, before[2].records] == [after[0].records, after[2].records]
    again = run(drafts("a", "b", "c"), plan(), TinyModel(), journal)
    assert [one.records for one in again] == [one.records for one in after]


def test_other_parameters_are_another_question() -> None:
    """A journal does not answer for another temperature, model or taxonomy."""
    journal, model = Memory(), TinyModel()
    run(drafts("a"), plan(), model, journal)
    run(drafts("a"), plan(parameters=SamplingParameters(temperature="0.1")), model, journal)
    run(drafts("a"), plan(models=("small",)), model, journal)
    [other] = drafts("a")
    task = Task(messages=other.task.messages, taxonomy={"domain": "fares"})
    run([other.replace(task=task)], plan(), model, journal)
    assert len(model.asked) == 4


def test_a_task_that_comes_twice_is_asked_once() -> None:
    """The second of two equal tasks is rejected with the place of the first."""
    model = TinyModel()
    sampled = run(drafts("a", "b", "a"), plan(), model)
    assert [reasons(one) for one in sampled] == [[], [], ["repeated-task"]]
    assert sampled[2].rejects[0].message.endswith("at place 1")
    assert len(model.asked) == 2


def test_the_counts_add_up() -> None:
    """Asked is remembered, completed and failed; requests count every attempt."""
    journal = Memory()
    run(drafts("a"), plan(), journal=journal)
    model = TinyModel(
        {
            "b": Failure(reason="http-500", message="broken", attempts=6),
            "c": said("Six.", prompt_tokens=None),
        }
    )
    report = report_of(run(drafts("a", "b", "c", "c"), plan(), model, journal))
    assert report == SamplingReport(
        drafts=4, records=2, rejects={"http-500": 1, "repeated-task": 1}, asked=3, remembered=1,
        completed=1, failed={"http-500": 1}, requests=7, retried=5, prompt_tokens=10,
        completion_tokens=10, without_usage=1,
    )  # fmt: skip


def test_cost_is_exact() -> None:
    """Ten and five tokens at 0.15 and 0.60 a million cost exactly 0.0000045."""
    report = report_of(run(drafts("a"), plan()), price=read_prices("0.15", "0.60"))
    assert report.cost == Decimal("0.0000045")


@pytest.mark.parametrize("text", ["", "-1", "NaN", "Infinity", "0,15"])
def test_a_price_is_a_decimal_number(text: str) -> None:
    """A price that is no number of 0 or more is refused."""
    with pytest.raises(UsageError, match="not a decimal number"):
        read_prices("1", text)


def test_an_endpoint_that_refuses_all_ends_the_run() -> None:
    """After a refused key no further draft is worked on."""
    refused = Failure(reason="http-401", message="HTTP 401", attempts=1, final=True)
    model = TinyModel({f"q{number}": refused for number in range(100)})
    with pytest.raises(MachineError, match="HTTP 401"):
        run(drafts(*model.answers), plan(), model)
    assert len(model.asked) <= 8


def test_an_endpoint_that_stopped_to_answer_ends_the_run() -> None:
    """So many drafts without any answer in a row are taken for a dead endpoint."""
    lost = Failure(reason="connection", message="refused", attempts=6)
    alive = {f"q{number}": said("Six.") for number in (2, 5)}
    model = TinyModel({f"q{number}": lost for number in range(60)} | alive)
    with pytest.raises(MachineError, match="3 tasks in a row had no answer"):
        run(drafts(*model.answers), plan(give_up_after=3), model)
    assert len(run(drafts("q0", "q1", "q2", "q3", "q4", "q5"), plan(give_up_after=3), model)) == 6


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (drafts("a", kind="preference")[0], "one-candidate"),
        (drafts("a", kind="process")[0], "no-steps"),
        (
            drafts("a")[0].replace(
                candidates=(Candidate(content="x", provenance=MadeByUnknown(reason="test")),)
            ),
            "not-a-draft",
        ),
    ],
)
def test_what_cannot_be_sampled_is_refused_before_a_token_is_paid(draft: Record, code: str) -> None:
    """A lone preference, a process and a record with candidates are errors of the call."""
    model = TinyModel()
    with pytest.raises(UsageError) as caught:
        run([draft], plan(), model)
    assert (caught.value.code, model.asked) == (code, [])


@pytest.mark.parametrize(
    "fields",
    [{"temperature": "warm"}, {"top_p": "1e-3"}, {"extra": "[1]"}, {"extra": '{"stream":true}'}],
)
def test_parameters_that_mean_nothing_are_refused(fields: dict[str, str]) -> None:
    """Numbers are plain decimals, and further fields may not undo what the sampling decides."""
    with pytest.raises(UsageError):
        SamplingParameters(**fields)


@pytest.mark.parametrize("fields", [{"models": ()}, {"models": ("a", "a")}, {"each": 0}])
def test_a_plan_that_asks_for_nothing_is_refused(fields: dict[str, Any]) -> None:
    """A plan names models once each and at least one candidate."""
    with pytest.raises(UsageError):
        plan(**fields)


def test_a_row_becomes_a_draft() -> None:
    """A conversation with taxonomy and the kind's own fields is taken over as it stands."""
    row = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "3+3?"},
        ],
        "taxonomy": {"domain": "sums"},
        "part": {"reference": "6"},
        "key": "sum-1",
    }
    draft = draft_from_row(row, kind="outcome", source_class="desk")
    assert draft.part == Outcome(reference="6")
    assert [message.role for message in draft.task.messages] == ["system", "user"]
    assert (draft.task.taxonomy, draft.key) == ({"domain": "sums"}, "sum-1")
    assert draft.sources == (Source(source_class="desk", part="/task"),)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"prompt": "a", "messages": [{"role": "user", "content": "a"}]},
        {"prompt": "a", "promt": "b"},
        {"prompt": 3},
        {"prompt": "a", "part": {"refrence": "6"}},
    ],
)
def test_a_row_that_is_no_task_is_refused(row: dict[str, Any]) -> None:
    """No prompt, both forms, unknown fields and wrong types are input errors."""
    with pytest.raises(InputError) as caught:
        draft_from_row(row, kind="outcome", source_class="desk")
    assert caught.value.code == "not-a-task"


def test_a_record_becomes_a_draft_without_what_spoke_of_its_candidates() -> None:
    """Old candidates, their sources and evidence, and the attack's outcome are left behind."""
    record = Record(
        schema_version=1,
        part=Adversarial(sections=("s1",), strategy="roleplay", outcome="broken", attempts=3),
        task=Task(messages=(Message(role="user", content="May I?"),)),
        sources=(
            Source(source_class="desk"),
            Source(source_class="old-model", part="/candidates/0"),
        ),
        candidates=(Candidate(content="Yes.", provenance=MadeByUnknown(reason="test")),),
        evidence=(
            Evidence(kind="source", text="The rule."),
            Evidence(kind="test", text="It said yes.", candidate=0),
        ),
    )
    draft = draft_from_record(record)
    assert draft.part == Adversarial(sections=("s1",), strategy="roleplay")
    assert draft.sources == (Source(source_class="desk", part="/task"),)
    assert (draft.candidates, [piece.text for piece in draft.evidence]) == ((), ["The rule."])
    assert draft.lineage is not None
    assert draft.lineage.parents == (record.id,)
    assert draft_from_record(record, kind="preference").kind == "preference"


def test_an_unknown_kind_is_named_with_those_there_are() -> None:
    """A kind that does not exist is an error of the call."""
    with pytest.raises(UsageError, match="there is no kind 'pairs'"):
        draft_from_row({"prompt": "a"}, kind="pairs", source_class="desk")
