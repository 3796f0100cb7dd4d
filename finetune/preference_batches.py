"""From pairs of proposals to tensors: both proposals are read off one prompt that judges all stems.

One rule: the log-probability of a proposal is the one that the product acts on: of every stem's
move behind its second mention, in both orders of the judge; an unmoved stem is left alone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch.nn import functional

from assistant.hearing import FAULT_DB, GRID, Hearing
from assistant.judging import _orders as orders_of
from assistant.model.modeling import GainsayForConditionalGeneration
from finetune.batches import Batch
from finetune.judgements import Judged, JudgingCollator
from finetune.preferences import FEATURES, Moves, Pair
from finetune.real_songs import RealSong
from finetune.scenes import Scene
from mixer.loudness import LEVEL_ENTRIES, relative_profile

LEFT_ALONE = np.abs(GRID) < FAULT_DB


@dataclass(frozen=True, eq=False)
class Asked:
    """A mix as the listener is asked about it, and two proposals for it as bins of the grid.

    chosen, rejected (S, 49): which bins each stem's move may lie in.
    """

    hearing: Hearing
    words: str
    chosen: np.ndarray
    rejected: np.ndarray


@dataclass(eq=False)
class PairBatch:
    """Some pairs as tensors; H = stems asked for, over all prompts; pair: which pair each is of."""

    inputs: Batch
    chosen: torch.Tensor  # (H, 49) bool
    rejected: torch.Tensor  # (H, 49) bool
    pair: torch.Tensor  # (H,)
    count: int


def read_pairs(file: Path) -> tuple[list[Pair], dict[str, RealSong]]:
    """The pairs of a file, and the songs that they are about."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row["names"], row["muted"] = tuple(row["names"]), tuple(row["muted"])
    pairs, songs = [Pair(**row) for row in rows], {}
    with safe_open(file.with_suffix(FEATURES), framework="np") as kept:
        about = kept.metadata()
        for folder in {pair.song for pair in pairs}:
            number = about[folder]
            names, roles = (tuple(json.loads(about[f"{number}.{k}"])) for k in ("names", "roles"))
            profile, hidden = (kept.get_tensor(f"{number}.{k}") for k in ("profile", "hidden"))
            songs[folder] = RealSong(folder, names, roles, roles, profile, hidden, 0.0)
    return pairs, songs


def asked_of(pair: Pair, song: RealSong) -> Asked:
    """A pair's mix as it stood, muted stems without a level, and both proposals."""
    rows = song.profile.astype(np.float32, copy=True)
    for index, name in enumerate(song.names):
        rows[index, LEVEL_ENTRIES] += pair.gains_db.get(name, 0.0)
        if name in pair.muted and name != pair.anchor:
            rows[index] = np.nan
    anchor = song.names.index(pair.anchor)
    hearing = Hearing(
        song.names, anchor, song.hidden, relative_profile(rows, anchor), song.roles, rows,
        pair.genre,
    )  # fmt: skip
    bins = [_bins(song.names, moves) for moves in (pair.chosen, pair.rejected)]
    return Asked(hearing, pair.words, *bins)


def asked_of_scene(scene: Scene) -> Asked:
    """A drawn mix, with nothing to choose between: what judging is watched on."""
    hearing = Hearing(
        scene.names, 0, scene.hidden.astype(np.float32), scene.relative_profile, scene.roles,
        scene.relative_profile,
    )  # fmt: skip
    nothing = _bins(scene.names, {})
    return Asked(hearing, "", nothing, nothing)


def batch_of(asked: Sequence[Asked], collate: JudgingCollator) -> PairBatch:
    """Pairs as one batch: every song in each of the orders in which the judge asks."""
    judged, chosen, rejected, pair = [], [], [], []
    for number, one in enumerate(asked):
        for order in orders_of(one.hearing):
            judged.append(_judged(one, order))
            chosen.append(one.chosen[order[1:]])
            rejected.append(one.rejected[order[1:]])
            pair.extend([number] * (len(order) - 1))
    inputs = collate(judged, [collate.encode(each) for each in judged])
    return PairBatch(
        inputs,
        torch.from_numpy(np.concatenate(chosen)),
        torch.from_numpy(np.concatenate(rejected)),
        torch.tensor(pair),
        len(asked),
    )


def move_log_probs(model: GainsayForConditionalGeneration, batch: PairBatch) -> torch.Tensor:
    """Log-probabilities (H, 49) of every move of every stem that is asked for."""
    inputs = batch.inputs
    hidden = model.model(
        input_ids=inputs.input_ids,
        attention_mask=inputs.attention_mask,
        content_features=inputs.content,
        level_features=inputs.level,
        level_only=inputs.level_only,
        sentence_features=inputs.said,
    ).last_hidden_state.float()
    at = hidden[inputs.asked[:, 0], inputs.asked[:, 1]]
    return model.move_logits(at).float().log_softmax(-1)


def log_ratios(log_p: torch.Tensor, batch: PairBatch) -> torch.Tensor:
    """log p(chosen) - log p(rejected) of every pair, the mean over both orders."""
    differences = _within(log_p, batch.chosen) - _within(log_p, batch.rejected)
    sums = torch.zeros(batch.count, dtype=log_p.dtype, device=log_p.device)
    return sums.index_add(0, batch.pair, differences) / 2.0


def preference_loss(
    ratios: torch.Tensor, reference: torch.Tensor, beta: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """DPO (Rafailov et al. 2023, eq. 7): the loss of every pair, and its margin in rewards."""
    margins = beta * (ratios - reference)
    return -functional.logsigmoid(margins), margins


def _within(log_p: torch.Tensor, bins: torch.Tensor) -> torch.Tensor:
    """The log-probability (H,) that a move lies in one of the marked bins."""
    return log_p.masked_fill(~bins, -torch.inf).logsumexp(-1)


def _bins(names: Sequence[str], moves: Moves) -> np.ndarray:
    """(S, 49): the bin of each move; of an unmoved stem those that are no fault."""
    found = np.tile(LEFT_ALONE, (len(names), 1))
    for name, gain_db in moves.items():
        found[list(names).index(name)] = np.isclose(GRID, gain_db)
    return found


def _judged(one: Asked, order: Sequence[int]) -> Judged:
    hearing, order = one.hearing, list(order)
    level = np.nan_to_num(hearing.relative_profile[order])
    stems = len(order)
    return Judged(
        names=tuple(hearing.names[index] for index in order),
        words=one.words,
        genre=hearing.genre,
        senses="all",
        level=level,
        content=hearing.hidden[order],
        roles=None,
        relative_lu=level[:, 0],
        posterior=np.zeros((stems, len(GRID))),
        usual=np.zeros((stems, 3)),
    )
