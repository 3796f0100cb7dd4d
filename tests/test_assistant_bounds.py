"""What a call may hold is narrowed to the user's words before the model chooses."""

from hypothesis import example, given
from hypothesis import strategies as st

from assistant.bounds import Bounds
from assistant.model.processing import call_opening
from assistant.said import Said

NAMES = ("drums", "bass", "bass gtr", "vocals", "keys")
ROLES = ("drums", "bass", "electric guitar", "lead vocal", "piano")
APPLY = call_opening("apply_moves")


def behind(words: str, text: str) -> list[str]:
    return list(Bounds(Said((words,), NAMES, ROLES, anchor="drums")).behind(text))


def test_a_gain_is_one_that_was_said_with_its_sign():
    text = f'{APPLY}"moves": [{{"stem": "vocals", "gain_db": '
    assert behind("vocals up 2.5 dB", text) == ["2.5"]
    assert behind("vocals down a touch", text) == ["-1.0"]
    assert behind("2 dB on the vocals", text) == ["-2.0", "2.0"]


def test_every_stem_with_an_order_of_its_own_gets_its_move_and_no_other():
    words = "vocals up 1, keys down 2.5"
    text = f'{APPLY}"moves": [{{"stem": "'
    assert behind(words, text) == ["vocals", "keys"]
    text += 'keys", "gain_db": '
    assert behind(words, text) == ["-2.5"]
    text += "-2.5"
    assert behind(words, text) == ['}, {"stem": "']
    text += '}, {"stem": "'
    assert behind(words, text) == ["vocals"]
    text += 'vocals", "gain_db": 1.0'
    assert behind(words, text) == ["}]}}"]


def test_the_stem_that_is_compared_with_gets_no_move():
    text = f'{APPLY}"moves": [{{"stem": "vocals", "gain_db": 3.0'
    assert "}]}}" in behind("vocals up 3, they are lost under the keys", text)


def test_the_anchor_is_not_made_the_anchor_again():
    text = f'{call_opening("set_anchor")}"stem": "'
    assert behind("judge it by the keys instead of the drums", text) == ["keys"]


def test_a_stem_is_placed_against_the_one_named_behind():
    text = f'{call_opening("set_level")}"stem": "'
    words = "vocals 4 dB under the keys"
    assert behind(words, text) == ["vocals"]
    assert behind(words, text + 'vocals", "relative_lu": ') == ["-4.0"]
    assert behind(words, text + 'vocals", "relative_lu": -4.0') == [', "against": "']
    assert behind(words, text + 'vocals", "relative_lu": -4.0, "against": "') == ["keys"]
    assert behind("vocals 4 dB over the drums", text + 'vocals", "relative_lu": 4.0') == ["}}"]


def test_counts_come_from_the_words():
    assert behind("three takes", f'{call_opening("render_mix")}"takes": ') == ["3"]
    assert behind("back to v2", f'{call_opening("restore_version")}"version": ') == ["2"]


def test_muting_and_bringing_back():
    text = f'{call_opening("set_mute")}"stem": "keys'
    assert behind("unmute the keys", text) == ['", "muted": false']
    assert behind("mute the keys", text) == ['", "muted": true']
    text = f'{call_opening("set_mute")}"stem": "bass'
    assert behind("mute the bass, or the bass gtr", text) == []  # its name may go on


WORDS = "mute|the bass|keys|vocals|up|down|2 dB|3|and|,|a bit|half|back|more|unmute|both|louder"
SPOKEN = st.lists(st.sampled_from(WORDS.split("|")), max_size=9).map(" ".join)


@given(st.text(max_size=60) | SPOKEN)
@example("AMUT")  # read as "mute": a stem that is muted has no gain of its own
def test_no_words_break_it_and_no_gain_is_out_of_nowhere(words):
    said = Said((words,), NAMES, ROLES, anchor="drums")
    offered = behind(words, f'{APPLY}"moves": [{{"stem": "')
    assert offered
    for name in offered:
        written = behind(words, f'{APPLY}"moves": [{{"stem": "{name}", "gain_db": ')
        sizes = {abs(float(gain)) for gain in written}
        assert sizes and sizes <= said.numbers() | {0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0}


def test_a_stem_that_is_muted_gets_no_gain_where_another_is_moved():
    words, text = "mute the keys and turn the vocals up 1 dB", f'{APPLY}"moves": [{{"stem": "'
    assert "keys" not in behind(words, text)
    assert behind(words, text + 'vocals", "gain_db": ') == ["1.0"]
    assert behind("mute the keys", text + 'keys", "gain_db": ') == ["-2.0", "2.0"]


def test_all_of_several_named_stems_are_measured_and_no_other():
    text, words = call_opening("measure_levels"), "which is louder, keys or vocals?"
    assert behind(words, text) == ['"stems": ["']
    text += '"stems": ["'
    assert set(behind(words, text)) == {"vocals", "keys"}
    assert behind(words, text + "keys") == ['", "']
    assert behind(words, text + 'keys", "') == ["vocals"]
    assert behind(words, text + 'keys", "vocals') == ['"]}}']
    assert behind("how loud are the keys", text) == ["keys"]
    assert behind("how loud is everything", call_opening("measure_levels")) == []
    both = "bass against bass gtr"
    assert behind(both, text + "bass") == []  # its name may go on
    assert behind(both, text + "bass gtr") == ['", "']
