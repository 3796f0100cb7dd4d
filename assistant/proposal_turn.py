"""What is said to a proposal: yes, no, a part of it, why; and later, to what is left of it.

One rule: only what was proposed is done, and of what is left only where no one moved it since.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.acting import FADERS, USER_REFUSED, stems_set
from assistant.hearing import ToolCall
from assistant.numerals import numbers
from assistant.orders.agreeing import (
    accepts,
    agrees,
    says_yes_to,
    with_one_more,
    without_parties,
)
from assistant.orders.declining import declines
from assistant.orders.of_proposal import chosen
from assistant.orders.places import PLACE, the_rest, with_places
from assistant.orders.taken_up import as_advised, taken_up, without_hesitation
from assistant.progress import Progress
from assistant.replying import Reply, ask_back, told_at_once
from assistant.said import Said
from assistant.said_gains import says_way
from assistant.said_sides import without_idioms
from assistant.said_sound import sound_said, taken_out, wishes_a_sound
from assistant.said_undo import taken_back
from assistant.said_why import asks_why, begins_with_why, besides_why
from assistant.tools_teaching import LONGEST_TOPIC
from assistant.why_cards import card_of
from mixer.moves import Move

_COMPARES = re.compile(r"\b(?:compar\w+|before|a/?b|both ways|old|original)\b")
_SURE = 0.8  # that what is asked for behind a yes is to be heard
_STATES = re.compile(r"\W*(?:that'?s|it'?s|they'?re|this is|(?:it |that |they )?sounds?)\b")
_MOST_SHAPED = 2  # stems of which a sound is asked for behind a yes
_CORRECTS = re.compile(r"\W*(?:(?:oh|ok) )?(?:no|nah|nope|wait|sorry|oops)\b", re.IGNORECASE)
_INSTEAD = re.compile(  # "no sorry, i meant"
    r"\W*(?:(?:oh|ok|wait|actually|hang on|my bad)\b\W*)*(?:no+|nope|nah|sorry|oops|whoops)\b\W*"
    r"(?:(?:no|wait|sorry|actually|i meant?|my bad|rather|make that|oops)\b\W*)*",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\b(?:too|also|as well|other|rest|both|and)\b", re.IGNORECASE)
_BACK = re.compile(  # what was just done
    r"\W*(?:(?:please|ok|so|no|then|just) )*(?:put|bring|turn|take|set) (?:it|that|this|them|him"
    r"|her|those) (?:all |right )?back(?: to (?:where|how) (?:it|they) (?:was|were))?\W*$"
)
_WHY_NOT = re.compile(r"\bwhy (?:ever |the hell )?not\s*\?+(?=\W*$)", re.IGNORECASE)  # a yes
_REFUSES = re.compile(r"\b(?:not|no|never|don'?t|leave|but|except|unless|if)\b", re.IGNORECASE)


def reasoned(turn: Progress) -> Reply | None:
    """The reason for what is proposed, or was, to "why the keys though?"; None for all else."""
    context, advised = turn.context, {move.stem for move in turn.session.proposed}
    if turn.order is not None or turn.acts_of is None:
        return None
    advised = advised or set(turn.before.advised)
    if not advised or not asks_why(turn.words, context.names, tuple(context.roles)):
        return None
    named = set(turn.reading.said.named)
    if named and not named & advised:
        return None
    if not named and not turn.session.proposed and not turn.before.just_done:
        return None
    if turn.reading.orders and not begins_with_why(turn.words):
        return None
    if any(turn.orders_in(part, turn.before) for part in besides_why(turn.words)):
        return None
    if all(card_of(context, stem) is None for stem in named & advised or advised):
        return None
    topic = turn.words
    if not named and not turn.session.proposed:
        topic = f"why {next(iter(turn.before.advised))}"  # of what was just done
    return told_at_once(turn, ToolCall("explain", {"topic": topic[:LONGEST_TOPIC]}))


def of_the_proposal(turn: Progress) -> Reply | None:
    """What is said where a part of what is proposed is wanted: "the keys yes, not the bass"."""
    proposed, acts_of = turn.session.proposed, turn.acts_of
    if acts_of is None or turn.order is not None or not proposed:
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    ordered = any(call.name != "audition" for call in turn.reading.orders)
    for head, more in with_one_more(turn.words):
        if ordered and not (says_yes_to(head) or accepts(head)):
            continue  # "take the keys and the pad down 2"
        taken = list(proposed) if accepts(head) else chosen(head, proposed, names, roles)
        calls = _asked_besides(turn, more, taken)
        if calls and not _moved(calls) & {move.stem for move in proposed}:
            return told_at_once(turn, _applied(taken, proposed), *calls)
    without = without_hesitation(turn.words)  # "wait, actually the keys part of that, yes"
    moves = chosen(turn.words, proposed, names, roles, acts_of)
    if moves := moves or chosen(without, proposed, names, roles, acts_of):
        return told_at_once(turn, _applied(moves, proposed))
    words = _WHY_NOT.sub("why not", without_parties(turn.words))
    plain_yes = "?" not in words and not Said((words,), names, roles).named
    if plain_yes and agrees(words, acts_of):
        return told_at_once(turn, ToolCall("apply_moves", {}))
    if declines(turn.user_text, names, roles):
        turn.session.decline()
        return ask_back(turn, USER_REFUSED, ())
    return None


def of_what_is_left(turn: Progress) -> Reply | None:
    """What is said to "and the other half", "ok, the keys too"; None where it is no such wish."""
    if turn.acts_of is None or turn.order is not None or turn.session.proposed:
        return None
    if moves := _meant_instead(turn):
        return told_at_once(turn, ToolCall("undo"), _applied(moves))
    if moves := _undone_for_the_advice(turn):
        return told_at_once(turn, ToolCall("undo"), _applied(moves))
    if moves := _taken_up(turn, turn.user_text) or _left(turn, turn.words):
        return told_at_once(turn, _applied(moves))
    for head, more in with_one_more(turn.words):
        moves = _taken_up(turn, head) or _left(turn, head)
        calls = _asked_besides(turn, more, moves)
        if calls and not _moved(calls) & {move.stem for move in moves}:
            return told_at_once(turn, _applied(moves), *calls)
    return None


def _asked_besides(turn: Progress, more: str, taken: Sequence[Move]) -> Sequence[ToolCall]:
    """The calls of what is asked for behind a yes to these moves; none where it is no order."""
    if not taken or turn.acts_of is None:
        return ()
    stems, before = tuple(move.stem for move in taken), turn.before
    told = replace(
        before, proposed=(), left_over=(), focus=stems, spoken=(stems, *before.spoken)
    )  # "them" are what was said yes to
    if calls := turn.orders_in(more, told):
        return calls
    if calls := _sound_besides(turn, more, stems):
        return calls
    compares = _COMPARES.search(more) and turn.acts_of(more).get("audition", 0.0) >= _SURE
    return [ToolCall("audition", {})] if compares else ()


def _sound_besides(turn: Progress, more: str, stems: tuple[str, ...]) -> Sequence[ToolCall]:
    """A sound that is asked for besides, of the stems that are named, else of these."""
    names, roles = turn.context.names, tuple(turn.context.roles)
    named = tuple(Said((more,), names, roles).named)
    sound = sound_said([more], names, named, named or stems)
    out = bool(named) and taken_out(more) is not None  # "a little rasp out of the horns"
    if not (sound.only or out) or sound.style or numbers(more, names):
        return ()
    if len(named or stems) > _MOST_SHAPED:
        return ()
    if _STATES.match(more) or not (named or wishes_a_sound(more, names)):
        return ()
    return [ToolCall("shape_sound", {"stem": s, "words": sound.words}) for s in named or stems]


def _advised(turn: Progress) -> list[Move]:
    """The moves of the last advice, whatever became of them."""
    return [Move(*one) for one in turn.before.advised.items()]


def _moved(calls: Sequence[ToolCall]) -> set[str]:
    """The stems whose faders calls move."""
    return {name for call in calls if call.name in FADERS for name in stems_set(call)}


def _applied(moves: Sequence[Move], proposed: Sequence[Move] = ()) -> ToolCall:
    """The call that applies moves of what is proposed, or all of it."""
    if list(moves) == list(proposed):
        return ToolCall("apply_moves", {})
    told = [{"stem": move.stem, "gain_db": move.gain_db} for move in moves]
    return ToolCall("apply_moves", {"moves": told})


def _meant_instead(turn: Progress) -> list[Move]:
    """What was meant where another part of the advice was just applied: "no sorry, the keys"."""
    left, deeds = turn.before.left_over, turn.before.deeds[-1:]
    corrects = _INSTEAD.match(turn.user_text)
    if not left or not deeds or not turn.before.just_done or corrects is None:
        return []
    if deeds[0].name != "apply_moves" or not set(stems_set(deeds[0])) <= set(turn.before.advised):
        return []
    names, roles = turn.context.names, tuple(turn.context.roles)
    rest = turn.user_text[corrects.end() :]
    told = with_places(rest, _advised(turn))
    return [] if _ALSO.search(rest) else the_rest(told, left, names, roles)


def _undone_for_the_advice(turn: Progress) -> list[Move]:
    """What is asked for behind an undo, as it was advised: "put it back and do your 3"."""
    names, roles = turn.context.names, tuple(turn.context.roles)
    done = {stem for call in turn.before.deeds for stem in stems_set(call)}
    for head, more in with_one_more(turn.words):
        *talk, last = [part for part in re.split(r"[.!;,]+", head) if part.strip()] or [""]
        back = turn.orders_in(last, turn.before) == [ToolCall("undo", {})]
        back = back or taken_back(last, names, roles) == ()
        if not (back or _BACK.match(last)) or any(
            turn.orders_in(part, turn.before) for part in talk
        ):
            continue
        moves = as_advised(more, _advised(turn), names, roles)
        if moves and {move.stem for move in moves} <= done:
            return moves
    return []


def _taken_up(turn: Progress, words: str) -> list[Move]:
    """What is asked for of advice that the words point to, whatever else was done since."""
    before, words = turn.before, without_hesitation(words)
    if not before.still_advised or any(
        call.name not in ("apply_moves", "undo") for call in turn.orders_in(words, before)
    ):
        return []
    words = with_places(words, _advised(turn))
    names, roles = turn.context.names, tuple(turn.context.roles)
    return taken_up(words, before.still_advised, tuple(before.advised), names, roles)


def _left(turn: Progress, said: str) -> list[Move]:
    """What is asked for of the last advice, right behind it."""
    left = turn.before.left_over
    if not left or turn.acts_of is None or _says_how(turn, said):
        return []
    names, roles = turn.context.names, tuple(turn.context.roles)
    words = with_places(said, _advised(turn))
    words = words if _CORRECTS.match(words) else without_hesitation(words)
    if moves := the_rest(words, left, names, roles) or _after_all(turn, words, left):
        return moves
    goes_on = bool(turn.before.deeds) and turn.before.just_done and not turn.reading.said.named
    if goes_on and not PLACE.search(said):
        return []  # "half of that" is half of what was just done
    return chosen(without_hesitation(words), left, names, roles, turn.acts_of)


def _after_all(turn: Progress, words: str, left: Sequence[Move]) -> list[Move]:
    """ "you were right about the keys. do it": what was named of it, behind words of its own."""
    *before, last = [part for part in re.split(r"[.!;,]+", words) if part.strip()] or [""]
    named = set(turn.reading.said.named)
    wanted = bool(before) and agrees(last, lambda _: {})
    wanted = wanted and named <= {move.stem for move in left} and not _REFUSES.search(words)
    return [move for move in left if move.stem in named] if wanted else []


def _says_how(turn: Progress, said: str) -> bool:
    """Whether the words order something of their own: "the keys down 1" and not "the keys too"."""
    whole = said == turn.words
    own = turn.reading.said.numbers() or says_way(without_idioms(said.casefold()))
    if not whole:
        own = says_way(without_idioms(said.casefold()))
    calls = turn.reading.orders if whole else turn.orders_in(said, turn.before)
    return bool(own) and any(call.name != "audition" for call in calls)
