"""One exchange at a time: what a user says, the call it should lead to, its result, and the reply.

One rule: results are told in the product's own words (assistant/tools_*.py), so the model learns
to read what it will be shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

import prompts
from assistant.context import rounded
from assistant.hearing import Judgement
from assistant.tools_levels import level_line, level_row
from finetune.scenes import Scene
from mixer.balance import usual_range
from mixer.loudness import Level
from mixer.roles import words_of

Message = dict
Rng = np.random.Generator

# Plain words by which people name a stem, where only one stem of the song has that role.
SPOKEN = {
    "kick": ("kick", "kick drum", "bass drum", "bd"),
    "snare": ("snare", "snare drum", "clap", "sd"),
    "hats": ("hats", "hi hats", "hihat", "cymbals"),
    "percussion": ("percussion", "perc", "shaker"),
    "drums": ("drums", "drum kit", "beat", "kit"),
    "bass": ("bass", "bassline", "low end", "bass line"),
    "electric guitar": ("guitar", "guitars", "electric guitar", "gtr"),
    "acoustic guitar": ("acoustic", "acoustic guitar", "guitar"),
    "piano": ("piano", "keys", "pno"),
    "organ": ("organ", "hammond"),
    "synth pad": ("pad", "pads", "synth pad"),
    "strings": ("strings", "string section"),
    "brass": ("brass", "horns"),
    "synth lead": ("lead", "synth", "lead synth"),
    "arpeggio": ("arp", "arpeggio", "plucks"),
    "lead vocal": ("vocals", "vocal", "vox", "singer", "lead vocal", "voice", "lead vox"),
    "backing vocals": ("backing vocals", "backing vox", "bgvs", "harmonies", "bvs"),
    "effects": ("fx", "effects", "sfx"),
}
_KEYS_NEARBY = "qwertyuiopasdfghjklzxcvbnm"


@dataclass
class Desk:
    """The session as the talk sees it: levels, versions and the open proposal."""

    scene: Scene
    rng: Rng
    version: int = 0
    versions: int = 1
    proposal: list[dict] | None = None
    takes: int = 0
    undoable: int = 0
    lufs: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        offset = self.rng.uniform(-30.0, -14.0) - self.scene.levels[0]
        self.lufs = self.scene.levels + offset

    @property
    def names(self) -> tuple[str, ...]:
        return self.scene.names

    @property
    def anchor(self) -> str:
        return self.names[0]

    def pick(self, anchor_too: bool = True) -> int:
        """A random stem."""
        return int(
            self.rng.integers(0 if anchor_too or len(self.names) < 2 else 1, len(self.names))
        )

    def say(self, index: int) -> str:
        """How a user would call a stem."""
        name, role = self.names[index], self.scene.roles[index]
        alone = self.scene.roles.count(role) == 1
        choice = self.rng.random()
        if choice < 0.4 and alone:
            return str(self.rng.choice(SPOKEN[role]))
        if choice < 0.65:
            return words_of(name) or name
        return name.lower() if choice < 0.75 else name

    def relative(self, index: int) -> float:
        return float(rounded(float(self.lufs[index] - self.lufs[0])) or 0.0)

    def row(self, index: int) -> dict:
        level = float(self.lufs[index])
        crest = self.rng.uniform(6, 22)
        peak = level + crest - self.rng.uniform(0, 2)
        meters = Level(level, level + 2, level + 3, 3.0, peak, peak, crest)
        return level_row(self.names[index], meters, level - float(self.lufs[0]))

    def change(self) -> str:
        """Make a new version; its label."""
        self.version, self.undoable = self.versions, self.undoable + 1
        self.versions += 1
        return f"v{self.version}"


@dataclass(frozen=True)
class Exchange:
    """Messages of one turn, and the posterior if the turn listens."""

    messages: list[Message]
    posterior: np.ndarray | None = None


def scruffy(text: str, rng: Rng) -> str:
    """Write as people type: lower case, no punctuation, a slip now and then."""
    dice = rng.random(4)
    if dice[0] < 0.3:
        text = text.lower()
    elif dice[0] < 0.34:
        text = text.upper()
    if dice[1] < 0.25:
        text = text.rstrip("?.!")
    if dice[2] < 0.08 and len(text) > 8:
        at = int(rng.integers(1, len(text) - 2))
        if text[at].isalpha() and text[at + 1].isalpha():
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if dice[3] < 0.04 and len(text) > 8:
        at = int(rng.integers(1, len(text) - 1))
        if text[at].isalpha():
            text = text[:at] + str(rng.choice(list(_KEYS_NEARBY))) + text[at + 1 :]
    return text


def user(desk: Desk, intent: str, held_out: bool, **values: object) -> Message:
    """A user's turn from the intent's phrasings; those held out never meet training."""
    fitting = [
        template
        for template in split_phrasings(intent, held_out)
        if all(slot in values for slot in prompts.slots(template))
    ]
    template = fitting[int(desk.rng.integers(len(fitting)))]
    slots = prompts.slots(template)
    unsaid = {name: value for name, value in values.items() if name in slots}
    return {
        "role": "user",
        "content": scruffy(prompts.fill(template, **unsaid), desk.rng),
        "slots": slots,
    }


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


def _gain(desk: Desk, low: float = 0.5, high: float = 9.0) -> tuple[str, float]:
    """A gain as a user writes it, and in dB."""
    value = float(desk.rng.integers(int(low * 2), int(high * 2) + 1)) / 2
    if desk.rng.random() < 0.6:
        value = max(1.0, float(round(value)))
    text = f"{value:g}" if desk.rng.random() < 0.8 else f"{value:.1f}"
    return text, value


def _anchors(desk: Desk) -> str:
    return desk.say(0)


# ---- advice


def lean(posterior: np.ndarray, stem: int, needs_raise: bool) -> np.ndarray:
    """The posterior once a user has complained: their word makes that direction likelier."""
    grid = np.arange(posterior.shape[1]) - posterior.shape[1] // 2
    weight = np.ones(len(grid))
    weight[grid > 0] = 15.0 if needs_raise else 0.25
    weight[grid < 0] = 0.25 if needs_raise else 15.0
    leaned = posterior.copy()
    leaned[stem] *= weight
    leaned[stem] /= leaned[stem].sum()
    return leaned


def advise(
    desk: Desk, posterior: np.ndarray, said: Message, complaint: int | None = None
) -> Exchange:
    """The model listens, proposes what follows from the posterior, and says so."""
    moves = [
        {"stem": move.stem, "gain_db": move.gain_db}
        for move in Judgement(desk.names, 0, posterior).moves()
    ]
    desk.proposal = moves
    verdict = "leave_it" if not moves else "raise" if moves[0]["gain_db"] > 0 else "lower"
    reasons = prompts.reasons(verdict)
    first = moves[0]["stem"] if moves else ""
    reason = reasons[int(desk.rng.integers(len(reasons)))].format(stem=first, anchor=desk.anchor)
    asked = call(
        "propose_moves", moves=moves, reason=reason.replace('"', "").replace("\\", "")[:90]
    )
    asked["heard"] = True
    told = f"proposed: {_told(desk, moves)}" if moves else "leave it"
    answer = result(f"{told}, against {desk.anchor}")
    if not moves:
        closing = reply(desk, "advice_leave_it", anchor=desk.anchor)
    elif complaint is not None and [move["stem"] for move in moves] == [desk.names[complaint]]:
        closing = reply(
            desk,
            "complaint_confirmed",
            stem=first,
            anchor=desk.anchor,
            complaint="quiet" if moves[0]["gain_db"] > 0 else "loud",
            relative_lu=desk.relative(complaint),
            gain_db=moves[0]["gain_db"],
        )
    else:
        closing = reply(desk, "advice_change", anchor=desk.anchor, moves=moves)
    return Exchange([said, asked, answer, closing], posterior)


def _told(desk: Desk, moves: list[dict]) -> str:
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
    return advise(desk, posterior, user(desk, intent, held_out, anchor=_anchors(desk)))


def complain(desk: Desk, posterior: np.ndarray, held_out: bool) -> Exchange:
    """A complaint: mostly about a stem that is really at fault, in its true direction."""
    stem, needs_raise = desk.pick(anchor_too=False), bool(desk.rng.random() < 0.6)
    if desk.scene.flaws and desk.rng.random() < 0.65:
        flaw = desk.scene.flaws[int(desk.rng.integers(len(desk.scene.flaws)))]
        stem, needs_raise = flaw.stem, flaw.gain_db < 0
    said = user(
        desk,
        "complain_quiet" if needs_raise else "complain_loud",
        held_out,
        stem=desk.say(stem),
        role=desk.say(stem),
        stem2=desk.say(desk.pick()),
        anchor=_anchors(desk),
    )
    if stem == 0:
        return Exchange([said, reply(desk, "complaint_about_anchor", anchor=desk.anchor)])
    return advise(desk, lean(posterior, stem, needs_raise), said, complaint=stem)


# ---- meters


def ask_levels(desk: Desk, held_out: bool) -> Exchange:
    rows = [desk.row(index) for index in canonical_rows(desk)]
    text = "\n".join([f"anchor {desk.anchor}", *(level_line(row) for row in rows)])
    said = user(desk, "ask_levels", held_out, anchor=_anchors(desk))
    closing = reply(desk, "levels", anchor=desk.anchor, rows=rows)
    return Exchange([said, call("measure_levels"), result(text), closing])


def canonical_rows(desk: Desk) -> list[int]:
    return sorted(range(len(desk.names)), key=lambda index: desk.names[index].casefold())


def ask_level_of(desk: Desk, held_out: bool) -> Exchange:
    stem = desk.pick()
    row = desk.row(stem)
    text = f"anchor {desk.anchor}\n{level_line(row)}{_usual_text(desk, stem)}"
    said = user(
        desk,
        "ask_level_of",
        held_out,
        stem=desk.say(stem),
        role=desk.say(stem),
        anchor=_anchors(desk),
    )
    closing = reply(
        desk,
        "level_of_one",
        stem=row["stem"],
        relative_lu=row["relative_lu"],
        lufs=row["lufs"],
        anchor=desk.anchor,
    )
    return Exchange([said, call("measure_levels", stems=[row["stem"]]), result(text), closing])


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
    values = {"stem": desk.say(named), "role": desk.say(named)} if not desk.proposal else {}
    said = user(desk, "why", held_out, anchor=_anchors(desk), **values)
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
    said = user(
        desk,
        "set_anchor",
        held_out,
        stem=desk.say(stem),
        role=desk.say(stem),
        anchor=_anchors(desk),
    )
    return Exchange(
        [
            said,
            call("set_anchor", stem=name),
            result(f"anchor {name}"),
            reply(desk, "anchor_set", anchor=name),
        ]
    )


Maker = Callable[[Desk, bool], Exchange]
