"""Our own music on paper: line-ups, chords, drum patterns, bass lines, chords and melodies.

One rule: everything is drawn from the generator that is handed in, so a seed gives the same notes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Rng = np.random.Generator
SONG_S = 12.0


@dataclass(frozen=True)
class Note:
    """One note; pitch is a MIDI number, velocity 0-1."""

    start_s: float
    length_s: float
    pitch: int
    velocity: float


@dataclass(frozen=True)
class Part:
    """What one stem plays; `program` is a General MIDI program where the source names one."""

    role: str
    notes: tuple[Note, ...]
    playing: str
    program: int | None = None


@dataclass(frozen=True)
class Arrangement:
    """Parts that belong together."""

    genre: str
    tempo_bpm: float
    root: int  # pitch class 0-11
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Frame:
    """What every player reads: tempo, chords per bar as pitch classes, the scale."""

    genre: str
    beat_s: float
    seconds: float
    chords: tuple[tuple[int, ...], ...]
    scale: tuple[int, ...]

    def chord_at(self, time_s: float) -> tuple[int, ...]:
        return self.chords[int(time_s / (4 * self.beat_s)) % len(self.chords)]


TEMPO_BPM = {
    "pop": (92, 128),
    "rock": (95, 160),
    "metal": (110, 200),
    "electronic": (110, 150),
    "hip hop": (72, 100),
    "country": (85, 140),
    "jazz": (90, 200),
    "ambient": (60, 95),
}
# Chance that a genre's song has at least one stem of a role (drums are drawn apart).
_LINE_UP = {
    "pop": {
        "drums": 0.95,
        "bass": 0.92,
        "lead vocal": 0.92,
        "backing vocals": 0.55,
        "electric guitar": 0.4,
        "acoustic guitar": 0.3,
        "piano": 0.5,
        "organ": 0.1,
        "synth pad": 0.45,
        "strings": 0.2,
        "brass": 0.12,
        "synth lead": 0.35,
        "arpeggio": 0.35,
        "effects": 0.25,
    },
    "rock": {
        "drums": 0.97,
        "bass": 0.95,
        "lead vocal": 0.88,
        "backing vocals": 0.4,
        "electric guitar": 0.97,
        "acoustic guitar": 0.25,
        "piano": 0.2,
        "organ": 0.3,
        "synth pad": 0.1,
        "strings": 0.08,
        "brass": 0.07,
        "synth lead": 0.05,
        "arpeggio": 0.04,
        "effects": 0.06,
    },
    "metal": {
        "drums": 0.98,
        "bass": 0.93,
        "lead vocal": 0.72,
        "backing vocals": 0.2,
        "electric guitar": 1.0,
        "acoustic guitar": 0.1,
        "piano": 0.05,
        "organ": 0.06,
        "synth pad": 0.15,
        "strings": 0.15,
        "brass": 0.03,
        "synth lead": 0.08,
        "arpeggio": 0.04,
        "effects": 0.1,
    },
    "electronic": {
        "drums": 0.97,
        "bass": 0.93,
        "lead vocal": 0.58,
        "backing vocals": 0.2,
        "electric guitar": 0.08,
        "acoustic guitar": 0.04,
        "piano": 0.25,
        "organ": 0.12,
        "synth pad": 0.65,
        "strings": 0.15,
        "brass": 0.06,
        "synth lead": 0.7,
        "arpeggio": 0.65,
        "effects": 0.5,
    },
    "hip hop": {
        "drums": 0.98,
        "bass": 0.95,
        "lead vocal": 0.85,
        "backing vocals": 0.35,
        "electric guitar": 0.15,
        "acoustic guitar": 0.1,
        "piano": 0.45,
        "organ": 0.15,
        "synth pad": 0.35,
        "strings": 0.25,
        "brass": 0.2,
        "synth lead": 0.3,
        "arpeggio": 0.3,
        "effects": 0.35,
    },
    "country": {
        "drums": 0.85,
        "bass": 0.9,
        "lead vocal": 0.88,
        "backing vocals": 0.5,
        "electric guitar": 0.55,
        "acoustic guitar": 0.85,
        "piano": 0.35,
        "organ": 0.25,
        "synth pad": 0.05,
        "strings": 0.3,
        "brass": 0.05,
        "synth lead": 0.02,
        "arpeggio": 0.05,
        "effects": 0.02,
    },
    "jazz": {
        "drums": 0.88,
        "bass": 0.95,
        "lead vocal": 0.55,
        "backing vocals": 0.08,
        "electric guitar": 0.35,
        "acoustic guitar": 0.15,
        "piano": 0.75,
        "organ": 0.25,
        "synth pad": 0.04,
        "strings": 0.12,
        "brass": 0.7,
        "synth lead": 0.03,
        "arpeggio": 0.12,
        "effects": 0.02,
    },
    "ambient": {
        "drums": 0.3,
        "bass": 0.5,
        "lead vocal": 0.4,
        "backing vocals": 0.35,
        "electric guitar": 0.3,
        "acoustic guitar": 0.25,
        "piano": 0.5,
        "organ": 0.2,
        "synth pad": 0.95,
        "strings": 0.5,
        "brass": 0.1,
        "synth lead": 0.35,
        "arpeggio": 0.5,
        "effects": 0.6,
    },
}
_DOUBLED = (
    "electric guitar",
    "backing vocals",
    "synth pad",
    "synth lead",
    "acoustic guitar",
    "percussion",
    "strings",
    "brass",
    "arpeggio",
    "effects",
    "bass",
    "lead vocal",
)
_DOUBLE_CHANCE = {"electric guitar": 0.4, "backing vocals": 0.4, "bass": 0.06, "lead vocal": 0.08}
_KEEP_FIRST = ("drums", "kick", "snare", "bass", "lead vocal")


def _drum_stems(rng: Rng, genre: str) -> list[str]:
    """Draw how the drums are split into stems."""
    split = rng.random()
    if split < 0.45:
        stems = ["drums"]
    elif split < 0.85:
        stems = ["kick", "snare", "hats"]
        if rng.random() < 0.25:
            stems.remove(str(rng.choice(["snare", "hats"])))
    else:
        stems = ["drums", str(rng.choice(["kick", "snare", "hats"]))]
    if rng.random() < (0.3 if genre in ("metal", "rock") else 0.45):
        stems.append("percussion")
    return stems


def line_up(genre: str, rng: Rng) -> tuple[str, ...]:
    """Draw the roles of a song's stems, 2 to 12 of them, in a shuffled order."""
    chances = _LINE_UP[genre]
    roles: list[str] = []
    for role, chance in chances.items():
        if rng.random() >= chance:
            continue
        roles.extend(_drum_stems(rng, genre) if role == "drums" else [role])
        if role in _DOUBLED and rng.random() < _DOUBLE_CHANCE.get(role, 0.12):
            roles.append(role)
    if rng.random() < 0.12:  # a song sent as few stems
        roles = list(rng.permutation(roles)[: int(rng.integers(2, 5))])
    while len(roles) < 2:
        roles.append(
            str(rng.choice(["piano", "synth pad", "acoustic guitar", "lead vocal", "bass"]))
        )
    while len(roles) > 12:
        spare = [role for role in roles if role not in _KEEP_FIRST]
        roles.remove(str(rng.choice(spare)))
    return tuple(str(role) for role in rng.permutation(roles))


_MINOR, _MAJOR, _DORIAN = (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 9, 10)
_PROGRESSIONS = (
    (0, 4, 5, 3),
    (0, 5, 3, 4),
    (5, 3, 0, 4),
    (0, 3, 4, 4),
    (1, 4, 0, 0),
    (0, 0, 3, 4),
    (0, 6, 5, 6),
    (0, 2, 3, 3),
    (0, 5, 1, 4),
    (0, 0, 0, 0),
    (0, 3, 0, 3),
    (3, 4, 2, 5),
)


def _frame(genre: str, rng: Rng, seconds: float) -> tuple[Frame, int]:
    """Draw tempo, key and chords."""
    low, high = TEMPO_BPM[genre]
    root = int(rng.integers(12))
    dark = {"metal": 0.95, "hip hop": 0.75, "electronic": 0.7, "ambient": 0.5, "rock": 0.5}.get(
        genre, 0.3
    )
    mode = (_DORIAN if rng.random() < 0.2 else _MINOR) if rng.random() < dark else _MAJOR
    scale = tuple((root + step) % 12 for step in mode)
    tones = 4 if genre == "jazz" or rng.random() < 0.2 else 3
    degrees = _PROGRESSIONS[int(rng.integers(len(_PROGRESSIONS)))]
    chords = tuple(tuple(scale[(degree + 2 * k) % 7] for k in range(tones)) for degree in degrees)
    return Frame(genre, 60.0 / rng.uniform(low, high), seconds, chords, scale), root


# 16-step patterns; x = hit, o = soft hit.
_KICKS = {
    "pop": ("x.......x.......", "x.....x.x.......", "x...x...x...x...", "x.......x.x....."),
    "rock": ("x.......x.......", "x.x.....x.......", "x.....x.x.x.....", "x..x....x.x....."),
    "metal": ("x.x.x.x.x.x.x.x.", "xxxxxxxxxxxxxxxx", "x..x..x.x..x..x.", "x.xxx.xxx.xxx.xx"),
    "electronic": ("x...x...x...x...", "x...x...x...x.x.", "x.....x...x.....", "x..x..x...x..x.."),
    "hip hop": ("x.....x...x.....", "x..x......x.....", "x.........x..x..", "x......xx......."),
    "country": ("x.......x.......", "x...x...x...x...", "x.....x.x......."),
    "jazz": ("o...o...o...o...", "x.........o.....", "......x......o.."),
    "ambient": ("x...............", "x.......x.......", "x.....x........."),
}
_SNARES = {
    "metal": ("....x.......x...", "..x...x...x...x.", "........x......."),
    "jazz": ("....o..o...o...o", "......o...o..o..", "..o....o......x."),
    "hip hop": ("....x.......x...", "....x..o....x..o", "....x.......x.x."),
    "electronic": ("....x.......x...", "....x.......x...", "............x...", "....x..o.o..x..."),
}
_SNARE_DEFAULT = ("....x.......x...", "....x..o.o..x...", "....x.......x.x.", "........x.......")
_HATS = {
    "jazz": ("x...x..xx...x..x", "x...x.x.x...x.x."),
    "hip hop": ("x.x.x.x.x.x.x.x.", "x.xxx.x.x.xxx.xx", "xxxxxxxxxxxxxxxx"),
    "electronic": ("..x...x...x...x.", "x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo"),
}
_HAT_DEFAULT = ("x.x.x.x.x.x.x.x.", "x.o.x.o.x.o.x.o.", "x...x...x...x...", "xoxoxoxoxoxoxoxo")
KICK_NOTE, SNARE_NOTE, RIM_NOTE, CLAP_NOTE, HAT_NOTE, OPEN_NOTE = 36, 38, 37, 39, 42, 46
CRASH_NOTE, RIDE_NOTE = 49, 51
_PERCUSSION = (
    (54, "tambourine"),
    (56, "cowbell"),
    (70, "shaker"),
    (62, "conga"),
    (63, "conga"),
    (60, "bongo"),
    (45, "toms"),
    (47, "toms"),
    (75, "claves"),
    (69, "cabasa"),
)


def _pick(rng: Rng, options: Sequence):
    return options[int(rng.integers(len(options)))]


def _steps(frame: Frame, rng: Rng, pattern: str, pitch: int, swing: float = 0.0) -> list[Note]:
    """Repeat a 16-step pattern, with small changes in time, force and hits."""
    step_s, notes, index, time_s = frame.beat_s / 4, [], 0, 0.0
    while time_s < frame.seconds - 0.05:
        mark = pattern[index % 16]
        if mark == "." and rng.random() < 0.015:
            mark = "o"
        if mark != "." and rng.random() > 0.02:
            force = (0.9 if mark == "x" else 0.5) * rng.uniform(0.82, 1.05)
            late = swing * step_s * (index % 2) + abs(rng.normal(0, 0.003))
            notes.append(Note(time_s + late, step_s, pitch, float(np.clip(force, 0.1, 1))))
        index += 1
        time_s = index * step_s
    return notes


def _swing(frame: Frame, rng: Rng) -> float:
    return (
        rng.uniform(0.1, 0.45)
        if frame.genre in ("jazz", "hip hop")
        else rng.choice([0.0, 0.0, 0.15])
    )


def kick(frame: Frame, rng: Rng) -> Part:
    pattern = _pick(rng, _KICKS[frame.genre])
    words = "four on the floor" if pattern.startswith("x...x...x...x") else "kick pattern"
    return Part("kick", tuple(_steps(frame, rng, pattern, _pick(rng, (35, 36)))), words)


def snare(frame: Frame, rng: Rng) -> Part:
    pattern = _pick(rng, _SNARES.get(frame.genre, _SNARE_DEFAULT))
    pitches = (RIM_NOTE, 38) if frame.genre == "jazz" else (38, 38, 38, 40, CLAP_NOTE, RIM_NOTE)
    pitch = _pick(rng, pitches)
    words = {CLAP_NOTE: "hand claps", RIM_NOTE: "rim clicks"}.get(pitch, "backbeat")
    return Part("snare", tuple(_steps(frame, rng, pattern, pitch, _swing(frame, rng) * 0.3)), words)


def hats(frame: Frame, rng: Rng) -> Part:
    pattern, notes = _pick(rng, _HATS.get(frame.genre, _HAT_DEFAULT)), []
    ride = rng.random() < (0.6 if frame.genre == "jazz" else 0.15)
    for note in _steps(frame, rng, pattern, RIDE_NOTE if ride else HAT_NOTE, _swing(frame, rng)):
        open_hat = not ride and rng.random() < 0.07
        notes.append(
            Note(note.start_s, note.length_s, OPEN_NOTE if open_hat else note.pitch, note.velocity)
        )
    if rng.random() < 0.35:
        notes.extend(
            Note(bar * 16 * frame.beat_s, 2.0, CRASH_NOTE, 0.9)
            for bar in range(2)
            if bar * 16 * frame.beat_s < frame.seconds - 1
        )
    return Part("hats", tuple(notes), "ride cymbal" if ride else "hi-hat pattern")


def percussion(frame: Frame, rng: Rng) -> Part:
    pitch, words = _pick(rng, _PERCUSSION)
    density = rng.uniform(0.15, 0.6)
    pattern = "".join(
        "x" if rng.random() < density else rng.choice([".", "o"], p=[0.8, 0.2]) for _ in range(16)
    )
    pattern = pattern if "x" in pattern else "x..o..x...x....."
    return Part("percussion", tuple(_steps(frame, rng, pattern, pitch, _swing(frame, rng))), words)


def drums(frame: Frame, rng: Rng) -> Part:
    """Play the whole kit on one stem."""
    pieces = [kick(frame, rng), snare(frame, rng)] + (
        [hats(frame, rng)] if rng.random() < 0.95 else []
    )
    if rng.random() < 0.2:
        pieces.append(percussion(frame, rng))
    if rng.random() < 0.2:  # a fill
        start = rng.uniform(0.5, 0.8) * frame.seconds
        fill = [
            Note(
                start + k * frame.beat_s / 4, 0.2, _pick(rng, (50, 48, 45, 43)), rng.uniform(0.6, 1)
            )
            for k in range(int(rng.integers(4, 9)))
        ]
        pieces.append(Part("percussion", tuple(fill), "fill"))
    notes = sorted(
        (note for piece in pieces for note in piece.notes), key=lambda note: note.start_s
    )
    return Part("drums", tuple(notes), f"a {frame.genre} beat")


def _near(pitch_class: int, centre: float) -> int:
    """Return the pitch of this class nearest to a centre."""
    return int(pitch_class + 12 * round((centre - pitch_class) / 12))


def _bars(frame: Frame) -> range:
    return range(int(np.ceil(frame.seconds / (4 * frame.beat_s))))


def bass(frame: Frame, rng: Rng) -> Part:
    style = _pick(
        rng,
        {
            "jazz": ("walking",),
            "ambient": ("long",),
            "hip hop": ("long", "808", "riff"),
            "electronic": ("eighths", "offbeat", "riff", "long"),
        }.get(frame.genre, ("eighths", "riff", "roots")),
    )
    centre, notes = rng.uniform(31, 41), []
    riff = rng.random(8) < 0.6
    for bar in _bars(frame):
        start, chord = bar * 4 * frame.beat_s, frame.chords[bar % len(frame.chords)]
        root = _near(chord[0], centre)
        if style in ("long", "808"):
            hits = [(0.0, 2.0 if style == "808" else 3.9, root)] + (
                [(2.5, 1.4, root)] if riff[0] else []
            )
        elif style == "walking":
            hits = [
                (k, 0.95, _near(_pick(rng, chord if k < 3 else frame.scale), root + 4))
                for k in range(4)
            ]
        elif style == "offbeat":
            hits = [(k + 0.5, 0.45, root) for k in range(4)]
        elif style == "roots":
            hits = [(0.0, 1.9, root), (2.0, 1.9, root if riff[1] else _near(chord[2], root))]
        else:
            hits = [
                (
                    k / 2,
                    0.45,
                    _near(_pick(rng, chord), root) if riff[k] and style == "riff" else root,
                )
                for k in range(8)
                if style == "eighths" or riff[(k + 3) % 8] or k == 0
            ]
        notes.extend(
            Note(start + beat * frame.beat_s, length * frame.beat_s, pitch, rng.uniform(0.7, 1))
            for beat, length, pitch in hits
        )
    words = {
        "walking": "a walking line",
        "long": "long notes",
        "808": "long booming notes",
        "riff": "a riff",
        "eighths": "steady eighth notes",
        "offbeat": "off-beat notes",
        "roots": "root notes",
    }[style]
    return Part("bass", tuple(notes), words)


def _voicing(chord: Sequence[int], centre: float, spread: float) -> list[int]:
    return sorted(
        _near(pitch_class, centre + spread * (k - 1)) for k, pitch_class in enumerate(chord)
    )


def _comping(frame: Frame, rng: Rng, role: str, centre: float, rhythm: str) -> list[Note]:
    """Play the chords in a rhythm: held, quarters, eighths, stabs or strums."""
    beats = {
        "held": (0,),
        "halves": (0, 2),
        "quarters": (0, 1, 2, 3),
        "eighths": tuple(np.arange(8) / 2),
        "stabs": tuple(
            sorted(rng.choice(np.arange(8) / 2, int(rng.integers(2, 5)), replace=False))
        ),
        "strummed": (0, 1, 1.5, 2.5, 3, 3.5),
    }[rhythm]
    strum_s = rng.uniform(0.008, 0.03) if "guitar" in role else 0.0
    spread, short = rng.uniform(0, 6), 0.3 if rhythm == "stabs" else 0.95
    notes = []
    for bar in _bars(frame):
        pitches = _voicing(frame.chords[bar % len(frame.chords)], centre, spread)
        if role == "acoustic guitar":
            pitches = sorted({*pitches, pitches[0] - 12, pitches[0] + 12})
        for place, beat in enumerate(beats):
            end = beats[place + 1] if place + 1 < len(beats) else 4
            force = rng.uniform(0.6, 1)
            notes.extend(
                Note(
                    (bar * 4 + float(beat)) * frame.beat_s + strum_s * k,
                    float(end - beat) * frame.beat_s * short,
                    pitch,
                    force,
                )
                for k, pitch in enumerate(pitches)
            )
    return notes


def _broken(frame: Frame, rng: Rng, centre: float, step_beats: float) -> list[Note]:
    """Play the chords one tone after another."""
    order, octaves = rng.permutation(6), int(rng.integers(1, 3))
    up = rng.random() < 0.6
    notes, step_s = [], step_beats * frame.beat_s
    for index in range(int(frame.seconds / step_s)):
        chord = frame.chord_at(index * step_s)
        tones = _voicing(chord, centre, 3)
        tones = tones + [tone + 12 for tone in tones] * (octaves > 1)
        place = index % len(tones) if up else int(order[index % 6]) % len(tones)
        if rng.random() > 0.08:
            notes.append(
                Note(
                    index * step_s,
                    step_s * rng.uniform(0.6, 1.5),
                    tones[place],
                    rng.uniform(0.55, 1),
                )
            )
    return notes


def melody(frame: Frame, rng: Rng, centre: float, busy: float) -> list[Note]:
    """Draw phrases that walk through the scale and rest between."""
    notes, time_s, pitch = [], rng.uniform(0, 2) * frame.beat_s, centre
    while time_s < frame.seconds - 0.3:
        phrase_end = time_s + rng.uniform(4, 8) * frame.beat_s
        while time_s < min(phrase_end, frame.seconds - 0.2):
            beats = float(rng.choice([0.25, 0.5, 0.75, 1, 1.5, 2], p=_beat_weights(busy)))
            pitch = float(np.clip(pitch + rng.normal(0, 3), centre - 9, centre + 9))
            tone = _near(_pick(rng, frame.chord_at(time_s) if beats >= 1 else frame.scale), pitch)
            notes.append(Note(time_s, beats * frame.beat_s * 0.95, tone, rng.uniform(0.6, 1)))
            time_s += beats * frame.beat_s
        time_s += rng.uniform(0.5, 4) * frame.beat_s
    return notes


def _beat_weights(busy: float) -> np.ndarray:
    weights = np.array([busy, 1, 0.4, 1, 1 - busy, 1 - busy]) + 0.02
    return weights / weights.sum()


_CHORD_WORDS = {
    "held": "sustained chords",
    "halves": "slow chords",
    "quarters": "steady chords",
    "eighths": "eighth-note chords",
    "stabs": "short chord stabs",
    "strummed": "strummed chords",
}


def electric_guitar(frame: Frame, rng: Rng) -> Part:
    lead = rng.random() < 0.25
    if lead:
        return Part(
            "electric guitar",
            tuple(melody(frame, rng, rng.uniform(62, 74), rng.uniform(0.3, 0.9))),
            "a lead line",
        )
    if frame.genre in ("rock", "metal") and rng.random() < 0.75:
        centre, notes = rng.uniform(40, 48), []
        gallop = _pick(
            rng,
            (
                "x.x.x.x.x.x.x.x.",
                "x...............",
                "x.xxx.xxx.xxx.xx",
                "x..x..x.x..x..x.",
                "x.....x.x.......",
            ),
        )
        for hit in _steps(frame, rng, gallop, 0):
            root = _near(frame.chord_at(hit.start_s)[0], centre)
            length = (
                frame.beat_s * 4 * 0.95
                if gallop.count("x") == 1
                else hit.length_s * rng.uniform(0.9, 1.9)
            )
            notes.extend(
                Note(hit.start_s, length, root + step, hit.velocity) for step in (0, 7, 12)
            )
        return Part("electric guitar", tuple(notes), "power chords")
    if rng.random() < 0.4:
        return Part(
            "electric guitar", tuple(_broken(frame, rng, rng.uniform(54, 64), 0.5)), "picked notes"
        )
    rhythm = _pick(rng, ("held", "stabs", "strummed", "eighths"))
    return Part(
        "electric guitar",
        tuple(_comping(frame, rng, "electric guitar", rng.uniform(54, 62), rhythm)),
        _CHORD_WORDS[rhythm],
    )


def acoustic_guitar(frame: Frame, rng: Rng) -> Part:
    if rng.random() < 0.35:
        return Part(
            "acoustic guitar",
            tuple(_broken(frame, rng, rng.uniform(54, 62), 0.5)),
            "fingerpicked notes",
        )
    return Part(
        "acoustic guitar",
        tuple(_comping(frame, rng, "acoustic guitar", rng.uniform(53, 60), "strummed")),
        "strummed chords",
    )


def _chordal(
    role: str, rhythms: tuple[str, ...], low: float, high: float, tune: float
) -> Callable[[Frame, Rng], Part]:
    """Make a player of chords that sometimes plays a tune or broken chords instead."""

    def play(frame: Frame, rng: Rng) -> Part:
        draw, centre = rng.random(), rng.uniform(low, high)
        if draw < tune:
            return Part(
                role, tuple(melody(frame, rng, centre + 6, rng.uniform(0.1, 0.7))), "a melody"
            )
        if draw < tune + 0.15 and role in ("piano", "strings"):
            return Part(role, tuple(_broken(frame, rng, centre, 0.5)), "broken chords")
        rhythm = _pick(rng, rhythms)
        return Part(role, tuple(_comping(frame, rng, role, centre, rhythm)), _CHORD_WORDS[rhythm])

    return play


def synth_lead(frame: Frame, rng: Rng) -> Part:
    return Part(
        "synth lead",
        tuple(melody(frame, rng, rng.uniform(64, 80), rng.uniform(0.2, 1))),
        "a melody",
    )


def arpeggio(frame: Frame, rng: Rng) -> Part:
    step = float(rng.choice([0.25, 0.25, 0.5]))
    return Part(
        "arpeggio",
        tuple(_broken(frame, rng, rng.uniform(58, 76), step)),
        "a fast arpeggio" if step < 0.5 else "an arpeggio",
    )


def lead_vocal(frame: Frame, rng: Rng) -> Part:
    return Part(
        "lead vocal",
        tuple(melody(frame, rng, rng.uniform(50, 67), rng.uniform(0.1, 0.6))),
        "a lead line",
    )


def backing_vocals(frame: Frame, rng: Rng) -> Part:
    rhythm = _pick(rng, ("held", "halves", "held"))
    return Part(
        "backing vocals",
        tuple(_comping(frame, rng, "backing vocals", rng.uniform(57, 69), rhythm)),
        "harmonies",
    )


def effects(frame: Frame, rng: Rng) -> Part:
    count = int(rng.integers(1, 5))
    starts = np.sort(rng.uniform(0, frame.seconds - 1.5, count))
    notes = tuple(
        Note(float(start), rng.uniform(0.5, 4), int(rng.integers(40, 80)), rng.uniform(0.6, 1))
        for start in starts
    )
    return Part("effects", notes, "sound effects")


PLAYERS: dict[str, Callable[[Frame, Rng], Part]] = {
    "kick": kick,
    "snare": snare,
    "hats": hats,
    "percussion": percussion,
    "drums": drums,
    "bass": bass,
    "electric guitar": electric_guitar,
    "acoustic guitar": acoustic_guitar,
    "piano": _chordal("piano", ("held", "halves", "quarters", "eighths", "stabs"), 54, 68, 0.2),
    "organ": _chordal("organ", ("held", "halves", "stabs"), 55, 68, 0.15),
    "synth pad": _chordal("synth pad", ("held", "held", "halves"), 52, 68, 0.05),
    "strings": _chordal("strings", ("held", "held", "halves", "eighths"), 55, 72, 0.3),
    "brass": _chordal("brass", ("stabs", "held", "stabs"), 54, 68, 0.5),
    "synth lead": synth_lead,
    "arpeggio": arpeggio,
    "lead vocal": lead_vocal,
    "backing vocals": backing_vocals,
    "effects": effects,
}
_SPARSE = {
    "backing vocals": 0.45,
    "effects": 0.2,
    "brass": 0.3,
    "strings": 0.2,
    "synth lead": 0.25,
    "lead vocal": 0.15,
}


def _thin(part: Part, rng: Rng, seconds: float) -> Part:
    """Let some parts play only a stretch of the song."""
    if rng.random() >= _SPARSE.get(part.role, 0.08):
        return part
    length_s = rng.uniform(0.25, 0.7) * seconds
    start_s = rng.uniform(0, seconds - length_s)
    kept = tuple(note for note in part.notes if start_s <= note.start_s < start_s + length_s)
    return Part(part.role, kept or part.notes, part.playing, part.program)


def arrange(genre: str, roles: Sequence[str], rng: Rng, seconds: float = SONG_S) -> Arrangement:
    """Write one part per role, all in the same tempo, key and chords."""
    frame, root = _frame(genre, rng, seconds)
    parts = tuple(_thin(PLAYERS[role](frame, rng), rng, seconds) for role in roles)
    return Arrangement(genre, 60.0 / frame.beat_s, root, parts)
