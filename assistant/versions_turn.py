"""Versions and takes that are chosen, played or asked after: "2 was better, that one back".

One rule: only one that exists is gone back to; a take is a file and changes no fader.
"""

import re

import prompts
from assistant.acting import stems_set
from assistant.asking import Option
from assistant.hearing import ToolCall
from assistant.orders.lexicon import undoes
from assistant.orders.version_described import described
from assistant.orders.version_named import NEWEST, Named, Talked, named, talked
from assistant.orders.version_steps import of_the_heard, stepped
from assistant.orders.version_wished import wished
from assistant.progress import Progress
from assistant.replying import Reply, ask_back, pleased, told_at_once, worded
from assistant.said_undo import taken_back
from assistant.said_unwanted import had_again, unwanted
from assistant.takes_turn import chosen, of_takes

_FIRST_ONE = re.compile(
    r"\b(?:restore|return to|(?:go |take me |switch )?back to|go to|load) the first(?: one)?\W*$"
)
_A_TAKE = re.compile(  # a noun: "take 2 is the one", and no "take 2 off"
    r"\btake (?:one|two|three|four|\d+)\b(?! ?(?:db|dbs|off|out|away|more|back|from|of|on)\b)"
)
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
    told = of_takes(turn, talk) or _described(turn) or _beside_it(turn, talk)
    if told is not None:
        return told
    found = named(turn.words, names, roles, talk)
    if found is None or len(turn.reading.orders) > 1:
        return None  # "back to version 2, then the keys 1 down" is more than the version
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
    return chosen(turn, found.numbers[0], export=found.wants == "exported")


def _described(turn: Progress) -> Reply | None:
    """What is done about a version that is told by what was in it: "before the mute"."""
    session, names = turn.session, turn.context.names
    wish = wished(turn.words, names, tuple(turn.context.roles))
    if wish is None or len(session.versions) < 2:
        return None
    now = session.version.number
    number = described(wish, names, session.versions, now)
    if number is None:
        return None
    if wish.hears:
        return told_at_once(turn, ToolCall("audition", {"versions": [f"v{number}", f"v{now}"]}))
    return told_at_once(turn, ToolCall("restore_version", {"version": number}))


def _beside_it(turn: Progress, talk: Talked) -> Reply | None:
    """What is done about the version before the one that is heard, the next, or the earlier one."""
    session, names = turn.session, turn.context.names
    now, last = session.version.number, len(session.versions) - 1
    liked = of_the_heard(turn.words, talk.heard) if talk.of == "versions" else None
    if liked is not None:
        if liked == now:  # "the earlier one breathes, stay there"
            return pleased(turn)
        return told_at_once(turn, ToolCall("restore_version", {"version": liked}))
    stepped_back = turn.before.undone and not turn.before.deeds and session.can_undo
    if talk.of != "versions" and not stepped_back:
        return None
    number = stepped(turn.words, names, tuple(turn.context.roles), now, last)
    if number is None or number == now:
        return None
    return told_at_once(turn, ToolCall("restore_version", {"version": number}))


def _heard(turn: Progress, found: Named) -> Reply:
    newest = len(turn.session.versions) - 1
    numbers = found.numbers or tuple(take.number for take in turn.session.takes[-2:])
    if found.of == "versions":
        numbers = tuple(newest if number == NEWEST else number for number in numbers)
    if found.with_now:
        numbers = tuple(dict.fromkeys((turn.session.version.number, *numbers)))
    label = "take" if found.of == "takes" else "v"
    return told_at_once(
        turn, ToolCall("audition", {"versions": [f"{label}{number}" for number in numbers]})
    )


def taken_back_now(turn: Progress) -> Reply | None:
    """The last change, or the last of a stem, taken back in other words; None for all else.

    "that is awful, lose it" takes back only what was done just before; else it is a mute.
    """
    if turn.acts_of is None or turn.order is not None or turn.session.proposed:
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    if turn.session.can_redo and had_again(turn.words):
        return told_at_once(turn, ToolCall("redo"))
    last = {stem for call in turn.before.deeds for stem in stems_set(call)}
    at_once = turn.before.just_done and turn.before.asked is None
    if at_once and unwanted(turn.words, names, roles, last):
        return told_at_once(turn, ToolCall("undo"))
    stems = taken_back(turn.words, names, roles)
    deeds = turn.before.deeds if turn.before.just_done else ()
    if stems is None or not (deeds or undoes(turn.words.casefold()) or stems):
        return None
    last = last if deeds else set()
    if len(stems) == 1 and last != set(stems):
        return told_at_once(turn, ToolCall("undo", {"stem": stems[0]}))
    return told_at_once(turn, ToolCall("undo"))


def first_one(turn: Progress) -> Reply | None:
    """A question where a version is called the first one: as opened, or the first change?"""
    asked = _FIRST_ONE.search(turn.words.casefold())
    if turn.order is not None or asked is None or len(turn.session.versions) < 2:
        return None
    return ask_back(turn, "the first one may be v0 or v1", _FIRST_ONES)
