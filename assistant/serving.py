"""A listener behind an OpenAI-compatible server: vLLM, transformers serve, llama.cpp, a paid one.

One rule: a bigger brain gets the same words, tools and gate as the embedded one, and is never said
to hear or to be sure of what it only reads.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import prompts
from assistant.hearing import Hearing, Judgement, NotAskedError, ReplyError, Step, ToolCall
from assistant.intents import ADVICE
from assistant.serving_audio import audio_parts
from assistant.serving_calls import read_call, unasked, written_out
from assistant.serving_messages import chat, tool_schemas
from assistant.serving_stream import Answer, Server, ServingError
from assistant.serving_text import printable, shown_names
from mixer.moves import MixState
from mixer.roles import ROLES, roles_from_names
from mixer.song import Song

KEY_VARIABLE = "OPENAI_API_KEY"
STEMS_WITH_AUDIO = 12
MAX_REPLY = 2400  # characters of what the user is to read
TRIES = 2  # for advice without a conversation: the model is told of its first error
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_THOUGHT_BEFORE = re.compile(r"\A.*</think>", re.DOTALL)  # the prompt held the opening tag
_CLAIMS_TO_HEAR = re.compile(
    r"\bI(?:'ve| have| can| could|'m)?(?: just| also| now| clearly)? (?:hear|heard|listen\w*)\b"
    r"|\b(?:by|to my|my) ears?\b|\bfrom listening\b",
    re.IGNORECASE,
)


def key_from(variable: str | None) -> str | None:
    """The API key in an environment variable; one that was named must be set."""
    key = os.environ.get(variable or KEY_VARIABLE, "").strip()
    if variable is not None and not key:
        raise ServingError(
            f"--api-key-env {variable} was given and {variable} is not set: export the key there"
        )
    return key or None


class ServedListener:
    """Asks a server what to do next; judges nothing itself, so no range or confidence is told."""

    judges = False

    def __init__(self, server: Server, hears: bool = False) -> None:
        self.server, self.hears = server, hears
        self.name = printable(server.model)
        self._heard: tuple[Song, tuple[str | None, ...]] | None = None

    @property
    def header(self) -> str:
        """What this listener is given, in one sentence."""
        text = "hears" if self.hears else "reads_only"
        return prompts.served(text, model=self.name, place=self.server.base_url)

    # ---- hearing

    def hear(self, song: Song, state: MixState, anchor: str) -> Hearing:
        """Names and roles; meters and audio are read when a request is written (Hearing.facts)."""
        count, roles = len(song.names), self._roles_of(song)
        nothing = np.full((count, 14), np.nan, np.float32)
        hidden = np.zeros((count, 8, 256), np.float32)
        return Hearing(song.names, song.index(anchor), hidden, nothing, roles, nothing)

    def _roles_of(self, song: Song) -> tuple[str | None, ...]:
        """What each stem is: by its name, else by the shipped ear."""
        if self._heard is None or self._heard[0] is not song:
            roles = list(roles_from_names(song.names))
            if None in roles:
                from mixer.ear import Ear

                chances = np.asarray(Ear.load().hear(song).role_probabilities)
                roles = [one or ROLES[int(chances[at].argmax())] for at, one in enumerate(roles)]
            self._heard = (song, tuple(roles))
        return self._heard[1]

    # ---- thinking

    def judge(self, hearing: Hearing, messages: Sequence[dict[str, Any]]) -> Judgement:
        """Refuse: a server gives no probabilities."""
        raise ServingError(
            f"a judgement of every stem was asked of {self.name}, which only says what it would "
            "move: use the embedded listener (--listener embedded)"
        )

    def next_step(
        self,
        hearing: Hearing,
        messages: Sequence[dict[str, Any]],
        on_token: Callable[[str], None] | None = None,
        wordings: Sequence[str] = (),
    ) -> Step:
        """The server's next tool call, or its words. Of several calls the first is taken."""
        return self._step(hearing, messages, on_token)

    def propose(self, hearing: Hearing, words: str) -> ToolCall:
        """Advice without a conversation: the call of propose_moves for these words."""
        messages: list[dict[str, Any]] = [{"role": "user", "content": words}]
        for tries_left in reversed(range(TRIES)):
            try:
                step = self._step(hearing, messages, only=ADVICE)
                if step.tool is None:
                    raise ReplyError("advice was asked: call propose_moves, also to leave it")
                return step.tool
            except ReplyError as error:
                if not tries_left:
                    raise ServingError(
                        f"{self.name} gave no usable advice ({error}): ask again, or take another "
                        "model"
                    ) from error
                messages.append({"role": "tool", "name": "error", "content": str(error)})
        raise AssertionError("one of the tries returns or raises")

    def _step(
        self,
        hearing: Hearing,
        messages: Sequence[dict[str, Any]],
        on_token: Callable[[str], None] | None = None,
        only: str | None = None,
    ) -> Step:
        names = shown_names(hearing.names)
        shown = {name: told for told, name in names.items()}
        facts = hearing.facts()
        request = {
            "messages": chat(messages, facts, shown, self._audio(facts, shown)),
            "tools": tool_schemas(list(names), only),
        }
        answer = self.server.ask(request, on_token)
        text = _THOUGHT_BEFORE.sub("", _THINKING.sub("", answer.text))
        calls = answer.calls or written_out(text)
        if not calls and answer.is_cut:
            raise ReplyError(
                "the answer was cut at the server's limit of tokens: say it in one to three "
                "sentences, or let the server write longer answers"
            )
        if not calls:
            return Step(text=self._words(text))
        call = read_call(calls[0], names, self.server.hidden)
        if only not in (None, call.name):
            raise ReplyError(f"{call.name} was called: here only {only} can be")
        if (why := unasked(call, hearing, messages)) is not None:
            raise NotAskedError(f"{call.name} was called, but {why}")
        return Step(tool=call)

    def _audio(self, facts: Mapping[str, Any], shown: Mapping[str, str]) -> list[dict[str, Any]]:
        """Ten seconds of the stems, all of one passage, as loud as in the mix; none if deaf."""
        if not self.hears or self._heard is None:
            return []
        from mixer.ear import WINDOW_S, window

        song = self._heard[0]
        start = window(song)
        end = start + round(WINDOW_S * song.sample_rate)
        rows = sorted(facts["stems"], key=lambda row: row["stem"] != facts["anchor"])
        stems: list[tuple[str, np.ndarray | None]] = []
        for place, row in enumerate(rows):
            heard = place < STEMS_WITH_AUDIO and not row["muted"] and row["lufs"] is not None
            audio = song.audio[song.index(row["stem"])][:, start:end] if heard else None
            gain = np.float32(10 ** (row["fader_db"] / 20))
            stems.append((shown[row["stem"]], None if audio is None else audio * gain))
        return audio_parts(stems, song.sample_rate, rows[0]["lufs"] if rows else None)

    def _words(self, text: str) -> str:
        """Words that can be checked further; a model that only reads does not say that it hears."""
        words = printable(text).strip()
        if not words:
            raise ReplyError("the answer was empty: say something, or call a tool")
        if words.count("\ufffd") > 2 or len(words) > MAX_REPLY:
            raise ReplyError(
                f"the answer was {len(words)} characters, some of them broken: say it in one to "
                "three plain sentences"
                if "\ufffd" in words
                else f"the answer was {len(words)} characters: say it in one to three sentences"
            )
        claim = None if self.hears else _CLAIMS_TO_HEAR.search(words)
        if claim:
            raise ReplyError(
                f"the answer said {claim[0]!r}, and only meters were read: say what they show"
            )
        return words


__all__ = ["Answer", "Server", "ServedListener", "ServingError", "key_from"]
