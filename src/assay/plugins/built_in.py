"""The readers, exporters, review formats, verifiers and cues that come with Assay: name -> `module:attribute`."""

from collections.abc import Mapping

_FORMATS = "assay.records.formats"
_EXPORTERS = "assay.releases.exporters"
_REVIEW = "assay.review.formats"
_VERIFIERS = "assay.verification.verifiers"
_CUES = "assay.quality.shortcuts.cues"

BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "readers": {
        "assay": f"{_FORMATS}.assay:READER",
        "openai-chat": f"{_FORMATS}.openai_chat:READER",
        "openai-preference": f"{_FORMATS}.openai_preference:READER",
        "trl": f"{_FORMATS}.trl:READER",
        "hh-rlhf": f"{_FORMATS}.hh_rlhf:READER",
        "sharegpt": f"{_FORMATS}.sharegpt:READER",
        "alpaca": f"{_FORMATS}.alpaca:READER",
        "helpsteer": f"{_FORMATS}.helpsteer:READER",
        "prm800k": f"{_FORMATS}.prm800k:READER",
        "ultrafeedback": f"{_FORMATS}.ultrafeedback:READER",
        "nectar": f"{_FORMATS}.nectar:READER",
        "pku-saferlhf": f"{_FORMATS}.safe_rlhf:READER",
        "shp": f"{_FORMATS}.shp:READER",
        "arena": f"{_FORMATS}.arena:READER",
        "oasst": f"{_FORMATS}.oasst:READER",
        "xlam": f"{_FORMATS}.xlam:READER",
        "bfcl": f"{_FORMATS}.bfcl:READER",
        "inspect": f"{_FORMATS}.inspect_log:READER",
        "label-studio": f"{_FORMATS}.label_studio:READER",
        "argilla": f"{_FORMATS}.argilla:READER",
        "langsmith": f"{_FORMATS}.langsmith:READER",
        "langfuse": f"{_FORMATS}.langfuse:READER",
        "otel-genai": f"{_FORMATS}.otel_genai:READER",
        "atif": f"{_FORMATS}.atif:READER",
    },
    "exporters": {
        "trl:prompt-completion": f"{_EXPORTERS}.trl:TrlPromptCompletion",
        "trl:language-modeling": f"{_EXPORTERS}.trl:TrlLanguageModeling",
        "trl:conversational": f"{_EXPORTERS}.trl:TrlConversational",
        "trl:preference": f"{_EXPORTERS}.trl:TrlPreference",
        "trl:unpaired-preference": f"{_EXPORTERS}.trl:TrlUnpairedPreference",
        "trl:prompt-only": f"{_EXPORTERS}.trl:TrlPromptOnly",
        "trl:stepwise": f"{_EXPORTERS}.trl:TrlStepwise",
        "openai:chat": f"{_EXPORTERS}.openai:OpenAiChatExport",
        "openai:preference": f"{_EXPORTERS}.openai:OpenAiPreferenceExport",
        "kto": f"{_EXPORTERS}.trl:Kto",
        "helpsteer": f"{_EXPORTERS}.helpsteer:HelpSteerExport",
        "verl": f"{_EXPORTERS}.verl:Verl",
        "llama-factory": f"{_EXPORTERS}.llama_factory:LlamaFactory",
    },
    "review-formats": {
        "label-studio": f"{_REVIEW}.label_studio:FORMAT",
        "argilla": f"{_REVIEW}.argilla:FORMAT",
        "potato": f"{_REVIEW}.potato:FORMAT",
        "annotation-queue": f"{_REVIEW}.annotation_queue:FORMAT",
        "long-csv": f"{_REVIEW}.long_csv:FORMAT",
    },
    "cues": {
        name: f"{_CUES}:{name.upper()}"
        for name in (
            "length",
            "headers",
            "bold",
            "lists",
            "code",
            "tables",
            "citations",
            "emoji",
            "exclamations",
            "confidence",
            "hedges",
            "politeness",
            "control_tokens",
        )
    },
    "verifiers": {
        "exact-match": f"{_VERIFIERS}.matching:ExactMatch",
        "normalised-match": f"{_VERIFIERS}.matching:NormalisedMatch",
        "numeric-answer": f"{_VERIFIERS}.numeric_answer:NumericAnswer",
        "calculator-steps": f"{_VERIFIERS}.calculator_steps:CalculatorSteps",
        "json-schema": f"{_VERIFIERS}.json_schema:JsonSchema",
        "quotation": f"{_VERIFIERS}.quotation:Quotation",
        "citation": f"{_VERIFIERS}.citation:CitationVerifier",
        "rules": f"{_VERIFIERS}.rules:RulesVerifier",
        "math-answer": f"{_VERIFIERS}.math_answer:MathAnswer",
        "quantity": f"{_VERIFIERS}.quantity:Quantity",
        "python-tests": f"{_VERIFIERS}.python_tests:PythonTests",
        "program-output": f"{_VERIFIERS}.program_output:ProgramOutput",
        "instruction-constraints": f"{_VERIFIERS}.instruction_constraints:InstructionConstraints",
        "tool-calls": f"{_VERIFIERS}.tool_calls:ToolCalls",
        "expected-calls": f"{_VERIFIERS}.expected_calls:ExpectedCalls",
        "environment-state": f"{_VERIFIERS}.environment_state:EnvironmentState",
    },
}
"""By group, in the order in which they are listed."""
