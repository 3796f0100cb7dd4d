"""Which stem is meant, and what single messages mean: persons, sides, groups, stories, courtesy."""

import pytest

from assistant.asking import unclear
from assistant.idioms import without_stories
from assistant.numerals import numbers
from assistant.orders.before import Before
from assistant.orders.mentions import as_read, mentions
from assistant.orders.reading import Stems, orders
from assistant.orders.references import Known, with_referents
from assistant.orders.returns import Now
from assistant.orders.stays import leaves_it
from assistant.orders.tokens import tokens
from assistant.said import Said
from assistant.said_answers import guess_said
from assistant.said_balance import asks_if_overloaded, complains_of_cover
from assistant.said_beyond import is_beyond
from assistant.said_clauses import clauses
from assistant.said_courtesy import CAPABILITIES, GOODBYE, PRAISE, courtesy_said
from assistant.said_gains import numbers_db, says_way
from assistant.said_lessons import asks_to_be_taught
from assistant.said_sound import sound_asked
from assistant.said_tastes import asks_to_be_told_simply, tastes_said
from assistant.slips import mended
from mixer.roles import role_from_name

BAND = {
    "Kit": "drums", "Bass": "bass", "Gtr Rolf": "electric guitar", "Gtr Uma": "electric guitar",
    "Uma vox": "lead vocal", "Chor Frauen": "backing vocals", "Chor Männer": "backing vocals",
    "Strings L": "strings", "Strings R": "strings", "Riser FX": "effects",
}  # fmt: skip
NAMES, ROLES = tuple(BAND), tuple(BAND.values())
SONG = Stems(NAMES, ROLES, "Kit")
NONE = Before()


def chat(text: str) -> dict[str, float]:
    return {"": 1.0}


def meant(text: str) -> list[tuple[str, ...]]:
    return [one.stems for one in mentions(as_read(text, NAMES, ROLES), NAMES, ROLES)]


def read(text: str, song: Stems = SONG) -> list[tuple[str, dict]]:
    return [(call.name, call.arguments) for call in orders(text, song, NONE, chat)]


def moves(**gains_db: float) -> list[tuple[str, dict]]:
    told = [{"stem": n.replace("_", " "), "gain_db": g} for n, g in gains_db.items()]
    return [("apply_moves", {"moves": told})]


# ---- whose stem


@pytest.mark.parametrize(
    "text, stems",
    [
        ("rolf's guitar up 2", [("Gtr Rolf",)]),
        ("rolfs guitar up 2", [("Gtr Rolf",)]),
        ("uma's lead down 1", [("Uma vox",)]),
        ("uma's guitar", [("Gtr Uma",)]),
        ("both umas up 1", [("Gtr Uma", "Uma vox")]),
        ("the women up, the gentlemen down", [("Chor Frauen",), ("Chor Männer",)]),
        ("everything down 2 except me", [("Uma vox",)]),
        ("let me hear just me and the bass", [("Uma vox",), ("Bass",)]),
        ("let me hear the bass and me", [("Bass",), ("Uma vox",)]),
        ("am i too loud now", [("Uma vox",)]),
        ("the lead up 1", [("Uma vox",)]),
        ("keep it simple with me", []),
        ("the left strings up", [("Strings L",)]),
        ("strings l hard left, r hard right", [("Strings L",), ("Strings R",)]),
    ],
)  # fmt: skip
def test_persons_sides_and_groups_mean_their_stems(text: str, stems: list) -> None:
    assert meant(text) == stems


def test_a_side_means_the_one_of_its_kind_though_another_is_called_so() -> None:
    names = ("Rhythm L", "Rhythm R", "Solo gtr")
    roles = ("electric guitar",) * 3
    found = [one.stems for one in mentions("the right guitar", names, roles)]
    assert found == [("Rhythm R",)]


@pytest.mark.parametrize(
    "text, asked",
    [
        ("the guitar down two", ("Gtr Rolf", "Gtr Uma")),
        ("guitar up 2 and the bass down 1", ("Gtr Rolf", "Gtr Uma")),
        ("uma up 2", ("Gtr Uma", "Uma vox")),
        ("one of the two guitars down 1 please", ("Gtr Rolf", "Gtr Uma")),
        ("the guitars down two", None),
        ("both guitars down 2", None),
        ("the two umas up 1", None),
        ("the bass down two", None),
    ],
)
def test_a_word_that_fits_two_stems_is_asked_about(text: str, asked: tuple | None) -> None:
    found = unclear(Said((text,), NAMES, ROLES))
    assert (found and found[1]) == asked


def test_a_person_named_as_a_drum_is_keeps_the_instrument() -> None:
    assert role_from_name("Gtr Tom") == "electric guitar"
    assert role_from_name("Tom vox") == "lead vocal"
    assert role_from_name("Tom 2") == role_from_name("Floor Tom") == "percussion"


@pytest.mark.parametrize(
    "focus, text, told",
    [
        (("Kit",), "turn her up 1", "turn Uma vox up 1"),
        (("Gtr Rolf",), "turn him up 1", "turn Gtr Rolf up 1"),
        (("Gtr Rolf", "Uma vox"), "a bit more for her", "a bit more for Uma vox"),
        (("Gtr Rolf", "Kit"), "turn him up 1", "turn him up 1"),
        (("Kit",), "rolf is shy, bring him up 1", "rolf is shy, bring Gtr Rolf up 1"),
        (("Kit",), "her guitar up 1", "her guitar up 1"),
        (("Strings L",), "set left as loud as right", "set Strings L as loud as Strings R"),
        ((), "is the left string louder than the right?",
         "is the left string louder than Strings R?"),
    ],
)  # fmt: skip
def test_her_him_and_the_sides_are_those_that_were_spoken_of(focus, text, told) -> None:
    known = Known(NAMES, ROLES, Before(focus=focus, spoken=(focus,) if focus else ()))
    assert with_referents(text, known) == told


def test_an_s_by_itself_is_no_word() -> None:
    assert Said(("that 's the one",), NAMES, ROLES).missing == []


def test_the_ladies_are_the_one_stem_that_sings_behind_where_no_name_says_more() -> None:
    names, roles = ("Kit", "Vox", "Choir"), ("drums", "lead vocal", "backing vocals")
    found = mentions("the ladies up one, right lads", names, roles)
    assert [one.stems for one in found] == [("Choir",)]


def test_a_word_that_stands_for_no_stem_here_is_none_in_a_goodbye_or_with_an_s() -> None:
    said = Said(("the lead's a little high",), NAMES, ROLES)
    assert said.missing == [] and said.named == ("Uma vox",)
    assert Said(("turn up the tambourine",), NAMES, ROLES).missing == ["tambourine"]


# ---- mutes


@pytest.mark.parametrize(
    "text, muted, expected",
    [
        ("riser out, it is silly", (), [("Riser FX", True)]),
        ("take the riser out of it", (), [("Riser FX", True)]),
        ("shut the kit off for a moment", (), [("Kit", True)]),
        ("silence the women and the kit", (), [("Chor Frauen", True), ("Kit", True)]),
        ("the riser in again", ("Riser FX",), [("Riser FX", False)]),
        ("let the kit come in again, the riser stays out", ("Kit", "Riser FX"), [("Kit", False)]),
        ("the kit can come in too", ("Kit",), [("Kit", False)]),
        ("riser on", ("Riser FX",), [("Riser FX", False)]),
    ],
)  # fmt: skip
def test_stems_go_out_and_come_in_again(text, muted, expected) -> None:
    song = Stems(NAMES, ROLES, "Kit", Now({}, frozenset(muted)))
    called = [("set_mute", {"stem": stem, "muted": off}) for stem, off in expected]
    assert read(text, song) == called


def test_a_mute_that_ends_leaves_room_for_another_order() -> None:
    song = Stems(NAMES, ROLES, "Kit", Now({}, frozenset({"Riser FX", "Bass"})))
    back = ("set_mute", {"stem": "Riser FX", "muted": False})
    assert read("ok riser back in but 3 quieter", song) == [back, *moves(Riser_FX=-3.0)]
    assert read("riser back in, 2 lower than it was", song) == [back, *moves(Riser_FX=-2.0)]
    level = ("set_level", {"stem": "Riser FX", "relative_lu": -5.0, "against": "Uma vox"})
    assert read("riser in again, five below my voice; the bass stays out", song) == [back, level]
    done = [*moves(Kit=-2.0), ("set_mute", {"stem": "Bass", "muted": False})]
    assert read("kit 2 down, and the bass can come in too", song) == done


def test_a_stem_called_fx_goes_off_and_a_mix_without_effects_mutes_none() -> None:
    assert read("bass up 1, fx off") == [
        *moves(Bass=1.0), ("set_mute", {"stem": "Riser FX", "muted": True}),
    ]  # fmt: skip
    assert all(name != "set_mute" for name, _ in read("mix it with fx off"))


def test_a_stem_that_is_left_alone_is_not_played_alone() -> None:
    assert leaves_it("nah leave rolf alone, he gets cross", SONG.names, SONG.roles, chat)
    assert leaves_it("no leave rolf alone he gets cross", SONG.names, SONG.roles, chat)
    assert not leaves_it("leave rolf alone, the bass up 2", SONG.names, SONG.roles, chat)


# ---- numbers


@pytest.mark.parametrize(
    "text, gain_db",
    [
        ("bass one dB and half up", 1.5),
        ("bass up one and a quarter", 1.25),
        ("bass down two and a half", -2.5),
        ("bass up one", 1.0),
        ("bass plenty quieter", -6.0),
        ("bass up three hundred dB", 300.0),
    ],
)
def test_sizes_that_are_said_otherwise(text: str, gain_db: float) -> None:
    assert read(text) == moves(Bass=gain_db)


def test_number_words_behind_a_way_are_sizes_and_no_clause_is_cut_inside_one() -> None:
    assert numbers_db("lift her by one and a half, please", NAMES) == {1.5}
    assert numbers_db("up one, and let me hear it", NAMES) == {1.0}
    assert numbers_db("bring it down half", NAMES) == set()
    assert [number.value for number in numbers("raise it by three hundred dB")] == [300.0]
    assert clauses("lift her by one and a half, and check it") == [
        "lift her by one and a half", " check it",
    ]  # fmt: skip


# ---- words of a story


def test_a_story_moves_no_fader_and_colours_no_sound() -> None:
    assert not says_way("we've made up") and not says_way("it broke down on the way")
    assert says_way("give the bass up 2") and says_way("turn it up")
    assert "ended" in [one.kind for one in tokens("where the kit ended up", NAMES, ROLES)[0]]
    assert sound_asked("she had a nasty cold on friday", NAMES).wishes == ()
    assert sound_asked("it is like dream pop", NAMES).wishes == ()
    assert [wish.quality for wish in sound_asked("it sounds cold", NAMES).wishes] == ["warm"]
    assert without_stories("before i forget, bass up 1").strip() == "bass up 1"
    assert mended("it drowns") == "it drowns" and mended("dwon 2") == "down 2"


def test_everybody_who_likes_something_is_not_everything() -> None:
    said = Said(("a bit more bass, everyone loves the bass",), NAMES, ROLES)
    assert said.stems == ("Bass",)
    assert len(Said(("everyone up 1",), NAMES, ROLES).stems) == len(NAMES)


def test_a_complaint_in_a_picture_is_no_order() -> None:
    assert complains_of_cover("the strings drown once the kit comes in")
    assert complains_of_cover("nobody can follow the words, the band is all over her")
    assert not complains_of_cover("the strings drown, turn them up 2")
    assert not complains_of_cover("the strings are fine")


def test_what_was_recorded_too_hot_is_asked_and_not_ordered() -> None:
    assert asks_if_overloaded("did we record the kit too hot")
    assert asks_if_overloaded("is anything overdriven?")
    assert not asks_if_overloaded("the bass is too loud")


# ---- lessons, courtesy, tastes, deeds that no tool does


@pytest.mark.parametrize(
    "text, lesson",
    [
        ("why does turning the others down make a singer louder?", True),
        ("ok. how does panning make room?", True),
        ("but why is it better to cut than to raise?", True),
        ("what even is a fader", True),
        ("what the heck is headroom", True),
        ("why do people leave headroom", True),
        ("why is the bass so loud", False),
        ("turn the bass down", False),
        ("how is the panning", False),
    ],
)
def test_why_something_is_done_at_all_is_a_lesson(text: str, lesson: bool) -> None:
    assert asks_to_be_taught(text, lambda: ()) is lesson


@pytest.mark.parametrize(
    "text, kind",
    [
        ("this beat slaps", PRAISE),
        ("you are an absolute angel, kinder than my sister", PRAISE),
        ("that isn't lovely", None),
        ("it sounds lovely but the bass is loud", None),
        ("you are a star, now bass up 2", None),
        ("you are a gem, so much more patient than them all", PRAISE),
        ("this bass slaps, more of it", None),
        ("tschüss und danke", GOODBYE),
        ("there goes the phone, must run, bye", GOODBYE),
        ("hej då, we eat now", GOODBYE),
        ("bye bye bass, mute it", None),
        ("hello, we made a jingle for a bakery. so what can you do for me?", CAPABILITIES),
        ("what can you do about the bass?", None),
    ],
)
def test_courtesies_are_told_from_wishes(text: str, kind: str | None) -> None:
    told, plain = tokens(text, NAMES, ROLES)
    assert courtesy_said(text, mentions(plain, NAMES, ROLES), told) == kind


def test_two_tastes_in_one_message_are_kept_each_as_it_was_said() -> None:
    said = Said(("i always like the bass loud and i like the kit quiet",), NAMES, ROLES)
    calls = tastes_said(said, {"prefer_loud": 0.9})
    assert [call.arguments for call in calls] == [
        {"stem": "Bass", "likes": "loud"}, {"stem": "Kit", "likes": "quiet"},
    ]  # fmt: skip
    said = Said(("this is jazz so treat it like jazz, and keep the bass loud",), NAMES, ROLES)
    told = [call.arguments for call in tastes_said(said, {"prefer_loud": 0.9})]
    assert told == [{"genre": "jazz"}, {"stem": "Bass", "likes": "loud"}]


def test_plain_talk_is_asked_for_in_passing() -> None:
    assert asks_to_be_told_simply(Said(("keep it simple with me, i bake bread",), NAMES, ROLES))
    assert asks_to_be_told_simply(Said(("i am 70 years old, speak simply",), NAMES, ROLES))
    assert not asks_to_be_told_simply(Said(("keep it simple, bass up 2",), NAMES, ROLES))


def test_timing_and_arranging_are_beyond_though_they_name_a_stem() -> None:
    for text in (
        "tighten the kit to the grid",
        "could you re-orchestrate the bridge",
        "put the bass in tune",
    ):
        assert is_beyond(text, NAMES, ROLES, lambda part: False), text


def test_a_guess_without_a_drill_is_a_guess_and_no_order() -> None:
    guess = guess_said("for the quiz i say the bass went up by 2", NAMES, ROLES)
    assert guess is not None
    assert (guess.stem, guess.direction, guess.gain_db) == ("Bass", "up", 2.0)
    assert guess_said("bass up 2", NAMES, ROLES) is None
    assert guess_said("i guess the bass could go up 2", NAMES, ROLES) is None
