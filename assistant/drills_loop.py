"""Listening practice by keyboard: a question, an answer, what it was, and the next question.

One rule: it says nothing that the tools and prompts do not say, so the chat grades just the same.
"""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import prompts
from assistant.context import ToolError, ToolResult
from assistant.drills import REST, STEM, Drill
from assistant.drills_audio import write_tried
from assistant.drills_player import FilePlayer
from assistant.drills_progress import read_progress, summary
from assistant.drills_turn import answer_call
from assistant.drills_words import example, hidden_data, question, question_data
from assistant.hearing import ToolCall
from assistant.opening import Opened
from assistant.rewriting import rewrite
from assistant.said_answers import answer_said
from assistant.said_lessons import asks_a_word
from assistant.said_practice import Wish, tried, wish_of
from assistant.tools import run_tool
from assistant.tools_drills import begin, learner_path
from assistant.tools_teaching import LONGEST_TOPIC

PROMPT = "you> "
PLAY = ("play", "p", "listen", "hear")  # alone: all files in turn; before a file's name: that one


class Practice:
    """Drills on one song, one after the other; seed + number draws each."""

    def __init__(
        self,
        opened: Opened,
        seed: int,
        show: Callable[[str], None],
        player: FilePlayer | None = None,
    ) -> None:
        self.opened, self.seed, self.show = opened, seed, show
        self.player = player or FilePlayer()
        self.context, self.session = opened.context, opened.session

    def run(self, lines: Iterator[str]) -> None:
        """Ask until the lines end or one of them says so; an open drill is asked again first."""
        self._greet()
        self._ask_open() if self._is_open() else self._next()
        try:
            for line in lines:
                text = line.strip()
                self.player.stop()
                if text and not self._take(text):
                    break
        finally:
            self.player.stop()

    def _greet(self) -> None:
        names = ", ".join(self.context.names)
        self.show(f"{self.context.song.name}: {names}. {self.opened.why}")
        if self.player.is_there:
            self.show('Type "play" to hear what is asked about, at an easy volume.')
        else:
            self.show("Play each file in any player, at an easy volume.")
        self.show('Then answer in plain words; a guess is fine, and so is "no idea".')
        self.show('Ask what a word means whenever you like: "what is a dB?"')
        self.show(
            "skip: the next one. again: the question once more. hint: how to listen. q: the end."
        )

    def _is_open(self) -> bool:
        """Whether a drill was left open whose files are all there; one without them is closed."""
        drill = self.session.drill
        if drill is None:
            return False
        if all((self.context.folder / path).is_file() for path in drill.files.values()):
            return True
        self.session.end_drill("left")
        return False

    def _take(self, text: str) -> bool:
        """Deal with one line; False ends the practice."""
        drill = self.session.drill
        assert drill is not None
        if (wish := wish_of(text)) is not None:
            return self._grant(wish, drill)
        if (meant := played(text, drill)) is not None:
            self._play([self.context.folder / path for path in meant])
            return True
        if drill.parts and (gain_db := tried(text)) is not None:
            self._try(drill, gain_db)
            return True
        if asks_a_word(text, self.context):
            self._explain(text)
            return True
        said = answer_said(text, drill, self.context.names, lambda: self.context.roles)
        if said is None:
            self._say(*example(drill, self.context.names))
            return True
        if said.leaves == "stop":
            return False
        if said.leaves == "skip":
            self._leave(drill)
            self._next()
            return True
        assert said.answer is not None
        call = answer_call(said.answer)
        self._reply(call, run_tool(self.context, call))
        if self.session.drill is None:
            self._next()
        return True

    def _grant(self, wish: Wish, drill: Drill) -> bool:
        """Do what is no answer; False ends the practice."""
        if wish == "quit":
            return False
        if wish == "again":
            self._ask_open()
        elif wish == "hint":
            self.show(f"A way to listen: {prompts.drills('hints')[drill.kind]}.")
        elif wish == "score":
            self.show("\n".join(summary(read_progress(learner_path(self.context)))))
        else:
            self._leave(drill)
            self._next(wish)
        return True

    def _leave(self, drill: Drill) -> None:
        """Close the drill without an answer and tell what it was."""
        self._say("drill_left", {"drill": hidden_data(drill)})
        self.session.end_drill("left")

    def _try(self, drill: Drill, gain_db: float) -> None:
        """Let a move be heard before it is the answer."""
        stem, rest = (self.context.folder / drill.parts[part] for part in (STEM, REST))
        if not (stem.is_file() and rest.is_file()):
            self.show("The files of this drill are gone: skip it, and take the next one.")
            return
        self._play([write_tried(stem.parent, stem, rest, gain_db)])

    def _explain(self, text: str) -> None:
        """A lesson in between; the drill stays open."""
        call = ToolCall("explain", {"topic": text[:LONGEST_TOPIC]})
        self._reply(call, run_tool(self.context, call))
        self.show("(What to say there is for gainsay chat. The drill is still open.)")

    def _play(self, paths: list[Path]) -> None:
        if not self.player.is_there:
            self.show("No player is installed here that I know: open these in any other.")
        for path in paths:
            self.show(f"  {'playing ' if self.player.is_there else ''}{path}")
        self.player.play(paths)

    def _next(self, difficulty: str | None = None) -> None:
        """Draw the next drill and ask it."""
        result = begin(self.context, None, difficulty, self.seed)
        if not result.ok:
            raise ToolError(result.text)
        self._ask_open()

    def _ask_open(self) -> None:
        """The open drill's question, then its files."""
        drill = self.session.drill
        assert drill is not None
        name, values = question(question_data(drill))
        self.show(f"\nDrill {drill.number}. {prompts.reply(name, drill.number, **values)}")
        paths = [self.context.folder / path for path in drill.files.values()]
        self.show(f"  {', '.join(path.name for path in paths)}, in")
        self.show(f"  {paths[0].parent}")
        if drill.parts:
            self.show('Type "try 2" or "try -2" to hear such a move; it is no answer yet.')

    def _reply(self, call: ToolCall, result: ToolResult) -> None:
        self.show(rewrite(call, result, seed=len(self.session.events)))

    def _say(self, situation: str, values: dict) -> None:
        self.show(prompts.reply(situation, len(self.session.events), **values))


def played(text: str, drill: Drill) -> list[str] | None:
    """The files that a line asks to hear ("play", "play after", "before"); None if it asks none."""
    words = text.casefold().removesuffix(".wav").split()
    files = {label.casefold(): path for label, path in drill.files.items()}
    if words and words[0] in PLAY:
        labels = [word for word in words[1:] if word in files]
        return [files[label] for label in labels] if labels else list(files.values())
    alone = "".join(words)  # a letter alone is an answer
    return [files[alone]] if len(alone) > 1 and alone in files else None


def typed_lines(stream: TextIO) -> Iterator[str]:
    """Lines as they are typed, with a prompt in a terminal, until their end or Ctrl-C."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    while True:
        try:
            line = input(PROMPT) + "\n" if stream.isatty() else stream.readline()
        except (EOFError, KeyboardInterrupt):
            print()
            return
        if not line:
            return
        yield line
