"""The in-process listener: the cascade audio-LLM on transformers, embedded weights or a path.

One rule: stems are put before the model in one canonical order (anchor first, then by name), so
the order in which a song was opened can change nothing.
"""

import json
import os
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch

import prompts
from assistant.decoding import Stems, Writer, call_grammar, forced_text
from assistant.hearing import THRESHOLD, Hearing, Judgement, Step, ToolCall
from assistant.model.processing import (
    ADVICE_GRID_DB,
    CALL_START,
    HEAR,
    STEM_TOKENS,
    conversation,
    said_by,
)
from assistant.model.sentences import SentenceEncoder
from assistant.reading import read
from mixer.loudness import profile, relative_profile
from mixer.moves import MixState
from mixer.roles import ROLES, roles_from_names
from mixer.song import Song

STEMS_AT_ONCE = (
    12  # as many as the embedded model was trained on; larger songs are judged in groups
)
ADVICE_TOOL = "propose_moves"


class ListenerError(ValueError):
    """A listener that cannot be loaded or asked: got, needed and cure."""


def natural_key(name: str) -> tuple:
    """Sort key that puts 'Track 2' before 'Track 10'."""
    return tuple(
        (0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", name.casefold())
    )


class EmbeddedListener:
    """Hears every stem through CLAP and meters, and speaks through the language model."""

    hears = True

    def __init__(
        self, folder: Path | str | None = None, threshold: float = THRESHOLD, reads: bool = False
    ):
        from transformers.utils.logging import disable_progress_bar

        from assistant.model import register
        from assistant.model.modeling import GainsayForConditionalGeneration
        from assistant.model.processing import GainsayProcessor

        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        disable_progress_bar()
        register()
        folder = Path(
            str(files("assistant").joinpath("weights/listener") if folder is None else folder)
        )
        if not (folder / "config.json").is_file():
            raise ListenerError(
                f"{folder} holds no model: one with config.json and model.safetensors is needed "
                "(train one with python -m finetune.train_listener)"
            )
        self.name = f"gainsay ({folder.name})"
        self.threshold, self.reads = threshold, reads
        self.hold_out = False  # set by evaluations only
        self.processor = GainsayProcessor.from_pretrained(folder)
        model = GainsayForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
        self.model = model.eval()
        self._content: dict[int, tuple[Song, np.ndarray, list[np.ndarray | None], list]] = {}

    # ---- hearing

    def hear(self, song: Song, state: MixState, anchor: str) -> Hearing:
        """Take in the song as it stands. Content and meters are measured once per song."""
        hidden, profiles, roles = self.listen(song)
        anchor_index = song.index(anchor)
        missing = np.full(14, np.nan, dtype=np.float32)
        rows = np.stack([missing if p is None else p for p in profiles]).astype(np.float32)
        for index, gain_db in enumerate(state.gain_db):
            rows[index, [0, 1, *range(4, 14)]] += gain_db
            if state.muted[index]:
                rows[index] = np.nan
        if not np.isfinite(rows[anchor_index, 0]):
            raise ListenerError(
                f"the anchor {anchor} has no level (silent or muted): choose a stem that plays"
            )
        return Hearing(
            names=song.names,
            anchor_index=anchor_index,
            hidden=hidden,
            relative_profile=relative_profile(rows, anchor_index),
            roles=tuple(roles),
            profiles=rows,
        )

    def listen(self, song: Song) -> tuple[np.ndarray, list[np.ndarray | None], list]:
        """Content (S, 8, 256), profiles and roles of a song, cached: faders do not change them."""
        if id(song) not in self._content:
            from mixer.ear import Ear

            result = Ear.load().hear(song)
            profiles = [profile(stem, song.sample_rate) for stem in song.audio]
            told = zip(roles_from_names(song.names), result.role_probabilities, strict=True)
            roles = [role or ROLES[int(np.argmax(chances))] for role, chances in told]
            self._content = {
                id(song): (song, np.asarray(result.hidden, np.float32), profiles, roles)
            }
        _, hidden, profiles, roles = self._content[id(song)]
        return hidden, profiles, roles

    # ---- thinking

    def judge(self, hearing: Hearing, messages: Sequence[dict[str, Any]]) -> Judgement:
        """Posterior over the needed move of every stem that has a level.

        Every stem is asked for with itself last, so that all the others are heard before it.
        """
        probability = np.zeros((len(hearing.names), len(ADVICE_GRID_DB)), dtype=np.float32)
        probability[:, len(ADVICE_GRID_DB) // 2] = 1.0
        asked = [message for message in messages if message["role"] == "user"][-1:]
        order = canonical_order(hearing)
        for stem in order[1:]:
            others = [index for index in order if index != stem][: STEMS_AT_ONCE - 1]
            probability[stem] = self._judge_last(hearing, asked, [*others, stem])
        return Judgement(hearing.names, hearing.anchor_index, probability)

    def _judge_last(
        self, hearing: Hearing, asked: Sequence[dict[str, Any]], order: Sequence[int]
    ) -> np.ndarray:
        """Probabilities (49,) of the needed move of the last stem in an order."""
        writer = self._begin(hearing, asked, order, up_to=STEM_TOKENS[len(order) - 1])
        with torch.inference_mode():
            return torch.softmax(self.model.move_logits(writer.hidden).float(), dim=-1).numpy()

    def next_step(
        self,
        hearing: Hearing,
        messages: Sequence[dict[str, Any]],
        on_token: Callable[[str], None] | None = None,
    ) -> Step:
        """Listen, call a tool, or speak.

        The shipped language model does not read requests well enough yet (README), so they are
        read by their nearest phrasing; with reads=True the model's own first token decides.
        """
        if self.reads:
            return self._own_step(hearing, messages, on_token)
        if not messages or messages[-1]["role"] != "user":
            return Step()  # the reply is made from the tool's result
        proposed = [move["stem"] for move in _last_proposal(messages)]
        text = messages[-1]["content"]
        reading = read(text, hearing.names, hearing.roles, proposed, self.hold_out)
        if reading is None:
            return Step()
        if reading.listen:
            return self._advise(hearing, messages)
        if reading.situation is not None:
            return Step(text=prompts.reply(reading.situation, len(messages)))
        return Step(tool=reading.call, certainty=1.0)

    def _own_step(
        self,
        hearing: Hearing,
        messages: Sequence[dict[str, Any]],
        on_token: Callable[[str], None] | None,
    ) -> Step:
        """The model's first token decides: listen, call a tool, or speak."""
        writer = self._begin(hearing, messages, canonical_order(hearing)[:STEMS_AT_ONCE])
        tokenizer = self.processor.tokenizer
        hear_id, call_id = tokenizer.convert_tokens_to_ids([HEAR, CALL_START])
        first = int(writer.logits().argmax())
        if first == hear_id:
            return self._advise(hearing, messages)
        if first == call_id:
            writer.force([call_id])
            call = writer.write_call(self._grammar(hearing.names))
            called = ToolCall(call["name"], call["arguments"])
            return Step(tool=called, certainty=writer.certainty)
        text = writer.write_prose(on_token)
        return Step(text=text, certainty=writer.certainty)

    def _advise(self, hearing: Hearing, messages: Sequence[dict[str, Any]]) -> Step:
        """Judge the stems, then let the model word the proposal around the moves it arrived at."""
        judgement = self.judge(hearing, messages)
        moves = [
            {"stem": move.stem, "gain_db": float(move.gain_db)}
            for move in judgement.moves(self.threshold)
        ]
        if self.reads:
            reason = self._own_reason(hearing, messages, moves)
        else:
            verdict = "leave_it" if not moves else "raise" if moves[0]["gain_db"] > 0 else "lower"
            stem = moves[0]["stem"] if moves else ""
            reason = prompts.reasons(verdict)[0].format(stem=stem, anchor=hearing.anchor)
        arguments = {"moves": moves, "reason": reason}
        return Step(tool=ToolCall(ADVICE_TOOL, arguments), judgement=judgement)

    def _own_reason(
        self, hearing: Hearing, messages: Sequence[dict[str, Any]], moves: list[dict]
    ) -> str:
        """The model's own words for why, written behind the moves that it arrived at."""
        writer = self._begin(hearing, messages, canonical_order(hearing)[:STEMS_AT_ONCE])
        start = (
            f'{{"name": "{ADVICE_TOOL}", "arguments": {{"moves": {json.dumps(moves)}, "reason": "'
        )
        writer.force(forced_text(self.processor.tokenizer, HEAR + CALL_START + start))
        return writer.write_reason()

    def _grammar(self, names: Sequence[str]) -> str:
        from assistant.tools import TOOLS

        schemas = {
            name: tool.model.model_json_schema()
            for name, tool in TOOLS.items()
            if name != ADVICE_TOOL
        }
        return call_grammar(schemas, names)

    def _begin(
        self,
        hearing: Hearing,
        messages: Sequence[dict[str, Any]],
        order: Sequence[int],
        up_to: str | None = None,
    ) -> Writer:
        """A writer that has read these stems and the conversation (or only up to a token)."""
        talk = [message for message in messages if message["role"] != "system"]
        vectors = self.model.config.sentence_features > 0
        chat = conversation([hearing.names[index] for index in order], talk, vectors=vectors)
        said = SentenceEncoder.load().encode(said_by(talk)) if vectors else None
        stems = Stems(
            torch.from_numpy(np.ascontiguousarray(hearing.hidden[list(order)], np.float32)),
            torch.from_numpy(
                np.ascontiguousarray(hearing.relative_profile[list(order)], np.float32)
            ),
            None if said is None else torch.from_numpy(said),
        )
        ids = self.processor.prompt_ids(chat)
        if up_to is not None:
            ids = ids[: ids.index(self.processor.tokenizer.convert_tokens_to_ids(up_to)) + 1]
        return Writer(self.model, self.processor.tokenizer, ids, stems)

    @cached_property
    def parameters(self) -> int:
        """How many parameters the cascade has, tower included."""
        return sum(p.numel() for p in self.model.parameters())


def _last_proposal(messages: Sequence[dict[str, Any]]) -> list[dict]:
    """The moves that were proposed last."""
    for message in reversed(messages):
        for call in message.get("tool_calls") or []:
            if call["name"] == ADVICE_TOOL:
                return call["arguments"]["moves"]
    return []


def canonical_order(hearing: Hearing) -> list[int]:
    """Stems with a level, anchor first, the others by name."""
    sounding = [
        index
        for index in range(len(hearing.names))
        if index != hearing.anchor_index and np.isfinite(hearing.relative_profile[index, 0])
    ]
    sounding.sort(key=lambda index: natural_key(hearing.names[index]))
    return [hearing.anchor_index, *sounding]
