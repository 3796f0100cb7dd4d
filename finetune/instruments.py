"""From a part on paper to a stem's audio: soundfonts, synths, drum kits, one-shots and sung voices.

One rule: what is not installed (fluidsynth, espeak-ng, one-shots) gives way to synthesis.
"""

import ctypes
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from scipy.signal import lfilter

from finetune import synths, voices
from finetune.arrangements import Note, Part, Rng
from finetune.synths import SAMPLE_RATE

# General MIDI programs (from 0) and what to call them.
PROGRAMS: dict[str, tuple[tuple[int, str], ...]] = {
    "bass": (
        (32, "acoustic bass"),
        (33, "fingered bass"),
        (33, "electric bass"),
        (34, "picked bass"),
        (35, "fretless bass"),
        (36, "slap bass"),
        (38, "synth bass"),
        (39, "synth bass"),
        (87, "synth bass"),
    ),
    "electric guitar": (
        (26, "jazz guitar"),
        (27, "clean electric guitar"),
        (28, "muted electric guitar"),
        (29, "overdriven guitar"),
        (30, "distorted electric guitar"),
    ),
    "acoustic guitar": (
        (24, "nylon-string guitar"),
        (25, "steel-string acoustic guitar"),
        (25, "acoustic guitar"),
        (105, "banjo"),
        (15, "dulcimer"),
    ),
    "piano": (
        (0, "grand piano"),
        (0, "piano"),
        (1, "bright piano"),
        (2, "electric grand"),
        (3, "honky-tonk piano"),
        (4, "electric piano"),
        (5, "electric piano"),
        (6, "harpsichord"),
        (7, "clavinet"),
    ),
    "organ": (
        (16, "drawbar organ"),
        (17, "percussive organ"),
        (18, "rock organ"),
        (19, "church organ"),
        (20, "reed organ"),
        (21, "accordion"),
    ),
    "synth pad": tuple((k, "synth pad") for k in (88, 89, 90, 91, 92, 93, 94, 95, 50, 51)),
    "strings": (
        (48, "string ensemble"),
        (49, "slow strings"),
        (40, "violin"),
        (41, "viola"),
        (42, "cello"),
        (44, "tremolo strings"),
        (45, "pizzicato strings"),
    ),
    "brass": (
        (61, "brass section"),
        (56, "trumpet"),
        (57, "trombone"),
        (60, "french horn"),
        (62, "synth brass"),
        (65, "alto sax"),
        (66, "tenor sax"),
        (64, "soprano sax"),
        (73, "flute"),
        (71, "clarinet"),
    ),
    "synth lead": tuple((k, "synth lead") for k in (80, 81, 82, 83, 84, 86, 62, 63)),
    "arpeggio": (
        (11, "vibraphone"),
        (12, "marimba"),
        (9, "glockenspiel"),
        (46, "harp"),
        (8, "celesta"),
        (10, "music box"),
        (81, "sequenced synth"),
        (80, "sequenced synth"),
        (98, "bell synth"),
        (45, "plucked synth"),
    ),
    "backing vocals": ((52, "choir aahs"), (53, "voice oohs"), (54, "synth voice")),
    "lead vocal": ((53, "voice oohs"), (54, "synth voice")),
    "effects": tuple((k, "effects") for k in (96, 97, 99, 101, 102, 103, 119, 122, 124, 127, 55)),
}
_LONGEST_TAIL = 430  # sixteen blocks each: ten seconds
_BLOCK = 64  # samples that fluidsynth makes at a time
_WARNING = 2  # a level of fluidsynth's log
_SILENTLY = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(
    lambda level, message, data: None
)
DRUM_ROLES = ("kick", "snare", "hats", "percussion", "drums")
_KIT_PROGRAMS = (0, 0, 8, 16, 24, 25, 32, 40, 48)
_SYNTH_SHARE = {
    "synth pad": 0.5,
    "synth lead": 0.65,
    "arpeggio": 0.5,
    "bass": 0.3,
    "organ": 0.2,
    "effects": 0.75,
}


class SoundFonts:
    """Plays notes through .sf2 files with fluidsynth, without its reverb and chorus.

    Every part has a synth of its own: one that has played before begins some notes otherwise, for
    a block, and a song would depend on the songs before it. The fonts are read once.
    """

    def __init__(self, folder: Path) -> None:
        import fluidsynth

        self._library = fluidsynth
        pointer, number = ctypes.c_void_p, ctypes.c_int
        synth, font = ("synth", pointer, 1), ("sfont", pointer, 1)
        self._by_id = _function("fluid_synth_get_sfont_by_id", pointer, synth, ("id", number, 1))
        self._add = _function("fluid_synth_add_sfont", number, synth, font)
        self._remove = _function("fluid_synth_remove_sfont", number, synth, font)
        sides = [
            (name, kind, 1)
            for side in "lr"
            for name, kind in (
                (f"{side}out", pointer),
                (f"{side}off", number),
                (f"{side}incr", number),
            )
        ]
        self._write = _function(
            "fluid_synth_write_float", number, synth, ("len", number, 1), *sides
        )
        log = (("level", number, 1), ("fun", pointer, 1), ("data", pointer, 1))
        self._log = _function("fluid_set_log_function", pointer, *log)
        self._aloud = ctypes.cast(fluidsynth._fl.fluid_default_log_function, pointer)
        self._holder = self._new_synth()
        paths = sorted({path.resolve() for path in folder.glob("*.sf2")})
        held = [self._holder.sfload(str(path)) for path in paths]
        self._fonts = [self._by_id(self._holder.synth, number) for number in held]
        if not self._fonts:
            raise OSError(
                f"{folder} holds no .sf2 file: one is needed (apt install fluid-soundfont-gm)"
            )

    def __len__(self) -> int:
        return len(self._fonts)

    def play(
        self, notes: tuple[Note, ...], font: int, program: int, is_drums: bool, samples: int
    ) -> np.ndarray:
        """Render notes on one program, (2, samples)."""
        synth = self._new_synth()
        number = self._add(synth.synth, self._fonts[font])
        try:
            # The very first note of a synth starts a fraction of a block off: spend one unheard.
            self._sound(synth, number, (Note(0.0, 0.01, 60, 0.5),), 0, False, _BLOCK)
            synth.system_reset()
            rest = np.ones((2, 16 * _BLOCK), np.float32)
            for _ in range(_LONGEST_TAIL):
                self._render(synth, rest, 0, rest.shape[1])
                if not rest.any():
                    break
            return self._sound(synth, number, notes, program, is_drums, samples)
        finally:
            self._log(_WARNING, _SILENTLY, None)  # that its channels have no sounds any more
            self._remove(synth.synth, self._fonts[font])  # the holder's, who keeps it
            self._log(_WARNING, self._aloud, None)
            synth.delete()

    def _new_synth(self) -> Any:
        synth = self._library.Synth(gain=0.5, samplerate=SAMPLE_RATE, channels=16)
        for name in ("synth.reverb.active", "synth.chorus.active"):
            synth.setting(name, 0)
        return synth

    def _sound(
        self,
        synth: Any,
        font: int,
        notes: tuple[Note, ...],
        program: int,
        is_drums: bool,
        samples: int,
    ) -> np.ndarray:
        """Let a synth play, (2, samples)."""
        channel = 9 if is_drums else 0
        synth.program_select(channel, font, 128 if is_drums else 0, program)
        events = [(note.start_s, 1, note) for note in notes] + [
            (note.start_s + note.length_s, 0, note) for note in notes
        ]
        whole = -(-samples // _BLOCK) * _BLOCK  # fluidsynth works in blocks: leave none half read
        out, done = np.zeros((2, whole), np.float32), 0
        for time_s, is_on, note in sorted(events, key=lambda event: event[:2]):
            done = self._render(synth, out, done, min(int(time_s * SAMPLE_RATE), samples))
            if is_on:
                synth.noteon(channel, note.pitch, int(np.clip(note.velocity * 127, 1, 127)))
            else:
                synth.noteoff(channel, note.pitch)
        self._render(synth, out, done, whole)
        return out[:, :samples]

    def _render(self, synth: Any, out: np.ndarray, start: int, stop: int) -> int:
        if stop > start:
            self._write(
                synth.synth,
                stop - start,
                out[0].ctypes.data,
                start,
                1,
                out[1].ctypes.data,
                start,
                1,
            )
        return max(start, stop)


def _function(name: str, result: Any, *arguments: tuple[Any, ...]) -> Any:
    """A function of libfluidsynth that its Python package does not offer."""
    import fluidsynth

    found = fluidsynth.cfunc(name, result, *arguments)
    assert found is not None, f"this libfluidsynth has no {name}"
    return found


# First letters of one-shot file names, as common sample packs write them.
_ONE_SHOT_PREFIXES = {
    "kick": ("bd", "kick", "drum_bass", "drum_heavy_kick"),
    "snare": ("sn_", "sd", "snare", "drum_snare"),
    "clap": ("cp", "clap"),
    "bell": ("rim", "drum_cowbell", "cb", "perc_bell", "tabla_na", "tabla_te"),
    "hat": ("hh", "hat", "drum_cymbal_closed", "drum_cymbal_pedal"),
    "open hat": ("oh", "drum_cymbal_open", "drum_cymbal_soft"),
    "cymbal": ("cr", "rd", "drum_splash", "drum_cymbal_hard"),
    "shaker": ("sh_", "tb", "shaker"),
    "tom": (
        "mt",
        "ht_",
        "lt",
        "tom",
        "drum_tom",
        "tabla_ghe",
        "tabla_dhec",
        "tabla_tun",
        "tabla_ke",
        "tabla_tas",
    ),
    "fx": ("perc_sw", "perc_impact", "misc", "fx", "perc_door", "perc_till", "bass_drop"),
    "loop": (
        "loop_amen",
        "loop_breakbeat",
        "loop_mehackit",
        "loop_compus",
        "loop_industrial",
        "brk",
        "break",
    ),
    "percussion loop": ("loop_tabla", "loop_safari", "loop_perc"),
}


@dataclass
class Studio:
    """Everything that can make sound here."""

    fonts: SoundFonts | None = None
    bank: tuple[voices.Phrase, ...] = ()
    one_shots: dict[str, list[np.ndarray]] = field(default_factory=dict)


def _read_one_shots(folder: Path) -> dict[str, list[np.ndarray]]:
    """Sort a folder's short files by piece; mono at 44.1 kHz, peak 1."""
    found: dict[str, list[np.ndarray]] = {}
    for path in sorted(
        p for p in folder.rglob("*") if p.suffix.lower() in (".wav", ".flac", ".aif", ".ogg")
    ):
        piece = next(
            (
                piece
                for piece, starts in _ONE_SHOT_PREFIXES.items()
                if path.stem.lower().startswith(starts)
            ),
            None,
        )
        if piece is None:
            continue
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
        mono = audio.mean(axis=1)
        mono = mono if rate == SAMPLE_RATE else soxr.resample(mono, rate, SAMPLE_RATE)
        if np.abs(mono).max() > 1e-3:
            found.setdefault(piece, []).append(mono[: 12 * SAMPLE_RATE] / np.abs(mono).max())
    return found


def open_studio(soundfonts: Path | None, bank: Path | None, one_shots: Path | None) -> Studio:
    """Gather what is installed; say what is missing."""
    studio = Studio(
        one_shots=_read_one_shots(one_shots) if one_shots else {},
        bank=voices.load_bank(bank) if bank else (),
    )
    if soundfonts is not None:
        try:
            studio.fonts = SoundFonts(soundfonts)
        except (ImportError, OSError) as problem:
            logging.warning("no soundfonts, synthesised instruments only: %s", problem)
    return studio


def _tuned(hit: np.ndarray, rng: Rng) -> np.ndarray:
    """Shift a one-shot's pitch a little."""
    return soxr.resample(
        hit, SAMPLE_RATE * 2 ** (rng.normal(0, 1.5) / 12), SAMPLE_RATE, quality="QQ"
    )


def _play_drums(part: Part, samples: int, rng: Rng, studio: Studio) -> tuple[np.ndarray, str]:
    """Play a drum part on a soundfont kit, one-shots, a loop or synthesised drums."""
    loops = studio.one_shots.get("loop" if part.role == "drums" else "percussion loop", [])
    if loops and part.role in ("drums", "percussion") and rng.random() < 0.08:
        loop = _tuned(loops[int(rng.integers(len(loops)))], rng)
        return np.stack(
            [np.tile(loop, samples // len(loop) + 1)[:samples]] * 2
        ) * 0.3, "drum loop" if part.role == "drums" else "percussion loop"
    source = rng.random()
    if studio.fonts and source < 0.55:
        font, kit = int(rng.integers(len(studio.fonts))), int(rng.choice(_KIT_PROGRAMS))
        audio = studio.fonts.play(part.notes, font, kit, True, samples)
        if np.abs(audio).max() > 1e-4:
            return audio, "electronic kit" if kit in (24, 25) else "acoustic kit"
    if studio.one_shots and source < 0.85:
        hits = {}
        for pitch in sorted({note.pitch for note in part.notes}):
            pool = studio.one_shots.get(synths.piece_of_note(pitch))
            hits[pitch] = (
                _tuned(pool[int(rng.integers(len(pool)))], rng)
                if pool
                else synths.drum_hit(synths.piece_of_note(pitch), rng)
            )
        return synths.play_hits(part.notes, hits, samples), "sampled kit"
    return synths.synth_drums(part.notes, samples, rng), "drum machine"


def _play_keyboard(part: Part, samples: int, rng: Rng, studio: Studio) -> tuple[np.ndarray, str]:
    """Play a pitched part on a soundfont or a synth."""
    octave = (
        int(rng.choice([0, 0, 0, -12, 12]))
        if part.role not in ("bass", "electric guitar", "lead vocal")
        else 0
    )
    force = rng.uniform(0.6, 1.0)
    notes = tuple(
        Note(n.start_s, n.length_s, int(np.clip(n.pitch + octave, 20, 108)), n.velocity * force)
        for n in part.notes
    )
    if studio.fonts and rng.random() >= _SYNTH_SHARE.get(part.role, 0.04):
        program, words = PROGRAMS[part.role][int(rng.integers(len(PROGRAMS[part.role])))]
        if part.program is not None and rng.random() < 0.5:
            known = dict(PROGRAMS[part.role])
            program, words = part.program, known.get(part.program, part.role)
        audio = studio.fonts.play(
            notes, int(rng.integers(len(studio.fonts))), program, False, samples
        )
        if np.abs(audio).max() > 1e-4:
            return audio, words
    words = {"bass": "synth bass", "arpeggio": "sequenced synth"}.get(part.role, part.role)
    return synths.keyboard(notes, synths.draw_patch(part.role, rng), samples, rng), words


def _play_guitar(
    part: Part, genre: str, samples: int, rng: Rng, studio: Studio
) -> tuple[np.ndarray, str]:
    """Play an electric guitar; in rock and metal mostly through a distorting amplifier."""
    audio, words = _play_keyboard(part, samples, rng, studio)
    chance = (
        0.95 if part.playing == "power chords" else {"metal": 0.85, "rock": 0.6}.get(genre, 0.12)
    )
    if rng.random() >= chance:
        return audio, words
    return synths.distort(audio, rng.uniform(12, 38), rng), "distorted electric guitar"


def _play_effects(part: Part, samples: int, rng: Rng, studio: Studio) -> tuple[np.ndarray, str]:
    pool = studio.one_shots.get("fx", [])
    if pool and rng.random() < 0.3:
        hits = {n.pitch: _tuned(pool[int(rng.integers(len(pool)))], rng) for n in part.notes}
        return synths.play_hits(part.notes, hits, samples), "sound effects"
    if studio.fonts and rng.random() < 0.25:
        return _play_keyboard(part, samples, rng, studio)
    return synths.effect_sounds(part.notes, samples, rng)


def play(
    part: Part, genre: str, root: int, seconds: float, rng: Rng, studio: Studio
) -> tuple[np.ndarray, str]:
    """Play one part dry; (2, samples) at 44.1 kHz and words for the instrument."""
    samples = int(seconds * SAMPLE_RATE)
    if part.role in DRUM_ROLES:
        return _play_drums(part, samples, rng, studio)
    if part.role == "effects":
        return _play_effects(part, samples, rng, studio)
    if part.role == "electric guitar":
        return _play_guitar(part, genre, samples, rng, studio)
    if part.role == "bass" and (
        part.playing == "long booming notes"
        or genre in ("hip hop", "electronic")
        and rng.random() < 0.3
    ):
        return synths.eight_oh_eight(part.notes, samples, rng), "808 bass"
    if part.role == "lead vocal" and rng.random() < 0.97:
        return (
            voices.sing_lead(studio.bank, part.notes, root, genre, samples, rng)
            if studio.bank
            else voices.formant_voice(part.notes, samples, rng)
        )
    if part.role == "backing vocals" and rng.random() < 0.72:
        return (
            voices.sing_backing(studio.bank, part.notes, root, samples, rng)
            if studio.bank
            else voices.formant_voice(part.notes, samples, rng)
        )
    return _play_keyboard(part, samples, rng, studio)


def record(audio: np.ndarray, rng: Rng) -> np.ndarray:
    """Give a stem a light recorded colour: stereo shape, tilt, sometimes a noise floor."""
    shape = rng.random()
    if shape < 0.4:
        audio = audio.mean(axis=0, keepdims=True)
    keep = np.float32(np.exp(-2 * np.pi * 10 ** rng.uniform(2.5, 3.3) / SAMPLE_RATE))
    tilt_db = float(np.clip(rng.normal(0, 3), -6, 6))
    one_pole = (np.array([1 - keep], np.float32), np.array([1, -keep], np.float32))
    low = np.asarray(lfilter(*one_pole, audio.astype(np.float32), axis=1))
    audio = low * np.float32(10 ** (tilt_db / 40) - 10 ** (-tilt_db / 40)) + audio * np.float32(
        10 ** (-tilt_db / 40)
    )
    if 0.4 <= shape < 0.6:  # widened: one side late
        late = int(rng.uniform(0.004, 0.018) * SAMPLE_RATE)
        audio = np.stack([audio[0], np.pad(audio[1], (late, 0))[: audio.shape[1]]])
    peak = np.abs(audio).max() + 1e-12
    if rng.random() < 0.35:
        hiss = rng.standard_normal(audio.shape[1], dtype=np.float32)
        audio = audio + np.float32(peak * 10 ** (rng.uniform(-85, -55) / 20)) * hiss
    return np.broadcast_to(audio * (0.5 / peak), (2, audio.shape[1])).astype(np.float32)
