"""May a call be carried out? What changes the mix must rest on what the user said.

One rule: in doubt nothing is done; the user is asked instead.
"""

import re

from assistant.hearing import ToolCall
from assistant.intents import ADVICE
from assistant.orders.lexicon import mistaken
from assistant.said import Said
from assistant.said_gains import says_way, sizes_db
from assistant.said_levels import asks_how_loud
from assistant.said_sides import PANS, without_idioms
from mixer.words import read

LEAST_CERTAINTY = 0.3  # the least sure token of a call that changes the mix
YES_CERTAINTY = 0.6  # of taking words for a yes to the open proposal
USER_REFUSED = "the user said no"
NOT_HERE = "the song has no "
CHANGES = frozenset(
    {"apply_moves", "set_level", "set_pan", "set_mute", "set_anchor", "shape_sound"}
)
FADERS = frozenset({"apply_moves", "set_level"})
READ_ONLY = frozenset({"measure_levels", "list_versions", "propose_moves"})


# Words that mean stems without naming any.
_SOME = re.compile(
    r"\b(?:it|that|this|them|those|these|'?em|her|him|they|both|all|every\w*|others?|rest|one|ones"
    r"|again|back|same|too|also)\b"
)
_NO_YES = re.compile(r"^\W*(?:the )?(?:next|another|other|hint|help|skip|pass|which|what|who)\b")
_ASKS_IF_HEARD = re.compile(
    r"^\W*(?:(?:so|and|but|hey|ok) )?(?:(?:can|do|could) you (?:hear|notice|pick up|make out)"
    r"|is there|are there|why (?:is|are|does|do))\b"
)


# Without such words nothing is undone, muted, brought back or moved on from what was done.
_UNDOES = re.compile(
    r"\b(?:un\w+|back\w*|revert\w*|restor\w+|before|old|original\w*|earlier|previous\w*|prefer\w*"
    r"|better|never ?mind|nvm|wrong|no+|nope|nah|naw|not|cancel\w*|scrap\w*|forget|remov\w+"
    r"|revers\w+|return\w*|was|were|oops|whoops|mistake\w*|worse|hate\w*|take\w*|took|meant|mean"
    r"|said|strike|scratch|rewind|stop|other|instead|ctrl|kill\w*|ruin\w*|lost|again|last|don'?t"
    r"|didn'?t|drop|step|mis(?:typ|spok|hear|read|underst)\w*|direction|typo|swap|sign|wanted)\b|\w+n't\b"
)
_GOES = re.compile(
    r"mut|\b(?:kill\w*|los(?:e|ing)|out|off|silen\w+|without|gone|drop\w*|cut|remov\w+|shut|no"
    r"|ditch|away|axe|bin|sock|suspend\w*|bench\w*|don'?t want|apart|too|also|as well|same"
    r"|likewise|rid|delete|stop|quiet|hush|disable|bypass|disappear\w*|vanish\w*"
    r"|skip|banish|click the m)\b"
)
_COMES_BACK = re.compile(
    r"mut|\b(?:back|again|on|a?wake\w*|return\w*|in|bring|miss|restor\w+|enable|activat\w+|reviv\w+|play\w*|un\w+|too"
    r"|also|as well)\b"
)
_GOES_ON = re.compile(
    r"\b(?:more|another|again|further|farther|half|halve\w*|double|twice|triple|third|quarter|back"
    r"|less|opposite|revers\w+|other|rest|much|far|instead|mean|meant|not|no|nah|nope|only|just"
    r"|both|all|same|stop|middle|closer|keep|go|on|yes|yeah|do|apply|agree\w*|swap|but|enough|it|that|this|them|those)\b"
)
_BACKS = re.compile(
    r"\b(?:back|too (?!then\b|please\b|now\b)\w+|less|half|halve\w*|much|far|enough|opposite"
    r"|other way|revers\w*|return\w*|restor\w+|eas\w+|wrong|not|no|nah|over\w*|part|third|quarter"
    r"|give|gentl\w+)\b"
)
_DISTANCE = re.compile(r"\b(?:closer|nearer|apart|distance|gap)\b")  # between two stems
_A_PART = re.compile(  # of a proposal of several moves
    r"\bonly\b|\b(?:first|second|third|latter|former)\b(?! (?:of all|thing|time|thoughts?))"
    r"|\bnot the\b|\bexcept\b|\bwait with\b"
)
_LIKEWISE = re.compile(r"\b(?:too|also|as well|same|likewise|similar\w*|ditto|like|and|by)\b")
_PLACED_ANEW = re.compile(
    r"%|\b(?:percent|per cent|wid\w*|narrow\w*|apart|further|farther|out|halfway|opposite|swap\w*"
    r"|same|both|hard|over|spread\w*|\d{2,3})\b"
)


def stems_of(call: ToolCall) -> list[str]:
    """The stems that a call names, what they are set against included."""
    against = call.arguments.get("against")
    return [*stems_set(call), *([against] if isinstance(against, str) else [])]


def stems_set(call: ToolCall) -> list[str]:
    """The stems that a call does something to."""
    moves, stem = call.arguments.get("moves") or [], call.arguments.get("stem")
    named = [move["stem"] for move in moves if isinstance(move, dict)]
    return [*named, *([stem] if isinstance(stem, str) else [])]


def doubt(call: ToolCall, certainty: float | None, said: Said) -> str | None:
    """Why a call should not be carried out, or None.

    Args:
        certainty: probability of the model's least sure token in the call, None if unknown.
        said: what the user said, and the open proposal.
    """
    if call.name == ADVICE and said.missing and not said.named:
        return f"{NOT_HERE}{said.missing[0]}"  # "the kick is too loud", and there is none
    if call.name in READ_ONLY:
        return None
    if certainty is not None and certainty < LEAST_CERTAINTY:
        return f"the model was only {certainty:.0%} sure of the call"
    if call.name == "restore_version":
        number = call.arguments.get("version")
        known = number == 0 or number in said.counts()
        return None if known else f"the user did not speak of version {number}"
    if call.name == "undo":
        takes_back = _UNDOES.search(said.latest) or mistaken().search(said.latest)
        return None if takes_back else "the user did not take anything back"
    if call.name not in CHANGES:
        return None
    if asks_how_loud(said.latest):
        return "the user asked how loud it is"
    if call.name in said.excluded:
        return f"the user's words do not speak of {call.name}"
    if call.name == "apply_moves" and not call.arguments.get("moves"):
        part = len(said.proposed) > 1 and _A_PART.search(said.latest)
        return "the user spoke of a part of the proposal" if part else _no_yes(certainty, said)
    if said.missing and not set(said.named) - {said.anchor}:
        return f"{NOT_HERE}{said.missing[0]}"
    if said.stranger is not None and not _SOME.search(said.latest.casefold()):
        return f"{NOT_HERE}{said.stranger}"
    if call.name == "apply_moves" and said.count not in (None, len(stems_set(call))):
        return f"the user spoke of {said.count} stems"
    here = {name.casefold(): name for name in said.names}
    for stem in stems_of(call):  # one that is not there is for the tool to refuse
        if (name := here.get(stem.casefold())) is not None and name not in said.stems:
            return f"the user did not speak of {name}"
        if name in said.spared and call.name != "set_anchor" and stem in stems_set(call):
            return f"the user wants {name} left alone"
    if call.name == "set_mute" and not said.named and not _SOME.search(said.latest.casefold()):
        return "the user named no stem"
    if call.name == "shape_sound":
        return _wrong_sound(call, said)
    if call.name == "set_mute" and not _speaks_of_a_mute(call.arguments.get("muted"), said):
        return "the user's words do not speak of a mute"
    if call.name == "set_pan" and not _speaks_of_a_place(said.latest):
        return "the user's words do not speak of a place"
    if call.name == "set_anchor" and not said.named and not _SOME.search(said.latest.casefold()):
        return "the user named no anchor"
    if call.name == "apply_moves" and _DISTANCE.search(said.latest) and not says_way(said.latest):
        return "the user spoke of a distance"
    if call.name == "apply_moves" and not _speaks_of_a_move(said):
        return "the user's words do not speak of a move"
    proposed = {move.stem for move in said.proposed}
    if call.name == "apply_moves" and not said.named and set(stems_set(call)) < proposed:
        return "the user did not say which of the proposed moves"
    if call.name == "apply_moves" and _turns_back_unasked(call, said):
        return "the user did not ask to go back"
    return wrong_number(call, said)


def _speaks_of_a_place(text: str) -> bool:
    """Whether lower-case words may say where a stem is to be: "right, so" does not."""
    plain = without_idioms(text)
    return bool(PANS.search(plain) or _PLACED_ANEW.search(plain))


def comes_back(text: str) -> bool:
    """Whether lower-case words may ask for a stem to be heard again."""
    return bool(_COMES_BACK.search(text))


def _turns_back_unasked(call: ToolCall, said: Said) -> bool:
    """Whether a move goes against the last one of its stem, and no word says so."""
    before = {move.stem: move.gain_db for move in said.moved}
    against = [
        move
        for move in call.arguments.get("moves") or []
        if before.get(move.get("stem"), 0.0) * move.get("gain_db", 0.0) < 0.0
    ]
    text = said.latest.casefold()
    return bool(against) and not says_way(text) and not _BACKS.search(text)


def _speaks_of_a_mute(muted: object, said: Said) -> bool:
    """Whether words can mean that a stem is to go, or that it is to come back."""
    text = said.latest.casefold()
    if muted is False:
        return comes_back(text)
    return bool(_GOES.search(text))


def _speaks_of_a_move(said: Said) -> bool:
    """Whether words hold a way, a size, or something that goes on from a move or a proposal."""
    text = said.latest.casefold()
    if says_way(text) or sizes_db(text, said.names) or said.numbers():
        return True
    if said.proposed or not said.moved:
        return bool(said.proposed)
    return bool(_GOES_ON.search(text)) or (bool(said.named) and bool(_LIKEWISE.search(text)))


def _no_yes(certainty: float | None, said: Said) -> str | None:
    """Why the words are no yes to the open proposal, or None."""
    if said.refuses:
        return USER_REFUSED
    if _NO_YES.search(said.latest):
        return "that was no yes"
    if certainty is not None and certainty < YES_CERTAINTY:
        return f"the model was only {certainty:.0%} sure that it was a yes"
    left_out = set(said.named) - {move.stem for move in said.proposed}
    if left_out and said.proposed:
        return f"the user spoke of {', '.join(sorted(left_out))}, which the proposal leaves out"
    return None


def _wrong_sound(call: ToolCall, said: Said) -> str | None:
    """A sound must stand in the user's words: what is asked of it, and which way."""
    if _ASKS_IF_HEARD.search(said.latest.casefold()):
        return "the user asked whether it is so"
    words = str(call.arguments.get("words", ""))
    own = read(said.sound_for(str(call.arguments.get("stem", ""))))
    wishes = (*said.sound.reading.wishes, *own.wishes)
    asked = {(wish.quality, wish.way) for wish in wishes}
    meant = {(wish.quality, wish.way) for wish in read(words).wishes}
    if meant - asked:
        return f"the user did not ask for {words}"
    if not meant and not set(words.casefold().split()) - {"more", "less"} <= set(
        re.findall(r"\w+", said.latest)
    ):
        return f"the user did not say {words}"
    return None


def wrong_number(call: ToolCall, said: Said) -> str | None:
    """A gain, level or place must stand in the user's words or in the proposal."""
    arguments = call.arguments
    gone_on = {move.stem for move in (*said.moved, *said.proposed)}
    open_way = not says_way(said.recent) and not _SOME.search(said.latest)
    for move in arguments.get("moves") or []:
        gains_db = said.gains_db(move.get("stem", ""))
        open_here = open_way and move.get("stem") not in gone_on
        if gains_db and open_here and min(gains_db) < 0.0 < max(gains_db):
            return "the words leave the way open"
    given = [
        (move.get("gain_db"), said.gains_db(move.get("stem", "")), " dB")
        for move in arguments.get("moves") or []
    ]
    if "relative_lu" in arguments:
        given.append((arguments["relative_lu"], said.levels_lu(), " LU"))
    if "pan" in arguments:
        given.append((arguments["pan"], said.pans(arguments.get("stem", "")), ""))
    for value, bearable, unit in given:
        if not isinstance(value, int | float) or not any(abs(value - x) < 0.01 for x in bearable):
            return f"the user did not ask for {value}{unit}"
    return None
