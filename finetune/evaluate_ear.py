"""How well the ear hears: one table, every number beside chance or the commonest class.

One rule: real songs named by --train-songs were heard in training and are reported apart.
Run as: python -m finetune.evaluate_ear --songs runs/songs [--stems FOLDER --train-songs a,b]
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from finetune.ear_clips import Clips, Shelf, load_clips
from finetune.recordings import active_share, read_stereo, told_stems
from mixer.ear import EAR_DIR, Ear
from mixer.ear_front import WINDOW_S, excerpt, log_mel
from mixer.roles import FAMILY_OF_ROLE, ROLES

GAINS_DB = (-20.0, -12.0, -6.0, 6.0, 12.0)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    question: str
    value: float
    beside: str  # chance, commonest class, or what the number should be
    count: int

    def __str__(self) -> str:
        return f"{self.question:<58} {self.value:8.4f}   {self.beside:<34} n={self.count}"


@dataclass(frozen=True)
class RealStem:
    """A real stem: which song it is of, its role by name, the ear's probabilities (18,)."""

    song: str
    name: str
    role: str
    probabilities: np.ndarray

    @property
    def heard(self) -> str:
        return ROLES[int(self.probabilities.argmax())]

    @property
    def family(self) -> str:
        """The family with the most probability."""
        sums = dict.fromkeys(FAMILY_OF_ROLE.values(), 0.0)
        for role, probability in zip(ROLES, self.probabilities, strict=True):
            sums[FAMILY_OF_ROLE[role]] += float(probability)
        return max(sums, key=lambda family: sums[family])


def commonest(labels: Sequence[str]) -> str:
    """What always naming the commonest class would score."""
    name, count = Counter(labels).most_common(1)[0]
    return f"commonest ({name}) {count / len(labels):.3f}"


def rendered_rows(ear: Ear, clips: Clips) -> list[Row]:
    """Roles of rendered songs (dry, wet), effects against stems, captions within a song."""
    dry, wet = ear.embed(clips.dry), ear.embed(clips.wet)
    roles = [ROLES[index] for index in clips.role.tolist()]
    rows = []
    for name, embedding in (("dry", dry), ("wet", wet)):
        heard = [ROLES[index] for index in ear.role_probabilities(embedding).argmax(dim=1).tolist()]
        right = float(np.mean([a == b for a, b in zip(heard, roles, strict=True)]))
        family = float(
            np.mean(
                [FAMILY_OF_ROLE[a] == FAMILY_OF_ROLE[b] for a, b in zip(heard, roles, strict=True)]
            )
        )
        rows.append(Row(f"role, rendered test songs, {name}", right, commonest(roles), len(roles)))
        rows.append(
            Row(
                f"family, rendered test songs, {name}",
                family,
                commonest([FAMILY_OF_ROLE[r] for r in roles]),
                len(roles),
            )
        )
    same_song = (clips.song[:, None] == clips.song[None]) & ~torch.eye(len(roles), dtype=torch.bool)
    rows.append(
        Row(
            "cosine, a stem dry and effected",
            float((dry * wet).sum(dim=1).mean()),
            "should be near 1",
            len(roles),
        )
    )
    rows.append(
        Row(
            "cosine, two stems of a song",
            float((dry @ dry.T)[same_song].mean()),
            "should be lower",
            int(same_song.sum()),
        )
    )
    return rows + [_pair_row(dry, wet, clips.song), _retrieval_row(ear, dry, clips)]


def _pair_row(dry: torch.Tensor, wet: torch.Tensor, song: torch.Tensor) -> Row:
    """Find the effected twin of a dry stem among the stems of its song."""
    hits, chance = [], []
    for number in song.unique():
        here = song == number
        hits += ((dry[here] @ wet[here].T).argmax(dim=1) == torch.arange(int(here.sum()))).tolist()
        chance += [1.0 / int(here.sum())] * int(here.sum())
    return Row(
        "effected twin found within the song, R@1",
        float(np.mean(hits)),
        f"chance {np.mean(chance):.3f}",
        len(hits),
    )


def _retrieval_row(ear: Ear, dry: torch.Tensor, clips: Clips) -> Row:
    """Find the stem that a caption describes within its song; captions said twice are left out."""
    said = ear.embed_text(list(clips.captions))
    hits, chance = [], []
    for number in clips.song.unique():
        here = torch.nonzero(clips.song == number).flatten().tolist()
        told = Counter(clips.captions[index] for index in here)
        unit = dry[here]
        for place, index in enumerate(here):
            if told[clips.captions[index]] == 1:
                hits.append(int((unit @ said[index]).argmax()) == place)
                chance.append(1.0 / len(here))
    return Row(
        "text to audio within the song, R@1",
        float(np.mean(hits)),
        f"chance {np.mean(chance):.3f}",
        len(hits),
    )


def gain_rows(ear: Ear, sounds: Sequence[np.ndarray], sample_rate: int) -> list[Row]:
    """Hear the same excerpts at other gains: the embedding must not move."""
    cosines, changes = [], []
    for sound in sounds:
        gained = [sound, *(sound * 10 ** (gain_db / 20) for gain_db in GAINS_DB)]
        unit = ear.embed(
            log_mel(
                torch.from_numpy(
                    np.stack(
                        [excerpt(version.astype(np.float32), sample_rate) for version in gained]
                    )
                )
            )
        )
        cosines += (unit[1:] @ unit[0]).tolist()
        changes += (unit[1:] - unit[0]).abs().amax(dim=1).tolist()
    said = f"must be ~1; max change {max(changes):.1e}"
    return [Row("gain -20..+12 dB, lowest cosine", min(cosines), said, len(cosines))]


def hear_folder(ear: Ear, folder: Path) -> tuple[list[RealStem], list[np.ndarray]]:
    """Hear every told stem of a folder of songs, mean over windows; and one window a song."""
    stems, windows = [], []
    for song in sorted(path for path in folder.iterdir() if path.is_dir()):
        for number, (path, role) in enumerate(told_stems(song, song)):
            audio, sample_rate = read_stereo(path)
            hop = WINDOW_S * sample_rate
            starts = range(0, max(1, audio.shape[1] - hop // 2), hop)
            shares = [active_share(audio, sample_rate, start) for start in starts]
            best = [
                start for _, start in sorted(zip(shares, starts, strict=True), reverse=True)[:4]
            ]
            cuts = [
                cut for cut in (excerpt(audio, sample_rate, start) for start in best) if cut.any()
            ]
            unit = ear.embed(log_mel(torch.from_numpy(np.stack(cuts))))
            stems.append(
                RealStem(
                    song.name,
                    path.stem,
                    role,
                    ear.role_probabilities(unit).log().mean(dim=0).exp().numpy(),
                )
            )
            if number == 0:
                windows.append(audio[:, best[0] : best[0] + hop])
    return stems, windows


def real_rows(stems: Sequence[RealStem], said: str) -> list[Row]:
    """Role and family accuracy on real stems."""
    roles, families = [stem.role for stem in stems], [FAMILY_OF_ROLE[stem.role] for stem in stems]
    role = float(np.mean([stem.heard == stem.role for stem in stems]))
    family = float(
        np.mean([stem.family == truth for stem, truth in zip(stems, families, strict=True)])
    )
    return [
        Row(f"role, real stems, {said}", role, commonest(roles), len(stems)),
        Row(f"family, real stems, {said}", family, commonest(families), len(stems)),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Print how well the ear hears.")
    parser.add_argument(
        "--songs",
        type=Path,
        required=True,
        help="folder made by finetune.songs; its test split is used",
    )
    parser.add_argument("--stems", type=Path, help="folder with one folder of real stems a song")
    parser.add_argument(
        "--train-songs", default="", help="real songs heard in training, comma separated"
    )
    parser.add_argument("--ear", type=Path, default=EAR_DIR)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    ear, shelf = Ear.load(options.ear), Shelf(options.songs, "test")
    if shelf.refresh():
        rows = rendered_rows(
            ear, load_clips(shelf.songs, [range(len(song.captions)) for song in shelf.songs])
        )
        print(*rows, sep="\n")
    if options.stems:
        stems, windows = hear_folder(ear, options.stems)
        trained = set(options.train_songs.split(","))
        for said, group in (
            ("never heard", [s for s in stems if s.song not in trained]),
            ("songs of the training", [s for s in stems if s.song in trained]),
        ):
            if group:
                print(*real_rows(group, said), sep="\n")
        print(*gain_rows(ear, windows, 44_100), sep="\n")
        print(
            "wrong:",
            *(
                f"{s.song}/{s.name}: {s.role} heard as {s.heard} ({s.family})"
                for s in stems
                if s.heard != s.role and s.song not in trained
            ),
            sep="\n  ",
        )


if __name__ == "__main__":
    main()
