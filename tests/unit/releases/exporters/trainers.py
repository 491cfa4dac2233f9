"""Opens exports with the libraries that read them; run by a Python that has those libraries.

Usage: python trainers.py CHECK FOLDER. It needs nothing of Assay, asserts what the library sees of
each row (speakers, texts, tools, labels, masks), and prints the number of rows that it took. Models
are made on the spot, of random weights and a few thousand parameters.
"""

# ruff: noqa: T201  each check imports its own library alone, and answers by what it prints

import json
import math
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

TEMPLATE = (
    "{% if tools %}{{ tools | tojson }}{% endif %}"
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}"
    "{% if message.tool_calls %}{{ message.tool_calls | tojson }}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer() -> Any:
    """A tokenizer of bytes, with the markers of a chat."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|pad|>", "<|im_start|>", "<|im_end|>"]
    vocabulary = {token: number for number, token in enumerate([*special, *alphabet])}
    raw = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    made = PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<|pad|>", eos_token="<|im_end|>",
        additional_special_tokens=["<|im_start|>"],
    )  # fmt: skip
    made.chat_template = TEMPLATE
    return made


def _configuration() -> Any:
    from transformers import Qwen2Config

    return Qwen2Config(
        vocab_size=300, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=4096, pad_token_id=0,
    )  # fmt: skip


def _causal() -> Any:
    from transformers import Qwen2ForCausalLM

    return Qwen2ForCausalLM(_configuration())


def _rows(folder: Path) -> Any:
    from datasets import load_dataset

    return load_dataset(str(folder), split="train", cache_dir=tempfile.mkdtemp())


def _one_step(trainer: Any) -> int:
    """One optimizer step; the rows that the trainer kept."""
    loss = trainer.train().training_loss
    assert math.isfinite(loss), loss
    return len(trainer.train_dataset)


def _settings(kind: Any, **more: Any) -> Any:
    return kind(
        output_dir=tempfile.mkdtemp(), max_steps=1, per_device_train_batch_size=2, report_to=[],
        use_cpu=True, save_strategy="no", bf16=False, **more,
    )  # fmt: skip


def _asked(row: Any) -> list[Any]:
    """The messages of a row that are no response."""
    if "messages" in row:
        return [turn for turn in row["messages"] if turn["role"] != "assistant"]
    return row["prompt"] if isinstance(row["prompt"], list) else [{"content": row["prompt"]}]


def _answered(row: Any, name: str) -> list[Any]:
    """The messages of a response that the model wrote."""
    turns = row[name] if isinstance(row[name], list) else [{"content": row[name]}]
    return [turn for turn in turns if turn.get("role", "assistant") == "assistant"]


def _holds(text: str, turns: list[Any]) -> bool:
    """Whether a rendered text has the words and the calls of all these messages."""
    calls = [call["function"] for turn in turns for call in turn.get("tool_calls") or []]
    return all(
        turn.get("content") in {None, ""} or turn["content"] in text for turn in turns
    ) and all(call["name"] in text for call in calls)


def _trained(words: Any, row: Any) -> str:
    """The text that the loss covers."""
    return str(words.decode([label for label in row["labels"] if label != -100]))


def trl_sft(folder: Path) -> int:
    from trl import SFTConfig, SFTTrainer

    words, rows = tokenizer(), _rows(folder)
    trainer = SFTTrainer(
        model=_causal(), args=_settings(SFTConfig, max_length=4096), train_dataset=rows,
        processing_class=words,
    )  # fmt: skip
    for row, taken in zip(rows, trainer.train_dataset, strict=True):
        whole, trained = words.decode(taken["input_ids"]), _trained(words, taken)
        answer = "completion" if "completion" in row else "messages"
        assert _holds(whole, _asked(row)), whole
        assert _holds(trained, _answered(row, answer)), trained
        assert all(tool["function"]["name"] in whole for tool in row.get("tools") or [])
        if answer == "completion":
            assert not any(_holds(trained, [turn]) for turn in _asked(row)), trained
    return _one_step(trainer)


def trl_dpo(folder: Path) -> int:
    from trl import DPOConfig, DPOTrainer

    words, rows = tokenizer(), _rows(folder)
    trainer = DPOTrainer(
        model=_causal(), ref_model=_causal(), args=_settings(DPOConfig), train_dataset=rows,
        processing_class=words,
    )  # fmt: skip
    for row, taken in zip(rows, trainer.train_dataset, strict=True):
        sides = [words.decode(taken[f"{name}_ids"]) for name in ("prompt", "chosen", "rejected")]
        assert _holds(sides[0], _asked(row)), sides
        assert _holds(sides[1], _answered(row, "chosen")), sides
        assert _holds(sides[2], _answered(row, "rejected")), sides
        assert not _holds(sides[1], _asked(row)), sides
    return _one_step(trainer)


def trl_kto(folder: Path) -> int:
    try:
        from trl import KTOConfig, KTOTrainer
    except ImportError:
        from trl.experimental.kto import KTOConfig, KTOTrainer

    words, rows = tokenizer(), _rows(folder)
    trainer = KTOTrainer(
        model=_causal(), ref_model=_causal(), args=_settings(KTOConfig), train_dataset=rows,
        processing_class=words,
    )  # fmt: skip
    for row, taken in zip(rows, trainer.train_dataset, strict=True):
        assert _holds(words.decode(taken["prompt_ids"]), _asked(row))
        assert _holds(words.decode(taken["completion_ids"]), _answered(row, "completion"))
        assert taken["label"] is row["label"]
    return _one_step(trainer)


def trl_reward(folder: Path) -> int:
    from transformers import Qwen2ForSequenceClassification
    from trl import RewardConfig, RewardTrainer

    configuration = _configuration()
    configuration.num_labels = 1
    words, rows = tokenizer(), _rows(folder)
    trainer = RewardTrainer(
        model=Qwen2ForSequenceClassification(configuration), args=_settings(RewardConfig),
        train_dataset=rows, processing_class=words,
    )  # fmt: skip
    for row, taken in zip(rows, trainer.train_dataset, strict=True):
        for name in ("chosen", "rejected"):
            assert _holds(words.decode(taken[f"{name}_ids"]), _asked(row) + _answered(row, name))
        assert taken.get("margin") == row.get("margin")
    return _one_step(trainer)


def trl_grpo(folder: Path) -> int:
    from trl import GRPOConfig, GRPOTrainer

    arguments = _settings(GRPOConfig, num_generations=2, max_completion_length=4)
    return _one_step(
        GRPOTrainer(
            model=_causal(), args=arguments, train_dataset=_rows(folder).select(range(4)),
            processing_class=tokenizer(), reward_funcs=lambda completions, **_: [0.0] * len(completions),
        )
    )  # fmt: skip


def regression(folder: Path) -> int:
    """Reward rows under a model with one output and a squared loss, with transformers alone."""
    import torch
    from transformers import Qwen2ForSequenceClassification

    configuration = _configuration()
    configuration.num_labels, configuration.problem_type = 1, "regression"
    model, words, rows = Qwen2ForSequenceClassification(configuration), tokenizer(), _rows(folder)
    for row in rows:
        text = words.apply_chat_template(row["prompt"] + row["response"], tokenize=False)
        loss = model(**words(text, return_tensors="pt"), labels=torch.tensor([row["reward"]])).loss
        loss.backward()
    return len(rows)


def axolotl_chat(folder: Path) -> int:
    """Each row by axolotl's chat_template strategy; no token of a prompt may be trained on."""
    import yaml
    from axolotl.prompt_strategies.chat_template import load
    from axolotl.utils.dict import DictDefault

    (entry,) = yaml.safe_load((folder / "axolotl.yaml").read_text())["datasets"]
    words = tokenizer()
    strategy = load(
        words,
        DictDefault(sequence_len=4096, train_on_inputs=False, chat_template="tokenizer_default"),
        ds_cfg=DictDefault(entry),
    )
    rows = _rows(folder)
    for row in rows:
        taken = strategy.tokenize_prompt({name: value for name, value in row.items() if value})
        labels = [label for label in taken["labels"] if label != -100]
        trained = words.decode(labels)
        answers = [turn["content"] for turn in row["messages"] if turn["train"]]
        others = [turn["content"] for turn in row["messages"] if not turn["train"]]
        assert all(answer.strip() in trained for answer in answers), trained
        assert not any(len(other) > 9 and other in trained for other in others), trained
    return len(rows)


def axolotl_steps(folder: Path) -> int:
    from axolotl.prompt_strategies.stepwise_supervised import load
    from axolotl.utils.dict import DictDefault

    strategy = load(tokenizer(), DictDefault(sequence_len=4096), DictDefault())
    rows = _rows(folder)
    for row in rows:
        taken = strategy.tokenize_prompt(row)
        labels = [label for label in taken["labels"] if label != -100]
        assert labels == [int(label) for label in row["labels"]]
    return len(rows)


def _openrlhf_strategy(**keys: Any) -> Any:
    data = SimpleNamespace(apply_chat_template=True, tokenizer_chat_template=None, **keys)
    return SimpleNamespace(args=SimpleNamespace(data=data), is_rank_0=lambda: False)


def openrlhf_sft(folder: Path) -> int:
    from openrlhf.datasets import SFTDataset

    strategy = _openrlhf_strategy(input_key="prompt", output_key="response")
    return len(SFTDataset(_rows(folder), tokenizer(), 4096, strategy, num_processors=1))


def openrlhf_pairs(folder: Path) -> int:
    from openrlhf.datasets import RewardDataset

    strategy = _openrlhf_strategy(prompt_key="prompt", chosen_key="chosen", rejected_key="rejected")
    taken = RewardDataset(_rows(folder), tokenizer(), 4096, strategy, is_dpo=True, num_processors=1)
    return len(taken)


def openrlhf_prompts(folder: Path) -> int:
    from openrlhf.datasets import PromptDataset

    strategy = _openrlhf_strategy(input_key="prompt", label_key="label")
    taken = PromptDataset(_rows(folder), tokenizer(), strategy)
    assert all(taken[number][2] for number in range(len(taken)))
    return len(taken)


def verl_rl(folder: Path) -> int:
    from omegaconf import OmegaConf
    from verl.utils.dataset.rl_dataset import RLHFDataset

    settings = OmegaConf.create(
        {
            "cache_dir": tempfile.mkdtemp(),
            "max_prompt_length": 4096,
            "filter_overlong_prompts": False,
        }
    )
    taken = RLHFDataset(str(folder / "train.parquet"), tokenizer(), settings)
    for number, row in enumerate(_rows(folder)):
        seen = taken[number]
        assert seen["reward_model"]["ground_truth"] == row["reward_model"]["ground_truth"]
        assert list(seen["raw_prompt"]) == row["prompt"]
    return len(taken)


def verl_multi_turn(folder: Path) -> int:
    from omegaconf import OmegaConf

    # verl 0.9.1 imports this module for rows with images, and it fails under Transformers 5.24.
    images = ModuleType("verl.models.transformers.qwen2_vl")
    images.get_rope_index = None  # type: ignore[attr-defined]
    sys.modules[images.__name__] = images
    from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset

    settings = OmegaConf.create(
        {"max_length": 4096, "truncation": "error", "pad_mode": "no_padding"}
    )
    taken = MultiTurnSFTDataset(str(folder / "train.parquet"), tokenizer(), settings)
    words, rows = tokenizer(), _rows(folder)
    for number, row in enumerate(rows):
        ids, mask = taken[number]["input_ids"], taken[number]["loss_mask"]
        trained = words.decode(ids[mask.bool()])
        assert _holds(trained, _answered(row, "messages")), trained
        assert not any(
            len(turn["content"]) > 9 and turn["content"] in trained for turn in _asked(row)
        )
    return len(taken)


def _count_tokens_offline() -> None:
    """Inspect counts the tokens of its scripted model by an encoding that tiktoken downloads."""
    import tiktoken

    encoding = tiktoken.Encoding(
        "bytes",
        pat_str=r"[\s\S]",
        mergeable_ranks={bytes([number]): number for number in range(256)},
        special_tokens={},
    )
    tiktoken.get_encoding = lambda _name: encoding


def inspect_task(folder: Path) -> int:
    """The task of the export runs, and a model that says each target is right every time."""
    _count_tokens_offline()
    from inspect_ai import eval as evaluate
    from inspect_ai.model import ModelOutput, get_model

    rows = [json.loads(line) for line in (folder / "train.jsonl").open(encoding="utf-8")]
    said = [ModelOutput.from_content("mockllm/model", row["target"]) for row in rows]
    os.chdir(folder)  # Inspect looks a task's file up by a relative path
    (log,) = evaluate(
        "task.py", model=get_model("mockllm/model", custom_outputs=said),
        display="none", log_dir=tempfile.mkdtemp(), max_samples=1,
    )  # fmt: skip
    assert log.status == "success", log.error
    samples = {sample.id: sample for sample in log.samples}
    assert len(samples) == len(rows)
    for row in rows:
        sample = samples[row["id"]]
        asked = [(turn.role, turn.text) for turn in sample.messages[: len(row["input"])]]
        assert asked == [(turn["role"], turn["content"]) for turn in row["input"]]
        assert sample.target == row["target"]
        (score,) = sample.scores.values()
        assert score.value == "C", score
    return len(log.samples)


def lm_eval_task(folder: Path) -> int:
    """The harness asks what the rows ask, finds each answer right, and runs with its dummy model."""
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager, get_task_dict

    os.chdir(folder)
    manager = TaskManager(include_path=str(folder), include_defaults=False)
    task = get_task_dict(["assay_release"], manager)["assay_release"]
    rows = [json.loads(line) for line in (folder / "train.jsonl").open(encoding="utf-8")]
    for row, entry in zip(rows, task.test_docs(), strict=True):
        assert task.doc_to_text(entry) == row["prompt"]
        assert task.doc_to_target(entry) == row["answer"]
        assert task.process_results(entry, [row["answer"]])["exact_match"] == 1
        assert task.process_results(entry, [row["answer"] + "?"])["exact_match"] == 0
    results = simple_evaluate(model="dummy", tasks=["assay_release"], task_manager=manager)
    return int(results["n-samples"]["assay_release"]["effective"])


def rewardbench_pairs(folder: Path) -> int:
    """The pairs by the loader of `rewardbench --dataset`."""
    from rewardbench.utils import load_and_process_dataset

    taken = load_and_process_dataset(str(folder), split="train", tokenizer=tokenizer())
    rows = [json.loads(line) for line in (folder / "train.jsonl").open(encoding="utf-8")]
    words = tokenizer()
    for row, pair in zip(rows, taken, strict=True):
        for name in ("chosen", "rejected"):
            rendered = words.apply_chat_template(row[name], tokenize=False)
            assert pair[f"text_{name}"] == rendered, pair
        assert (pair["subset"], pair["id"]) == (row["subset"], row["id"])
    return len(taken)


def argilla_records(folder: Path) -> int:
    import argilla

    rows = json.loads((folder / "train.json").read_text(encoding="utf-8"))
    records = [argilla.Record.from_dict(row) for row in rows]
    assert all(record.fields["prompt"] for record in records)
    return len(records)


_LLAMA_FACTORY_ROLES = {
    "human": "user", "gpt": "assistant", "function_call": "function", "observation": "observation",
}  # fmt: skip


def llama_factory(folder: Path) -> int:
    """Each row by LLaMA-Factory's converter, and a demonstration by its processor with its mask."""
    from llamafactory.data.converter import get_dataset_converter
    from llamafactory.data.parser import DatasetAttr
    from llamafactory.hparams import DataArguments

    ((name, entry),) = json.loads((folder / "dataset_info.json").read_text()).items()
    attributes = DatasetAttr("file", dataset_name=name)
    attributes.join(entry)
    converter = get_dataset_converter(attributes.formatting, attributes, DataArguments())
    rows = json.loads((folder / "train.json").read_text(encoding="utf-8"))
    for row in rows:
        taken = converter(row)
        turns = [*row["conversations"], *(row[own] for own in ("chosen", "rejected") if own in row)]
        seen = [(turn["role"], turn["content"]) for turn in taken["_prompt"] + taken["_response"]]
        written = [(_LLAMA_FACTORY_ROLES[turn["from"]], turn["value"]) for turn in turns]
        assert (taken["_system"], taken["_tools"]) == (row["system"], row["tools"])
        if "kto_tag" in row:  # the other response is an empty one, behind a good and before a bad
            written.insert(len(written) - (not row["kto_tag"]), ("assistant", ""))
        assert seen == written, (seen, written)
        if len(taken["_response"]) == 1:
            _check_llama_factory_mask(taken)
    return len(rows)


def _check_llama_factory_mask(taken: dict[str, Any]) -> None:
    """The loss covers the model's turns, with its calls, and nothing that it was told."""
    from llamafactory.data.processor import SupervisedDatasetProcessor
    from llamafactory.data.template import get_template_and_fix_tokenizer
    from llamafactory.hparams import DataArguments

    arguments, words = DataArguments(template="chatml", cutoff_len=4096), tokenizer()
    template = get_template_and_fix_tokenizer(words, arguments)
    processor = SupervisedDatasetProcessor(template, words, None, arguments)
    encoded = processor.preprocess_dataset({key: [value] for key, value in taken.items()})
    trained = _trained(words, {"labels": encoded["labels"][0]})
    whole = words.decode(encoded["input_ids"][0])
    turns = taken["_prompt"] + taken["_response"]
    for turn in turns:
        if turn["role"] == "function":
            called = json.loads(turn["content"])
            assert called["name"] in trained, trained
        elif turn["role"] == "assistant":
            assert turn["content"] in trained, trained
        else:
            assert turn["content"] in whole, whole
            assert turn["content"] not in trained, trained
    for tool in json.loads(taken["_tools"] or "[]"):
        assert tool["name"] in whole, whole


CHECKS: dict[str, Callable[[Path], int]] = {
    check.__name__: check
    for check in (
        trl_sft, trl_dpo, trl_kto, trl_reward, trl_grpo, regression, axolotl_chat, axolotl_steps,
        openrlhf_sft, openrlhf_pairs, openrlhf_prompts, verl_rl, verl_multi_turn, inspect_task,
        lm_eval_task, rewardbench_pairs, argilla_records, llama_factory,
    )
}  # fmt: skip


if __name__ == "__main__":
    print(f"rows {CHECKS[sys.argv[1]](Path(sys.argv[2]))}")
