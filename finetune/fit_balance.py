"""Fit the balance prior's numbers from a table of stem levels and write them as mixer/balance.json.

One rule: what was fitted and what was assumed are kept apart in the file, each with its source.
    python -m finetune.fit_balance LEVELS_CSV SONGS --out mixer/balance.json
LEVELS_CSV holds split, track, stem, start_sec, rms_dbfs: one row per 10 s of a stem or `mixture`.
SONGS holds one folder of stems a song; those that evaluations hold out are not looked at.
"""

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from finetune.fit_within import loudness_less_rms_db, stem_sd_db
from finetune.real_songs import HELD_OUT, folders_of, read_songs
from mixer.roles import FAMILIES, FAMILY_OF_ROLE, GENRES

MIXTURE_GATE_DBFS = -35.0
STEM_GATE_DBFS = -45.0

# Assumption: vocals against the rest. Only the order is published (Gerdes & Siedenburg 2023, Grammy
# nominees 1990-2020: country > rap > pop > 0, rock about 0, metal < 0); the sizes are ours,
# within 3 dB. Genres that the study does not order stay at 0.
GENRE_VOCAL_SHIFT_DB = {"country": 3.0, "hip hop": 2.0, "pop": 1.0, "metal": -2.5}

# Assumption: levels inside a family, read off published mixing tables that disagree by 5 to 8 dB
# (kick -2...-5, snare -3...-8, hats -10...-12, percussion -11; lead vocal -2...-6, backing -7;
# piano -5, guitars -4...-7, melody -9, pads -12, effects -14), rounded.
ROLE_OFFSET_DB = {
    "kick": 0.0, "snare": -1.5, "hats": -7.0, "percussion": -6.0, "drums": 0.0, "bass": 0.0,
    "electric guitar": 0.0, "acoustic guitar": -1.0, "piano": 0.0, "organ": -2.0,
    "synth pad": -4.0, "strings": -2.0, "brass": -1.0, "synth lead": -0.5, "arpeggio": -3.0,
    "lead vocal": 0.0, "backing vocals": -5.0, "effects": -6.0,
}  # fmt: skip


def read_passages(table: Path, split: str) -> tuple[np.ndarray, list[str]]:
    """Read family levels in dB (passages, 4) and the song of each, gated like the seed's data."""
    passages: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with table.open(newline="") as lines:
        for row in csv.DictReader(lines):
            if row["split"] == split:
                key = (row["track"], row["start_sec"])
                passages[key][row["stem"]] = float(row["rms_dbfs"])
    levels, songs = [], []
    for (track, _), level in passages.items():
        heard = all(level.get(family, -np.inf) > STEM_GATE_DBFS for family in FAMILIES)
        if heard and level.get("mixture", -np.inf) > MIXTURE_GATE_DBFS:
            levels.append([level[family] for family in FAMILIES])
            songs.append(track)
    if len(set(songs)) < 5:
        raise ValueError(
            f"{table} gives {len(set(songs))} songs of split {split!r} with all stems playing: "
            f"at least 5 are needed (check --split and the stem column: {', '.join(FAMILIES)})"
        )
    return np.array(levels), songs


def fit(levels_db: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (4,) and covariance (4, 4) of family levels once each passage's own mean is taken out.

    The spread is over passages, so it holds both song-to-song and within-song differences.
    """
    centred = levels_db - levels_db.mean(axis=1, keepdims=True)
    return centred.mean(axis=0), np.cov(centred, rowvar=False, ddof=1)


def difference_sd_db(covariance: np.ndarray) -> dict[str, float]:
    """The sd in dB of each pair of families' level difference."""
    return {
        f"{first} - {second}": round(float(np.sqrt(
            covariance[i, i] + covariance[j, j] - 2 * covariance[i, j])), 2)
        for i, first in enumerate(FAMILIES)
        for j, second in enumerate(FAMILIES)
        if i < j
    }  # fmt: skip


def describe(levels_db: np.ndarray, songs: list[str], split: str) -> dict[str, dict]:
    """What mixer/balance.json says but for what is fitted within families."""
    mean, covariance = fit(levels_db)
    return {
        "fitted": {
            "source": f"MUSDB18-HQ, {split} songs, RMS per 10 s; "
            f"mixture > {MIXTURE_GATE_DBFS:g} dBFS, every stem > {STEM_GATE_DBFS:g} dBFS",
            "passages": len(songs),
            "songs": len(set(songs)),
            "families": list(FAMILIES),
            "mean_db": [round(float(value), 3) for value in mean],
            "covariance_db2": [[round(float(value), 3) for value in row] for row in covariance],
            "difference_sd_db": difference_sd_db(covariance),
        },
        "assumed": {
            "genre_vocal_shift_db": {
                genre: GENRE_VOCAL_SHIFT_DB.get(genre, 0.0) for genre in GENRES
            },
            "role_offset_db": {role: ROLE_OFFSET_DB[role] for role in FAMILY_OF_ROLE},
        },
    }


def fit_within(folder: Path, cache: Path, numbers: dict[str, dict]) -> dict[str, object]:
    """What the multitracks under a folder say of stems within families, given all other numbers."""
    songs = [one for one in read_songs(folder, cache) if one.name not in HELD_OUT]
    names = [song.name for song in songs]
    within: dict[str, object] = {
        "source": f"{len(songs)} songs, {sum(len(song.names) for song in songs)} stems; "
        "LUFS less RMS: median over a family's stems; spread: likeliest",
        "songs": names,
        "loudness_less_rms_db": loudness_less_rms_db(folders_of(folder, names), songs),
    }
    return within | {"stem_sd_db": stem_sd_db(songs, {**numbers, "within": within})}


def main() -> None:
    """Read the table, fit, write the file and print the spreads."""
    parser = argparse.ArgumentParser(description="Fit the balance prior on a table of stem levels.")
    parser.add_argument("table", type=Path, help="CSV of stem levels")
    parser.add_argument("songs", type=Path, help="folder with one folder of stems a song")
    parser.add_argument("--cache", type=Path, default=Path("runs/real"), help="what was measured")
    parser.add_argument("--out", type=Path, required=True, help="where to write the numbers (JSON)")
    parser.add_argument("--split", default="train", help="rows used (default: train)")
    options = parser.parse_args()
    levels_db, songs = read_passages(options.table, options.split)
    numbers = describe(levels_db, songs, options.split)
    numbers["within"] = fit_within(options.songs, options.cache, numbers)
    options.out.write_text(json.dumps(numbers, indent=1) + "\n")
    print(f"{len(songs)} passages of {len(set(songs))} songs -> {options.out}")
    print(f"  within a family: {numbers['within']}")
    for pair, spread in difference_sd_db(fit(levels_db)[1]).items():
        print(f"  {pair}: sd {spread:.2f} dB")


if __name__ == "__main__":
    main()
