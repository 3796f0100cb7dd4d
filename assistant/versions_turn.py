"""Versions and takes that are chosen, played or asked after: "2 was better, that one back".

One rule: only one that exists is gone back to; a take is a file and changes no fader.
"""

import re

import prompts
from assistant.acting import stems_set
from assistant.asking import Option
from assistant.hearing import ToolCall
from assistant.orders.lexicon import undoes
from assistant.orders.version_named import Named, Talked, named, talked
from assistant.progress import Progress
from assistant.replying import Reply, ask_back, told_at_once, worded
from assistant.said_undo import taken_back

_FIRST_ONE = re.compile(
    r"\b(?:restore|return to|(?:go |take me |switch )?back to|go to|load) the first(?: one)?\W*$"
)
_A_TAKE = re.compile(r"\btake (?:one|two|three|four|\d+)\b")  # a noun: "take 2 is the one"
_FIRST_ONES = (
    Option("go back to the start, v0", "go back to the start"),
    Option("go to the first change, v1", "go back to version 1"),
)


def of_a_version(turn: Progress) -> Reply | None:
    """What is done about versions or takes that are named; None where the words name none.

    While a proposal waits, a bare number is none of them.
    """
    if turn.acts_of is None or turn.order is not None:
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    talk = Talked() if turn.session.proposed else talked(turn.earlier)
    found = named(turn.words, names, roles, talk)
    if found is None:
        return None
    if found.of == "takes" and not turn.session.takes:
        if found.wants != "chosen" or not _A_TAKE.search(turn.words.casefold()):
            return None
        return worded(turn, prompts.reply("no_such_take", len(turn.session.events)))
    if found.wants == "told":
        return told_at_once(turn, ToolCall("list_versions"))
    if found.wants == "heard":
        return _heard(turn, found)
    if found.wants == "ranked":
        return worded(turn, prompts.reply("not_ranked", len(turn.session.events), of=found.of))
    if found.wants == "asked which":
        return ask_back(turn, "the first one may be v0 or v1", _FIRST_ONES)
    if found.of == "versions":
        return told_at_once(turn, ToolCall("restore_version", {"version": found.numbers[0]}))
    return _chosen(turn, found)


def _heard(turn: Progress, found: Named) -> Reply:
    numbers = found.numbers or tuple(take.number for take in turn.session.takes[-2:])
    label = "take" if found.of == "takes" else "v"
    return told_at_once(
        turn, ToolCall("audition", {"versions": [f"{label}{number}" for number in numbers]})
    )


def _chosen(turn: Progress, found: Named) -> Reply | None:
    """A take as the one that is exported from here on; with "export" it is written at once."""
    takes = turn.session.takes
    number = len(takes) if found.numbers[0] == -1 else found.numbers[0]
    if not 1 <= number <= len(takes):
        return None
    take = turn.session.choose_take(number)
    if found.wants == "exported":
        return told_at_once(turn, ToolCall("export_mix", {"format": "mix"}))
    text = prompts.reply(
        "take_chosen", len(turn.session.events), take=take.label,
        file=str(take.path.relative_to(turn.context.folder)),
    )  # fmt: skip
    return worded(turn, text)


def taken_back_now(turn: Progress) -> Reply | None:
    """The last change, or the last of a stem, taken back in other words; None for all else.

    "that is awful, lose it" takes back only what was done just before; else it is a mute.
    """
    if turn.acts_of is None or turn.order is not None or turn.session.proposed:
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    stems = taken_back(turn.words, names, roles)
    deeds = turn.before.deeds if turn.before.just_done else ()
    if stems is None or not (deeds or undoes(turn.words.casefold()) or stems):
        return None
    last = {stem for call in deeds for stem in stems_set(call)}
    if len(stems) == 1 and last != set(stems):
        return told_at_once(turn, ToolCall("undo", {"stem": stems[0]}))
    return told_at_once(turn, ToolCall("undo"))


def first_one(turn: Progress) -> Reply | None:
    """A question where a version is called the first one: as opened, or the first change?"""
    asked = _FIRST_ONE.search(turn.words.casefold())
    if turn.order is not None or asked is None or len(turn.session.versions) < 2:
        return None
    return ask_back(turn, "the first one may be v0 or v1", _FIRST_ONES)
