"""MixAssist: talk of experts and amateurs over a mix, as turns and as chat messages.

One rule: it is read where it lies, from the hub by a pinned revision or from a copy of the user's,
and never stored here: its card declares no licence. A turn hears one mixture, not stems, and has no
gains, so it can teach and test talk, not levels.

Run: python -m finetune.mixassist --out talk.jsonl [--source FOLDER] [--audio FOLDER]
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = "mclemcrew/MixAssist"
REVISION = "bf37575232cff9490085433fe1434e23f5426b52"
AUDIO_RECORD = "https://zenodo.org/records/15848443"
SPLITS = ("train", "validation", "test")
COLUMNS = (
    "conversation_id", "turn_id", "topic", "input_history", "audio_file", "user", "assistant",
    "has_content",
)  # fmt: skip


class MixAssistError(ValueError):
    """The data cannot be read: got, need and cure."""


@dataclass(frozen=True)
class Turn:
    """What an amateur says and an expert answers. history: (role, text) of what came before.

    audio: path of the segment that they speak of, below the folder of the Zenodo record.
    """

    conversation: str
    number: int
    topic: str
    history: tuple[tuple[str, str], ...]
    said: str
    answer: str
    audio: str | None

    def messages(self) -> list[dict[str, str]]:
        """The turn and its history as chat messages, the expert's answer last."""
        before = [{"role": role, "content": text} for role, text in self.history]
        user, expert = {"role": "user", "content": self.said}, {"role": "assistant"}
        return [*before, user, {**expert, "content": self.answer}]


def read_turns(split: str, source: Path | None = None) -> list[Turn]:
    """The turns of a split that say something ("Mm-hmm" does not), in order of the talk.

    source: a folder with the data set's parquet files; None: the hub, or what datasets has cached.
    """
    if split not in SPLITS:
        raise MixAssistError(f"got split {split!r}: need one of {', '.join(SPLITS)}")
    rows = _from_folder(source, split) if source else _from_hub(split)
    missing = [name for name in COLUMNS if name not in rows.column_names]
    if missing:
        raise MixAssistError(
            f"the rows lack {', '.join(missing)}: need MixAssist at revision {REVISION[:8]} "
            f"({', '.join(COLUMNS)})"
        )
    turns = [_turn(row) for row in rows if row["has_content"]]
    kept = [turn for turn in turns if turn.said and turn.answer]
    return sorted(kept, key=lambda turn: (turn.conversation, turn.number))


def _datasets() -> Any:
    try:
        import datasets
    except ImportError as error:
        raise MixAssistError(
            'MixAssist is read by datasets, which is not installed: pip install "gainsay[train]"'
        ) from error
    datasets.disable_progress_bars()
    return datasets


def _from_hub(split: str) -> Any:
    """A split by the pinned revision; what cannot be reached is an error with the cure."""
    datasets = _datasets()
    try:
        return datasets.load_dataset(REPOSITORY, split=split, revision=REVISION)
    except Exception as error:  # the hub's clients raise a dozen kinds when it is out of reach
        raise MixAssistError(
            f"{REPOSITORY} cannot be had ({type(error).__name__}): need the hub once (unset "
            "HF_HUB_OFFLINE), or a copy: hf download --repo-type dataset "
            f"{REPOSITORY} --revision {REVISION} --local-dir FOLDER, then --source FOLDER"
        ) from error


def _from_folder(folder: Path, split: str) -> Any:
    """A split of a copy: data/SPLIT-00000-of-00001.parquet, or the files themselves."""
    found = sorted(str(path) for path in Path(folder).rglob(f"{split}-*.parquet"))
    if not found:
        raise MixAssistError(
            f"{folder} holds no {split}-….parquet: need a copy of {REPOSITORY} (hf download "
            f"--repo-type dataset {REPOSITORY} --revision {REVISION} --local-dir {folder})"
        )
    return _datasets().load_dataset("parquet", data_files={split: found}, split=split)


def _turn(row: dict[str, Any]) -> Turn:
    history = tuple(
        (str(one["role"]), one["content"].strip())
        for one in row["input_history"] or ()
        if one["role"] in ("user", "assistant") and (one["content"] or "").strip()
    )
    return Turn(
        str(row["conversation_id"]),
        int(row["turn_id"]),
        str(row["topic"]),
        history,
        (row["user"] or "").strip(),
        (row["assistant"] or "").strip(),
        row["audio_file"] or None,
    )


def conversations(turns: Sequence[Turn]) -> Iterator[tuple[str, list[Turn]]]:
    """The turns of each conversation, in its order."""
    found: defaultdict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        found[turn.conversation].append(turn)
    for name in sorted(found):
        yield name, sorted(found[name], key=lambda turn: turn.number)


def chats(turns: Sequence[Turn], audio: Path | None = None) -> Iterator[dict[str, Any]]:
    """Every conversation once, as chat messages; a user's message names the audio it speaks of.

    audio: the folder of the Zenodo record; a segment that is not there is left out.
    """
    for name, talk in conversations(turns):
        messages: list[dict[str, Any]] = []
        for turn in talk:
            file = audio / turn.audio if audio and turn.audio else None
            heard = {"audio": str(file)} if file is not None and file.is_file() else {}
            messages.append({"role": "user", "content": turn.said, **heard})
            messages.append({"role": "assistant", "content": turn.answer})
        yield {"source": f"{REPOSITORY}@{REVISION[:8]}", "conversation": name,
               "topic": talk[0].topic, "messages": messages}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a split as chat messages, one conversation a line; exit code 2 says why not."""
    parser = argparse.ArgumentParser(prog="python -m finetune.mixassist", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="chat messages to write (jsonl)")
    parser.add_argument("--split", choices=SPLITS[:2], default="train", help="test stays a test")
    parser.add_argument("--source", type=Path, help="a copy of the data set (default: the hub)")
    parser.add_argument("--audio", type=Path, help=f"folder of the audio ({AUDIO_RECORD})")
    options = parser.parse_args(arguments)
    try:
        turns = read_turns(options.split, options.source)
        lines = [json.dumps(chat, ensure_ascii=False) for chat in chats(turns, options.audio)]
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except (MixAssistError, OSError) as error:
        print(f"mixassist: {error}", file=sys.stderr)
        sys.exit(2)
    print(f"{options.out}: {len(lines)} conversations, {len(turns)} turns of {options.split}")


if __name__ == "__main__":
    main()
