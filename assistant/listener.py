"""The in-process listener: the cascade audio-LLM on transformers, embedded weights or a path.

One rule: the order in which a song was opened can change nothing: stems are put before the model
by name, the anchor first.
"""

import json
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, cast
from weakref import WeakKeyDictionary

import numpy as np
import torch

import prompts
from assistant.bounds import Bounds
from assistant.choosing import as_worded, found_likely, judges_nothing, likeliest, weighed
from assistant.decoding import Stems, Writer, call_grammar, forced_text
from assistant.hearing import Hearing, Judgement, Step, ToolCall
from assistant.intents import ADVICE, SPEAK, acts_of, situation_said, tool_of
from assistant.judging import USUAL_SENSES, Judge, others_by_name
from assistant.model.judging import Senses
from assistant.model.processing import (
    CALL_START,
    HEAR,
    call_opening,
    conversation,
    said_by,
)
from assistant.model.sentences import SentenceEncoder
from assistant.model.typed import TypedReader
from assistant.naming import spoken_of
from assistant.orders.mentions import plainly_said
from assistant.rewriting import not_here_told, spoken
from assistant.said import Said
from assistant.said_balance import LEAST_ADVICE, speaks_of_balance
from assistant.said_calls import as_said
from assistant.tools import TOOLS
from assistant.waiting import is_open, stems_waiting, what_was_said
from mixer.loudness import LEVEL_ENTRIES, profile, relative_profile
from mixer.moves import MixState
from mixer.roles import ROLES, roles_from_names
from mixer.song import Song

STEMS_AT_ONCE = 12  # as many as the embedded model was trained to talk about
TURNS_LOOKED_BACK = 4
ELSEWHERE = frozenset(  # an instrument may be named in them
    {"beyond", "off_topic", "reference", "goodbye", "praise", "thanks", "greet", "who_are_you"}
)
LEADING = 0.5  # how likely one of these must be meant to be the answer


class ListenerError(ValueError):
    """A listener that cannot be loaded or asked: got, needed and cure."""


class Heard(NamedTuple):
    """What is measured of a song once: faders change none of it. trust: see Hearing."""

    hidden: np.ndarray
    profiles: list[np.ndarray | None]
    roles: tuple[str, ...]
    trust: float


class EmbeddedListener:
    """Hears every stem through CLAP and meters, and speaks through the language model."""

    hears = True

    def __init__(self, folder: Path | str | None = None):
        from transformers.utils.logging import disable_progress_bar

        from assistant.model import register
        from assistant.model.modeling import GainsayForConditionalGeneration
        from assistant.model.processing import GainsayProcessor

        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        disable_progress_bar()
        register()
        self.rated = folder is None  # the rates are those of the shipped weights
        folder = Path(
            str(files("assistant").joinpath("weights/listener") if folder is None else folder)
        )
        if not (folder / "config.json").is_file():
            raise ListenerError(
                f"{folder} holds no model: one with config.json and model.safetensors is needed "
                "(train one with python -m finetune.train_listener)"
            )
        self.name = f"gainsay ({folder.name})"
        self.processor = GainsayProcessor.from_pretrained(folder)
        model = GainsayForConditionalGeneration.from_pretrained(folder, dtype=kept_in(folder))
        self.model = model.eval()
        reads = model.config.sentence_features > 0
        self.sentences = SentenceEncoder.of(folder) if reads else None
        self.reader = SentenceEncoder.reader_of(folder)
        self.typed = TypedReader.of(folder)
        self._judge = Judge(self.model, self.processor.tokenizer, self.sentences)
        # by song, for as long as somebody has it open: a server has many
        self._heard: WeakKeyDictionary[Song, Heard] = WeakKeyDictionary()

    # ---- hearing

    def hear(self, song: Song, state: MixState, anchor: str) -> Hearing:
        """Take in the song as it stands. Content and meters are measured once per song."""
        heard = self.listen(song)
        anchor_index = song.index(anchor)
        missing = np.full(14, np.nan, dtype=np.float32)
        rows = np.stack([missing if p is None else p for p in heard.profiles]).astype(np.float32)
        for index, gain_db in enumerate(state.gain_db):
            rows[index, LEVEL_ENTRIES] += gain_db
            if state.muted[index]:
                rows[index] = np.nan
        if not np.isfinite(rows[anchor_index, 0]):
            raise ListenerError(
                f"the anchor {anchor} has no level (silent or muted): choose a stem that plays"
            )
        return Hearing(
            names=song.names,
            anchor_index=anchor_index,
            hidden=heard.hidden,
            relative_profile=relative_profile(rows, anchor_index),
            roles=heard.roles,
            profiles=rows,
            trust=heard.trust,
        )

    def listen(self, song: Song) -> Heard:
        """Content, meters and roles of a song, measured once."""
        if song not in self._heard:
            from mixer.ear import Ear, heard_as_named

            tower = self.model.model.hear if self.model.config.own_tower else None
            result = Ear.load().hear(song, tower)
            profiles = [profile(stem, song.sample_rate) for stem in song.each()]
            told = zip(roles_from_names(song.names), result.role_probabilities, strict=True)
            roles = tuple(role or ROLES[int(np.argmax(chances))] for role, chances in told)
            trust = heard_as_named(song.names, result.role_probabilities)
            hidden = np.asarray(result.hidden, np.float32)
            self._heard[song] = Heard(hidden, profiles, roles, trust)
        return self._heard[song]

    # ---- thinking

    def judge(
        self,
        hearing: Hearing,
        messages: Sequence[dict[str, Any]],
        senses: Senses = USUAL_SENSES,
    ) -> Judgement:
        """Posterior over the needed move of every stem that has a level.

        senses: what the model is given of the stems (see assistant/model/judging.py).
        """
        return self.judge_many([hearing], [messages], senses)[0]

    def judge_many(
        self,
        hearings: Sequence[Hearing],
        messages: Sequence[Sequence[dict[str, Any]]],
        senses: Senses = USUAL_SENSES,
    ) -> list[Judgement]:
        """Judge many songs at once, each after the last words of its own conversation."""
        asked = [[m["content"] for m in talk if m["role"] == "user"][-1:] for talk in messages]
        return self._judge.weigh(hearings, [one[0] if one else "" for one in asked], senses)

    def next_step(
        self,
        hearing: Hearing,
        messages: Sequence[dict[str, Any]],
        on_token: Callable[[str], None] | None = None,
        wordings: Sequence[str] = (),
    ) -> Step:
        """Listen, call a tool, or speak: the model's first token decides.

        What it says of a tool's result is one of the wordings, the one that it finds likeliest.
        """
        writer = self._begin(hearing, messages, stems_to_show(hearing, messages))
        said = what_was_said(hearing, messages)
        waiting = stems_waiting(said, messages)
        tools, reading = self._callable(said, waiting), {}
        if not waiting and not (said.sound.style and is_open(messages)):  # else: a call, it is
            reading = self._read(hearing, messages)
            act, writer.certainty = self._act(writer, tools, said, reading)
            if act == ADVICE:
                return self._advise(hearing, messages)
            if act == SPEAK:
                texts = wordings or self._spoken(hearing, said, reading)
                return Step(text=writer.write_wording(texts, on_token))
            tools = [act]
        writer.force([self._id(CALL_START)])
        schemas = {name: TOOLS[name].model.model_json_schema() for name in tools}
        measured = said.measured if tools == ["measure_levels"] else ()
        anchors = said.named if tools == ["set_anchor"] else ()  # "judge it all by the snare"
        grammar = call_grammar(schemas, waiting or measured or anchors or said.stems or said.names)
        call = writer.write_call(grammar, Bounds(said).behind)
        called = as_said(ToolCall(call["name"], call["arguments"]), said)
        return Step(tool=called, certainty=writer.certainty)

    def read(
        self, text: str, names: tuple[str, ...], roles: tuple[str | None, ...]
    ) -> dict[str, float]:
        """How likely each intent is meant by a text; nothing where no reader was trained."""
        if self.reader is None:
            return {}
        return self.reader.intents_of(plainly_said(text, names, roles))

    def read_as_typed(self, text: str) -> dict[str, float]:
        """The same by the text as it was typed; nothing where no such reader was trained."""
        return {} if self.typed is None else self.typed.intents_of(text)

    def _read(self, hearing: Hearing, messages: Sequence[dict[str, Any]]) -> dict[str, float]:
        """What the user's last words want, by intent, as long as nothing was done about them."""
        if not is_open(messages):
            return {}
        return self.read(messages[-1]["content"], hearing.names, tuple(hearing.roles))

    def _act(
        self, writer: Writer, tools: Sequence[str], said: Said, reading: dict[str, float]
    ) -> tuple[str, float]:
        """What to do: a tool's name or SPEAK, and how likely that is meant."""
        openings = {tool: self._id(call_opening(tool)) for tool in tools}
        acts = found_likely(writer, self._id(HEAR), self._id(CALL_START), openings)
        read = acts_of(reading, anchor_alone=set(said.named) == {said.anchor})
        read = as_worded(read, said) if reading else read
        act, likely = likeliest(weighed(acts, read))
        return (SPEAK if reading and judges_nothing(act, read, said) else act), likely

    def _spoken(self, hearing: Hearing, said: Said, reading: dict[str, float]) -> tuple[str, ...]:
        """What may be said without a tool."""
        others = [hearing.names[index] for index in others_by_name(hearing)]
        stems = sorted([*others, hearing.anchor], key=str.casefold)
        situation = situation_said(reading)
        elsewhere = situation in ELSEWHERE and reading[situation] >= LEADING
        if said.missing and not elsewhere and not set(said.named) - {said.anchor}:
            return not_here_told(said.missing, stems)  # "turn up the ukulele"
        if reading and situation is None and not speaks_of_balance(said.latest):
            likely = [x for name, x in reading.items() if tool_of(name) is None]
            if max(likely, default=0.0) < LEAST_ADVICE:  # nobody can tell: one short question
                return prompts.wordings("clarify_intent")
        return spoken(hearing.anchor, [] if elsewhere else said.missing, stems, situation)

    def _id(self, token: str) -> int:
        return cast(int, self.processor.tokenizer.convert_tokens_to_ids(token))

    def _advise(self, hearing: Hearing, messages: Sequence[dict[str, Any]]) -> Step:
        """Judge the stems, then let the model word the proposal around the moves it arrived at."""
        judgement = self.judge(hearing, messages)
        moves = [
            {"stem": move.stem, "gain_db": float(move.gain_db)}
            for move in judgement.moves(hearing.threshold)
        ]
        arguments = {"moves": moves, "reason": self._reason(hearing, messages, moves)}
        return Step(tool=ToolCall(ADVICE, arguments), judgement=judgement)

    def _reason(
        self, hearing: Hearing, messages: Sequence[dict[str, Any]], moves: list[dict]
    ) -> str:
        """Why, in the words of prompts/ that the model finds likeliest behind its moves."""
        writer = self._begin(hearing, messages, stems_to_show(hearing, messages))
        listed = json.dumps(moves, ensure_ascii=False)
        start = f'{call_opening(ADVICE)}"moves": {listed}, "reason": "'
        writer.force(forced_text(self.processor.tokenizer, HEAR + CALL_START + start))
        return writer.write_one_of(reasons(moves, hearing.anchor))

    def _callable(self, said: Said, waiting: Sequence[str]) -> list[str]:
        """The tools that these words may mean: advice is written elsewhere."""
        left_out = {ADVICE} | (set(TOOLS) - {"shape_sound"} if waiting else said.excluded)
        return [name for name in TOOLS if name not in left_out]

    def _begin(
        self, hearing: Hearing, messages: Sequence[dict[str, Any]], order: Sequence[int]
    ) -> Writer:
        """A writer that has read these stems and the conversation."""
        ids, stems = self._prompt(hearing, messages, order)
        return Writer(self.model, self.processor.tokenizer, ids, stems)

    def _prompt(
        self, hearing: Hearing, messages: Sequence[dict[str, Any]], order: Sequence[int]
    ) -> tuple[list[int], Stems]:
        """Ids of these stems and the conversation, and what stands behind the placeholders."""
        talk = recent([_marked(message) for message in messages if message["role"] != "system"])
        encoder = self.sentences
        chat = conversation(
            [hearing.names[index] for index in order], talk, vectors=encoder is not None
        )
        said = None if encoder is None else encoder.encode(said_by(talk))
        stems = Stems(
            torch.from_numpy(np.ascontiguousarray(hearing.hidden[list(order)], np.float32)),
            torch.from_numpy(
                np.nan_to_num(hearing.relative_profile[list(order)]).astype(np.float32)
            ),
            None if said is None else torch.from_numpy(said),
        )
        return self.processor.prompt_ids(chat), stems

    @cached_property
    def parameters(self) -> int:
        """How many parameters the cascade has, tower included."""
        return sum(p.numel() for p in self.model.parameters())


def kept_in(folder: Path) -> torch.dtype:
    """In what a listener's language model computes: bf16 where it is kept so, else float32."""
    kept = json.loads((folder / "config.json").read_text()).get("dtype")
    return torch.bfloat16 if kept == "bfloat16" else torch.float32


def reasons(moves: Sequence[dict[str, Any]], anchor: str) -> list[str]:
    """The reasons that may be given for moves (none: leave it), as they stand in a call."""
    verdict = "leave_it" if not moves else "raise" if moves[0]["gain_db"] > 0 else "lower"
    stem = moves[0]["stem"] if moves else ""
    told = [text.format(stem=stem, anchor=anchor) for text in prompts.reasons(verdict)]
    return [text.replace('"', "").replace("\\", "")[:90] for text in told]


def _marked(message: dict[str, Any]) -> dict[str, Any]:
    """Advice in the history shows that it was listened for, as when the model gave it."""
    calls = [call["name"] for call in message.get("tool_calls") or []]
    return {**message, "heard": True} if ADVICE in calls else message


def recent(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last turns of a conversation: as much as the embedded model was trained to look back."""
    begun = [place for place, message in enumerate(messages) if message["role"] == "user"]
    return list(messages[begun[-TURNS_LOOKED_BACK:][0] :]) if begun else list(messages)


def stems_to_show(hearing: Hearing, messages: Sequence[dict[str, Any]]) -> list[int]:
    """The stems that the model reads a request with: all, or those spoken of and some more.

    Stems without a level (muted, silent) are shown too, since they can be asked for.
    """
    others = others_by_name(hearing)
    said = " ".join([m["content"] for m in messages if m["role"] == "user"][-2:])
    meant = spoken_of(said, hearing.names, hearing.roles)
    spoken = [index for index in others if hearing.names[index] in meant]
    shown = [*spoken, *(index for index in others if index not in spoken)][: STEMS_AT_ONCE - 1]
    return [hearing.anchor_index, *(index for index in others if index in shown)]
