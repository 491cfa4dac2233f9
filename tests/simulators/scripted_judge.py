"""Model judges of known character behind a scripted endpoint: they read what they were sent."""

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec

from simulators.scripted_endpoint import EndpointAction, Say, Script


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge was asked, as it can be read from the request alone."""

    task: str
    """The last message of the task."""
    candidates: dict[str, str]
    """Letter -> content, in the order shown."""
    form: dict[str, Any]
    """The form that the answer must have."""
    mark: str
    """The mark around each piece."""


Decide = Callable[[Question], "dict[str, Any] | str"]
"""From a question to the answer as an object, or to raw text."""


def read_question(body: dict[str, Any]) -> Question:
    """The question in a request's body."""
    told, material = (_text_of(message["content"]) for message in body["messages"])
    mark = material.split(" ", 1)[0]
    pieces = dict(re.findall(rf"^{mark} (.+)\n(.*)\n{mark} end$", material, flags=re.MULTILINE))
    return Question(
        task=json.loads(pieces["task"])["task"][-1]["content"],
        candidates={
            name.removeprefix("candidate "): json.loads(text)["content"]
            for name, text in pieces.items()
            if name.startswith("candidate ")
        },
        form=json.loads(re.search(r"^\{.*\}$", told, flags=re.MULTILINE)[0]),  # type: ignore[index]
        mark=mark,
    )


def _text_of(content: str | list[dict[str, Any]]) -> str:
    """The text of a content, without the images in it."""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def judging(decide: Decide, **said: Any) -> Script:
    """A script whose every answer is what `decide` makes of the question."""

    def answer(body: dict[str, Any], _: int) -> EndpointAction:
        decided = decide(read_question(body))
        text = decided if isinstance(decided, str) else json.dumps(decided)
        return Say(text=text, **said)

    return answer


def opinion(question: Question, verdict: str | None, values: dict[str, Any]) -> dict[str, Any]:
    """An answer in the form asked for.

    Args:
        question: the question.
        verdict: the verdict; None where none is asked.
        values: letter -> the value on every dimension but those named `dimension.letter`.
    """
    dimensions = list(question.form["scores"])
    scores = {
        name: {each: values.get(f"{name}.{each}", values[each]) for each in question.candidates}
        for name in dimensions
    }
    reason = {"dimension": dimensions[0] if dimensions else None, "text": "it is right"}
    stated = {"verdict": verdict} if verdict else {}
    return stated | {"reason": reason, "scores": scores}


def always(word: str, value: Any = "na") -> Decide:
    """A judge that gives one verdict whatever it sees: `A` is the one shown first."""
    return lambda asked: opinion(asked, word, dict.fromkeys(asked.candidates, value))


def preferring(better: Callable[[str, str], bool]) -> Decide:
    """A judge that prefers the candidate that is better by a function of task and content."""

    def decide(asked: Question) -> dict[str, Any]:
        right = [name for name, text in asked.candidates.items() if better(asked.task, text)]
        word = right[0] if len(right) == 1 else "tie"
        return opinion(asked, word, dict.fromkeys(asked.candidates, "na"))

    return decide
