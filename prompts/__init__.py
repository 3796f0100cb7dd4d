"""Every word that the model is told and that Gainsay says: read from the files beside this one.

One rule: words live in the files, numbers come from variables; nothing here knows audio or a model.
"""

import math
import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from operator import index
from typing import Any, Protocol, SupportsIndex

import jinja2
import yaml

SLOTS = {
    "stem": "the stem meant: its name or a plain word, without an article",
    "stem2": "another stem",
    "role": "a plain word for the same stem as {stem}, without an article",
    "anchor": "the anchor: its name or a plain word",
    "gain": "how many dB, a magnitude",
    "gain2": "how many dB on {stem2}, a magnitude",
    "gain_words": "how much in words, a key of GAIN_WORDS",
    "side": "'above' or 'below'",
    "version": "a version's name",
    "takes": "how many takes",
    "seed": "a whole number",
    "pan_words": "how far to the side, a key of words('pan_words')",
    "percent": "how far to the side, 1 to 100",
    "format": "what to write, a key of words('formats')",
    "topic": "what to explain, a key of words('topics')",
    "words": "how it should sound, one of words('words')",
    "quality": "what it should have more of, one of words('quality')",
    "fault": "what it should have less of, one of words('fault')",
    "genre": "a genre, a key of words('genres')",
    "missing": "an instrument that the song does not have, one of words('missing')",
}
_SLOT = re.compile(r"\{(\w+)\}")
_SMOOTHING = (  # what an article or a unit said twice would leave behind
    (re.compile(r"\b(the) the\b", re.IGNORECASE), r"\1"),
    (re.compile(r"\b(version|take) v(?=\d)", re.IGNORECASE), r"\1 "),
    (re.compile(r"\b(up|down|louder|quieter) ((?:way )?way)\b"), r"\2 \1"),
)


class PromptError(ValueError):
    """A word was asked for that the files do not have, or a variable is missing."""


class Draws(Protocol):
    """What random.Random and numpy's Generator have in common."""

    def random(self) -> float: ...


def _text(name: str) -> str:
    """The text of one file of this folder, by its path inside it."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _yaml(name: str) -> Any:
    return yaml.load(_text(name), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _known(kind: str, name: str, choices: Sequence[str]) -> str:
    """Return the name, or refuse it with the names there are."""
    if name not in choices:
        raise PromptError(f"there is no {kind} {name!r}: choose one of {', '.join(choices)}")
    return name


@cache
def system() -> str:
    """The system prompt, one paragraph."""
    return " ".join(_text("system.md").split())


@cache
def _served() -> Mapping[str, str]:
    return _yaml("served.yaml")


def served(name: str, **values: object) -> str:
    """A text for or about a model behind a server; its variables must be given."""
    text = _served()[_known("text", name, tuple(_served()))]
    return text.format(**{key: str(value) for key, value in values.items()})


@cache
def served_system(hears: bool) -> str:
    """The system prompt for a model behind a server: one that does not hear is told so first."""
    _, _, rules = system().partition(". ")
    first = system() if hears else f"{served('reads')} {rules}"
    told = [served("audio")] if hears else []
    return " ".join([first, served("acts"), *told, served("told")])


@cache
def drills(table: str) -> Mapping[str, Any]:
    """What is said around drills: whys by kind, examples of answers, and the parts wanted."""
    tables = _yaml("drills.yaml")
    return tables[_known("table of drills", table, tuple(tables))]


@cache
def order_words() -> Mapping[str, Mapping[str, Any]]:
    """The words of plain orders: kinds -> words, sizes -> a key of GAIN_WORDS, numbers -> value."""
    return _yaml("orders.yaml")


@cache
def tools() -> Mapping[str, str]:
    """What each tool does, by its name."""
    return _yaml("tools.yaml")


@cache
def glossary() -> Mapping[str, str]:
    """What words of the trade mean, in plain ones, by the word; the likeliest needed first."""
    return _yaml("glossary.yaml")


@cache
def findings() -> Mapping[str, Mapping[str, str]]:
    """What the gain-staging check may find, by kind: templates of what is told and of the cure."""
    return _yaml("findings.yaml")


def finding(kind: str, **values: object) -> tuple[str, str]:
    """What is told of one finding, without a full stop, and what to do about it."""
    texts = findings()[_known("finding", kind, tuple(findings()))]
    told, cure = (
        _environment().from_string(texts[part]).render(**values) for part in ("told", "cure")
    )
    return told, cure


@cache
def lessons() -> Mapping[str, str]:
    """The lessons as they are written, front matter included, by their file's name."""
    listed = (entry.name for entry in files(__name__).joinpath("lessons").iterdir())
    names = sorted(name.removesuffix(".md") for name in listed if name.endswith(".md"))
    return {name: _text(f"lessons/{name}.md") for name in names}


@cache
def listening_test(kind: str) -> Mapping[str, Any]:
    """What a listener reads in a test of a kind (rate, compare, advice): question, scale, items."""
    kinds = _yaml("listening_test.yaml")
    return kinds[_known("listening test", kind, tuple(kinds))]


@cache
def why_cards() -> Mapping[str, Any]:
    """What is said of a move besides its numbers: if ignored, by hand in each program, sources."""
    return _yaml("why_cards.yaml")


# Phrasings: what users say.


@cache
def intents() -> tuple[str, ...]:
    """The intents that have phrasings, sorted."""
    listed = (entry.name for entry in files(__name__).joinpath("phrasings").iterdir())
    return tuple(
        sorted(n.removesuffix(".yaml") for n in listed if n.endswith(".yaml") and n[0] != "_")
    )


@cache
def phrasings(intent: str) -> tuple[str, ...]:
    """The templates of one intent; the last quarter speaks in other voices than the rest."""
    return tuple(_yaml(f"phrasings/{_known('intent', intent, intents())}.yaml"))


def is_held_out(number: int) -> bool:
    """Whether an intent's phrasing of this number (from 0) is kept for testing: every twelfth."""
    return number % 12 == 7


def other_voices(intent: str) -> tuple[str, ...]:
    """The last quarter of an intent's templates: what a model can be tested on unseen."""
    templates = phrasings(intent)
    return templates[len(templates) - len(templates) // 4 :]


@cache
def _tables() -> Mapping[str, Any]:
    return _yaml("phrasings/_words.yaml")


def words(table: str) -> Any:
    """What may fill a slot: a list, or a mapping from words to what they mean."""
    return _tables()[_known("table of words", table, tuple(_tables()))]


def slots(template: str) -> tuple[str, ...]:
    """The slots of a phrasing, in the order of their first use."""
    return tuple(dict.fromkeys(_SLOT.findall(template)))


def fill(template: str, **values: object) -> str:
    """Fill a phrasing's slots; each must be given, and 'the the' is smoothed away."""
    missing = [slot for slot in slots(template) if slot not in values]
    if missing:
        raise PromptError(f"{template!r} needs {', '.join(missing)}: give a value for each slot")
    filled = _SLOT.sub(lambda match: str(values[match[1]]), template)
    for pattern, replacement in _SMOOTHING:
        filled = pattern.sub(replacement, filled)
    return filled


GAIN_WORDS: Mapping[str, float] = words("gain_words")


@cache
def reasons(verdict: str) -> tuple[str, ...]:
    """Templates of a proposal's short reason; verdict is raise, lower or leave_it."""
    table = _yaml("reasons.yaml")
    return tuple(table[_known("verdict", verdict, tuple(table))])


# Replies: what Gainsay says.


def _tidy(value: float, decimals: int = 1, sign: bool = False) -> str:
    """A number with a plain ASCII sign, never '-0.0'."""
    text = f"{value:+.{decimals}f}" if sign else f"{abs(value):.{decimals}f}"
    return text if float(text) else text.lstrip("+-")


def _gain(value: float, sign: bool) -> str:
    """A gain keeps its second decimal where it has one, so that 2.25 dB is not told as 2.2."""
    decimals = 1 if math.isclose(value, round(value, 1), abs_tol=5e-3) else 2
    return _tidy(value, decimals, sign)


def signed_db(value: float) -> str:
    """3 becomes '+3.0 dB', -2.25 '-2.25 dB'."""
    return f"{_gain(value, sign=True)} dB"


def lu(value: float) -> str:
    """A relative level: 2.13 becomes '+2.1 LU'."""
    return f"{_tidy(value, sign=True)} LU"


def lufs(value: float | None) -> str:
    """A level: '-23.4 LUFS', or 'no level' for silence."""
    return "no level" if value is None else f"{_tidy(value, sign=True)} LUFS"


def spoken(items: Sequence[str], last: str = "and") -> str:
    """['a', 'b', 'c'] becomes 'a, b and c'."""
    names = [str(item) for item in items]
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


@cache
def _environment() -> jinja2.Environment:
    """Jinja with the filters, and the macros of replies.yaml at hand in every template."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    environment.filters |= {
        "signed_db": signed_db,
        "lu": lu,
        "lufs": lufs,
        "spoken": spoken,
        "db": lambda value: f"{_gain(value, sign=False)} dB",
        "size_lu": lambda value: f"{_tidy(value)} LU",
        "signed_number": lambda value: _tidy(value, sign=True),
        "pan": lambda value: f"{value:+.2f}",
        "percent": lambda share: f"{round(100 * share)} %",
        "offset": lambda value: f"{value:+.3f}",
        "counted": lambda count, one, many: f"{count} {one if count == 1 else many}",
        "either": lambda items: spoken(items, last="or"),
        "cap": lambda text: text[:1].upper() + text[1:],
    }
    macros = "".join(line.strip() for line in _replies()["macros"].splitlines())
    module = environment.from_string(macros).module
    names = re.findall(r"macro (\w+)", macros)
    environment.globals |= {name: getattr(module, name) for name in names}
    return environment


@cache
def _replies() -> Mapping[str, Any]:
    return _yaml("replies.yaml")


def situations() -> tuple[str, ...]:
    """The situations that have replies."""
    return tuple(_replies()["situations"])


def replies(situation: str) -> tuple[str, ...]:
    """The Jinja templates of one situation, without the macros that they call."""
    name = _known("situation", situation, situations())
    return tuple(_replies()["situations"][name]["templates"])


def variables(situation: str) -> Mapping[str, str]:
    """The variables that a situation needs, each with what it is."""
    return _replies()["situations"][_known("situation", situation, situations())]["variables"]


@cache
def _compiled(situation: str) -> tuple[jinja2.Template, ...]:
    return tuple(map(_environment().from_string, replies(situation)))


def _check_values(situation: str, values: Mapping[str, object]) -> None:
    """Refuse a situation for which a variable is missing."""
    missing = [name for name in variables(situation) if name not in values]
    if missing:
        raise PromptError(f"the reply {situation!r} needs {', '.join(missing)}: give each of them")


def wordings(situation: str, **values: object) -> tuple[str, ...]:
    """Every way to say something for a situation; values as for reply()."""
    _check_values(situation, values)
    return tuple(template.render(**values) for template in _compiled(situation))


def reply(situation: str, seed: SupportsIndex | Draws, **values: object) -> str:
    """Say something for a situation; one seed always picks the same template.

    Args:
        seed: a whole number, or a generator with random() to draw from.
        values: every variable of variables(situation).
    """
    _check_values(situation, values)
    if isinstance(seed, SupportsIndex):  # an int, numpy's included
        draws: Draws = random.Random(f"{situation}/{index(seed)}")
    else:
        draws = seed
    templates = _compiled(situation)
    return templates[int(draws.random() * len(templates))].render(**values)
