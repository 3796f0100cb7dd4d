"""Uploads: names and archives that attack, limits on what arrives and what it decodes to."""

import asyncio
import io
import os
import stat
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.web.limits import LONGEST_NAME, Limits, UploadError, safe_path
from assistant.web.quota import Part
from assistant.web.uploads import Uploads
from mixer.audio_files import audio_files

RATE = 44100


def sound(seconds: float = 0.5, form: str = "WAV", silent: bool = False) -> bytes:
    """The bytes of a mono file: noise, or silence."""
    file, frames = io.BytesIO(), int(seconds * RATE)
    noise = np.zeros(frames) if silent else 0.1 * np.random.default_rng(0).standard_normal(frames)
    soundfile.write(file, noise.astype(np.float32), RATE, format=form)
    return file.getvalue()


def packed(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The bytes of a zip; names go in as they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, content)
    return file.getvalue()


def sent(uploads: Uploads, name: str, content: bytes, block: int = 65536) -> list[str]:
    """Send one file in blocks; the names it is kept under."""

    async def stream():
        for at in range(0, len(content), block):
            yield content[at : at + block]

    return asyncio.run(uploads.receive(name, stream()))


def refused(uploads: Uploads, name: str, content: bytes) -> str:
    """The sentence that a file is refused with; it must be remembered, and leave nothing."""
    before = uploads.names()
    with pytest.raises(UploadError) as caught:
        sent(uploads, name, content)
    assert uploads.refused[-1]["reason"] == str(caught.value)
    assert uploads.names() == before and left_over(uploads) == []
    return str(caught.value)


def left_over(uploads: Uploads) -> list[str]:
    """Unfinished files."""
    return [path.name for path in uploads.folder.rglob(".*")]


@pytest.fixture
def uploads(tmp_path):
    return Uploads(tmp_path / "room" / "stems")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("kick.wav", "kick.wav"),
        ("Song/drums/kick.wav", "Song/drums/kick.wav"),
        ("../../../etc/cron.d/kick.wav", "etc/cron.d/kick.wav"),
        ("/etc/passwd.wav", "etc/passwd.wav"),
        ("C:\\Windows\\System32\\kick.wav", "C_/Windows/System32/kick.wav"),
        ("..\\..\\kick.wav", "kick.wav"),
        ("....//....//kick.wav", "kick.wav"),
        (".hidden.wav", "hidden.wav"),
        (".../.wav", "wav"),
        ("kick\x00.wav", "kick_.wav"),
        ("kick\n\x1b[31m.wav", "kick__[31m.wav"),
        ("kick\u202egpj.wav", "kick_gpj.wav"),
        ("<img src=x onerror=alert(1)>.wav", "_img src=x onerror=alert(1)_.wav"),
        ("con.wav", "_con.wav"),
        ("LPT1", "_LPT1"),
        ("aux./nul .wav", "_aux/_nul.wav"),
        ("kick.wav. . .", "kick.wav"),
        ("Gesa\u0308nge.wav", "Gesänge.wav"),
        ("a/b/c/d/e/f/kick.wav", "d/e/f/kick.wav"),
        ("\udcff\udcfe.wav", "__.wav"),
    ],
)
def test_a_name_becomes_a_path_inside_the_folder(name, kept):
    assert safe_path(name).as_posix() == kept


@pytest.mark.parametrize("name", ["", "/", "..", "../..", "\\", " . / .. "])
def test_a_name_of_nothing_is_refused(name):
    with pytest.raises(UploadError, match="without a name"):
        safe_path(name)


@given(st.text(max_size=400))
def test_no_name_leaves_the_folder(name):
    try:
        path = safe_path(name)
    except UploadError:
        return
    folder = Path("/room/stems")
    assert os.path.normpath(folder / path).startswith("/room/stems/")
    assert all(len(part.encode()) <= LONGEST_NAME for part in path.parts)
    assert all(part.isprintable() and not part.startswith(".") for part in path.parts)


def test_a_long_name_keeps_its_ending():
    name = safe_path("ü" * 300 + ".wav").name
    assert name == "ü" * 57 + ".wav" and len(name.encode()) <= LONGEST_NAME


def test_files_are_kept_and_never_written_over(uploads):
    assert sent(uploads, "kick.wav", sound()) == ["kick.wav"]
    assert sent(uploads, "KICK.wav", sound()) == ["KICK (2).wav"]
    assert sent(uploads, "kick.wav", sound()) == ["kick (3).wav"]
    assert len(audio_files(uploads.folder)) == 3


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("notes.txt", b"hello", "notes.txt is no audio"),
        ("run.sh", b"#!/bin/sh", "run.sh is no audio"),
        ("page.html", b"<script>", "page.html is no audio"),
        ("kick.wav", b"", "kick.wav is empty"),
        ("kick.wav", b"<html>not a wave</html>", "kick.wav holds no audio"),
        ("song.zip", b"PK\x03\x04 broken", "song.zip is no zip that can be read"),
        ("song.zip", b"", "song.zip is empty"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(uploads, name, content, why):
    assert why in refused(uploads, name, content)


def test_a_zip_is_unpacked_and_what_is_no_stem_in_it_is_told(uploads):
    content = packed(
        ("Song/kick.wav", sound()), ("Song/voice.flac", sound(form="FLAC")),
        ("Song/notes.txt", b"hello"), ("Song/broken.wav", b"RIFF"),
        ("__MACOSX/Song/._kick.wav", b"x"), ("Song/.DS_Store", b"x"),
    )  # fmt: skip
    assert sent(uploads, "song.zip", content) == ["Song/kick.wav", "Song/voice.flac"]
    assert [one["name"] for one in uploads.refused] == ["notes.txt", "broken.wav"]
    assert left_over(uploads) == []


def test_entries_of_a_zip_cannot_leave_the_folder(uploads):
    outside = uploads.folder.parent.parent
    content = packed(
        ("../../../evil.wav", sound()), ("/tmp/evil2.wav", sound()), ("..\\evil3.wav", sound())
    )
    assert sorted(sent(uploads, "song.zip", content)) == ["evil.wav", "evil3.wav", "tmp/evil2.wav"]
    found = {path.relative_to(outside).as_posix() for path in outside.rglob("*.wav")}
    assert found == {f"room/stems/{n}" for n in ("evil.wav", "evil3.wav", "tmp/evil2.wav")}


def test_a_link_that_lies_in_the_folder_is_not_followed(uploads, tmp_path):
    target = tmp_path / "elsewhere"
    target.mkdir()
    uploads.folder.mkdir(parents=True)
    (uploads.folder / "Song").symlink_to(target)
    assert "outside this room" in refused(uploads, "Song/kick.wav", sound())
    assert list(target.iterdir()) == []


def test_links_and_zips_in_a_zip_are_refused(uploads):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("passwd.wav")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("inner.zip", packed(("kick.wav", sound())))
    assert sent(uploads, "song.zip", file.getvalue()) == []
    reasons = [one["reason"] for one in uploads.refused]
    assert "is a link" in reasons[0] and "zip inside a zip" in reasons[1]


def test_an_encrypted_entry_is_refused(uploads):
    content = bytearray(packed(("kick.wav", sound())))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    assert sent(uploads, "song.zip", bytes(content)) == []
    assert "encrypted" in uploads.refused[0]["reason"]


def small(**limits) -> Limits:
    """Limits with bombs of a size that tests can make."""
    return Limits(harmless_zip_bytes=1 << 20, **limits)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    uploads = Uploads(tmp_path, small())
    bomb = packed(*((f"{n}.wav", bytes(1 << 22)) for n in range(4)))
    assert len(bomb) < 20_000
    assert "100 times its size" in refused(uploads, "bomb.zip", bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_cut_off(tmp_path, monkeypatch):
    uploads = Uploads(tmp_path, small())
    content = bytearray(packed(("kick.wav", bytes(1 << 24))))
    at = content.index(b"PK\x01\x02")
    content[at + 16 : at + 20] = zlib.crc32(bytes(1000)).to_bytes(4, "little")
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    largest, take = [0], Part.take

    def counted(part, name, count):
        take(part, name, count)
        largest[0] = max(largest[0], part.bytes if name == "kick.wav" else 0)

    monkeypatch.setattr(Part, "take", counted)
    assert sent(uploads, "bomb.zip", bytes(content)) == [] and left_over(uploads) == []
    assert "kick.wav holds no audio" in uploads.refused[0]["reason"]
    assert largest == [1000]  # of the 16 MiB that are in it


def test_entries_that_share_their_bytes_are_counted_as_often_as_they_unpack(tmp_path):
    """Many names for one packed stretch (Fifield's bomb): the sum of what they unpack to counts."""
    uploads = Uploads(tmp_path, small())
    one = packed(("k.wav", bytes(1 << 20)))
    start = one.index(b"PK\x01\x02")
    entry, end = one[start : one.index(b"PK\x05\x06")], one[one.index(b"PK\x05\x06") :]
    count = 100
    end = bytearray(end)
    end[8:10] = end[10:12] = count.to_bytes(2, "little")
    end[12:16] = (len(entry) * count).to_bytes(4, "little")
    assert "times its size" in refused(uploads, "bomb.zip", one[:start] + entry * count + end)


def test_a_silent_stem_packs_well_and_is_no_bomb(uploads):
    content = packed(("pad.wav", sound(60.0, silent=True)), ("kick.wav", sound(20.0)))
    assert sent(uploads, "song.zip", content) == ["pad.wav", "kick.wav"]


def test_too_many_files_are_refused_in_a_zip_and_alone(tmp_path):
    uploads = Uploads(tmp_path, Limits(most_files=2))
    three = packed(*((f"{n}.wav", sound()) for n in range(3)))
    assert "more than 2 files" in refused(uploads, "song.zip", three)
    for name in ("a.wav", "b.wav"):
        sent(uploads, name, sound())
    assert "more than 2 files" in refused(uploads, "c.wav", sound())


def test_bytes_are_counted_as_they_arrive(tmp_path):
    size = len(sound())
    alone = Uploads(tmp_path / "alone", Limits(most_bytes_a_file=size - 1))
    assert "larger than" in refused(alone, "a.wav", sound())
    together = Uploads(tmp_path / "together", Limits(most_bytes=2 * size))
    sent(together, "a.wav", sound())
    sent(together, "b.wav", sound())
    assert "together" in refused(together, "c.wav", sound())


def side_by_side(uploads: Uploads, count: int) -> list[object]:
    """Send so many files of the same size at once, block by block; what came of each."""

    async def slow():
        content = sound()
        for at in range(0, len(content), 4096):
            yield content[at : at + 4096]
            await asyncio.sleep(0)

    async def all_at_once():
        taken = [uploads.receive(f"{n}.wav", slow()) for n in range(count)]
        return await asyncio.gather(*taken, return_exceptions=True)

    return asyncio.run(all_at_once())


def test_bytes_of_files_that_arrive_side_by_side_are_counted_together(tmp_path):
    size = len(sound())
    uploads = Uploads(tmp_path, Limits(most_bytes=round(2.5 * size)))
    outcomes = side_by_side(uploads, 4)
    assert sum(isinstance(outcome, UploadError) for outcome in outcomes) >= 2
    assert sum(path.stat().st_size for path in uploads.files()) <= 2.5 * size
    assert left_over(uploads) == [] and not uploads.is_receiving


def test_files_that_arrive_side_by_side_are_no_more_than_may_be(tmp_path):
    uploads = Uploads(tmp_path, Limits(most_files=2))
    outcomes = side_by_side(uploads, 6)
    assert sum(isinstance(outcome, UploadError) for outcome in outcomes) == 4
    assert len(uploads.files()) == 2 and len(uploads.refused) == 4
    uploads.clear()
    assert [len(one) for one in side_by_side(uploads, 2)] == [1, 1]


def test_a_file_that_ends_while_another_arrives_stays_counted(tmp_path):
    size = len(sound())
    uploads = Uploads(tmp_path, Limits(most_bytes=round(1.5 * size)))

    async def with_another_inside():
        content = sound()
        yield content[: size // 4]
        await uploads.receive("short.wav", whole())
        for at in range(size // 4, size, 4096):
            yield content[at : at + 4096]

    async def whole():
        yield sound()

    with pytest.raises(UploadError, match="together"):
        asyncio.run(uploads.receive("long.wav", with_another_inside()))
    assert uploads.names() == ["short.wav"]


def test_what_a_killed_server_left_unfinished_is_removed(tmp_path):
    first = Uploads(tmp_path / "stems")
    sent(first, "kick.wav", sound())
    with first._quota.part(".wav") as part:  # as a kill leaves it: its end is never reached
        part.path.write_bytes(sound())
        assert first.names() == ["kick.wav"] and left_over(first) == [part.path.name]
        again = Uploads(tmp_path / "stems")
        assert again.names() == ["kick.wav"] and left_over(again) == []


def test_uploads_leave_space_on_the_disk(tmp_path, monkeypatch):
    size = len(sound())
    uploads = Uploads(tmp_path, Limits(least_free_bytes=1000))
    free = SimpleNamespace(free=size + 1000)
    monkeypatch.setattr("assistant.web.quota.shutil.disk_usage", lambda folder: free)
    sent(uploads, "a.wav", sound(), block=size)
    free.free -= size
    assert "less than 1000 bytes free" in refused(uploads, "b.wav", sound())
    assert "less than 1000 bytes free" in refused(uploads, "b.zip", packed(("b.wav", sound())))


def test_a_small_file_that_decodes_to_hours_is_refused(uploads):
    packed_silence = sound(1801.0, "FLAC", silent=True)
    assert len(packed_silence) < 300_000
    assert "lasts 30 min: 30 min at most" in refused(uploads, "long.flac", packed_silence)


def test_many_stems_are_refused_where_they_decode_to_too_much(tmp_path):
    uploads = Uploads(tmp_path, Limits(most_decoded_bytes=3 * 2 * 4 * RATE))
    for name in ("a.wav", "b.wav", "c.wav"):
        sent(uploads, name, sound(1.0))
    uploads.need_usable()
    sent(uploads, "d.wav", sound(1.0))
    with pytest.raises(UploadError, match="these 4 stems are 1.35 MB when decoded"):
        uploads.need_usable()


def test_a_sending_that_is_broken_off_leaves_nothing(uploads):
    async def broken():
        yield sound()[:1000]
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        asyncio.run(uploads.receive("kick.wav", broken()))
    assert uploads.names() == [] and left_over(uploads) == []
    assert not uploads.is_receiving


def test_unpacking_can_be_stopped(uploads):
    keep, kept = uploads._keep, []

    def one_then_stop(part, path):
        uploads.stop()
        kept.append(keep(part, path))
        return kept[-1]

    uploads._keep = one_then_stop
    content = packed(*((f"{n}.wav", sound()) for n in range(5)))
    with pytest.raises(UploadError, match="stopped while it was unpacked"):
        sent(uploads, "song.zip", content)
    assert uploads.names() == kept == ["0.wav"] and left_over(uploads) == []


def test_what_is_cleared_away_while_it_is_sent_says_so(uploads):
    async def cleared():
        yield sound()
        uploads.clear()

    with pytest.raises(UploadError, match="cleared away while it was sent"):
        asyncio.run(uploads.receive("kick.wav", cleared()))
