"""What mixing words mean on the console: qualities, and the words for more or less of them.

One rule: a quality is what an engineer would commonly do for it, small enough to be said twice.
The figures are common practice, as engineers' handbooks and equaliser charts agree on it: boom
about 150 Hz, mud 300, box 500, honk 1000, harshness 3500, sibilance 7000, air above 12000.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ADJECTIVE, NOUN = "adjective", "noun"


@dataclass(frozen=True)
class Quality:
    """What more of a quality is, at amount 1; asked without an amount it is half of that.

    by: dB, octaves (high_pass_hz, ratio), or width. at: where that is done (Hz, q, ms, threshold).
    gain_db: what the fader does with it.
    """

    more: str
    less: str
    by: Mapping[str, float]
    at: Mapping[str, float] = field(default_factory=dict)
    gain_db: float = 0.0


@dataclass(frozen=True)
class Form:
    """What one wording means: sign of its quality. A fault is to be less unless more is asked."""

    quality: str
    sign: float
    kind: str
    fault: bool = False
    comparative: bool = False


def _low(db: float, hz: float) -> tuple[dict, dict]:
    return {"low_shelf_db": db}, {"low_shelf_hz": hz}


def _high(db: float, hz: float) -> tuple[dict, dict]:
    return {"high_shelf_db": db}, {"high_shelf_hz": hz}


def _peak(band: int, db: float, hz: float, q: float) -> tuple[dict, dict]:
    return {f"peak{band}_db": db}, {f"peak{band}_hz": hz, f"peak{band}_q": q}


def _squeeze(octaves: float, threshold_db: float, attack_ms: float, release_ms: float):
    where = {"threshold_db": threshold_db, "attack_ms": attack_ms, "release_ms": release_ms}
    return {"ratio": octaves}, where


def _only(**by: float) -> tuple[dict, dict]:
    return by, {}


def _quality(more: str, less: str, *parts: tuple[dict, dict], gain_db: float = 0.0) -> Quality:
    by = {knob: value for changes, _ in parts for knob, value in changes.items()}
    at = {knob: value for _, places in parts for knob, value in places.items()}
    return Quality(more, less, by, at, gain_db)


QUALITIES: dict[str, Quality] = {
    "bright": _quality("brighter", "darker", _high(5.0, 8000)),
    "airy": _quality("airier", "less airy", _high(5.0, 12000)),
    "warm": _quality("warmer", "colder", _low(3.5, 250), _high(-2.0, 9000)),
    "full": _quality("fuller", "thinner", _low(4.0, 180)),
    "deep": _quality("deeper", "less deep", _low(5.0, 90)),
    "muddy": _quality("muddier", "less muddy", _peak(1, 6.0, 300, 1.0)),
    "boomy": _quality("boomier", "less boomy", _peak(1, 6.0, 150, 0.8)),
    "boxy": _quality("boxier", "less boxy", _peak(1, 5.0, 500, 1.4)),
    "nasal": _quality("more nasal", "less nasal", _peak(2, 5.0, 1000, 1.4)),
    "tinny": _quality("tinnier", "less tinny", _peak(2, 4.0, 2000, 1.0), _low(-3.0, 200)),
    "hollow": _quality("hollower", "less hollow", _peak(2, -4.0, 700, 0.8)),
    "harsh": _quality("harsher", "less harsh", _peak(3, 5.0, 3500, 1.2)),
    "sibilant": _quality("more sibilant", "less sibilant", _peak(3, 6.0, 7000, 2.0)),
    "hissy": _quality("hissier", "less hissy", _high(6.0, 11000)),
    "rumbly": _quality("more rumbly", "less rumbly", _only(high_pass_hz=-1.5)),
    "clear": _quality("clearer", "less clear", _peak(3, 3.5, 4000, 0.8), _peak(1, -3.0, 300, 1.0)),
    "present": _quality("more present", "less present", _peak(3, 4.5, 4500, 0.8)),
    "muffled": _quality("more muffled", "less muffled", _high(-7.0, 4500)),
    "underwater": _quality("more underwater", "less underwater", _high(-12.0, 4000)),
    "clean": _quality("cleaner", "less clean", _peak(1, -4.0, 300, 1.0), _only(high_pass_hz=0.7)),
    "crisp": _quality("crisper", "less crisp", _peak(3, 2.0, 5000, 0.8), _high(3.0, 10000)),
    "smooth": _quality("smoother", "less smooth", _peak(3, -4.0, 3500, 0.8), _high(-1.0, 9000)),
    "aggressive": _quality("more aggressive", "softer", _peak(3, 4.0, 3000, 0.8), _high(1.5, 9000)),
    "round": _quality("rounder", "less round", _low(1.5, 180), _peak(3, -2.5, 3500, 0.8)),
    "open": _quality("more open", "less open", _peak(1, -2.0, 300, 0.8), _high(3.0, 11000)),
    "lively": _quality("livelier", "less lively", _peak(3, 2.5, 4500, 0.8), _high(2.5, 9000)),
    "punchy": _quality("punchier", "less punchy", _squeeze(1.4, -2.0, 40, 70)),
    "squashed": _quality("more squashed", "less squashed", _squeeze(2.4, -8.0, 1, 120)),
    "even": _quality("more even", "less even", _squeeze(1.6, -4.0, 12, 180)),
    "tight": _quality(
        "tighter", "looser", _peak(1, -3.0, 160, 0.8), _only(high_pass_hz=0.8),
        _squeeze(1.0, -3.0, 20, 80),
    ),
    "distant": _quality(
        "further back", "closer", _only(send_db=12.0), _high(-3.0, 8000), gain_db=-3.0
    ),
    "wet": _quality("wetter", "drier", _only(send_db=12.0)),
    "spacious": _quality("more spacious", "less spacious", _only(send_db=9.0, width=0.3)),
    "big": _quality("bigger", "smaller", _low(2.5, 120), _only(send_db=6.0, width=0.2)),
    "wide": _quality("wider", "narrower", _only(width=0.5)),
    "vintage": _quality("more vintage", "more modern", _high(-4.0, 8000), _low(2.0, 200)),
    "radio": _quality(
        "more like a radio", "less like a radio", _only(high_pass_hz=6.5), _high(-14.0, 5000),
        _peak(2, 6.0, 1500, 0.7),
    ),
}  # fmt: skip

# Per quality: words that ask for it, words that ask for its opposite; "!" marks a fault.
_ADJECTIVES = {
    "bright": ("bright brilliant", "dark !dull"),
    "airy": ("airy breathy sparkly sparkling shiny glossy shimmery", ""),
    "warm": ("warm", "!cold !icy !sterile"),
    "full": ("full fat thick heavy rich beefy chunky weighty", "!thin !weak lean !skinny !puny"),
    "deep": ("deep bassy", "!shallow"),
    "muddy": ("!muddy", ""),
    "boomy": ("!boomy !booming !woofy !tubby", ""),
    "boxy": ("!boxy", ""),
    "nasal": ("!nasal !honky !nasally", ""),
    "tinny": ("!tinny !papery", ""),
    "hollow": ("!hollow", ""),
    "harsh": (
        "!harsh !shrill !piercing !brittle !sharp !strident !abrasive !grating !scratchy !screechy",
        "",
    ),
    "sibilant": ("!sibilant !essy", ""),
    "hissy": ("!hissy !fizzy", ""),
    "rumbly": ("!rumbly !rumbling", ""),
    "clear": ("clear defined articulate intelligible", "!unclear !undefined !blurry !smeared"),
    "present": ("present", ""),
    "muffled": ("!muffled !woolly !wooly !veiled !cloudy", ""),
    "clean": ("clean", ""),
    "crisp": ("crisp clicky", ""),
    "smooth": ("smooth silky", "!rough"),
    "aggressive": ("aggressive edgy biting growly", "soft gentle mellow"),
    "round": ("round", ""),
    "open": ("open", ""),
    "lively": ("lively alive exciting energetic vivid", "!lifeless !boring !bland"),
    "punchy": ("punchy snappy impactful", ""),
    "squashed": ("!squashed !squeezed !overcompressed compressed", "natural dynamic uncompressed"),
    "even": ("even steady controlled consistent", "!uneven !jumpy"),
    "tight": ("tight", "loose !flabby !sloppy"),
    "distant": ("distant remote", "close near intimate upfront"),
    "wet": ("wet roomy reverberant echoey echoing ambient", "dry"),
    "spacious": ("spacious expansive dreamy ethereal", "!cramped"),
    "big": ("big huge large", "small tiny"),
    "wide": ("wide broad", "narrow"),
    "vintage": ("vintage retro old", "modern polished contemporary"),
}
_NOUNS = {  # phrases are divided by commas
    "bright": ("brightness,treble,highs,top end", "darkness,!dullness"),
    "airy": ("air,airiness,sparkle,shine,sheen,shimmer", ""),
    "warm": ("warmth", "!coldness"),
    "full": ("body,weight,fullness,fatness,thickness,richness,beef,meat,heft,girth", "!thinness"),
    "deep": ("bottom,lows,low end,bottom end", ""),
    "muddy": ("!mud,!muddiness", ""),
    "boomy": ("!boom,!boominess,!woof,!woofiness", ""),
    "boxy": ("!box,!boxiness,!cardboard", ""),
    "nasal": ("!honk,!nasality", ""),
    "tinny": ("!tinniness", ""),
    "harsh": ("!harshness,!sharpness,!brittleness,!shrillness,!scratchiness,!screech", ""),
    "sibilant": ("!sibilance,!esses,!ess", ""),
    "hissy": ("!hiss,!fizz", ""),
    "rumbly": ("!rumble", ""),
    "clear": ("clarity,definition,detail", ""),
    "present": ("presence", ""),
    "crisp": ("crispness", ""),
    "smooth": ("smoothness", "!roughness"),
    "aggressive": ("edge,bite,growl,aggression,aggressiveness", "softness"),
    "lively": ("life,energy,excitement,liveliness", ""),
    "punchy": ("punch,attack,snap,impact,slam,thump,smack,crack,oomph", ""),
    "squashed": ("compression", "dynamics"),
    "even": ("control,glue,consistency", ""),
    "tight": ("tightness", ""),
    "distant": ("distance,depth", "intimacy"),
    "wet": ("reverb,verb,room,ambience,echo,echoes", ""),
    "spacious": ("space,spaciousness", ""),
    "big": ("size", ""),
    "wide": ("width", ""),
}
_PHRASES = {  # whole wordings, as good as a comparative: they say by themselves which way
    "bright": (
        "brighten,brighten up",
        "darken,darken down,dull down,roll off the top,roll off the highs,roll the top off,"
        "round off the top,take the top off,tame the top,tame the highs",
    ),
    "warm": ("warm up", "cool down"),
    "full": ("fatten,fatten up,thicken,beef up,fill out", "thin out"),
    "deep": (
        "deepen",
        "roll off the lows,roll the lows off,roll off the low end,roll off the bottom,"
        "thin the lows",
    ),
    "clear": ("clear up", ""),
    "smooth": ("smooth out,smoothen", ""),
    "open": ("open up", ""),
    "tight": ("tighten,tighten up", "loosen,loosen up"),
    "wet": ("", "dry out,dry up"),
    "distant": (
        "further back,farther back,further away,farther away,far away,in the background,set back,"
        "in the distance,more distance",
        "up front,in front,in your face",
    ),
    "radio": (
        "!like a radio,!like an old radio,!old radio,!radio,!like a telephone,!telephone"
        ",!like a phone",
        "",
    ),
    "vintage": ("lo fi,lofi,old school,oldschool,analog,analogue", "hi fi,hifi"),
    "underwater": ("!underwater,!under water", ""),
    "wide": ("widen,open out", "mono,narrow down"),
    "aggressive": ("sharpen", "softer sounding,soften,mellow out"),
}
NEUTRAL = frozenset(  # things that there may be too much of as well as too little
    "reverb|verb|room|ambience|echo|echoes|compression|low end|bottom end|lows|highs|treble".split(
        "|"
    )
)
# What words ask for that no console of ours has.
NOT_HERE: dict[str, str] = {
    word: what
    for what, words in {
        "distortion": "grit gritty crunch crunchy crunchier dirt dirty dirtier distortion distorted"
        " saturation saturated saturate fuzz fuzzy overdrive overdriven",
        "delay": "delay delays slapback",
        "modulation": "chorus flanger phaser tremolo vibrato",
        "pitch correction": "autotune autotuned pitch detune tuned",
        "a way to single out noises": "ringing rattle rattling buzz hum click clicks",
    }.items()
    for word in words.split()
}


_LONGEST_COMPARED = 6  # letters; longer ones take "more"


def _comparatives(word: str) -> tuple[str, ...]:
    """How an adjective of one or two syllables is compared: muddy, muddier."""
    if word == "dry":
        return ("drier", "dryer")
    if word.endswith("y") and word[-2] not in "aeiou":
        return (f"{word[:-1]}ier",)
    if len(word) > _LONGEST_COMPARED or word.endswith(("ed", "ing")):
        return ()
    if word.endswith("e"):
        return (f"{word}r",)
    if word in ("thin", "fat", "big", "wet", "dim"):
        return (f"{word}{word[-1]}er",)
    return (f"{word}er",)


def _listed(words: str, divider: str) -> Iterator[tuple[str, bool]]:
    for word in filter(None, words.split(divider)):
        yield word.removeprefix("!"), word.startswith("!")


def _forms() -> dict[tuple[str, ...], Form]:
    """Every wording, as its words, with what it means."""
    found: dict[tuple[str, ...], Form] = {}
    for table, kind, divider in ((_ADJECTIVES, ADJECTIVE, " "), (_NOUNS, NOUN, ",")):
        for quality, sides in table.items():
            for sign, words in zip((1.0, -1.0), sides, strict=True):
                for word, fault in _listed(words, divider):
                    found[tuple(word.split())] = Form(quality, sign, kind, fault)
                    if kind == ADJECTIVE:
                        compared = Form(quality, sign, kind, fault, comparative=True)
                        found.update({(form,): compared for form in _comparatives(word)})
    for quality, sides in _PHRASES.items():
        for sign, phrases in zip((1.0, -1.0), sides, strict=True):
            for phrase, fault in _listed(phrases, ","):
                found[tuple(phrase.split())] = Form(quality, sign, ADJECTIVE, fault, not fault)
    return found


FORMS = _forms()
