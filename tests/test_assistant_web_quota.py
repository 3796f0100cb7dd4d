"""How much may be uploaded: bombs, counts, bytes as they arrive and as they decode."""

import asyncio
import zlib
from types import SimpleNamespace

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.web.limits import Limits, UploadError
from assistant.web.quota import Part
from assistant.web.uploads import Uploads
from tests.web_uploads import RATE, left_over, packed, refused, sent, sound


@pytest.fixture
def uploads(tmp_path):
    return Uploads(tmp_path / "room" / "stems")


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
