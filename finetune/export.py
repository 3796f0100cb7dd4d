"""Write down what was trained, as folders that `gainsay --listener FOLDER` and vLLM read.

One rule: an adapter folder holds LoRA alone; what else was trained stands in the base beside it.

    python -m finetune.export merge BASE ADAPTER OUT      # a base and its adapter as one listener
    python -m finetune.export embedded RUN OUT            # float16, with the shipped ear as tower
"""

import argparse
import json
import shutil
from importlib.resources import files
from pathlib import Path

import torch
from peft import PeftModel
from transformers.modeling_utils import PreTrainedModel

from assistant.model import register
from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.processing import GainsayProcessor
from assistant.model.sentences import READER, TUNING
from finetune.listener_setup import load_tower
from finetune.objective import Objective
from finetune.recipe import Recipe

SHIPPED_READER = Path(str(files("assistant").joinpath("weights/listener"))) / READER
_EMBEDDED, _HEAD = "model.language_model.embed_tokens.weight", "lm_head.weight"
State = dict[str, torch.Tensor]


def write_listener(
    objective: Objective,
    adapted: PeftModel | None,
    processor: GainsayProcessor,
    state: State,
    recipe: Recipe,
    out: Path,
) -> None:
    """Write OUT/model; with adapters OUT/base and OUT/adapter too, of which it is merged.

    state: all weights of the objective, on the CPU.
    """
    halve = recipe.base is not None and objective.bf16
    whole = cascade_state(objective, state, torch.bfloat16 if halve else None)
    folder = out / ("model" if adapted is None else "base")
    objective.model.save_pretrained(folder, state_dict=whole)
    if halve:
        _say_bf16(folder)
    _write_rest(processor, folder, recipe.sentences)
    if adapted is not None:
        prefix = "base_model.model."
        own = {prefix + n.removeprefix("model."): t for n, t in state.items() if ".lora_" in n}
        adapted.peft_config["default"].base_model_name_or_path = str(folder)
        adapted.save_pretrained(str(out / "adapter"), state_dict=own, save_embedding_layers=False)
        merge(folder, out / "adapter", out / "model")


def cascade_state(objective: Objective, state: State, dtype: torch.dtype | None = None) -> State:
    """The cascade's weights alone: adapters left out, new rows put in.

    dtype: of the language model; projector and tower stay float32.
    """
    whole = {}
    for name, tensor in state.items():
        if name.startswith("model.") and ".lora_" not in name:
            whole[name.removeprefix("model.").replace(".base_layer.", ".")] = tensor
    if objective.rows is not None:
        tokens = objective.rows.tokens.cpu()
        for matrix, rows in ((_EMBEDDED, "rows.inputs"), (_HEAD, "rows.outputs")):
            values = state.get(rows, state["rows.inputs"])
            whole[matrix] = whole[matrix].index_copy(0, tokens, values.to(whole[matrix].dtype))
    if objective.model.config.tie_word_embeddings:
        del whole[_HEAD]
    for name, tensor in whole.items():
        if dtype is not None and (name == _HEAD or name.startswith("model.language_model.")):
            whole[name] = tensor.to(dtype)
    return whole


def merge(base: Path, adapter: Path, out: Path) -> None:
    """Write a base and its adapter as one listener, of the base's type."""
    register()
    model = GainsayForConditionalGeneration.from_pretrained(base, dtype=torch.float32)
    tuned = PeftModel.from_pretrained(model, str(adapter))
    merged: PreTrainedModel = tuned.merge_and_unload()  # pyright: ignore[reportCallIssue]
    state = {name: tensor for name, tensor in merged.state_dict().items()}
    if model.config.tie_word_embeddings:
        del state[_HEAD]
    if halved := _is_bf16(base):
        for name in state:
            if name == _HEAD or name.startswith("model.language_model."):
                state[name] = state[name].to(torch.bfloat16)
    merged.save_pretrained(out, state_dict=state)
    if halved:
        _say_bf16(out)
    _write_rest(GainsayProcessor.from_pretrained(base), out, None)
    if (base / TUNING).is_file():
        shutil.copyfile(base / TUNING, out / TUNING)


def _write_rest(processor: GainsayProcessor, folder: Path, sentences: str | None) -> None:
    """What stands beside a listener's weights: the tokenizer and what reads the user's words."""
    processor.save_pretrained(folder)
    if sentences:
        shutil.copyfile(sentences, folder / TUNING)
    if SHIPPED_READER.is_file():  # it reads for any listener
        shutil.copyfile(SHIPPED_READER, folder / READER)


def _say_bf16(folder: Path) -> None:
    """Have the configuration say in what the language model is kept."""
    config = json.loads((folder / "config.json").read_text())
    config["dtype"] = config["text_config"]["dtype"] = "bfloat16"
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def _is_bf16(folder: Path) -> bool:
    return json.loads((folder / "config.json").read_text()).get("dtype") == "bfloat16"


def embedded(run: Path, folder: Path) -> None:
    """Write a run's averaged weights as float16 safetensors, with the shipped ear as the tower."""
    model = GainsayForConditionalGeneration.from_pretrained(run / "model", dtype=torch.float32)
    load_tower(model)
    model.half().save_pretrained(folder)
    GainsayProcessor.from_pretrained(run / "model").save_pretrained(folder)
    if (run / "model" / TUNING).is_file():
        shutil.copyfile(run / "model" / TUNING, folder / TUNING)
    print(f"{sum(file.stat().st_size for file in folder.iterdir()) / 1e6:.1f} MB in {folder}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a trained listener in another form.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("merge", help="a base and its adapter as one listener")
    one.add_argument("base", type=Path, help="the run's folder base")
    one.add_argument("adapter", type=Path, help="the run's folder adapter")
    one.add_argument("out", type=Path, help="the new listener's folder")
    other = commands.add_parser("embedded", help="float16, with the shipped ear as the tower")
    other.add_argument("run", type=Path, help="the training's folder")
    other.add_argument("out", type=Path, help="the new listener's folder")
    options = parser.parse_args()
    if options.command == "merge":
        merge(options.base, options.adapter, options.out)
    else:
        embedded(options.run, options.out)


if __name__ == "__main__":
    main()
