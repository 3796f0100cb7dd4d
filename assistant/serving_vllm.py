"""The server of `gainsay serve`: vLLM's OpenAI-compatible one, with the flags that Gainsay needs.

One rule: whatever can be found wrong before vLLM loads for a minute is said before, in a sentence.
"""

import ipaddress
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from assistant.context import ToolError

STEMS = 16  # audio items that one request may hold
RANKS = (8, 16, 32, 64, 128, 256, 320, 512)  # as vLLM takes them
KEY_VARIABLE = "VLLM_API_KEY"  # where vLLM looks for it
_MODULE = "vllm.entrypoints.openai.api_server"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_NAME = re.compile(r"[\w.:/-]+")


@dataclass(frozen=True)
class Adapter:
    """A LoRA adapter that is served under a name of its own; rank is None where it is on a hub."""

    name: str
    path: str
    rank: int | None

    @classmethod
    def read(cls, text: str) -> "Adapter":
        """NAME=PATH as it was typed."""
        name, equals, path = text.partition("=")
        if not (equals and path and _NAME.fullmatch(name)):
            raise ToolError(
                f"--lora {text!r} was given: write NAME=PATH, as in --lora mix=adapter/"
            )
        folder = Path(path).expanduser()
        if not folder.exists() and _HUB_ID.fullmatch(path):
            return cls(name, path, None)
        return cls(name, str(folder), _rank(folder))


@dataclass(frozen=True)
class Serving:
    """What is to be served, and where.

    model: a folder, or the id of a model on a hub. extra: options of vLLM's, which override ours.
    """

    model: str
    name: str
    host: str
    port: int
    stems: int
    tool_parser: str
    adapters: tuple[Adapter, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        return Path(self.model).is_dir()

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/v1"

    def command(self) -> list[str]:
        """What starts the server, in this very environment."""
        flags = [
            *("--model", self.model, "--served-model-name", self.name),
            *("--host", self.host, "--port", str(self.port)),
            *("--limit-mm-per-prompt", json.dumps({"audio": self.stems})),
            *("--enable-auto-tool-choice", "--tool-call-parser", self.tool_parser),
        ]
        if self.adapters:
            rank = max(adapter.rank or RANKS[1] for adapter in self.adapters)
            flags += ["--enable-lora", "--max-lora-rank", str(min(r for r in RANKS if r >= rank))]
            flags += ["--lora-modules", *(f"{one.name}={one.path}" for one in self.adapters)]
        return [sys.executable, "-m", _MODULE, *flags, *self.extra]

    def environment(self, given: Mapping[str, str], key: str | None) -> dict[str, str]:
        """The user's environment; a folder is served without asking a hub, no use is reported."""
        quiet = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
        if self.is_local:
            quiet["HF_HUB_OFFLINE"] = "1"
        return {**quiet, **given, **({KEY_VARIABLE: key} if key else {})}


def serving(
    model: str,
    name: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    stems: int = STEMS,
    tool_parser: str = "hermes",
    lora: Sequence[str] = (),
    extra: Sequence[str] = (),
    key: str | None = None,
) -> Serving:
    """What was asked for, once it is known to make sense."""
    if not is_loopback(host) and not key:
        raise ToolError(
            f"--host {host} lets others in: put a key into an environment variable and name it "
            "(--api-key-env NAME), or leave --host out"
        )
    folder = Path(model).expanduser()
    if folder.is_dir():
        _check_model(folder)
        model = str(folder.resolve())
    elif model.startswith((".", "/", "~")) or not _HUB_ID.fullmatch(model):
        raise ToolError(
            f"--model {model}: no such folder, nor the id of a model on a hub (OWNER/NAME): give "
            "a folder with config.json and its weights"
        )
    adapters = tuple(Adapter.read(one) for one in lora)
    names = [name or Path(model).name, *(one.name for one in adapters)]
    if len(set(names)) < len(names):
        raise ToolError(
            f"two models would be called alike ({', '.join(names)}): name each (--name)"
        )
    return Serving(model, names[0], host, port, stems, tool_parser, adapters, tuple(extra))


def require_vllm() -> None:
    """Refuse where vLLM is not installed."""
    if find_spec("vllm") is None:
        raise ToolError(
            'vllm is not installed here: pip install "gainsay[serve]" on a machine with a GPU '
            "(in an environment of its own), or ask another OpenAI-compatible server "
            "(gainsay chat --listener openai --base-url URL --model NAME)"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _check_model(folder: Path) -> None:
    """Refuse a folder that vLLM cannot serve as a model."""
    if (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file():
        raise ToolError(
            f"--model {folder} is an adapter: give its base with --model, and it with "
            f"--lora NAME={folder}"
        )
    if not (folder / "config.json").is_file():
        raise ToolError(f"--model {folder} holds no config.json: give the folder of a model")
    if not any(folder.glob("*.safetensors")):
        raise ToolError(f"--model {folder} holds no *.safetensors: its weights are needed there")


def _rank(folder: Path) -> int:
    """The rank of an adapter that vLLM takes."""
    file = folder / "adapter_config.json"
    if not file.is_file():
        raise ToolError(f"--lora {folder} holds no adapter_config.json: give an adapter of peft")
    told = json.loads(file.read_text())
    for key in ("modules_to_save", "use_dora", "trainable_token_indices"):
        if told.get(key):
            raise ToolError(
                f"the adapter in {folder} has {key}, which vLLM does not take: merge it into its "
                "base (peft's merge_and_unload), and serve that with --model"
            )
    ranks = [told["r"], *(told.get("rank_pattern") or {}).values()]
    if max(ranks) > RANKS[-1]:
        raise ToolError(f"the adapter in {folder} has rank {max(ranks)}: up to {RANKS[-1]} works")
    return max(ranks)
