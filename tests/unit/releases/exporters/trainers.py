"""Opens exports with the libraries that read them; run by a Python that has those libraries.

Usage: python trainers.py CHECK FOLDER. It needs nothing of Assay, and prints the number of rows that
the library took. Models are made on the spot, of random weights and a few thousand parameters.
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


def trl_sft(folder: Path) -> int:
    from trl import SFTConfig, SFTTrainer

    return _one_step(
        SFTTrainer(
            model=_causal(), args=_settings(SFTConfig), train_dataset=_rows(folder),
            processing_class=tokenizer(),
        )
    )  # fmt: skip


def trl_dpo(folder: Path) -> int:
    from trl import DPOConfig, DPOTrainer

    return _one_step(
        DPOTrainer(
            model=_causal(), ref_model=_causal(), args=_settings(DPOConfig),
            train_dataset=_rows(folder), processing_class=tokenizer(),
        )
    )  # fmt: skip


def trl_kto(folder: Path) -> int:
    try:
        from trl import KTOConfig, KTOTrainer
    except ImportError:
        from trl.experimental.kto import KTOConfig, KTOTrainer

    return _one_step(
        KTOTrainer(
            model=_causal(), ref_model=_causal(), args=_settings(KTOConfig),
            train_dataset=_rows(folder), processing_class=tokenizer(),
        )
    )  # fmt: skip


def trl_reward(folder: Path) -> int:
    from transformers import Qwen2ForSequenceClassification
    from trl import RewardConfig, RewardTrainer

    configuration = _configuration()
    configuration.num_labels = 1
    return _one_step(
        RewardTrainer(
            model=Qwen2ForSequenceClassification(configuration), args=_settings(RewardConfig),
            train_dataset=_rows(folder), processing_class=tokenizer(),
        )
    )  # fmt: skip


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
    assert all(taken[number]["reward_model"]["ground_truth"] for number in range(len(taken)))
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
    for number in range(len(taken)):
        assert taken[number]["loss_mask"].sum() > 0
    return len(taken)


def inspect_task(folder: Path) -> int:
    """The task of the export runs with the answers of a scripted model."""
    from inspect_ai import eval as evaluate

    (log,) = evaluate(
        str(folder / "task.py"), model="mockllm/model", display="none", log_dir=tempfile.mkdtemp()
    )
    assert log.status == "success", log.error
    return len(log.samples)


def lm_eval_task(folder: Path) -> int:
    """The harness runs the task with its dummy model, from the folder."""
    from lm_eval import simple_evaluate
    from lm_eval.tasks import TaskManager

    os.chdir(folder)
    results = simple_evaluate(
        model="dummy",
        tasks=["assay_release"],
        task_manager=TaskManager(include_path=str(folder), include_defaults=False),
    )
    return int(results["n-samples"]["assay_release"]["effective"])


def argilla_records(folder: Path) -> int:
    import argilla

    rows = json.loads((folder / "train.json").read_text(encoding="utf-8"))
    records = [argilla.Record.from_dict(row) for row in rows]
    assert all(record.fields["prompt"] for record in records)
    return len(records)


def llama_factory(folder: Path) -> int:
    """Each row by LLaMA-Factory's own converter of ShareGPT rows."""
    from llamafactory.data.converter import get_dataset_converter
    from llamafactory.data.parser import DatasetAttr
    from llamafactory.hparams import DataArguments

    info = json.loads((folder / "dataset_info.json").read_text())
    ((name, entry),) = info.items()
    attributes = DatasetAttr("file", dataset_name=name)
    attributes.join(entry)
    converter = get_dataset_converter(attributes.formatting, attributes, DataArguments())
    rows = json.loads((folder / "train.json").read_text(encoding="utf-8"))
    return sum(bool(converter(row)["_response"]) for row in rows)


CHECKS: dict[str, Callable[[Path], int]] = {
    check.__name__: check
    for check in (
        trl_sft, trl_dpo, trl_kto, trl_reward, trl_grpo, regression, axolotl_chat, axolotl_steps,
        openrlhf_sft, openrlhf_pairs, openrlhf_prompts, verl_rl, verl_multi_turn, inspect_task,
        lm_eval_task, argilla_records, llama_factory,
    )
}  # fmt: skip


if __name__ == "__main__":
    print(f"rows {CHECKS[sys.argv[1]](Path(sys.argv[2]))}")
