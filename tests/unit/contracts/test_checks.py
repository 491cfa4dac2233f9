"""Every check bites on its planted fault, and on nothing else."""

import json
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts import service
from assay.contracts.document import to_fact
from assay.contracts.reading import FILES
from assay.contracts.terms import STANDARD_AXES
from simulators.planted_documents import CONTEXT, GONE, Plant, clean, dump, write


def contract(code: str, path: str, *edits: tuple[Any, Any], template: str = "preference") -> Plant:
    """A fault in the contract."""
    return Plant(code, path, tuple(("contract", where, what) for where, what in edits), template)


def rubric(code: str, path: str, *edits: tuple[Any, Any], template: str = "preference") -> Plant:
    """A fault in the rubric."""
    return Plant(code, path, tuple(("rubric", where, what) for where, what in edits), template)


def sources(code: str, path: str, *edits: tuple[Any, Any], template: str = "preference") -> Plant:
    """A fault in the sources."""
    return Plant(code, path, tuple(("sources", where, what) for where, what in edits), template)


BEHAVIOUR = ("behaviours", 0)
DIMENSION = ("dimensions", 0)
LAYER = ("review", "layers", 0)
QUOTA = ("sampling", "quotas", 0)
CLASS = ("classes", 0)

HELPFUL = {
    "id": "helpful", "question": "Is it helpful?", "scale": "binary",
    "anchors": {"0": "no", "1": "yes"}, "examples": {"1": "Take it with food."}, "exclusions": ["Length"],
    "abstention": "Unclear task", "escalation": "Lead", "field": "candidate.content",
    "evidence": ["span"], "action": "Mark it.", "judged_by": "expert",
}  # fmt: skip
"""A dimension under whose name several qualities hide."""

PLANTS = [
    # references
    contract("unknown-behaviour", "failure_classes[0].behaviour",
             (("failure_classes", 1, "behaviour"), "warn-of-interactions"),
             (("failure_classes", 0, "behaviour"), "warn-of-interaction")),
    contract("unknown-behaviour", "supervision[0].behaviours[1]",
             (("supervision", 0, "behaviours"), ["warn-of-interactions", "sing"])),
    contract("unknown-dimension", "behaviours[0].dimensions[4]",
             ((*BEHAVIOUR, "dimensions"),
              ["factual_safety", "grounding", "completeness", "brevity", "groundin"])),
    contract("unknown-dimension", "supervision[0].dimensions[0]",
             (("supervision", 0, "dimensions"), ["colour"])),
    contract("unknown-dimension", "supervision[0].accept.groundin",
             (("supervision", 0, "accept"), {"groundin": 1})),
    # endorsement
    contract("accept-off-scale", "supervision[0].accept.grounding",
             (("supervision", 0, "accept"), {"grounding": 99})),
    contract("accept-off-scale", "supervision[0].accept.grounding",
             (("supervision", 0, "accept"), {"grounding": ["yes"]})),
    contract("unknown-axis-value", "supervision[0].slice.difficulty",
             (("supervision", 0, "slice"), {"difficulty": "harder"})),
    contract("nothing-endorses", "supervision[1].dimensions",
             (("supervision", 1), {"signal": "demonstration", "dimensions": ["brevity"],
                                   "behaviours": ["warn-of-interactions"],
                                   "why": "Pharmacists write the short answer themselves."})),
    contract("compatible-twice", "compatible[0]",
             (("compatible",), [{"document": "contract", "version": "1.0.0",
                                 "because": "Only a typing error was corrected."}])),
    contract("unknown-dimension", "review.agreement_floors[0].dimension",
             (("review", "agreement_floors"), [{"dimension": "colour", "least": 0.5}])),
    rubric("unknown-dimension", "priority[0].veto", (("priority", 0, "veto"), "factual_safty")),
    contract("duplicate-id", "failure_classes[1].id",
             (("failure_classes", 1, "id"), "missed-interaction")),
    contract("duplicate-id", "review.layers[1].id", (("review", "layers", 1, "id"), "hard-questions")),
    contract("duplicate-id", "roles[2].role", (("roles", 2, "role"), "adjudicator"),
             (("roles", 2, "test"), "Forty blinded pairs"), (("roles", 2, "pass_mark"), 0.8)),
    sources("duplicate-id", "classes[1].id", (("classes", 1, "id"), "chat-questions")),
    Plant("duplicate-id", "sections[1].id",
          (("policy", ("sections", 1, "id"), "toxic-mixtures"),), "safety"),
    # behaviours
    contract("no-behaviours", "behaviours", (("behaviours",), GONE),
             (("failure_classes", 0, "behaviour"), GONE),
             (("acceptance_tests", 0, "behaviour"), GONE)),
    contract("broad-goal", "behaviours[0].dimensions",
             ((*BEHAVIOUR, "dimensions"), []),
             ((*BEHAVIOUR, "statement"), "The answer should be helpful.")),
    contract("behaviour-without-dimension", "behaviours[0].dimensions",
             ((*BEHAVIOUR, "dimensions"), [])),
    contract("behaviour-without-conditions", "behaviours[0].conditions",
             ((*BEHAVIOUR, "conditions"), GONE)),
    contract("behaviour-without-evidence", "behaviours[0].evidence", ((*BEHAVIOUR, "evidence"), GONE)),
    contract("behaviour-map-incomplete", "behaviours[0].boundaries",
             ((*BEHAVIOUR, "boundaries"), GONE)),
    contract("no-failure-classes", "failure_classes", (("failure_classes",), GONE)),
    contract("behaviour-without-failure-class", "behaviours[0]",
             (("failure_classes", 0, "behaviour"), GONE)),
    contract("behaviour-without-signal", "behaviours[1]",
             (("supervision", 1, "behaviours"), ["repair-the-cause"]), template="code"),
    # dimensions
    rubric("rubric-without-dimensions", "dimensions", (("dimensions",), GONE), (("priority",), GONE)),
    rubric("one-overall-label", "dimensions[0]",
           (("dimensions", 3), GONE), (("dimensions", 2), GONE), (("dimensions", 1), GONE),
           ((*DIMENSION, "nature"), "judgmental"), (("priority",), GONE)),
    Plant("broad-dimension", "dimensions[4].id",
          (("rubric", ("dimensions", 4), HELPFUL),
           ("contract", (*BEHAVIOUR, "dimensions", 4), "helpful"))),
    rubric("dimension-without-field", "dimensions[0].field", ((*DIMENSION, "field"), GONE)),
    rubric("dimension-without-evidence", "dimensions[0].evidence", ((*DIMENSION, "evidence"), [])),
    rubric("dimension-without-action", "dimensions[0].action", ((*DIMENSION, "action"), GONE)),
    rubric("dimension-without-anchors", "dimensions[0].anchors", ((*DIMENSION, "anchors"), GONE)),
    rubric("dimension-without-anchors", "dimensions[0].anchors", ((*DIMENSION, "anchors", "2"), GONE)),
    rubric("dimension-without-examples", "dimensions[0].examples", ((*DIMENSION, "examples"), GONE)),
    rubric("dimension-without-exclusions", "dimensions[0].exclusions",
           ((*DIMENSION, "exclusions"), GONE)),
    rubric("dimension-without-abstention", "dimensions[0].abstention",
           ((*DIMENSION, "abstention"), GONE)),
    rubric("dimension-without-escalation", "dimensions[0].escalation",
           ((*DIMENSION, "escalation"), GONE)),
    rubric("value-off-scale", "dimensions[0].anchors.7", ((*DIMENSION, "anchors", "7"), "Safer than the leaflet asks")),
    rubric("value-off-scale", "dimensions[0].examples.-1", ((*DIMENSION, "examples", "-1"), "Bad")),
    rubric("objective-without-verifier", "dimensions[0].verifier",
           ((*DIMENSION, "unverified_because"), GONE)),
    rubric("judge-as-verifier", "dimensions[0].verifier",
           (("dimensions", 0, "verifier"), "acme/llm-judge")),
    rubric("machine-without-verifier", "dimensions[0].verifier",
           ((*DIMENSION, "verifier"), GONE), template="code"),
    contract("dimension-unused", "dimensions[3]",
             ((*BEHAVIOUR, "dimensions"), ["factual_safety", "grounding", "completeness"])),
    # filler
    contract("filler", "supervision[0].why", (("supervision", 0, "why"), "TBD")),
    contract("filler", "roles[0].test", (("roles", 0, "test"), "A test.")),
    rubric("filler", "dimensions[1].examples.1", (("dimensions", 1, "examples", "1"), "...")),
    sources("filler", "classes[0].deletion_procedure", ((*CLASS, "deletion_procedure"), "None")),
    Plant("filler", "name", (("program", ("name",), "n/a"),)),
    rubric("anchor-says-nothing", "dimensions[0].anchors.1", ((*DIMENSION, "anchors", "1"), "medium")),
    rubric("anchor-says-nothing", "dimensions[1].anchors.0", (("dimensions", 1, "anchors", "0"), "0")),
    rubric("vague-text", "dimensions[3].question", (("dimensions", 3, "question"), "How good is it?")),
    contract("one-word-answer", "review.unblinded_because",
             (("review", "blinded"), False), (("review", "unblinded_because"), "Easier.")),
    # likeness
    rubric("anchors-equal", "dimensions[1].anchors.1",
           (("dimensions", 1, "anchors"), {"0": "No support is cited", "1": "no support is cited."})),
    rubric("anchors-alike", "dimensions[1].anchors.1",
           (("dimensions", 1, "anchors"),
            {"0": "A statement about safety has no support", "1": "No statement about safety has a support"})),
    Plant("dimension-copied", "dimensions[4]",
          (("rubric", ("dimensions", 4), HELPFUL | {
              "id": "leaflets", "question": "Does a cited leaflet support what the answer says about safety?",
              "anchors": {"0": "A statement about safety has no support", "1": "Each one is supported"}}),
           ("contract", (*BEHAVIOUR, "dimensions", 4), "leaflets"))),
    Plant("dimensions-alike", "dimensions[4]",
          (("rubric", ("dimensions", 4), HELPFUL | {
              "id": "leaflets", "question": "Does a leaflet that is cited support what the answer says about safety?",
              "anchors": {"0": "No support has a statement about safety", "1": "Each one is supported"}}),
           ("contract", (*BEHAVIOUR, "dimensions", 4), "leaflets"))),
    contract("behaviours-alike", "behaviours[1].statement",
             (("behaviours", 1, "statement"),
              "Each written step follows from the steps before it."),
             (("behaviours", 0, "statement"), "Each written step follows from the step before it."),
             template="math"),
    contract("objective-restated", "evaluation_objectives[0]",
             (("training_objectives",), ["Name every interaction in the first sentence"]),
             (("evaluation_objectives", 0), "Every interaction is named in the first sentence")),
    contract("behaviour-not-observable", "behaviours[0].statement",
             ((*BEHAVIOUR, "statement"), "The answer should be honest.")),
    contract("behaviour-not-observable", "behaviours[0].statement",
             ((*BEHAVIOUR, "statement"), "Deeply understands what the person at the counter needs.")),
    rubric("levels-without-anchor", "dimensions[0].anchors", ((*DIMENSION, "anchors", "1"), GONE)),
    rubric("unknown-verifier", "dimensions[0].verifier",
           (("dimensions", 0, "verifier"), "pytest"), template="code"),
    # metrics
    contract("metric-misspelt", "acceptance_tests[1].metric",
             (("acceptance_tests", 1, "metric"), "mean_brevety")),
    contract("metric-without-failure-class", "acceptance_tests[1].metric",
             (("acceptance_tests", 1, "metric"), "failure_rate:padded"),
             (("acceptance_tests", 1, "margin"), 0.05)),
    contract("metric-wrong-way", "acceptance_tests[0].direction",
             (("acceptance_tests", 0, "direction"), "increase"), template="safety"),
    contract("metric-wrong-way", "acceptance_tests[0].direction",
             (("acceptance_tests", 0, "metric"), "mean_completeness"),
             (("acceptance_tests", 0, "margin"), 0.2)),
    contract("metric-both-ways", "acceptance_tests[2].direction",
             (("acceptance_tests", 2), {"id": "more", "metric": "missed_interaction_rate",
              "slice": {"difficulty": "hard"}, "direction": "increase", "margin": 0.1, "risk": 0.05})),
    contract("margin-outside-range", "acceptance_tests[0].margin",
             (("acceptance_tests", 0, "margin"), 5)),
    contract("margin-outside-range", "acceptance_tests[1].margin",
             (("acceptance_tests", 1, "metric"), "mean_completeness"),
             (("acceptance_tests", 1, "margin"), 2)),
    contract("hold-without-margin", "acceptance_tests[1].margin",
             (("acceptance_tests", 1, "margin"), 0)),
    contract("margin-zero", "acceptance_tests[0].margin", (("acceptance_tests", 0, "margin"), 0)),
    contract("reserve-too-small", "reserve.size", (("reserve", "size"), 117)),
    contract("reserve-too-small", "reserve.size", (("reserve", "size"), 148), template="safety"),
    # signals
    contract("signal-does-not-fit", "supervision[1].dimensions",
             (("supervision", 1), {"signal": "adversarial", "behaviours": ["warn-of-interactions"],
              "dimensions": ["brevity"], "why": "Pressure shows whether the tone holds."})),
    contract("signal-does-not-fit", "supervision[1].dimensions",
             (("supervision", 1), {"signal": "demonstration", "behaviours": ["warn-of-interactions"],
              "dimensions": ["brevity"], "why": "Pharmacists write what reads well."})),
    contract("verifier-without-signal", "dimensions[0].verifier",
             (("supervision", 0), {"signal": "preference", "behaviours": ["repair-the-cause"],
              "dimensions": ["tests_pass", "scope"], "why": "Maintainers compare two patches."}),
             template="code"),
    contract("disagreement-never", "review.layers[1].on_disagreement",
             (("review", "layers", 1), {"id": "rest", "roles": ["reviewer"], "passes": 1,
              "on_disagreement": "adjudication", "always_adjudicate": True})),
    Plant("disagreement-never", "review.layers[0].on_disagreement",
          (("contract", ("supervision", 0, "signal"), "critique"),
           *(("rubric", ("dimensions", place, "nature"), "plural") for place in range(4)))),
    # preferences
    rubric("forced-choice", "verdicts", (("verdicts",), ["tie", "abstained"])),
    rubric("reasons-not-required", "reasons_required", (("reasons_required",), False)),
    rubric("no-priority", "priority", (("priority",), GONE)),
    rubric("priority-on-categories", "priority[4]",
           (("dimensions", 3, "scale"), ["filler", "point"]),
           (("dimensions", 3, "anchors"), {"filler": "after", "point": "first"}),
           (("dimensions", 3, "examples"), {"filler": "Three paragraphs"})),
    rubric("veto-off-scale", "priority[0]", (("priority", 0, "below"), 0)),
    rubric("veto-off-scale", "priority[0]", (("priority", 0, "below"), 3)),
    rubric("rule-without-effect", "priority[1]", (("priority", 1, "by"), 3)),
    rubric("rule-without-effect", "priority[2]", (("priority", 2, "compare"), "factual_safety")),
    rubric("priority-in-a-circle", "priority[1].by", (("priority", 1, "by"), 2)),
    rubric("veto-after-comparison", "priority[1]",
           (("priority",), [{"compare": "grounding"}, {"veto": "factual_safety", "below": 1}])),
    rubric("taste-before-fact", "priority[2]",
           (("priority",), [{"veto": "factual_safety", "below": 1}, {"compare": "brevity"},
                            {"compare": "factual_safety"}])),
    contract("critical-without-veto", "failure_classes[0].severity",
             (("behaviours", 0, "dimensions"), ["grounding", "completeness", "brevity"])),
    # sampling
    contract("no-axes", "sampling.axes",
             (("sampling", "axes"), {}), (("sampling", "hard"), []), (("sampling", "quotas"), []),
             (("sampling", "left_out"), dict.fromkeys(STANDARD_AXES, "There is one only")),
             (("acceptance_tests", 0, "slice"), GONE), ((*LAYER, "slice"), GONE)),
    contract("total-too-small", "sampling.total",
             (("sampling", "total"), 14), (("sampling", "quotas", 2, "minimum"), 4)),
    contract("standard-axis-missing", "sampling.axes.safety_severity",
             (("sampling", "left_out", "safety_severity"), GONE)),
    contract("axis-both-ways", "sampling.left_out.domain",
             (("sampling", "left_out", "domain"), "There is one domain")),
    contract("axis-value-twice", "sampling.axes.domain[3]",
             (("sampling", "axes", "domain"), ["pain", "heart", "mood", "pain"])),
    contract("splits-not-named", "duplicates.across_splits",
             (("duplicates",), {"across_splits": "refuse"})),
    contract("limit-of-dropped", "duplicates.largest_share",
             (("duplicates",), {"in_release": "drop", "largest_share": 0.1})),
    contract("unknown-axis", "sampling.quotas[1].slice.langauge",
             (("sampling", "quotas", 1, "slice"), {"langauge": "de"})),
    contract("unknown-axis-value", "sampling.quotas[1].slice.language",
             (("sampling", "quotas", 1, "slice"), {"language": "dee"})),
    contract("unknown-axis", "acceptance_tests[0].slice.topic",
             (("acceptance_tests", 0, "slice"), {"topic": "heart"})),
    contract("unknown-axis-value", "review.layers[0].slice.difficulty",
             ((*LAYER, "slice"), {"difficulty": "very"})),
    contract("unknown-axis-value", "review.agreement_floors[0].slice.difficulty",
             (("review", "agreement_floors"),
              [{"dimension": "grounding", "slice": {"difficulty": "very"}, "least": 0.5}])),
    contract("quota-cannot-be-met", "sampling.quotas[3]",
             (("sampling", "quotas", 3), {"slice": {"difficulty": "easy"}, "share": 0.61})),
    contract("quota-cannot-be-met", "sampling.quotas[2]",
             (("sampling", "quotas", 2, "minimum"), 201)),
    contract("quota-cannot-be-met", "sampling.quotas[4]",
             (("sampling", "quotas", 3), {"slice": {"domain": "pain", "language": "en"}, "minimum": 80}),
             (("sampling", "quotas", 4), {"slice": {"domain": "heart", "language": "en"}, "minimum": 61})),
    contract("no-hard-slices", "sampling.hard",
             (("sampling", "axes", "difficulty"), ["easy", "tricky"]),
             (("sampling", "axes", "failure_cluster"), ["none"]),
             (("sampling", "quotas"), []), (("review", "layers", 0, "slice"), {"difficulty": "tricky"}),
             (("acceptance_tests", 0, "slice"), {"difficulty": "tricky"})),
    contract("hard-slice-without-quota", "sampling.axes.difficulty[1]", (QUOTA, GONE)),
    contract("hard-slice-without-quota", "sampling.axes.failure_cluster[1]",
             (("sampling", "quotas", 2), GONE)),
    contract("hard-slice-without-quota", "sampling.hard[0]",
             (("sampling", "hard"), [{"language": "de", "difficulty": "hard"}])),
    contract("no-reserve", "reserve", (("reserve",), GONE)),
    contract("reserve-open-to-authors", "reserve.openers[1]",
             (("reserve", "openers"), ["lead", "author"])),
    contract("opener-makes-training-data", "reserve.openers[1]",
             (("reserve", "openers"), ["lead", "policy_reviewer"]), template="safety"),
    contract("opener-makes-training-data", "reserve.openers[0]",
             (("roles", 2, "duty"), "Drafts the questions and opens the reserve")),
    # measures
    contract("objectives-missing", "training_objectives", (("training_objectives",), GONE)),
    contract("objectives-not-separated", "evaluation_objectives",
             (("training_objectives",), ["Warn early", "Cite"]),
             (("evaluation_objectives",), ["cite.", "WARN  early"])),
    contract("objective-shared", "evaluation_objectives[2]",
             (("training_objectives",), ["Warn early", "Cite"]),
             (("evaluation_objectives", 2), "warn early")),
    contract("no-supervision", "supervision", (("supervision",), GONE)),
    contract("signal-without-dimensions", "supervision[0].dimensions",
             (("supervision", 0, "dimensions"), GONE)),
    contract("signal-without-verifiable-evidence", "supervision[0]",
             (("supervision", 0, "signal"), "process"),
             (("supervision", 0, "dimensions"), ["completeness"])),
    contract("no-acceptance-tests", "acceptance_tests", (("acceptance_tests",), GONE)),
    contract("acceptance-test-without-margin", "acceptance_tests[0].margin",
             (("acceptance_tests", 0, "margin"), GONE)),
    contract("acceptance-test-without-risk", "acceptance_tests[0].risk",
             (("acceptance_tests", 0, "risk"), GONE)),
    contract("acceptance-on-training-data", "acceptance_tests[0].dataset",
             (("acceptance_tests", 0, "dataset"), "training-pairs")),
    contract("acceptance-on-average-only", "acceptance_tests",
             (("acceptance_tests", 0, "slice"), GONE)),
    contract("regressions-not-tested", "acceptance_tests",
             (("acceptance_tests", 1, "direction"), "decrease")),
    contract("behaviour-not-measured", "behaviours[0]", (("acceptance_tests", 0, "behaviour"), GONE)),
    # review
    contract("records-without-layer", "review.layers",
             (("review", "layers", 1, "severities"), ["low"])),
    contract("layer-never-reached", "review.layers[1]", ((*LAYER, "slice"), GONE)),
    contract("layer-without-review", "review.layers[0].passes", ((*LAYER, "passes"), 0)),
    contract("verification-of-nothing", "verification",
             (("verification",), {"minimum_isolation": "namespaces"})),
    contract("high-risk-single-pass", "review.layers[1]", (("review", "layers", 1, "passes"), 1)),
    contract("no-roles", "roles", (("roles",), GONE)),
    contract("role-without-qualification", "review.layers[0].roles[1]",
             ((*LAYER, "roles"), ["reviewer", "language_specialist"])),
    contract("adjudication-without-adjudicator", "review.layers[0]",
             (("roles", 2), GONE), (("roles", 1), GONE),
             (("review", "layers", 1, "on_disagreement"), "second_review")),
    contract("qualification-without-test", "roles[0].test", (("roles", 0, "test"), GONE)),
    contract("qualification-without-test", "roles[0].pass_mark", (("roles", 0, "pass_mark"), GONE)),
    contract("exam-impossible", "roles[0].pass_mark", (("roles", 0, "items"), 2)),
    contract("exam-impossible", "roles[0].pass_mark", (("roles", 0, "pass_mark"), 0.5)),
    contract("exam-cannot-tell", "roles[0].items", (("roles", 0, "items"), 20)),
    contract("language-without-specialist", "sampling.axes.language",
             (("roles", 0, "expertise"), "Pharmacist")),
    contract("language-without-specialist", "sampling.axes.language",
             (("sampling", "axes", "language"), ["en", "de", "tr"])),
    contract("unblinded-without-reason", "review.blinded", (("review", "blinded"), False)),
    # safety
    rubric("over-refusal-not-scored", "dimensions[0]",
           (("dimensions", 1, "guards_against"), "unsafe_compliance"), template="safety"),
    rubric("over-refusal-not-scored", "dimensions[3]",
           (("dimensions", 3, "question"), "Does it refuse harmful requests?")),
    contract("over-refusal-not-measured", "acceptance_tests[0]",
             (("acceptance_tests", 1, "metric"), "mean_words"), template="safety"),
    Plant("section-without-benign-counterpart", "sections[0].benign_counterpart",
          (("policy", ("sections", 0, "benign_counterpart"), GONE),), "safety"),
    Plant("policy-without-sections", "supervision[0]", (("policy", ("sections",), []),
          ("contract", ("supervision", 1), GONE)), "safety"),
    contract("severe-content-without-welfare", "welfare", (("welfare",), GONE), template="safety"),
    contract("welfare-incomplete", "welfare", (("welfare", "opt_in"), False), template="safety"),
    contract("welfare-without-limit", "welfare.daily_minutes",
             (("welfare", "daily_minutes"), 300), template="safety"),
    contract("welfare-without-limit", "welfare.break_after_minutes",
             (("welfare", "break_after_minutes"), 120), template="safety"),
    # rights
    sources("no-sources", "classes", (("classes",), [])),
    sources("source-without-licence", "classes[0].licence", ((*CLASS, "licence"), GONE)),
    sources("source-without-permitted-uses", "classes[0].permitted_uses",
            ((*CLASS, "permitted_uses"), GONE)),
    sources("source-without-territory", "classes[0].territory", ((*CLASS, "territory"), GONE)),
    sources("source-without-access", "classes[0].reviewer_access",
            ((*CLASS, "reviewer_access"), GONE)),
    sources("source-without-deletion", "classes[0].deletion_contact",
            ((*CLASS, "deletion_contact"), GONE)),
    sources("personal-information-without-rules", "classes[0].holds_personal_information",
            ((*CLASS, "deletion_procedure"), GONE)),
    sources("source-without-retention", "classes[0].retention_until",
            ((*CLASS, "retention_until"), GONE)),
    sources("retention-without-start", "classes[0].collected_on", ((*CLASS, "retention_days"), 30)),
    sources("bad-licence", "classes[0].licence", ((*CLASS, "licence"), "Apache 2")),
    sources("source-closed-to-review", "classes[0].reviewer_access",
            ((*CLASS, "reviewer_access"), ["lead"])),
    sources("personal-information-without-rules", "classes[0].holds_personal_information",
            ((*CLASS, "retention_until"), "unlimited")),
    sources("licence-against-use", "classes[1].permitted_uses",
            (("classes", 1, "licence"), "CC-BY-NC-4.0 AND MIT")),
    sources("licence-against-use", "classes[1].permitted_uses",
            (("classes", 1, "licence"), "CC-BY-ND-4.0")),
    Plant("share-alike-conflict", "classes[1].licence",
          (("sources", ("classes", 0), {
              "id": "repositories", "description": "Code.", "licence": "GPL-3.0-only",
              "permitted_uses": ["train", "publish"], "retention_until": "unlimited",
              "territory": ["worldwide"], "reviewer_access": ["reviewer"], "deletion_contact": "lead"}),
           ("sources", ("classes", 1, "licence"), "CC-BY-SA-4.0")), "preference"),
    sources("retention-over", "classes[0].retention_until",
            ((*CLASS, "retention_until"), "2026-05-31")),
    sources("retention-short", "classes[0].retention_until",
            ((*CLASS, "retention_until"), "2026-06-29")),
    sources("attribution-missing", "classes[1].attribution", (("classes", 1, "attribution"), GONE)),
    sources("source-outside-territory", "classes[0].territory", ((*CLASS, "territory"), ["US"])),
    Plant("program-without-territory", "territory", (("program", ("territory",), GONE),)),
    Plant(
        "shared-store-without-pseudonym-key",
        "pseudonym_key",
        (("program", ("store",), "postgresql://db/assay"),),
    ),
    rubric("example-is-anchor", "dimensions[0].examples.0",
           ((*DIMENSION, "examples"), {"0": "following it is dangerous."})),
    # data files
    Plant("no-data-file", "data[0].path", (("program", ("data",), [{"path": "votes.csv"}]),)),
    Plant("two-readers", "data[0].format",
          (("program", ("data",), [{"path": "contract.yaml", "mapping": "rubric.yaml", "format": "trl"}]),)),
    Plant("unknown-source", "data[0].source",
          (("program", ("data",), [{"path": "contract.yaml", "source": "nowhere"}]),)),
    # claims
    contract("forbidden-claim", "gap", (("gap",), "The data holds the model's hidden chain of thought.")),
    Plant("forbidden-claim", "name", (("program", ("name",), "Certified answers"),)),
]  # fmt: skip


OF_VERSIONS = {"meaning-under-old-version", "version-not-raised", "compatible-unknown"}
"""Codes that need a store beside the documents, planted on their own."""

CONSEQUENCES = {
    "no-behaviours": {"unknown-behaviour", "dimension-unused"},
    "behaviour-without-dimension": {"dimension-unused"},
    "broad-goal": {"dimension-unused"},
    "rubric-without-dimensions": {"unknown-dimension"},
    "one-overall-label": {"unknown-dimension"},
    "unknown-dimension": {"critical-without-veto"},
    "no-priority": {"critical-without-veto"},
    "judge-as-verifier": {"verifier-without-signal", "unknown-verifier"},
    "unknown-verifier": {"verifier-without-signal"},
    "no-axes": {"no-hard-slices", "layer-never-reached", "acceptance-on-average-only"},
    "disagreement-never": {"high-risk-single-pass"},
    "signal-does-not-fit": {"over-refusal-not-scored", "nothing-endorses"},
    "nothing-endorses": {"signal-does-not-fit"},
    "critical-without-veto": {"dimension-unused"},
}
"""Faults that cannot be planted alone: what else is then rightly reported."""


@cache
def documented() -> dict[str, str]:
    """The severity of every code on the format's page."""
    page = Path(__file__).parents[3] / "docs" / "formats" / "contract.md"
    section = page.read_text().split("## Faults of substance")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([a-z-]+)` \| (error|warning) ", section, re.MULTILINE))


@pytest.mark.share(4)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.code}@{plant.path}")
def test_a_planted_fault_is_found_alone(plant: Plant, tmp_path: Path) -> None:
    """The check reports its own fault at its place, and no other check reports anything."""
    write(tmp_path, plant)
    context = msgspec.structs.replace(CONTEXT, folder=tmp_path)
    issues = service.check(tmp_path, context).issues
    found = {issue.code for issue in issues} - CONSEQUENCES.get(plant.code, set())
    assert found == {plant.code}
    own = [issue for issue in issues if issue.code == plant.code]
    assert plant.path in {issue.path for issue in own}
    assert {issue.severity for issue in own} == {documented()[plant.code]}


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ((*DIMENSION, "question"), "meaning-under-old-version"),
        ((*DIMENSION, "escalation"), "version-not-raised"),
    ],
)
def test_a_text_that_changed_under_its_version_is_named(
    edit: tuple[Any, ...], code: str, tmp_path: Path
) -> None:
    """The store holds the older text; a change of meaning is an error, another a warning."""
    write(tmp_path, rubric(code, "version"))
    stored = (to_fact(service.load(tmp_path).rubric),)
    context = msgspec.structs.replace(CONTEXT, stored=stored)
    assert service.check(tmp_path, context).issues == ()
    write(tmp_path, rubric(code, "version", (edit, "Is the advice safe for a child?")))
    [issue] = service.check(tmp_path, context).issues
    assert (issue.code, issue.path, issue.severity) == (code, "version", documented()[code])


def test_a_compatible_version_that_never_was_is_named(tmp_path: Path) -> None:
    """Labels cannot have been made under a version that the store does not know."""
    declared = {"document": "rubric", "version": "0.9.0", "because": "Only the words changed."}
    write(tmp_path, contract("compatible-unknown", "x", (("compatible",), [declared])))
    stored = (to_fact(service.load(tmp_path).rubric),)
    [issue] = service.check(tmp_path, msgspec.structs.replace(CONTEXT, stored=stored)).issues
    assert (issue.code, issue.path) == ("compatible-unknown", "compatible[0].version")
    assert issue.severity == documented()["compatible-unknown"]
    assert issue.hint == f"versions that it holds: {stored[0].version}"


def test_every_code_is_planted_and_documented() -> None:
    """The format's page lists exactly the codes of the planted faults of substance."""
    assert set(documented()) == {plant.code for plant in PLANTS} | OF_VERSIONS


def test_every_code_in_the_source_is_planted() -> None:
    """No check has a code that no planted fault proves."""
    folder = Path(service.__file__).parent / "checks"
    text = "".join(path.read_text() for path in folder.glob("*.py"))
    codes = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', text))
    nouns = {"unknown-behaviour", "unknown-dimension", "filler"}
    assert codes | nouns == {plant.code for plant in PLANTS} | OF_VERSIONS


@pytest.mark.parametrize(
    ("kind", "where"),
    [("contract", (*BEHAVIOUR, "acceptable_when")), ("sources", ("classes", 1, "deletion_procedure"))],
)  # fmt: skip
def test_what_decides_nothing_is_not_demanded(
    kind: str, where: tuple[str | int, ...], tmp_path: Path
) -> None:
    """A field that no rule reads may be left out."""
    write(tmp_path, Plant("nothing", "", ((kind, where, GONE),)))
    assert service.check(tmp_path, CONTEXT).issues == ()


@pytest.mark.parametrize(
    ("dataset", "trained_on"),
    [
        ("train_split", True),
        ("training", True),
        ("sft-mix", True),
        ("training-heldout", False),
        ("train-holdout-2", False),
        ("training_data_test_split", False),
        ("sft-eval", False),
        ("reserve", False),
        ("restrained", False),
    ],
)
def test_a_held_out_split_of_training_data_is_no_training_data(
    dataset: str, trained_on: bool, tmp_path: Path
) -> None:
    """A name that says `heldout`, `test` or `eval` is held out, wherever `train` stands in it."""
    write(tmp_path, contract("data", "", (("acceptance_tests", 0, "dataset"), dataset)))
    found = [issue.code for issue in service.check(tmp_path, CONTEXT).issues]
    assert ("acceptance-on-training-data" in found) is trained_on


def test_objectives_are_compared_by_their_words(tmp_path: Path) -> None:
    """Width, case and punctuation make no second objective."""
    same = "Names the interaction, and says what to do"
    wide = "\uff2e\uff41\uff4d\uff45\uff53 the interaction and says WHAT to do."
    edits = (("training_objectives",), [same]), (("evaluation_objectives",), [wide])
    write(tmp_path, contract("objectives-not-separated", "", *edits))
    found = {issue.code for issue in service.check(tmp_path, CONTEXT).issues}
    assert "objectives-not-separated" in found


def test_openers_and_readers_are_held_against_the_layers(tmp_path: Path) -> None:
    """Access matters where a class is trained on: a class for evaluation alone may stay closed."""
    edits = ((*CLASS, "reviewer_access"), ["lead"]), ((*CLASS, "permitted_uses"), ["evaluate"])
    write(tmp_path, sources("closed", "", *edits))
    assert service.check(tmp_path, CONTEXT).issues == ()


def pick(node: Any, steps: list[int]) -> tuple[Any, Any]:
    """A node's parent and its key, as far down as the steps and the content lead."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    key = keys[steps[0] % len(keys)]
    child = node[key]
    if len(steps) == 1 or not isinstance(child, dict | list) or not child:
        return node, key
    return pick(child, steps[1:])


JUNK = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**9,
        0.5,
        "",
        "x",
        "no",
        [],
        {},
        [None],
        [[]],
        {"id": 1},
        {"x": {}},
        ["a", "a"],
    ]
)


@given(
    template=st.sampled_from(service.TEMPLATES),
    kind=st.sampled_from(list(FILES)),
    steps=st.lists(st.integers(0, 40), min_size=1, max_size=5),
    junk=JUNK,
)
def test_no_content_breaks_the_check(template: str, kind: str, steps: list[int], junk: Any) -> None:
    """Whatever stands at whatever place of a document, the check answers with issues, not errors."""
    plain = json.loads(clean(template))
    node, key = pick(plain[kind], steps)
    node[key] = junk
    with TemporaryDirectory() as folder:
        for each, file in FILES.items():
            (Path(folder) / file).write_text(dump(each, plain[each]))
        report = service.check(Path(folder))
    assert report.ok == all(issue.severity == "warning" for issue in report.issues)
    assert all(issue.message and issue.hint and issue.line >= 1 for issue in report.issues)
    json.dumps(report.to_json())
