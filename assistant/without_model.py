"""Answers for which no model is asked: plain orders, drills, wishes and questions about Gainsay.

One rule: each gives None where the words are anything else, and has then done nothing.
"""

import re

import prompts
from assistant.acting import USER_REFUSED, stems_of
from assistant.asking import which
from assistant.hearing import ToolCall, rated
from assistant.intents import ADVICE, SPEAK
from assistant.orders.asides import asks_for_something
from assistant.orders.by_level import Levels, asks_which, speaks_of_level, with_names
from assistant.orders.lacking import bare_number, lacks_a_stem, lacks_a_way, one_of_several
from assistant.orders.mentions import mentions
from assistant.orders.tokens import tokens
from assistant.progress import Progress
from assistant.replying import (
    MORE_THAN_ONE,
    Reply,
    ask_back,
    told_at_once,
    worded,
)
from assistant.said_balance import asks_for_it_here, asks_if_overloaded
from assistant.said_beyond import is_beyond
from assistant.said_formats import formats_said
from assistant.said_lessons import asks_why_at_all, lesson_asked, topic_of_why
from assistant.said_sensitivity import sensitivity_said
from assistant.said_tastes import genre_in_passing
from assistant.sensitivity import SETTINGS, operating_points
from mixer.moves import MAX_GAIN_DB

_IN_DB = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?) ?(?:db|decibels?)\b")
_AND = re.compile(r"(?:\b(?:and|plus|as well as|also|both|with|n)\b|[&+])")
_AN_EXPORT = 0.3  # the same of files, beside two kinds of them
_A_DEED = 0.5  # how likely a tool must be meant beside words for what no tool does


def picky(turn: Progress) -> Reply | None:
    """The answer to a wish to hear of more faults or fewer; None where nothing such was said."""
    session, context = turn.session, turn.context
    now = session.sensitivity
    wanted = sensitivity_said(turn.user_text, context.names, lambda: context.roles, now)
    if wanted is None:
        return None
    session.prefer_sensitivity(wanted)
    at_its_end = wanted == now and now in (SETTINGS[0], SETTINGS[-1])
    text = prompts.reply(
        "sensitivity_at_its_end" if at_its_end else "sensitivity_set",
        len(session.events),
        **operating_points().told(wanted),
    )
    if not rated(turn.listener):  # the rates are those of the embedded listener
        text = prompts.served("sensitivity_kept", setting=wanted, model=turn.listener.name)
    turn.tell("reply", text=text, rewritten=False, problems=[])
    return Reply(text)


def no_such_amount(turn: Progress) -> Reply | None:
    """A question where a stem is to get what another got, and that one got nothing."""
    return ask_back(turn, "that stem got nothing", ()) if turn.lacks_amount else None


def ordered(turn: Progress) -> Reply | None:
    """What is said to plain orders, which leave no doubt; None where the words are none."""
    names, roles = turn.context.names, tuple(turn.context.roles)
    if options := one_of_several(turn.words, names, roles, turn.orders_in, turn.before):
        return ask_back(turn, MORE_THAN_ONE, options)
    calls = [turn.as_it_stands(call) for call in turn.reading.orders]
    if not calls:
        return None
    said = turn.reading.said
    stems = {name for call in calls for name in stems_of(call)}
    for call in calls:
        options = which(call, stems_of(call), said)
        each = len(calls) > 1 and {option.label for option in options} <= stems
        if options and not each:  # "L left, R right" is for each of them
            return ask_back(turn, MORE_THAN_ONE, options)
    genre = genre_in_passing(said) if all(call.name != "prefer" for call in calls) else None
    kept = [] if genre is None else [ToolCall("prefer", {"genre": genre})]
    return told_at_once(turn, *kept, *calls)


def exported(turn: Progress) -> Reply | None:
    """What is said where two kinds of files are wanted at once: "the mix plus all the stems"."""
    if turn.acts_of is None or turn.order is not None:
        return None
    plain = turn.words.casefold()
    formats = formats_said(plain)
    if len(formats) < 2 or not _AND.search(plain):
        return None
    if turn.acts_of(turn.words).get("export_mix", 0.0) < _AN_EXPORT:
        return None
    return told_at_once(turn, *(ToolCall("export_mix", {"format": name}) for name in formats))


def out_of_bounds(turn: Progress) -> Reply | None:
    """What is said to a move beyond what a fader does: the bound, and no question back."""
    if turn.acts_of is None or turn.order is not None or "?" in turn.words or turn.reading.orders:
        return None
    found = [float(one) for one in _IN_DB.findall(turn.reading.said.latest)]
    beyond_it = [size_db for size_db in found if abs(size_db) > MAX_GAIN_DB]
    if not beyond_it or not turn.reading.said.named:
        return None
    message = (
        f"a move of {beyond_it[0]:g} dB was asked: moves must lie within -{MAX_GAIN_DB:g} and "
        f"+{MAX_GAIN_DB:g} dB"
    )
    return worded(turn, prompts.reply("tool_error", len(turn.session.events), message=message))


def left(turn: Progress) -> Reply | None:
    """What is said where all that is asked for is to leave things; None where more is."""
    return ask_back(turn, USER_REFUSED, ()) if turn.reading.leaves_it else None


def beyond(turn: Progress) -> Reply | None:
    """What is said to a deed that no tool does; None where anything else is asked for."""
    names, roles = turn.context.names, tuple(turn.context.roles)
    acts_of = turn.acts_of
    if acts_of is None or turn.order is not None or turn.reading.orders:
        return None

    def asks_for_a_deed(part: str) -> bool:
        acts = acts_of(part)
        deeds = [likely for act, likely in acts.items() if act not in (ADVICE, SPEAK)]
        return sum(deeds) > _A_DEED

    if not is_beyond(turn.words, names, roles, asks_for_a_deed):
        return None
    if acts_of(turn.words).get("explain", 0.0) > _A_DEED:
        return None
    return worded(turn, prompts.reply("beyond", len(turn.session.events)))


def overloaded(turn: Progress) -> Reply | None:
    """The check of the peaks where it is asked if something was recorded too hot; else None."""
    said, acts_of, names = turn.reading.said, turn.acts_of, turn.context.names
    if acts_of is None or turn.order is not None or said.numbers():
        return None
    roles = tuple(turn.context.roles)
    if asks_for_something(tokens(turn.words, names, roles)[0]):
        return None
    text = said.latest
    for one in reversed(mentions(text, names, roles)):
        text = f"{text[: one.start]}it{text[one.end :]}"  # a stem may be called "crackle"
    before = [event["text"] for event in turn.earlier if event["event"] == "user"][-1:]
    if not asks_if_overloaded(text) and not asks_for_it_here(text, "".join(before)):
        return None
    if "explain" in text:
        return None
    return told_at_once(turn, ToolCall("check_gain_staging"))


def taught(turn: Progress) -> Reply | None:
    """A lesson, or a move's steps by hand, where the words plainly ask for one; None otherwise."""
    if not lesson_asked(turn.words, turn.context):
        return None
    return told_at_once(turn, ToolCall("explain", {"topic": turn.words[:120]}))


def by_level(turn: Progress) -> Reply | None:
    """What is said to "the quietest one up 2": which it is, and what was done."""
    context, before = turn.context, turn.before
    if turn.order is not None or turn.acts_of is None:
        return None
    which_one = asks_which(turn.words)
    if which_one is None and not speaks_of_level(turn.words):
        return None  # nothing is measured for other words
    levels = dict(zip(context.names, context.relative_now(), strict=True))
    song = Levels(
        context.names, tuple(context.roles), levels, None if which_one else turn.session.anchor,
        before.focus,
    )  # fmt: skip
    said = turn.words
    text, picked = with_names(said, song)
    if not picked:
        return None
    turn.named = text
    if which_one is None and not turn.reading.orders:
        turn.named = said
        return None
    seed = len(turn.session.events)
    turn.first = " ".join(
        prompts.reply(
            "picked_by_level", seed + place, which=one.which, stems=list(one.stems),
            anchor=song.anchor or "", alone=one.of_all and song.anchor is not None,
        )
        for place, one in enumerate(picked)
    )  # fmt: skip
    calls = turn.reading.orders if which_one is None else [ToolCall("measure_levels")]
    return told_at_once(turn, *calls)


def taught_why(turn: Progress) -> Reply | None:
    """A lesson where it is asked why something is so with all music; None otherwise."""
    if turn.acts_of is None or turn.order is not None or turn.reading.orders:
        return None
    if not asks_why_at_all(turn.words):
        return None
    return told_at_once(turn, ToolCall("explain", {"topic": topic_of_why(turn.words)[:120]}))


def lacking(turn: Progress) -> Reply | None:
    """A question for what an order leaves out; None where it leaves out nothing."""
    if turn.acts_of is None or turn.order is not None:
        return None
    names, roles, before = turn.context.names, tuple(turn.context.roles), turn.before
    options = lacks_a_way(bare_number(turn.words, names, roles), before)
    if options:
        return ask_back(turn, "a number by itself", options)
    options = lacks_a_stem(turn.words, names, before, turn.orders_in)
    if len(options) == 1:  # it was spoken of just before
        calls = turn.orders_in(options[0].order, before)
        return told_at_once(turn, *calls) if calls else None
    return ask_back(turn, MORE_THAN_ONE, options) if options else None
