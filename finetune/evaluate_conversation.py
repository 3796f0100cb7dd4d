"""Does a conversation hold up? Whole turns as the product takes them, with real tools on audio.

Messages and dialogues are by strangers to the training material (finetune/stranger_*.yaml,
fresh_*.yaml, third_*.yaml to ninth_*.yaml; each group came after what reads them had been mended
by the ones before; the ninth is treacherous on purpose), and messages that no tool is for by two
more (offtopic_messages.yaml, aside_messages.yaml). A turn is right when it called the right
tools with the right arguments, or left the mix as they would.

    python -m finetune.evaluate conversation --songs runs/songs --content runs/content
"""

import argparse
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

import prompts
from assistant.acting import CHANGES
from assistant.context import ToolContext
from assistant.grounding import check, gather
from assistant.hearing import ToolCall
from assistant.orders.lexicon import NUMBER
from assistant.orders.tokens import tokens
from assistant.session import Session
from assistant.tools import run_tool
from assistant.turn import run_turn
from finetune.scenes import SongBank
from finetune.stranger_songs import Pretending, content_of, noise_song
from mixer.moves import MixState, Move
from mixer.roles import roles_from_names

# What is answered in words alone, and the situations whose words are right for it.
KINDS = {
    "greet": ("greet",), "thanks": ("thanks", "praise"), "goodbye": ("goodbye", "thanks"),
    "who_are_you": ("who_are_you", "capabilities"), "capabilities": ("capabilities", "who_are_you"),
    "off_topic": ("off_topic",), "nonsense": ("nonsense", "clarify_intent"),
    "other_language": ("other_language",), "unknown_stem": ("unknown_stem",),
    "reference": ("reference", "off_topic"), "unsafe": ("unsafe", "off_topic", "beyond"),
    "beyond": ("beyond", "off_topic"), "which_anchor": ("which_anchor",),
    "praise": ("praise", "thanks", "stays", "take_chosen", "take_is_chosen", "remark"),
    "insult": ("insult",), "refuse": ("refused_ok", "stays"),
    "absurd": ("unsafe", "beyond", "tool_error"), "which_stem": ("clarify_stem",),
    "preference": ("beyond", "clarify_intent", "genre_kept", "tone_kept", "level_liked",
                   "taste_open"),
}  # fmt: skip
TOOL_ONLY = frozenset(
    {"propose_moves", "explain", "start_drill", "answer_drill", "check_gain_staging"}
)
GROUPS = (  # of writers
    "stranger", "fresh", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
)  # fmt: skip
NOT_ASKED = ("offtopic", "aside")  # writers of messages that no tool is for, and of no dialogues


@dataclass(frozen=True)
class Asked:
    """One turn of a test: what is said, and what should follow."""

    say: str
    calls: tuple[ToolCall, ...]
    kind: str | None = None
    proposal: list[dict] | None = None


@dataclass(frozen=True)
class Talk:
    """One song's talk: stems to roles, the anchor first."""

    stems: dict[str, str]
    turns: tuple[Asked, ...]


def read_messages(who: str) -> list[Talk]:
    """Messages, each a talk of its own. who: one of GROUPS or NOT_ASKED."""
    songs = yaml.safe_load(files("finetune").joinpath(f"{who}_messages.yaml").read_text())
    return [Talk(song["stems"], (_asked(one),)) for song in songs for one in song["asked"]]


def read_dialogues(who: str) -> list[Talk]:
    """Dialogues of several turns. who: one of GROUPS."""
    listed = yaml.safe_load(files("finetune").joinpath(f"{who}_dialogues.yaml").read_text())
    return [Talk(one["stems"], tuple(map(_asked, one["turns"]))) for one in listed]


def _asked(told: dict) -> Asked:
    single = (
        [{"tool": told["tool"], "arguments": told.get("arguments")}] if told.get("tool") else []
    )
    calls = [ToolCall(one["tool"], one.get("arguments") or {}) for one in told.get("calls", single)]
    return Asked(str(told["say"]), tuple(calls), told.get("kind"), told.get("proposal"))


@dataclass
class Verdict:
    """What came of one turn.

    contrary: a fader went the other way than was meant, or a change was made where none was meant;
    the very calls that were meant are not, and a sound's own small gain is no fader's.
    """

    asked: Asked
    called: list[ToolCall]
    text: str
    tools_right: bool
    all_right: bool
    asked_back: bool
    wrong_change: bool
    contrary: bool
    ungrounded: bool
    seconds: float


@dataclass
class Outcome:
    """All verdicts of a test, talk by talk."""

    talks: list[list[Verdict]] = field(default_factory=list)

    @property
    def verdicts(self) -> list[Verdict]:
        return [verdict for talk in self.talks for verdict in talk]


def run(listener: Any, talks: Sequence[Talk], bank: SongBank, seed: int = 0) -> Outcome:
    """Hold every talk, each in a session of its own."""
    outcome = Outcome()
    for number, talk in enumerate(talks):
        with tempfile.TemporaryDirectory() as folder:
            outcome.talks.append(_hold(listener, talk, bank, seed + number, Path(folder)))
    return outcome


def _hold(listener: Any, talk: Talk, bank: SongBank, seed: int, folder: Path) -> list[Verdict]:
    rng = np.random.default_rng(seed)
    song = noise_song(tuple(talk.stems), seed)
    order = [list(talk.stems).index(name) for name in song.names]
    told = roles_from_names(song.names)
    true = [list(talk.stems.values())[place] for place in order]
    roles = [name_tells or role for name_tells, role in zip(told, true, strict=True)]
    content = content_of(talk.stems, bank, rng)[order]
    pretending = Pretending(listener, song, roles, content)
    verdicts = []
    with Session.open(song, folder / "session") as session, \
            Session.open(song, folder / "meant") as meant:  # fmt: skip
        for one in (session, meant):
            one.set_anchor(next(iter(talk.stems)))
        context, other = ToolContext(song, session), ToolContext(song, meant, pretending)
        for one in (context, other):
            one.__dict__["_roles_found"] = tuple(roles)  # noise tells none
        for asked in talk.turns:
            verdicts.append(_take(pretending, context, other, asked))
    return verdicts


def _take(listener: Pretending, context: ToolContext, other: ToolContext, asked: Asked) -> Verdict:
    """Take one turn in the session, and do what was meant in the other one."""
    listener.proposal = asked.proposal
    before, meant_before = context.session.state(), other.session.state()
    proposed = context.session.proposed
    begun, first = time.monotonic(), len(context.session.events)
    reply = run_turn(context.session, listener, context, asked.say)
    seconds = time.monotonic() - begun
    events = context.session.events[first:]
    called = [ToolCall(e["name"], e["arguments"]) for e in events if e["event"] == "tool_call"]
    results = [(e["name"], e["text"], e["data"]) for e in events if e["event"] == "tool_result"]
    meant = [_meant(other, call, asked, proposed) for call in asked.calls]
    change = _difference(before, context.session.state())
    wanted = _difference(meant_before, other.session.state())
    names = Counter(call.name for call in called)
    same_tools = names == Counter(call.name for call in asked.calls)
    said, _ = tokens(asked.say, context.names, tuple(context.roles))
    vague = all(token.kind != NUMBER for token in said)
    same_change = bool(wanted) and _alike(change, wanted, vague)
    changing = [call for call in called if call.name in CHANGES]
    if asked.calls:
        tools_right = same_tools or same_change
        all_right = same_change or (same_tools and _same(called, meant, context))
        all_right = all_right and (not changing or _alike(change, wanted, vague))
    else:
        if asked.kind == "absurd":  # an order that a tool refuses is answered as it should be
            refused = {e["name"] for e in events if e["event"] == "tool_result" and not e["ok"]}
            called = [call for call in called if call.name not in refused]
        tools_right = not called
        refuses = asked.kind == "absurd" and any(not e.get("ok", True) for e in events)
        all_right = tools_right and (refuses or _in_kind(reply.text, asked.kind))
    proposal = asked.proposal or ()
    offered = context.moves([(move["stem"], move["gain_db"]) for move in proposal])
    heard = f"{asked.say} {' '.join(context.names)}"  # a stem called "808" is no number made up
    evidence = gather(context.names, results, heard, offered, context.roles)
    return Verdict(
        asked=asked,
        called=called,
        text=reply.text,
        tools_right=tools_right,
        all_right=all_right,
        asked_back=not called and bool(asked.calls),
        wrong_change=bool(change) and not _alike(change, wanted, vague),
        contrary=_contrary(change, wanted) and changing != list(asked.calls),
        ungrounded=bool(check(reply.text, evidence)) and bool(results),
        seconds=seconds,
    )


def _meant(other: ToolContext, call: ToolCall, asked: Asked, proposed: Sequence[Move]) -> ToolCall:
    """Do what was meant; a proposal is recorded as it stands in the test.

    proposed: what a yes is said to, which is what the assistant did propose.
    """
    if call.name == "apply_moves" and not call.arguments.get("moves") and proposed:
        moves = [{"stem": move.stem, "gain_db": move.gain_db} for move in proposed]
        run_tool(other, ToolCall("apply_moves", {"moves": moves}))
        return call
    if call.name == "propose_moves":
        arguments = {"moves": asked.proposal or [], "reason": ""}
        run_tool(other, ToolCall("propose_moves", arguments))
    elif call.name not in ("render_mix", "audition", "export_mix", "shape_sound"):
        run_tool(other, call)
    return call


def _difference(before: MixState, after: MixState) -> dict[tuple[str, int], Any]:
    """What a turn changed, by kind and stem."""
    changed: dict[tuple[str, int], Any] = {}
    for stem, (was, now) in enumerate(zip(before.gain_db, after.gain_db, strict=True)):
        if abs(was - now) > 1e-6:
            changed["gain", stem] = round(now - was, 2)
    for kind in ("pan", "muted"):
        pairs = zip(getattr(before, kind), getattr(after, kind), strict=True)
        for stem, (was, now) in enumerate(pairs):
            if was != now:
                changed[kind, stem] = now
    for stem in range(len(before.gain_db)):
        if before.sound_of(stem) != after.sound_of(stem):
            changed["sound", stem] = True
    return changed


def _alike(change: dict, wanted: dict, vague: bool = False) -> bool:
    """Whether faders, pans and mutes changed alike; a sound's own small gain is none.

    vague: no number was said ("a hair"), so half as much or twice as much is as right.
    """
    sounds = {stem for kind, stem in change if kind == "sound"}
    told = {
        key: value for key, value in change.items()
        if key[0] != "sound" and not (key[0] == "gain" and key[1] in sounds and key not in wanted)
    }  # fmt: skip
    return told.keys() == wanted.keys() and all(
        told[key] == wanted[key]
        or (None not in (told[key], wanted[key]) and _near(told[key], wanted[key], vague))
        for key in told
    )


def _near(value: float, wanted: float, vague: bool) -> bool:
    if abs(value - wanted) < 0.06:
        return True
    return vague and value * wanted > 0.0 and 0.49 < value / wanted < 2.01


def _contrary(change: dict, wanted: dict) -> bool:
    """Whether a fader went against what was meant, or anything changed where nothing was."""
    sounds = {stem for kind, stem in change if kind == "sound"}
    if not wanted:
        return any(kind != "sound" and stem not in sounds for kind, stem in change)
    return any(
        kind == "gain" and change.get((kind, stem), 0.0) * float(gain_db) < 0.0
        for (kind, stem), gain_db in wanted.items()
    )


def _same(called: Sequence[ToolCall], meant: Sequence[ToolCall], context: ToolContext) -> bool:
    """Whether the calls that change no mix have the same arguments, in whatever order.

    A label without arguments for what the user prefers leaves open how the tool puts it.
    """
    if [c.name for c in called] == [c.name for c in meant] == ["prefer"] and not meant[0].arguments:
        return True
    return sorted(map(repr, map(lambda c: _plain(c, context), called))) == sorted(
        map(repr, map(lambda c: _plain(c, context), meant))
    )


def _plain(call: ToolCall, context: ToolContext) -> tuple:
    """A call's arguments as they are compared."""
    told = {key: value for key, value in call.arguments.items() if value is not None}
    if call.name in TOOL_ONLY or call.name in ("apply_moves", "set_level", "set_pan", "set_mute"):
        return (call.name,)  # compared by what they changed, or not at all
    if call.name == "shape_sound":
        return (call.name, told.get("stem"))
    if call.name == "measure_levels" and told.get("stems"):  # each is told against the anchor
        others = [stem for stem in told["stems"] if stem != context.session.anchor]
        told["stems"] = others or told["stems"]
    told = {key: sorted(v) if isinstance(v, list) else v for key, v in told.items()}
    told = {k: v for k, v in told.items() if (k, v) not in (("effects", True), ("takes", 1))}
    if told.get("format") == "mix":
        told.pop("format")
    if call.name == "audition" and "versions" in told:
        told.pop("versions")
    told.pop("style", None)
    return call.name, tuple(sorted(told.items(), key=str))


def _in_kind(text: str, kind: str | None) -> bool:
    """Whether a reply is worded as its kind may be."""
    situations = KINDS.get(kind or "", ())
    openings = [
        template.split("{{")[0] for name in situations for template in prompts.replies(name)
    ]
    inner = [
        part for name in situations for template in prompts.replies(name)
        for part in template.replace("{{", "}}").split("}}")[::2] if len(part.strip()) > 8
    ]  # fmt: skip
    return any(text.startswith(one) for one in openings if len(one) > 12) or any(
        part.strip() in text for part in inner
    )


def show(title: str, outcome: Outcome, console: Console, misses: int) -> None:
    """Print one test's tables and some misses."""
    rows: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in outcome.verdicts:
        names = " + ".join(call.name for call in verdict.asked.calls)
        several = len(verdict.asked.calls) > 1
        rows["several deeds" if several else names or f"({verdict.asked.kind})"].append(verdict)
    table = Table(title=title)
    for column in ("meant", "turns", "tools right", "all right", "asked back", "wrong change"):
        table.add_column(column, justify="left" if column == "meant" else "right")
    groups = [*sorted(rows.items(), key=lambda row: -len(row[1])), ("all", outcome.verdicts)]
    for name, verdicts in groups:
        table.add_row(name, str(len(verdicts)), *(f"{share:.1%}" for share in rates(verdicts)))
    console.print(table)
    every = outcome.verdicts
    acting = [v for v in every if v.asked.calls and v.tools_right]
    seconds = np.array([v.seconds for v in every])
    given = np.mean([v.all_right for v in acting]) if acting else np.nan
    console.print(
        f"arguments right given the tools: {given:.1%}; contrary "
        f"changes {sum(v.contrary for v in every)}; replies not borne out "
        f"{sum(v.ungrounded for v in every)} of {len(every)}; whole talks right "
        f"{np.mean([all(v.all_right for v in talk) for talk in outcome.talks]):.1%}; seconds a "
        f"turn: median {np.median(seconds):.2f}, 90 % {np.quantile(seconds, 0.9):.2f}"
    )
    for verdict in [v for v in every if not v.all_right or v.ungrounded][:misses]:
        meant = ", ".join(f"{c.name} {c.arguments}" for c in verdict.asked.calls)
        got = ", ".join(f"{c.name} {c.arguments}" for c in verdict.called)
        console.print(
            f"{'(contrary) ' if verdict.contrary else ''}"
            f"{f'(not borne out: {verdict.text}) ' if verdict.ungrounded else ''}"
            f"{verdict.asked.say!r} -> {got or verdict.text[:70]}; meant "
            f"{meant or verdict.asked.kind}", markup=False,
        )  # fmt: skip


def rates(verdicts: Sequence[Verdict]) -> tuple[float, ...]:
    """Shares of tools right, all right, asked back, and a wrong change made."""
    return tuple(
        float(np.mean([getattr(verdict, name) for verdict in verdicts]))
        for name in ("tools_right", "all_right", "asked_back", "wrong_change")
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m finetune.evaluate conversation", description=__doc__
    )
    parser.add_argument("--songs", type=Path, default=Path("runs/songs"))
    parser.add_argument("--content", type=Path, default=Path("runs/content"))
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--only", choices=("messages", "dialogues"), help="one kind of test")
    parser.add_argument("--by", choices=(*GROUPS, *NOT_ASKED), help="of one group of writers")
    parser.add_argument("--limit", type=int, help="at most so many talks of each test")
    parser.add_argument("--misses", type=int, default=12, help="how many misses to print")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    from assistant.listener import EmbeddedListener

    listener, console = EmbeddedListener(options.model), Console(width=160)
    bank = SongBank(options.songs, options.content, "test")
    for who in (*GROUPS, *NOT_ASKED):
        for name, read in (("messages", read_messages), ("dialogues", read_dialogues)):
            if name == "dialogues" and who in NOT_ASKED:
                continue
            if options.only in (None, name) and options.by in (None, who):
                outcome = run(listener, read(who)[: options.limit], bank, options.seed)
                show(f"{who} {name}", outcome, console, options.misses)


if __name__ == "__main__":
    main()
