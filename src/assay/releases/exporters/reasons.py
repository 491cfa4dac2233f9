"""Why a record gives no row: the closed list of reasons of the formats that come with Assay.

An exporter of another package may have reasons of its own; the drop report then shows its code
and the first detail.
"""

from assay.contracts.verdict_words import NO_WINNER_WORDS, VERDICT_WORDS

REASONS: dict[str, str] = {
    "not_accepted": "the record's disposition is neither accepted nor preserved disagreement",
    "withdrawn": "a notice of withdrawal says that the record must no longer be used",
    "not_permitted": "its sources, or those of what it was made from, do not permit the use",
    **{word: VERDICT_WORDS[word].drop_reason for word in NO_WINNER_WORDS},
    "no_majority": "no verdict has a majority",
    "unjudged": "nobody judged it, or nothing that could have counted against it was examined",
    "mixed": "judgments or verifiers count both for and against the candidate",
    "vetoed": "a veto of the rubric applies to the candidate",
    "failed_objective": "the candidate fails on a dimension with one right answer",
    "refuted": "a verifier refutes the candidate",
    "violates_policy": "the candidate violates the policy",
    "rejected": "the judgments agree that the candidate is not acceptable",
    "judged_by_models": "only models judged the record, and their verdicts are not a consensus of people",
    "not_asked": "no overall verdict was asked for",
    "disagreement_preserved": "the distribution of judgments is the answer, and a row holds one",
    "returned": "an adjudicator sent the record back",
    "wrong_kind": "the format has no row for this kind of record",
    "too_few_candidates": "there are not enough candidates for this format",
    "too_many_candidates": "there is more than one response to imitate",
    "same_responses": "the better and the worse response are the same text, or differ in white space alone",
    "not_trained": "the source excludes the response from training, and the format has no weights",
    "no_response": "a response is empty, or white space alone",
    "response_not_assistant": "the response does not end with a message of the assistant",
    "prompt_not_plain": "the task is more than one message of the user, and the form is plain text",
    "response_not_plain": "the response is more than one plain text",
    "prompt_has_tool_calls": "the prompt holds tool calls or outputs, which the format has no place for",
    "tool_output_without_call": "a tool's output answers no call",
    "ambiguous_tool_output": "a tool's output has neither id nor name, and could answer several calls",
    "arguments_unparsed": "the arguments of a tool call are no JSON, and the format takes an object",
    "arguments_not_object": "the arguments of a tool call are not a JSON object",
    "integer_too_long": "an integer in a call or a schema needs more than 64 bits",
    "schema_not_object": "a tool's parameters are not a JSON object",
    "role_not_carried": "the format has no such speaker at this place",
    "turns_not_alternating": "the format asks for turns that alternate",
    "text_beside_call": "a message holds text beside a tool call, and the format takes one of the two",
    "attachments_not_carried": "the record shows images or other files, and the format has no place for them",
    "no_image": "the record shows no image, and rows without one were not asked for",
    "attachment_not_held": "of an image or other file only the address is held, and the format takes bytes",
    "attachment_type": "a file that the record shows is of a type that the format does not take",
    "control_tokens": "a text holds a control token of a chat template, and such rows were to be dropped",
    "no_strength": "a margin was asked for, and no judgment gave a strength",
    "unlabelled_step": "a step has no label, and unlabelled is not neutral, good or bad",
    "neutral_step": "a step is neutral, and the format knows only good and bad",
    "undecided_step": "the labels of a step have no majority",
    "step_without_text": "a step is a tool call without text",
    "no_scores": "no candidate has a score on every attribute asked for",
    "between_thresholds": "the agreed score labels no candidate: it is between the thresholds",
    "no_votes": "no judgment that counts prefers a candidate to another",
    "no_reference": "there is no right answer to reward against",
    "not_refusal": "the policy does not ask for a refusal here, and only refusals were asked for",
    "no_expectation": "it is not stated whether the policy asks to comply or to refuse",
    "no_ruling": "no section of the policy was ruled on, and no attack was judged",
    "open_ruling": "the rulings on a section of the policy, or on the attack, have no majority",
    "no_revision": "no candidate corrects the criticised one",
    "errors_not_asked": "nobody was asked to look for errors",
    "disputed_errors": "errors were located, and on none of them the reviewers agree",
    "unanchored_error": "no error has a place in the text of a response",
}
"""Reason code -> what it means, in one sentence."""


class NotCarriedError(Exception):
    """The format cannot carry this record; raised by an exporter, counted by the export."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Say why.

        Args:
            reason: stable short code, such as `tie`.
            detail: what about this record, where the code alone does not say it.
        """
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else reason)
