"""Uploads: names and archives that attack, limits on what arrives and what it decodes to."""

import asyncio
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.web.limits import LONGEST_NAME, UploadError, safe_path
from assistant.web.uploads import Uploads
from mixer.audio_files import audio_files
from tests.web_uploads import left_over, packed, refused, sent, sound


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
