"""What the listener learns to judge by: drawn mixes, what it is told of them, and the observer.

One rule: the target is what an observer who knows the true roles would think, whatever the model
is told; so what names, sound and words leave open, it learns to leave open.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from assistant.evidence import complaint_evidence
from assistant.model.configuration import CONTENT_TOKENS, LEVEL_FEATURES
from assistant.model.judging import SENSES, JudgingPrompt, Senses, judging_prompt
from assistant.model.processing import GainsayProcessor
from assistant.model.sentences import SentenceEncoder
from finetune import flaws, talk
from finetune.arrangements import line_up
from finetune.batches import IGNORED, Batch, said_vectors
from finetune.desk import Desk
from finetune.level_rows import CLASS_PROBABILITY, STEMS, RowObserver
from finetune.scenes import Scene, SongBank, SongRecord, draw_scene, teacher_posterior, usual_levels
from mixer.balance import BalancePrior
from mixer.loudness import relative_levels_only
from mixer.roles import GENRES, ROLES

SENSES_SHARE: dict[Senses, float] = {
    "all": 0.66, "tokens": 0.10, "level": 0.08, "content": 0.06, "text": 0.10,
}  # fmt: skip
WORDS_SHARE = {"": 0.25, "question": 0.35, "complaint": 0.40}
ROWS_SHARE = 0.2  # levels of real songs, nothing else known
PUT_TOGETHER_SHARE = 0.35  # of the others: stems of many songs, so that no line-up is met twice
LARGE_SHARE = 0.15  # of these: two line-ups in one, up to MOST_STEMS
ODD_SHARE = 0.25  # of these: roles by chance, as in songs made of loops
ODD_STEMS = (2, 13)
MOST_STEMS = 24
GENRE_SHARE = 0.3  # the genre is told


@dataclass(frozen=True, eq=False)
class Judged:
    """A mix as the model is told of it, the anchor first, and what it should think.

    level (S, 14), content (S, 8, 256) or None, roles (S,) or None, posterior (S, 49), usual (S, 3)
    as observer.conditional_levels has it, or NaN.
    """

    names: tuple[str, ...]
    words: str
    genre: str | None
    senses: Senses
    level: np.ndarray
    content: np.ndarray | None
    roles: tuple[str, ...] | None
    relative_lu: np.ndarray
    posterior: np.ndarray
    usual: np.ndarray


class Judgements:
    """Draws mixes to be judged, of the songs of a bank and of rows of levels."""

    def __init__(self, bank: SongBank, prior: BalancePrior, rows: RowObserver | None = None):
        self.bank, self.prior, self.rows = bank, prior, rows
        self._by_role: dict[str, list[tuple[SongRecord, int]]] = defaultdict(list)
        for record in bank.records:
            for row, role in enumerate(record.roles):
                self._by_role[role].append((record, row))

    def draw(self, rng: np.random.Generator) -> Judged:
        """One mix."""
        if self.rows is not None and rng.random() < ROWS_SHARE:
            return self._row(self.rows, rng)
        if rng.random() < PUT_TOGETHER_SHARE:
            record = self.put_together(rng)
            scene = draw_scene(record, self.prior, rng, all_stems=True, most_stems=MOST_STEMS)
        else:
            record = self.bank.records[int(rng.integers(len(self.bank)))]
            scene = draw_scene(record, self.prior, rng)
        words, evidence = _words(scene, rng)
        genre = record.genre if rng.random() < GENRE_SHARE else None
        posterior = teacher_posterior(scene, self.prior, genre, evidence)
        senses = SENSES[int(rng.choice(len(SENSES), p=[SENSES_SHARE[one] for one in SENSES]))]
        usual = usual_levels(scene, self.prior, genre)
        return told(scene, posterior, usual, words, genre, senses)

    def put_together(self, rng: np.random.Generator) -> SongRecord:
        """A song of a genre's line-up, or of any, whose stems come from any songs."""
        genre = GENRES[int(rng.integers(len(GENRES)))]
        kind = rng.random()
        if kind < ODD_SHARE:
            roles = tuple(map(str, rng.choice(ROLES, int(rng.integers(*ODD_STEMS, endpoint=True)))))
        elif kind < ODD_SHARE + LARGE_SHARE:
            roles = (*line_up(genre, rng), *line_up(genre, rng))
        else:
            roles = line_up(genre, rng)
        chosen = [self._by_role[role] for role in roles if role in self._by_role][:MOST_STEMS]
        stems = [some[int(rng.integers(len(some)))] for some in chosen]
        if len(stems) < 2:
            return self.put_together(rng)
        hidden = [record.hidden[row] for record, row in stems if record.hidden is not None]
        return SongRecord(
            key="put together",
            roles=tuple(record.roles[row] for record, row in stems),
            names=tuple(
                f"{place} {record.names[row]}" for place, (record, row) in enumerate(stems)
            ),
            genre=genre,
            split=self.bank.split,
            profile=np.stack([record.profile[row] for record, row in stems]),
            hidden=np.stack(hidden) if len(hidden) == len(stems) else None,
        )

    def _row(self, rows: RowObserver, rng: np.random.Generator) -> Judged:
        """Levels of four stems, one at fault as the seed's protocol draws it, or none."""
        anchor = int(rng.integers(3))
        levels = rows.draw(rng)
        if rng.random() >= CLASS_PROBABILITY:
            drawn, _ = flaws.draw_single(
                rng, 3, anchor, str(rng.choice([c for c in flaws.SEED_CLASSES if c != "none"]))
            )
            levels = flaws.apply(levels, drawn)
        order = [anchor, *rng.permutation([stem for stem in range(4) if stem != anchor])]
        levels, posterior = levels[order], rows.posterior(levels, anchor)[order]
        names = tuple(STEMS[stem] for stem in order)
        words = talk.question(rng) if rng.random() < 0.5 else ""
        level = relative_levels_only(levels, 0)
        relative = levels - levels[0]
        unknown = np.full((4, 3), np.nan)
        return Judged(names, words, None, "level", level, None, None, relative, posterior, unknown)


def told(
    scene: Scene,
    posterior: np.ndarray,
    usual: np.ndarray,
    words: str,
    genre: str | None,
    senses: Senses,
) -> Judged:
    """A scene as the model is told of it by some of its senses."""
    return Judged(
        scene.names,
        words,
        genre,
        senses,
        np.zeros_like(scene.relative_profile) if senses == "content" else scene.relative_profile,
        None if senses in ("level", "text") else scene.hidden,
        scene.roles,
        scene.levels - scene.levels[0],
        posterior,
        usual,
    )


def _words(scene: Scene, rng: np.random.Generator) -> tuple[str, np.ndarray | None]:
    """What a user says of a scene, and what that is evidence of.

    A complaint is often about a stem that is really at fault, in its true direction.
    """
    kind = str(rng.choice(list(WORDS_SHARE), p=list(WORDS_SHARE.values())))
    if kind != "complaint":
        return (talk.question(rng) if kind else ""), None
    stem, needs_raise = int(rng.integers(1, len(scene.names))), bool(rng.random() < 0.6)
    if scene.flaws and rng.random() < 0.5:
        flaw = scene.flaws[int(rng.integers(len(scene.flaws)))]
        stem, needs_raise = flaw.stem, flaw.gain_db < 0
    desk = Desk(scene, rng)
    intent = "complain_quiet" if needs_raise else "complain_loud"
    said = talk.about(desk, intent, False, stem, stem2=desk.say(desk.pick()))
    return said["content"], complaint_evidence(len(scene.names), stem, needs_raise)


class JudgingCollator:
    """Turns mixes to be judged into a batch."""

    def __init__(
        self, processor: GainsayProcessor, sentences: SentenceEncoder | None, width: int = 256
    ):
        self.tokenizer, self.sentences, self.width = processor.tokenizer, sentences, width

    def encode(self, judged: Judged) -> JudgingPrompt:
        """One mix as tokens."""
        return judging_prompt(
            self.tokenizer, judged.names, judged.words, judged.genre, judged.senses,
            judged.relative_lu, vectors=self.sentences is not None,
        )  # fmt: skip

    def __call__(self, examples: Sequence[Judged], prompts: Sequence[JudgingPrompt]) -> Batch:
        """Mixes and their prompts as one batch."""
        size, length = len(examples), max(len(prompt.ids) for prompt in prompts)
        input_ids = torch.full((size, length), self.tokenizer.pad_token_id)
        mask = torch.zeros((size, length), dtype=torch.long)
        content, level, level_only, has_content, role = [], [], [], [], []
        asked, asked_item, posterior, usual, mentioned, mentioned_role = [], [], [], [], [], []
        for row, (one, prompt) in enumerate(zip(examples, prompts, strict=True)):
            input_ids[row, : len(prompt.ids)] = torch.tensor(prompt.ids)
            mask[row, : len(prompt.ids)] = 1
            asked.extend((row, place) for place in prompt.asked)
            items, count = prompt.stems, len(one.names)
            # The last items are the second mentions; a prompt without audio has none.
            second = range(len(level_only) + count, len(level_only) + len(items))
            asked_item.extend(second if items else [-1] * (count - 1))
            level_only.extend(prompt.level_only)
            level.append(one.level[items])
            known = one.content is not None
            has_content.extend([known] * len(items))
            content.append(
                one.content[items] if one.content is not None
                else np.zeros((len(items), CONTENT_TOKENS, self.width), np.float16)
            )  # fmt: skip
            roles = [ROLES.index(role) for role in one.roles] if one.roles else [IGNORED] * count
            role.extend(roles[item] for item in items)
            mentioned.extend((row, place) for place in prompt.mentioned)
            mentioned_role.extend(roles)
            posterior.append(one.posterior[1:])
            usual.append(one.usual[1:])
        return Batch(
            input_ids=input_ids,
            attention_mask=mask,
            labels=torch.full((size, length), IGNORED),
            weights=torch.zeros((size, length)),
            said=said_vectors(self.sentences, [one.words for one in examples if one.words]),
            content=torch.from_numpy(np.concatenate(content)).float(),
            level=torch.from_numpy(np.concatenate(level)).float().reshape(-1, LEVEL_FEATURES),
            level_only=torch.tensor(level_only, dtype=torch.bool),
            has_content=torch.tensor(has_content, dtype=torch.bool),
            role=torch.tensor(role, dtype=torch.long),
            asked=torch.tensor(asked, dtype=torch.long).reshape(-1, 2),
            asked_item=torch.tensor(asked_item, dtype=torch.long),
            posterior=torch.from_numpy(np.concatenate(posterior)).float(),
            usual=torch.from_numpy(np.concatenate(usual)).float(),
            mentioned=torch.tensor(mentioned, dtype=torch.long).reshape(-1, 2),
            mentioned_role=torch.tensor(mentioned_role, dtype=torch.long),
        )
