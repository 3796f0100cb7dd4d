"""The words: enough of them, no phrasing with two meanings, and replies that invent no number."""

import random
import re

import jinja2
import numpy as np
import pytest

import prompts
from mixer.roles import ROLES, role_from_name

MINIMUM = dict(
    ask_advice=90, ask_fine=40, complain_quiet=90, complain_loud=90, ask_levels=40, ask_level_of=40,
    set_anchor=45, order_up=60, order_down=60, order_up_words=40, order_down_words=40, order_two=40,
    set_to=25, accept=50, refuse=35, undo=35, redo=20, list_versions=25, restore_version=30,
    render=50, render_faders=25, takes=25, audition=45, audition_blind=20, solo=20, mute=25,
    unmute=20, pan_left=25, pan_right=25, pan_centre=12, export=35, why=35, explain_topic=30,
    check_gain_staging=25, shape_sound=60, drill=20, greet=25, thanks=25, who_are_you=25,
    off_topic=60, nonsense=25, unknown_stem=25, other_language=15,
    ask_about_stem=120, accept_one=100, accept_half=100, accept_but=100, compare_stems=100,
    loudest=100, which_anchor=80, and_stem=100, same_for=100, more_of_it=100, it_up=100,
    it_down=100, too_far=100, correct_stem=100, correct_gain=100, correct_way=80, set_same=100,
    all_up=80, all_down=80, group_up=80, group_down=80, set_genre=80, prefer_loud=100,
    prefer_quiet=100, capabilities=100, reference=100, unsafe=100, beyond=160, goodbye=100,
    praise=100, insult=100, tone_newcomer=100, tone_pro=100,
    remark=150,
)  # fmt: skip
REQUIRED = {  # each group: at least one of these slots in every template
    "complain_quiet": [("stem", "role")],
    "complain_loud": [("stem", "role")],
    "ask_level_of": [("stem", "role")],
    "set_anchor": [("stem", "role")],
    "order_up": [("stem", "role"), ("gain",)],
    "order_down": [("stem", "role"), ("gain",)],
    "order_up_words": [("stem", "role")],
    "order_down_words": [("stem", "role")],
    "order_two": [("stem",), ("gain",), ("stem2",), ("gain2",)],
    "set_to": [("stem", "role"), ("gain",), ("side",)],
    "solo": [("stem", "role")],
    "mute": [("stem", "role")],
    "unmute": [("stem", "role")],
    "pan_left": [("stem", "role")],
    "pan_right": [("stem", "role")],
    "pan_centre": [("stem", "role")],
    "ask_about_stem": [("stem", "role")],
    "accept_one": [("stem", "role")],
    "accept_but": [("gain",)],
    "compare_stems": [("stem",), ("stem2",)],
    "and_stem": [("stem",)],
    "same_for": [("stem",)],
    "correct_stem": [("stem",)],
    "correct_gain": [("gain",)],
    "set_same": [("stem",), ("stem2",)],
    "group_up": [("role",)],
    "group_down": [("role",)],
    "set_genre": [("genre",)],
    "prefer_loud": [("stem", "role")],
    "prefer_quiet": [("stem", "role")],
    "shape_sound": [("stem", "role"), ("words", "quality", "fault")],
    "unknown_stem": [("missing",)],
}
MOVES = [
    [{"stem": "LeadVox", "gain_db": 3.0}],
    [{"stem": "LeadVox", "gain_db": -2.25}, {"stem": "Bass", "gain_db": -1.5}],
    [{"stem": name, "gain_db": 0.5 * step} for step, name in enumerate("ABCDE", start=1)],
]
WEIGHED = [
    {"stem": "LeadVox", "gain_db": -2.5, "low_db": -4.0, "high_db": -1.5, "confidence": 0.41}
]
MOVES += [WEIGHED]
ON_YOUR_WORD = [WEIGHED[0] | {"confidence": None}]
ROWS = [
    {"stem": "LeadVox", "relative_lu": 2.1, "lufs": -21.3},
    {"stem": "Kick", "relative_lu": 0.0, "lufs": -23.4},
    {"stem": "FX", "relative_lu": None, "lufs": None},
    {"stem": "Bass", "relative_lu": -0.04, "lufs": -23.44},
]
VERSIONS = [{"name": "v0", "summary": "as opened"}, {"name": "v1", "summary": "Bass -2.0 dB"}]
ONE = {"stem": "LeadVox", "anchor": "Kick", "low_lu": -4.0, "high_lu": 2.5}


def cases(situation: str) -> list[dict]:
    """Sets of variables that reach every branch of a situation's templates."""
    if situation == "already_there":
        return [{"stem": "Bass", "relative_lu": value, "against": "Kick"} for value in (-3.0, 0.5)]
    if situation in ("advice_change", "moves_applied"):
        return [{"anchor": "Kick", "moves": moves, "version": "v2"} for moves in MOVES]
    if situation == "level_of_one":
        return [row | {"anchor": "Kick"} for row in ROWS]
    if situation in ("why", "ear_against_meter", "asked_about") or situation.startswith(
        "complaint_"
    ):
        loops = ({"start_s": 12, "end_s": 20}, {"start_s": None, "end_s": None})
        return [
            ONE | loop | {"relative_lu": relative_lu, "complaint": complaint, "gain_db": gain_db}
            | {"opposite": opposite, "moves": moves if situation == "complaint_contradicted"
               or moves else WEIGHED}
            for loop in loops
            for relative_lu in (-6.3, -0.04, 1.2, 7.7)
            for complaint, gain_db in (("quiet", 3.0), ("loud", -4.5))
            for opposite, moves in ((None, []), (0.62, WEIGHED), (None, ON_YOUR_WORD))
        ]  # fmt: skip
    if situation.startswith("sensitivity_") or situation == "sure_rates":
        rates = {"false_alarm_percent": 17, "hit_percent": 30, "measured_on": "436 mixes"}
        return [rates | {"name": "keen"}]
    if situation in ("advice_more", "sure_of_advice", "still_open"):
        return [{"anchor": "Kick", "moves": moves} for moves in MOVES]
    if situation == "not_ranked":
        return [{"of": of} for of in ("versions", "takes")]
    if situation in ("take_chosen", "take_is_chosen"):
        return [{"take": "take2", "file": "takes/take2.wav"}]
    if situation == "sure_of_orders":
        return [{"done": "Bass +2.0 dB", "version": "v2"}]
    if situation.startswith("files_"):
        told = {"folder": "sessions/song", "version": "v1"}
        return [told | {"files": ["exports/mix-v1.wav"] * n, "more": n - 1} for n in (1, 2, 3)]
    if situation == "picked_by_level":
        told = {"which": "loudest", "anchor": "Kick"}
        return [told | {"stems": ["Bass", "FX"][:n], "alone": n > 1} for n in (1, 2)]
    if situation.startswith("sound_"):
        why = "it is mono, and width does nothing there"
        told = {"stem": "Bass", "words": "brighter", "why": why, "near": ["warm", "soft"]}
        changes = ["+2.5 dB above 8.0 kHz", "reverb -18.0 dB"]
        return [told | {"changes": some, "version": "v2"} for some in (changes, changes[:1])]
    if situation.startswith("drill_"):
        return drill_cases()
    if situation == "why_more":
        source = {"source": "MUSDB18-HQ, 2019", "songs": 98, "percent": 80}
        return [source | {"ignored": "the words stay hard to follow"}]
    if situation == "by_hand":
        steps = ["open the mixer", "move Bass up by 3.0 dB", "leave Kick alone"]
        return [{"program": "REAPER", "steps": steps, "trim": "Or use the item's volume."}]
    if situation.startswith("lesson"):
        told = {"title": "Headroom", "topic": "headroom", "body": "Free space.", "topics": ["pan"]}
        told |= {"try_it": "mute Bass, at -6.0 dBTP.", "sources": ["A (2014)", "B (2000)"]}
        return [told | {"more": more} for more in (True, False)]
    if situation == "panned":
        return [{"stem": "Bass", "pan": pan} for pan in (-1.0, -0.35, 0.0, 0.5, 1.0)]
    if situation == "rendered":
        return [
            {"takes": takes, "effects": effects, "style": style, "asked": asked,
             "files": [f"take{n}.wav" for n in range(takes)]}
            for takes in (1, 3)
            for effects, style in ((True, None), (True, "warmer"), (False, None))
            for asked in (True, False)
        ]  # fmt: skip
    if situation == "level_liked":
        return [{"stem": "Bass", "likes": likes} for likes in ("loud", "quiet", "usual")]
    if situation in ("genre_kept", "subgenre_kept", "tone_kept"):
        return [
            {"genre": "hip hop", "called": "trap", "tone": tone} for tone in ("newcomer", "pro")
        ]
    if situation.startswith("staging_"):
        return staging_cases(situation)
    if situation == "audition_ready":
        names = {"names": ["v0", "v1"], "files": ["A.wav", "B.wav"]}
        return [names | {"blind": blind} for blind in (True, False)]
    return [
        {"anchor": "Kick", "stem": "Bass", "rows": ROWS, "versions": VERSIONS, "current": "v1",
         "version": "v1", "settings": "+3.0 dB pan -0.25", "format": "mix",
         "files": ["mix.wav"], "tool": "explain",
         "message": "No stem is called x.", "candidates": ["GtrL", "GtrR"], "missing": "tuba",
         "first": "turn Bass up", "second": "do you want to know how loud Bass is",
         "stems": ["Kick", "Bass"]}
    ]  # fmt: skip


def staging_cases(situation: str) -> list[dict]:
    """What a gain-staging check may have to tell."""
    if situation in ("staging_bus", "staging_ahead"):
        readings = [(-12.3, 1.1), (-16.4, -0.7), (None, -80.0), (None, None)]
        buses = [
            {"lufs": lufs, "true_peak_dbtp": peak, "headroom_db": None if peak is None else -peak}
            for lufs, peak in readings
        ]
        return [{"now": bus, "after": bus} for bus in buses]
    if situation == "staging_trims":
        trims = [{"stem": "Bass", "gain_db": -6.5}, {"stem": "Kick", "gain_db": 3.0}]
        told = {"aim": "-18", "source": "EBU R 68"}
        return [
            told | {"trims": trims[:n], "total": total} for n, total in ((1, 1), (2, 2), (2, 7))
        ]
    listed = ["Bass is mono in a stereo file", "Kick is digital silence"]
    texts = {"cure": "Export it again."}
    return [
        texts | {"faults": listed[:n], "notes": listed[:n], "total": total}
        for n, total in ((1, 1), (2, 2), (2, 5))
    ]


def drill_cases() -> list[dict]:
    """Drills of every kind, right and wrong, with and without a size."""
    files = {"before": "before.wav", "after": "after.wav", "first": "A.wav", "second": "B.wav"}
    options = [
        {"file": "A.wav", "stem": "Bass"},
        {"file": "B.wav", "stem": "FX"},
    ]
    told = {
        "stem": "Bass",
        "anchor": "Kick",
        "choice": "A",
        "louder": "B",
        "size_db": 3.0,
        "levels": [{"stem": "Bass", "relative_lu": -1.2}, {"stem": "FX", "relative_lu": 4.0}],
    }
    said = {
        "wanted": ["which stem", "up or down"],
        "example": "Bass up by two",
        "file": "A.wav",
        "why": "listen once more",
        "options": options,
        "anchor_file": "anchor.wav",
        "files": ["A.wav", "B.wav", "C.wav", "D.wav"],
    }
    kinds = ("hidden_change", "set_back", "partner", "clipping", "loudness", "bias")
    return [
        {**files, **said, "stem": "Bass", "anchor": "Kick", "off_db": off_db, "part": part,
         "said": {"stem": None, "way": "way", "size": "C"}[part],
         "drill": told | {"kind": kind, "gain_db": gain_db}, "answered": answered, "right": 2,
         "threshold_db": threshold_db}
        for kind in kinds
        for gain_db, off_db, part in ((3.0, None, "stem"), (-2.5, 1.5, "way"), (6.0, -0.1, "size"))
        for answered, threshold_db in ((0, None), (3, None), (8, 2.4))
    ]  # fmt: skip


def numbers(text: str) -> set[str]:
    """The numbers of a text: signed ones with their sign, the rest as magnitudes."""
    return set(re.findall(r"(?<![\w.])[+-]?\d+(?:\.\d+)?", text))


def allowed(value: object) -> set[str]:
    """Every way in which the variables' own numbers may be written."""
    if isinstance(value, dict):
        return set().union(*map(allowed, value.values()))
    if isinstance(value, list):
        return set().union(*map(allowed, value))
    if isinstance(value, str):
        return numbers(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return set()
    signed = {f"{value:+.1f}", f"{value:+.2f}", f"{round(100 * value)}"}  # or in percent
    return signed | {f"{abs(value):.1f}", f"{abs(value):.2f}", str(value)}


def rendered(situation: str) -> list[tuple[dict, str]]:
    """Each template of a situation with each of its cases, through the very environment in use."""
    return [
        (case, template.render(**{name: case[name] for name in prompts.variables(situation)}))
        for case in cases(situation)
        for template in prompts._compiled(situation)
    ]


def folded(template: str) -> str:
    """A phrasing as a listener hears it: no case, no punctuation, {role} the same as {stem}."""
    text = template.casefold().replace("{role}", "{stem}").replace("-{", "minus{")
    return " ".join(re.sub(r"[^\w{}+%^'/ ]", " ", text).split()) or template


@pytest.mark.parametrize("intent", sorted(MINIMUM))
def test_there_are_enough_phrasings_each_once(intent: str) -> None:
    templates = prompts.phrasings(intent)
    assert len(templates) >= MINIMUM[intent]
    assert len({template for template in templates}) == len(templates)
    assert all(isinstance(template, str) and template == template.strip() for template in templates)
    assert len(prompts.other_voices(intent)) == len(templates) // 4


def test_intents_are_the_files_of_the_folder() -> None:
    assert prompts.intents() == tuple(sorted(MINIMUM))


def test_no_phrasing_belongs_to_two_intents() -> None:
    owners: dict[str, set[str]] = {}
    for intent in prompts.intents():
        for template in prompts.phrasings(intent):
            owners.setdefault(folded(template), set()).add(intent)
    assert {text: who for text, who in owners.items() if len(who) > 1} == {}


@pytest.mark.parametrize("intent", sorted(MINIMUM))
def test_slots_are_known_and_the_needed_ones_are_there(intent: str) -> None:
    for template in prompts.phrasings(intent):
        found = prompts.slots(template)
        assert set(found) <= set(prompts.SLOTS), template
        assert re.sub(r"\{\w+\}", "", template).count("{") == 0, template
        for group in REQUIRED.get(intent, []):
            assert set(group) & set(found), (template, group)
        if "gain" in found:
            assert not re.search(r"\d", re.sub(r"\{\w+\}", "", template)), template


def test_nearly_all_orders_name_one_direction_only() -> None:
    up = r"\b(up|raise|boost|plus|louder|higher|lift)\b|\+"
    down = r"\b(down|lower|cut|minus|quieter|less)\b|-\{"
    for intent in ("order_up", "order_up_words", "order_down", "order_down_words"):
        wrong, templates = down if "up" in intent else up, prompts.phrasings(intent)
        both = [template for template in templates if re.search(wrong, template.casefold())]
        assert len(both) < 0.05 * len(templates), (intent, both)


def test_fill_smooths_and_refuses() -> None:
    assert prompts.fill("raise the {stem} by {gain}", stem="bass", gain=2) == "raise the bass by 2"
    assert prompts.fill("the {role} is low", role="the singer") == "the singer is low"
    assert prompts.fill("{stem} up {gain_words}", stem="kick", gain_words="way") == "kick way up"
    assert prompts.fill("restore version {version}", version="v3") == "restore version 3"
    assert prompts.fill("{stem} {stem2}", stem="{stem2}", stem2="x") == "{stem2} x"
    with pytest.raises(prompts.PromptError, match="needs gain"):
        prompts.fill("{stem} +{gain}", stem="bass")


def test_tables_mean_what_they_say() -> None:
    assert prompts.GAIN_WORDS["a hair"] == 0.5 and prompts.GAIN_WORDS["a touch"] == 1.0
    assert prompts.GAIN_WORDS["a little"] == 1.5 and prompts.GAIN_WORDS["some"] == 2.0
    assert prompts.GAIN_WORDS["noticeably"] == 3.0 and prompts.GAIN_WORDS["a lot"] == 6.0
    assert {gain_db % 0.5 for gain_db in prompts.GAIN_WORDS.values()} == {0.0}
    assert (min(prompts.GAIN_WORDS.values()), max(prompts.GAIN_WORDS.values())) == (0.5, 6.0)
    assert set(prompts.words("formats").values()) == {"mix", "stems", "session"}
    assert set(prompts.words("roles")) == set(ROLES)
    assert [word for word in prompts.words("missing") if role_from_name(word)] == []
    said = [word for plain in prompts.words("roles").values() for word in plain]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("situation", prompts.situations())
def test_every_reply_renders_and_invents_no_number(situation: str) -> None:
    templates = prompts.replies(situation)
    assert 6 <= len(templates) <= 12 and len(set(templates)) == len(templates)
    for case, text in rendered(situation):
        assert text.strip() == text and text[-1] in ".?!:;)" or "\n" in text, text
        assert not re.search(r"None|\bTrue\b(?!,)|False|  |[{}]|\.\.|-0\.0(?!\d)|−", text), text
        assert numbers(text) <= allowed(case), (text, numbers(text) - allowed(case))


@pytest.mark.parametrize("situation", ["advice_change", "moves_applied", "complaint_confirmed"])
def test_direction_words_agree_with_the_sign(situation: str) -> None:
    for case, text in rendered(situation):
        gain_db = case["gain_db"] if "gain_db" in case else case["moves"][0]["gain_db"]
        spoken = re.search(r"\b(up|raise|raising)\b|\+\d", text, re.IGNORECASE)
        lowered = re.search(r"\b(down|lower)\b|-\d+\.\d+ dB", text, re.IGNORECASE)
        assert bool(spoken) == (gain_db > 0) and bool(lowered) == (gain_db < 0), text


def test_advice_names_every_move_and_the_anchor() -> None:
    for case, text in rendered("advice_change"):
        assert "Kick" in text
        for move in case["moves"]:
            assert move["stem"] in text and f"{abs(move['gain_db']):.1f}"[:3] in text


def test_a_stem_is_above_below_or_level() -> None:
    said = {text for case, text in rendered("why") if case["relative_lu"] == -6.3}
    assert any("6.3 LU below Kick, under the usual -4.0 to +2.5 LU" in text for text in said)
    inside = {text for case, text in rendered("why") if case["relative_lu"] == -0.04}
    assert any("level with Kick, inside the usual -4.0 to +2.5 LU" in text for text in inside)


FOUND = dict(
    stem="LeadVox", other="Vox copy", samples=1, places=3, first_s=1.25, sample_peak_dbfs=-0.1,
    true_peak_dbtp=1.2, all_down_db=7.2, aim_dbtp=-6.0, dc_offset=0.01, noise_floor_dbfs=-52.3,
    noise_start_s=4.4, below_db=33.1, side="left", side_correlation=-0.97, average_dbfs=-12.1,
    trim_db=-6.0, together_db=6.0,
)  # fmt: skip


@pytest.mark.parametrize("kind", sorted(prompts.findings()))
def test_every_finding_is_told_with_a_cure_and_invents_no_number(kind: str) -> None:
    told, cure = prompts.finding(kind, **FOUND)
    assert told[-1] not in ".!?" and cure[-1] == "." and cure[0].isupper()
    assert "LeadVox" in told or kind.startswith("bus_")
    assert numbers(told + " " + cure) <= allowed(FOUND) | {"+0.010"}
    assert not re.search(r"[{}]|None|  ", told + cure)


def test_findings_count_and_are_known() -> None:
    assert "1 sample that is no number" in prompts.finding("broken", **FOUND)[0]
    assert "3 places, first at 1.25 s" in prompts.finding("clipped", **FOUND)[0]
    assert "1 place," in prompts.finding("clipped", **FOUND | {"places": 1})[0]
    with pytest.raises(prompts.PromptError, match="no finding 'rumble'"):
        prompts.finding("rumble", stem="x")


def test_filters() -> None:
    assert [prompts.signed_db(x) for x in (3, -2.25, -0.0)] == ["+3.0 dB", "-2.25 dB", "0.0 dB"]
    assert [prompts.lu(x) for x in (2.13, -0.04, -7)] == ["+2.1 LU", "0.0 LU", "-7.0 LU"]
    assert prompts.lufs(-23.44) == "-23.4 LUFS" and prompts.lufs(None) == "no level"
    assert prompts.spoken(["a", "b", "c"]) == "a, b and c" and prompts.spoken(["a"]) == "a"


def test_one_seed_one_reply_and_strict_variables() -> None:
    texts = [prompts.reply("undone", seed, version="v3") for seed in range(60)]
    assert texts == [prompts.reply("undone", seed, version="v3") for seed in range(60)]
    assert len(set(texts)) == len(prompts.replies("undone"))
    for draws in (random.Random(4), np.random.default_rng(4)):
        assert "v3" in prompts.reply("undone", draws, version="v3")
    assert prompts.reply("undone", np.int64(7), version="v3") == texts[7]
    with pytest.raises(prompts.PromptError, match="needs version"):
        prompts.reply("undone", 0)
    with pytest.raises(prompts.PromptError, match="no situation 'nope'"):
        prompts.reply("nope", 0)
    with pytest.raises(jinja2.UndefinedError):
        prompts._compiled("undone")[0].render()


def test_system_prompt_is_short_and_tools_are_all_there() -> None:
    sentences = re.findall(r"[^.]+\.", prompts.system())
    assert 3 <= len(sentences) <= 6 and len(prompts.system().split()) <= 90
    assert list(prompts.tools()) == [
        "measure_levels", "set_anchor", "prefer", "propose_moves", "apply_moves", "set_level",
        "set_pan", "set_mute", "shape_sound", "render_mix", "audition", "undo", "redo",
        "list_versions", "restore_version",
        "check_gain_staging", "explain", "start_drill", "answer_drill", "export_mix",
    ]  # fmt: skip
    assert {text.count(". ") for text in prompts.tools().values()} == {0, 1}
    assert {text[-1] for text in prompts.tools().values()} == {"."}


def test_a_render_without_effects_does_not_deny_the_sounds_that_were_asked_for() -> None:
    told = {"takes": 1, "effects": False, "files": ["take1.wav"], "style": None}
    for template in prompts._compiled("rendered"):
        plain, asked = (template.render(**told, asked=one) for one in (False, True))
        assert plain != asked
        assert not re.search(r"no effects|without effects|dry|faders only|but faders", asked)
    styled = {"takes": 2, "effects": True, "files": ["a.wav", "b.wav"], "asked": False}
    for template in prompts._compiled("rendered"):
        assert "much darker" in template.render(**styled, style="much darker")
