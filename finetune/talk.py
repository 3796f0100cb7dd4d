"""One exchange at a time: what a user says, the call it should lead to, its result, and the reply.

One rule: results are told in the product's own words (assistant/tools_*.py), so the model learns
to read what it will be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

import prompts
from assistant.evidence import complaint_evidence
from assistant.hearing import Judgement
from assistant.listener import reasons
from assistant.tools_levels import level_line
from finetune.desk import Desk
from mixer.balance import usual_range

Message = dict
Rng = np.random.Generator

_BARE = frozenset({"greet", "thanks", "nonsense", "other_language", "accept", "refuse"})
WRAPPED_SHARE = 0.2
_KEYS_NEARBY = "qwertyuiopasdfghjklzxcvbnm"


@dataclass(frozen=True)
class Exchange:
    """Messages of one turn. asked: "level" or "balance", where one stem was asked about."""

    messages: list[Message]
    asked: str | None = None


def scruffy(text: str, rng: Rng) -> str:
    """Write as people type: lower case, no punctuation, a few slips; digits are left alone."""
    dice = rng.random(4)
    if dice[0] < 0.35:
        text = text.lower()
    elif dice[0] < 0.38:
        text = text.upper()
    if dice[1] < 0.3:
        text = text.rstrip("?.!")
    if dice[2] < 0.1:
        text = text.replace("'", "").replace(",", "")
    if dice[3] < 0.2:
        for _ in range(int(rng.integers(1, 4))):
            text = _slip(text, rng)
    return text


def _slip(text: str, rng: Rng) -> str:
    """One slip of the fingers: two letters swapped, one missing, doubled, or a neighbour's."""
    at = int(rng.integers(0, max(len(text) - 1, 1)))
    two = text[at : at + 2]
    if len(text) < 8 or not (two.isalpha() and two.isascii()):
        return text
    near = _KEYS_NEARBY.find(two[0].lower()) + 1
    slips = (two[::-1], two[1], two[0] + two, _KEYS_NEARBY[near % 26] + two[1])
    return text[:at] + slips[int(rng.integers(4))] + text[at + 2 :]


def user(
    desk: Desk, intent: str, held_out: bool, needing: Sequence[str] = (), **values: object
) -> Message:
    """A user's turn from the intent's phrasings; those held out never meet training.

    needing: slots of which the phrasing must have one, if any are given.
    """
    fitting = [
        template
        for template in split_phrasings(intent, held_out)
        if set(slots := prompts.slots(template)) <= set(values)
        and (not needing or set(slots) & set(needing))
    ]
    template = fitting[int(desk.rng.integers(len(fitting)))]
    slots = prompts.slots(template)
    said = prompts.fill(template, **{name: values[name] for name in slots})
    if intent not in _BARE and desk.rng.random() < WRAPPED_SHARE:
        said = wrapped(said, desk.rng)
    return {"role": "user", "content": scruffy(said, desk.rng), "slots": slots}


def wrapped(text: str, rng: Rng) -> str:
    """With a word before or behind, as people do."""
    openers, closers = prompts.words("openers"), prompts.words("closers")
    if rng.random() < 0.5:
        return f"{openers[int(rng.integers(len(openers)))]} {text}"
    return f"{text.rstrip('.')} {closers[int(rng.integers(len(closers)))]}"


def joined(one: str, other: str, rng: Rng) -> str:
    """Two things asked for in one message."""
    joiners = prompts.words("joiners")
    joiner = str(joiners[int(rng.integers(len(joiners)))])
    return f"{one.rstrip(' .!')}{joiner}{other}"


def about(
    desk: Desk,
    intent: str,
    held_out: bool,
    stem: int,
    needing: Sequence[str] = (),
    **values: object,
) -> Message:
    """A user's turn about one stem, and perhaps the anchor."""
    names = {"stem": desk.say(stem), "role": desk.say(stem), "anchor": desk.say(0)}
    return user(desk, intent, held_out, needing, **{**names, **values})


def question(rng: Rng) -> str:
    """What a bare judgement is asked with: one of the ways to ask for advice."""
    plain = [text for text in split_phrasings("ask_advice", held_out=False) if "{" not in text]
    return scruffy(plain[int(rng.integers(len(plain)))], rng)


def split_phrasings(intent: str, held_out: bool) -> tuple[str, ...]:
    """Every twelfth phrasing is kept for testing."""
    return tuple(
        text
        for number, text in enumerate(prompts.phrasings(intent))
        if prompts.is_held_out(number) == held_out
    )


def call(name: str, **arguments: object) -> Message:
    return {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"name": name, "arguments": arguments}],
    }


def result(text: str) -> Message:
    return {"role": "tool", "content": text}


def reply(desk: Desk, situation: str, **values: object) -> Message:
    return {"role": "assistant", "content": prompts.reply(situation, desk.rng, **values)}


def gain(desk: Desk, low: float = 0.5, high: float = 9.0) -> tuple[str, float]:
    """A gain as a user writes it, and in dB."""
    value = float(desk.rng.integers(int(low * 2), int(high * 2) + 1)) / 2
    if desk.rng.random() < 0.6:
        value = max(1.0, float(round(value)))
    text = f"{value:g}" if desk.rng.random() < 0.8 else f"{value:.1f}"
    return text, value


# ---- advice


def lean(posterior: np.ndarray, stem: int, needs_raise: bool) -> np.ndarray:
    """The posterior once a user has complained: their word makes that direction likelier."""
    leaned = posterior * complaint_evidence(len(posterior), stem, needs_raise)
    return leaned / leaned.sum(axis=1, keepdims=True)


def advise(
    desk: Desk, posterior: np.ndarray, said: Message, complaint: int | None = None
) -> Exchange:
    """The model listens, proposes what follows from the posterior, and says so."""
    moves = [
        {"stem": move.stem, "gain_db": move.gain_db}
        for move in Judgement(desk.names, 0, posterior).moves()
    ]
    desk.proposal = moves
    told_reasons = reasons(moves, desk.anchor)
    reason = told_reasons[int(desk.rng.integers(len(told_reasons)))]
    asked = call("propose_moves", moves=moves, reason=reason)
    asked["heard"] = True
    advice = f"proposed: {told(desk, moves)}" if moves else "leave it"
    answer = result(f"{advice}, against {desk.anchor}")
    if not moves:
        closing = reply(desk, "advice_leave_it", anchor=desk.anchor)
    elif complaint is not None and [move["stem"] for move in moves] == [desk.names[complaint]]:
        closing = reply(
            desk,
            "complaint_confirmed",
            stem=moves[0]["stem"],
            anchor=desk.anchor,
            complaint="quiet" if moves[0]["gain_db"] > 0 else "loud",
            relative_lu=desk.relative(complaint),
            gain_db=moves[0]["gain_db"],
        )
    else:
        closing = reply(desk, "advice_change", anchor=desk.anchor, moves=moves)
    return Exchange([said, asked, answer, closing])


def told(desk: Desk, moves: list[dict]) -> str:
    parts = []
    for move in moves:
        index = desk.names.index(move["stem"])
        span = ""
        if index != 0:
            was = desk.relative(index)
            span = f" ({was:+.1f} LU to {was + move['gain_db']:+.1f} LU)"
        parts.append(f"{move['stem']} {move['gain_db']:+.1f} dB{span}")
    return ", ".join(parts)


def ask_advice(desk: Desk, posterior: np.ndarray, held_out: bool) -> Exchange:
    intent = "ask_fine" if desk.rng.random() < 0.3 else "ask_advice"
    return advise(desk, posterior, user(desk, intent, held_out, anchor=desk.say(0)))


def ask_about_stem(desk: Desk, posterior: np.ndarray, held_out: bool) -> Exchange:
    """A question whether one stem sits right: it is listened for, and is no evidence."""
    said = about(desk, "ask_about_stem", held_out, desk.pick(anchor_too=False))
    return replace(advise(desk, posterior, said), asked="balance")


def complain(desk: Desk, posterior: np.ndarray, held_out: bool) -> Exchange:
    """A complaint: mostly about a stem that is really at fault, in its true direction."""
    stem, needs_raise = desk.pick(anchor_too=False), bool(desk.rng.random() < 0.6)
    if desk.scene.flaws and desk.rng.random() < 0.65:
        flaw = desk.scene.flaws[int(desk.rng.integers(len(desk.scene.flaws)))]
        stem, needs_raise = flaw.stem, flaw.gain_db < 0
    intent = "complain_quiet" if needs_raise else "complain_loud"
    said = about(desk, intent, held_out, stem, stem2=desk.say(desk.pick()))
    if stem == 0:
        return Exchange([said, reply(desk, "complaint_about_anchor", anchor=desk.anchor)])
    return advise(desk, lean(posterior, stem, needs_raise), said, complaint=stem)


# ---- meters


def ask_levels(desk: Desk, held_out: bool) -> Exchange:
    intent = "loudest" if desk.rng.random() < 0.3 else "ask_levels"
    said = user(desk, intent, held_out, anchor=desk.say(0))
    return _levels(desk, said, canonical_rows(desk))


def compare_stems(desk: Desk, held_out: bool) -> Exchange:
    """Which of two stems is louder, by the meters."""
    if len(desk.names) < 2:
        return ask_level_of(desk, held_out)
    first, second = (int(i) for i in desk.rng.permutation(len(desk.names))[:2])
    said = about(desk, "compare_stems", held_out, first, stem2=desk.say(second))
    names = [desk.names[first], desk.names[second]]
    return _levels(desk, said, [first, second], stems=names)


def _levels(desk: Desk, said: Message, shown: Sequence[int], **arguments: object) -> Exchange:
    """The meters of several stems, in answer to a message."""
    rows = [desk.row(index) for index in shown]
    text = "\n".join([f"anchor {desk.anchor}", *(level_line(row) for row in rows)])
    closing = reply(desk, "levels", anchor=desk.anchor, rows=rows)
    return Exchange([said, call("measure_levels", **arguments), result(text), closing])


def canonical_rows(desk: Desk) -> list[int]:
    return sorted(range(len(desk.names)), key=lambda index: desk.names[index].casefold())


def ask_level_of(desk: Desk, held_out: bool) -> Exchange:
    stem = desk.pick()
    return level_of(desk, about(desk, "ask_level_of", held_out, stem), stem)


def level_of(desk: Desk, said: Message, stem: int) -> Exchange:
    """One stem's meters, in answer to a message."""
    row = desk.row(stem)
    text = f"anchor {desk.anchor}\n{level_line(row)}{_usual_text(desk, stem)}"
    closing = reply(
        desk,
        "level_of_one",
        stem=row["stem"],
        relative_lu=row["relative_lu"],
        lufs=row["lufs"],
        anchor=desk.anchor,
    )
    asking = call("measure_levels", stems=[row["stem"]])
    return Exchange([said, asking, result(text), closing], asked="level")


def _usual(desk: Desk, stem: int) -> tuple[float, float]:
    low, high = usual_range(desk.scene.roles[stem], desk.scene.roles[0])
    return float(np.round(low, 1)), float(np.round(high, 1))


def _usual_text(desk: Desk, stem: int) -> str:
    """What the meter tool adds when one stem is asked for."""
    if stem == 0:
        return ""
    low, high = _usual(desk, stem)
    return f", usual {low:+.1f} to {high:+.1f} LU"


def why(desk: Desk, held_out: bool) -> Exchange:
    """Why: the stem that was advised on (or named), measured again."""
    named = desk.pick(anchor_too=False)
    if desk.proposal:
        named = desk.names.index(desk.proposal[0]["stem"])
    row = desk.row(named)
    low, high = _usual(desk, named)
    needing = () if desk.proposal else ("stem", "role")  # without advice the stem must be named
    said = about(desk, "why", held_out, named, needing=needing)
    closing = reply(
        desk,
        "why",
        stem=row["stem"],
        anchor=desk.anchor,
        relative_lu=row["relative_lu"],
        low_lu=low,
        high_lu=high,
    )
    text = f"anchor {desk.anchor}\n{level_line(row)}{_usual_text(desk, named)}"
    return Exchange([said, call("measure_levels", stems=[row["stem"]]), result(text), closing])


def set_anchor(desk: Desk, held_out: bool) -> Exchange:
    stem = desk.pick(anchor_too=False)
    name = desk.names[stem]
    said = about(desk, "set_anchor", held_out, stem)
    return Exchange(
        [
            said,
            call("set_anchor", stem=name),
            result(f"anchor {name}"),
            reply(desk, "anchor_set", anchor=name),
        ]
    )
