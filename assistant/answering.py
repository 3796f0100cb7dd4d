"""What an answer to a question of ours means: the order that it completes.

One rule: a text that says anything beyond its answer is none.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.asking import Option
from assistant.orders.asides import behind_talk
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, SIZE
from assistant.orders.tokens import STEM, STOP, tokens
from assistant.said_sides import side_of
from mixer.roles import words_of

_COURTESY = re.compile(
    r"\b(?:please|pls|plz|thanks|thx|thank you|the|just|only|i mean|i meant|i'd say|go (?:for|with)"
    r"|that|it's|its|one|of them|would be|make it|do|um+|uh+|hm+|ok|okay|obviously|definitely"
    r"|always|of course|for sure|clearly|naturally|certainly)\b|[^\w\s-]"
)
_PLACES = (
    re.compile(r"(?:1st|first|former)"),
    re.compile(r"(?:2nd|second|latter)"),
    re.compile(r"(?:3rd|third)"),
)
_FIGURE = re.compile(r"(?:(?:number|no|nr) )?(\d+|[abc])")
_COUNTED = re.compile(r"\d+|(?<![^\W_])[abc](?![^\W_])")  # in a label
_YES_FIRST = re.compile(r"^(?:yes|yeah|yep|yup|no|nope) (?=\S)")
_SIZES = (NUMBER, SIZE, "unit", "percent")
_ANSWERS = frozenset({STEM, STOP, FILLER, JOIN, "only", "both", "too", "meant", *_SIZES})
_YES = re.compile(r"(?:yes|yeah|yep|yup|ya|sure|correct|exactly|right|go ahead|y|do it|yes it)")
_BOTH = re.compile(
    r"(?:both|all|all three|every|each|everything|everyone|the lot|both guitars|all of"
    r"|the whole (?:lot|mix))"
)


def answered(
    text: str,
    options: Sequence[Mapping[str, str]],
    names: Sequence[str] = (),
    roles: Callable[[], Sequence[str | None]] = tuple,
) -> str | None:
    """The order that an answer to a question stands for; None where the text is no answer to it.

    names, roles: of the song's stems, so that "the singer" answers as well as a stem's name does.
    """
    if not options:
        return None
    told = _read(text, options, names, roles)
    if told is None and names and (last := behind_talk(text, tuple(names), tuple(roles()))):
        told = _read(last, options, names, roles)  # "sorry, my head. the trumpets"
    return told


def _read(
    text: str,
    options: Sequence[Mapping[str, str]],
    names: Sequence[str],
    roles: Callable[[], Sequence[str | None]],
) -> str | None:
    """The order that a text stands for, all of which is an answer."""
    offered = [Option(one["label"], one["order"]) for one in options]
    plain = " ".join(_COURTESY.sub(" ", text.casefold()).split())
    plain = _YES_FIRST.sub("", plain)  # "yes, the second"
    by_stem = all(one.names_a_stem for one in offered)
    for place, pattern in enumerate(_PLACES[: len(offered)]):
        if pattern.fullmatch(plain):
            return offered[place].order
    if figure := _FIGURE.fullmatch(plain):
        return _by_figure(figure[1], offered, by_stem)
    if by_stem and _BOTH.fullmatch(plain):
        return _for_stems(offered, [one.label for one in offered])
    if not by_stem and _YES.fullmatch(plain):
        ways = [one for one in offered if one.label == one.order]
        return offered[0].order if len(ways) == 1 else None  # "up, or down?" "yes"
    plain = _once(plain)
    fitting = [one for one in offered if _fits(plain, one, offered, by_stem)]
    if len(fitting) == 1:
        return fitting[0].order
    return (
        _by_their_names(text, offered, tuple(names), tuple(roles())) if by_stem and names else None
    )


def _for_stems(offered: Sequence[Option], stems: Sequence[str]) -> str:
    """The order that is offered for one stem, for these."""
    return offered[0].order.replace(offered[0].label, " and ".join(stems), 1)


def _by_their_names(
    text: str, offered: Sequence[Option], names: tuple[str, ...], roles: tuple[str | None, ...]
) -> str | None:
    """The order for the stems that an answer names, with the size that it gives: "vox, 2 dB".

    None where it says anything else, or names a stem that was not offered.
    """
    told, _ = tokens(text, names, roles)
    stems = [name for token in told for name in token.stems]
    if not stems and any(token.kind in ("both", "all", "three") for token in told):
        stems = [one.label for one in offered]  # "both sides, by 2"
        told = [token for token in told if token.kind not in ("both", "all", "three")]
        told = [token for token in told if token.text not in ("sides", "ones", "guys")]
    if not stems or not set(stems) <= {one.label for one in offered}:
        return None
    if any(token.kind not in _ANSWERS for token in told):
        return None
    size = " ".join(token.text for token in told if token.kind in _SIZES)
    return f"{_for_stems(offered, list(dict.fromkeys(stems)))} {size}".strip()


def _once(plain: str) -> str:
    """Words that are said twice, said once: "the mic always the mic"."""
    return " ".join(dict.fromkeys(plain.split()))


def _by_figure(figure: str, offered: Sequence[Option], by_stem: bool) -> str | None:
    """The order that a number or a letter alone picks: by a label that holds it, else by place.

    Where labels hold figures of their own, one that none of them holds is no place, and a size in
    one of two orders is not picked by itself: in doubt none.
    """
    held = [[one.lstrip("0") for one in _COUNTED.findall(o.label.casefold())] for o in offered]
    if any(held):
        own = [one for one, has in zip(offered, held, strict=True) if figure.lstrip("0") in has]
        sure = len(own) == 1 and (by_stem or all(held))
        return own[0].order if sure else None
    place = int(figure) - 1 if figure.isdecimal() else "abc".index(figure)
    return offered[place].order if 0 <= place < len(offered) else None


def _fits(plain: str, option: Option, offered: Sequence[Option], by_stem: bool) -> bool:
    """Whether an answer is an option's own words, or those that tell it from the others."""
    if plain in (option.label.casefold(), option.order.casefold(), words_of(option.label)):
        return bool(plain)
    words = set(plain.split()) - ({"guitar", "gtr", "vocal", "vox", "synth"} if by_stem else set())
    if by_stem and words <= {"left", "right"} and len(words) == 1:
        return side_of(option.label) in words
    own = set(words_of(option.label).split()) | set(option.label.casefold().split())
    others = {
        word
        for one in offered
        if one != option
        for word in (*words_of(one.label).split(), *one.label.casefold().split())
    }
    words = {next((o for o in own if len(o) > 1 and w.startswith(o)), w) for w in words}  # hi, high
    if not by_stem and "know" in own:
        own |= {"level"}
    return bool(words) and words <= own and bool(words - others)
