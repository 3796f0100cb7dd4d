"""What leaves the player in a real browser: sample-locked, gapless, matched as heard."""

import numpy as np
import pytest
import soundfile

pytest.importorskip("fastapi", reason='the browser page needs pip install "gainsay[web]"')

from assistant.web.playable import version
from mixer.loudness import integrated_lufs
from tests.player_page import Deck, move
from tests.player_studio import RATE, STEADY, WRAP, Studio

TEN_MS = RATE // 100


def places(audio: np.ndarray) -> np.ndarray:
    """The sample of the song, modulo WRAP, that the ruler shows at each recorded one."""
    loud = np.where(np.abs(audio[1]) > 1e-3, audio[1], np.nan)
    return (audio[0] / loud * STEADY / 0.5 + 0.5) * WRAP


def off_the_clock(frame: int, audio: np.ndarray) -> np.ndarray:
    """How far the song's place is from the clock's, modulo WRAP, at each recorded sample."""
    return (places(audio) - (frame + np.arange(audio.shape[1]))) % WRAP


def spread(offsets: np.ndarray) -> float:
    """How far offsets modulo WRAP lie from their median place, at most."""
    known = offsets[~np.isnan(offsets)]
    middle = known[known.size // 2]
    return float(np.abs((known - middle + WRAP / 2) % WRAP - WRAP / 2).max())


def test_switching_takes_less_than_10_ms_and_the_position_never_jumps(studio: Studio) -> None:
    """By the audio clock: from where a key has been dealt with to where its version is heard.

    How long a busy machine takes to deal with a key is not the player's; one of six is dealt with
    at once, and then it is 10 ms from the key itself.
    """
    deck = studio.open("ruler", ("ruler", -6.0), ("ruler", -6.0)).ready(3)
    deck.does("player.toggleMatch(); player.choosePlace(0);")
    deck.tape()
    deck.page.keyboard.press("Space")
    for key in "213231":
        deck.run(0.23)
        deck.page.keyboard.press(key)
    deck.run(0.3)
    frame, audio, pressed = deck.recorded()
    gains_db = {"1": 0.0, "2": -6.0, "3": -12.0}
    full = deck.does("return 10 ** (engine.tracks.get('v0').item.gainDb / 20)") * STEADY
    loud_db = 20.0 * np.log10(np.maximum(audio[1], 1e-9) / full)
    switches = []
    for key, at, dealt_with in pressed[1:]:
        off_db = np.abs(loud_db[at - frame :] - gains_db[key])
        heard = at + int(np.argmax(off_db < 0.05))
        assert np.nanmax(off_db[heard - at : heard - at + RATE // 10]) < 0.05
        switches.append((heard - dealt_with, heard - at))
    told = [[round(1000 * frames / RATE, 1) for frames in one] for one in switches]
    assert max(after for after, _ in switches) <= TEN_MS, f"{told} ms"
    assert min(whole for _, whole in switches) <= TEN_MS, f"{told} ms"
    playing = audio[1] > 1e-3
    assert playing.sum() > 1.4 * RATE
    assert spread(off_the_clock(frame, audio)[playing]) < 0.05


def test_neighbouring_chunks_join_to_the_sample(studio: Studio) -> None:
    deck = studio.open("ruler").ready(1)
    row = deck.does("return player.comparison.rows.get('v0')")
    decoded = deck.does(
        """const row = player.comparison.rows.get("v0"), ends = [];
        for (const n of [0, 1]) {
          const bytes = await player.server.chunk("v0", n, row.key);
          const buffer = await engine.context.decodeAudioData(bytes);
          const rest = n ? [0, 500] : [buffer.length - 500, buffer.length];
          ends.push({ length: buffer.length, rate: buffer.sampleRate,
            samples: [0, 1].map((c) => [...buffer.getChannelData(c).slice(...rest)]) });
        }
        return ends;"""
    )
    assert [end["length"] for end in decoded] == [5 * RATE, 5 * RATE]
    assert [end["rate"] for end in decoded] == [RATE, RATE]
    around = np.concatenate([np.array(end["samples"], np.float32) for end in decoded], axis=1)
    folder = deck.room.cache / "auditions" / row["key"]
    files = [soundfile.read(folder / f"000{n}.flac", dtype="float32")[0].T for n in (0, 1)]
    server = np.concatenate(files, axis=1)[:, 5 * RATE - 500 : 5 * RATE + 500]
    assert np.array_equal(around, server)


def test_what_plays_over_a_chunks_border_is_the_servers_mix_to_the_sample(studio: Studio) -> None:
    deck = studio.open("band").ready(1)
    deck.does("engine.seek(4.6 * engine.sampleRate); player.toggleMatch();")
    deck.ready(1).tape()
    deck.page.keyboard.press("Space")
    deck.run(1.1)
    frame, audio, _ = deck.recorded()
    row = deck.does("return player.comparison.rows.get('v0')")
    gain_db = deck.does("return engine.tracks.get('v0').item.gainDb") + row["trim_db"]
    mix = version(deck.room.context, 0).make(lambda *step: None) * 10.0 ** (gain_db / 20.0)
    start = int(np.argmax(np.abs(audio[0]) > 0)) + RATE // 50  # behind the fade in
    assert not np.isnan(audio[0, start])
    heard = audio[:, start : start + RATE * 8 // 10]
    first = round(4.6 * RATE)
    within = mix[0, first : first + RATE // 10]
    found = np.flatnonzero(np.abs(within - heard[0, 0]) < 1e-6)
    length = heard.shape[1]
    errors = [np.nanmax(np.abs(mix[:, first + k : first + k + length] - heard)) for k in found]
    assert min(errors) < 1e-6
    border = 5 * RATE - (first + int(found[int(np.argmin(errors))]))
    assert 0 < border < heard.shape[1], "the border between two chunks is in what was recorded"


def looped(deck: Deck) -> tuple[np.ndarray, np.ndarray, list[tuple[float, int]]]:
    """What is heard of a loop that is left: audio, where it is loud, and each jump of the place.

    A jump: by how many samples, modulo WRAP, and where.
    """
    deck.does("player.setLoop({ start: 4.7, end: 5.3, on: true });")
    deck.until("engine.place === Math.round(4.7 * 44100)")
    deck.tape()
    deck.page.keyboard.press("Space")
    deck.run(1.5)
    deck.page.keyboard.press("l")
    deck.run(0.9)
    frame, audio, _ = deck.recorded()
    offsets = off_the_clock(frame, audio)
    known = np.flatnonzero(audio[1] > 1e-3)
    jumps = np.flatnonzero(np.abs(np.diff(offsets[known])) > 1.0)
    jumps = [j for j in jumps if abs(np.diff(offsets[known[j : j + 2]])[0]) % WRAP > 1.0]
    turned = [((offsets[known[j + 1]] - offsets[known[j]]) % WRAP, known[j]) for j in jumps]
    return audio, known, [(by, at) for by, at in turned if 1.0 < by < WRAP - 1.0]


def test_a_loop_wraps_on_its_sample_and_can_be_left_without_a_gap(studio: Studio) -> None:
    """A busy machine may give the recorder a block late, which shows as one block forth and back.

    That is seen in some takes of hundreds: another take is made then, and must be without.
    """
    audio, known, turned = looped(studio.open("ruler").ready(1))
    if any(min(by, WRAP - by) == pytest.approx(128.0, abs=0.05) for by, _ in turned):
        audio, known, turned = looped(studio.open("ruler").ready(1))
    back = (5.3 - 4.7) * RATE
    assert len(turned) >= 2, "round more than once"
    assert [by for by, _ in turned] == pytest.approx([-back % WRAP] * len(turned), abs=0.05)
    assert turned[-1][1] < audio.shape[1] - 0.65 * RATE, "then on, past the loop's end"
    begun, ended = known[0], known[-1]
    silent = np.nan_to_num(np.abs(audio[1, begun:ended]), nan=1.0) < 1e-3
    assert silent.sum() <= 5 * (len(turned) + 1), "no silence but the dip at the loop's border"


def test_what_is_heard_matches_within_a_tenth_over_the_loop(studio: Studio) -> None:
    deck = studio.open("band", ("bass", 9.0), ("keys", 4.0)).ready(3)
    deck.does("player.setLoop({ start: 4.9, end: 6.4, on: true });")
    deck.until("player.comparison.matchedFor.includes('4.9') && !engine.pending")
    deck.ready(3).tape()
    deck.page.keyboard.press("1")
    deck.page.keyboard.press("Space")
    begun = deck.does("return engine.timeline.pieces[0].at")
    deck.run(1.6)
    for key in "23":
        deck.page.keyboard.press(key)
        deck.run(3.1)
    frame, audio, pressed = deck.recorded()
    once = round(1.5 * RATE)
    lufs = []
    for _, at, _ in [
        pressed[0],
        *pressed[2:],
    ]:  # from the loop's next beginning on, one round of it
        first = begun - frame + max(0, -((begun - at - TEN_MS) // once)) * once
        lufs.append(integrated_lufs(np.nan_to_num(audio[:, first : first + once]), RATE))
    assert max(lufs) - min(lufs) <= 0.1, lufs
    told = deck.does("return player.parts.note.textContent")
    assert told.startswith("Turned down to the quietest, over the loop: within 0.0")
    plain = [
        one["loudness_lufs"] for one in deck.does("return [...player.comparison.matched.values()]")
    ]
    assert max(plain) - min(plain) > 5.0
    offsets = deck.does("return [...player.shadowRoot.querySelectorAll('.offset')]"
                        ".map((one) => one.textContent)")  # fmt: skip
    assert offsets[0] == "the quietest" and offsets[1].startswith("matched \u2212")


def test_stems_alone_sit_as_in_the_mix_at_the_same_place(studio: Studio) -> None:
    deck = studio.open("band", ("keys", 6.0)).ready(2)
    deck.page.keyboard.press("Space")
    deck.page.evaluate(
        "() => window.dispatchEvent(new CustomEvent('gainsay:solo', {detail: {stems: ['keys']}}))"
    )
    deck.until("engine.selected === 'v1.s1' && engine.playing")
    told = deck.does(
        """const { matched, rows } = player.comparison;
        const as_is = (id) => engine.tracks.get(id).item.gainDb + rows.get(id).trim_db;
        return [as_is("v1"), as_is("v1.s1"), player.parts.note.textContent];"""
    )
    assert told[0] == pytest.approx(told[1], abs=1e-4)
    assert told[2].startswith("Only keys. ")
    deck.page.keyboard.press("1")
    deck.until("engine.selected === 'v0.s1'")
    deck.page.get_by_role("button", name="Whole mix").click()
    deck.until("engine.selected === 'v0' && engine.tracks.size === 2")


def test_a_bounded_number_of_chunks_is_kept(studio: Studio) -> None:
    deck = studio.open("band", ("keys", 6.0), ("keys", -3.0)).ready(3)
    chunk = 5 * RATE * 2 * 4
    deck.does(f"engine.store.limitBytes = {7 * chunk};")
    deck.page.keyboard.press("Space")
    for seconds in (9.5, 0.5, 6.0, 10.5, 3.0):
        deck.does(f"engine.seek({seconds} * engine.sampleRate);")
        deck.until(f"!engine.waiting && player.position > {seconds} - 0.1")
        deck.run(0.15)
    assert deck.does("return engine.store.mostBytes") <= 7 * chunk
    assert deck.does("return engine.playing")


def test_a_new_version_is_followed_at_the_same_place(studio: Studio) -> None:
    deck = studio.open("ruler").ready(1)
    deck.does("player.toggleMatch();")
    deck.tape()
    deck.page.keyboard.press("Space")
    deck.run(0.3)
    move(deck.room, "ruler", -6.0)
    deck.page.evaluate("() => window.dispatchEvent(new CustomEvent('gainsay:changed'))")
    deck.until("engine.selected === 'v1'")
    deck.run(0.3)
    frame, audio, _ = deck.recorded()
    playing = audio[1] > 1e-3
    assert spread(off_the_clock(frame, audio)[playing]) < 0.05
    first, last = audio[1, playing][RATE // 10], audio[1, playing][-1]
    assert 20.0 * np.log10(last / first) == pytest.approx(-6.0, abs=0.05)
