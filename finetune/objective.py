"""What the listener is trained to do, as one module: the cascade, its training heads, the losses.

One rule: every loss is a sum, and what it is divided by is counted over the whole step, so that
processes and parts of a batch add up to what one process would have computed.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from assistant.model.modeling import GainsayForConditionalGeneration
from finetune.adapters import NewRows
from finetune.batches import CALL_WEIGHT, CHOICE_WEIGHT, IGNORED, Batch
from mixer.roles import ROLES

ADVICE_DB = torch.arange(-12.0, 12.01, 0.5)
# Lower it, leave it, raise it: which of the three each move is, (49, 3).
WAYS = torch.stack([ADVICE_DB <= -1.5, ADVICE_DB.abs() < 1.5, ADVICE_DB >= 1.5], dim=1).float()
USUAL_SCALE = torch.tensor([5.0, 5.0, 2.0])  # of observer.conditional_levels, to order 1
LOSSES = ("text", "judge", "way", "expectation", "role", "level", "mention", "usual")
WATCHED = ("choice", "call", "spread")  # logged beside them
Terms = dict[str, torch.Tensor]


def counts(batch: Batch) -> dict[str, float]:
    """What each loss of a batch is divided by."""
    weights = batch.weights[:, 1:][batch.labels[:, 1:] != IGNORED]
    asked = len(batch.asked)
    return {
        "text": float(weights.sum()),
        "judge": asked,
        "way": asked,
        "expectation": asked,
        "spread": asked,
        "role": int((batch.has_content & (batch.role != IGNORED)).sum()),
        "level": int((batch.asked_item >= 0).sum()),
        "mention": int((batch.mentioned_role != IGNORED).sum()) if asked else 0,
        "usual": batch.usual[batch.usual.isfinite().all(dim=1)].numel(),
        "choice": int((weights == CHOICE_WEIGHT).sum()),
        "call": int((weights == CALL_WEIGHT).sum()),
    }


class Objective(nn.Module):
    """All losses of a batch, summed; judge is the divergence from the observer's posterior.

    rows: what stands for the new tokens' rows of a frozen vocabulary. bf16: compute the language
    model in it; the level path and the losses stay float32. touches_all: every trained parameter
    has a gradient, of nothing if need be: FSDP's processes must reduce the same ones, though only
    one of them may have met a stem with content.
    """

    gains: torch.Tensor  # (49,) ADVICE_DB
    ways: torch.Tensor  # (49, 3) WAYS
    scale: torch.Tensor  # (3,) USUAL_SCALE

    def __init__(
        self,
        model: GainsayForConditionalGeneration,
        rows: NewRows | None = None,
        bf16: bool = False,
        touches_all: bool = False,
    ):
        super().__init__()
        self.model, self.bf16, self.touches_all = model, bf16, touches_all
        hidden = model.config.text_config.hidden_size
        self.role_head = nn.Linear(hidden, len(ROLES))
        # Reads the posterior off a level token alone: keeps the level path's gradient alive.
        self.level_head = nn.Linear(hidden, len(ADVICE_DB))
        # Which role a mention has, halfway up; where a stem is usual, at the top: the parts of a
        # judgement, so that they are learned before the whole.
        self.mention_head = nn.Linear(hidden, len(ROLES))
        self.usual_head = nn.Linear(hidden, 3)
        self.rows = rows
        for name, values in (("gains", ADVICE_DB), ("ways", WAYS), ("scale", USUAL_SCALE)):
            self.register_buffer(name, values.clone(), persistent=False)
        # Read by accelerate's FSDP: the unit that is sharded is a layer of the language model. The
        # projector is not one, as its parts are called by themselves.
        self._no_split_modules = [type(model.model.language_model.layers[0]).__name__]

    def forward(self, batch: Batch) -> Terms:
        """The sums of the losses that this batch has something of, and of what is watched."""
        at_work = torch.autocast(batch.input_ids.device.type, torch.bfloat16, enabled=self.bf16)
        with at_work:
            embeds, levels = self._embed(batch)
            output = self.model.model.language_model(
                inputs_embeds=embeds,
                attention_mask=batch.attention_mask,
                output_hidden_states=len(batch.mentioned) > 0,
                use_cache=False,
            )
        hidden = output.last_hidden_state.float()
        terms = self._text(batch, hidden)
        known = batch.has_content & (batch.role != IGNORED)
        if levels is not None and bool(known.any()):
            role = self.role_head(levels[known])
            terms["role"] = functional.cross_entropy(role, batch.role[known], reduction="sum")
        if len(batch.asked):
            layers = output.hidden_states
            terms |= self._judging(batch, hidden, layers[len(layers) // 2].float(), levels)
        if self.touches_all:
            name = next(name for name in LOSSES if name in terms)
            terms[name] = terms[name] + self._nothing()
        return terms

    def _nothing(self) -> torch.Tensor:
        """Zero, by way of every trained parameter; those of layers meet every batch anyway."""
        some = [p for n, p in self.named_parameters() if p.requires_grad and ".layers." not in n]
        return torch.stack([0.0 * p.sum() for p in some]).sum()

    def _embed(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Token embeddings with stems and words put in, and the level tokens, if there are any."""
        model: Any = self.model.model
        table, levels = model.get_input_embeddings(), None
        ids = batch.input_ids
        embeds = table(ids) if self.rows is None else self.rows.embed(table.weight, ids)
        if len(batch.level):
            heard = model.get_audio_features(
                level_features=batch.level,
                content_features=batch.content,
                level_only=batch.level_only,
            )
            levels, stems = heard.last_hidden_state.float(), heard.pooler_output
            mask = model.get_placeholder_mask(ids, embeds, stems)
            embeds = embeds.masked_scatter(mask, stems.to(embeds.dtype))
        if model.sentence_projector is not None:
            embeds = model.put_sentences(ids, embeds, batch.said)
        return embeds, levels

    def _text(self, batch: Batch, hidden: torch.Tensor) -> Terms:
        """How unlikely the model finds what it should have written."""
        shifted = batch.labels[:, 1:]
        at = shifted != IGNORED
        if not bool(at.any()):
            return {}
        head, states = self.model.lm_head, hidden[:, :-1][at]
        logits = head(states) if self.rows is None else self.rows.logits(head.weight, states)
        weights = batch.weights[:, 1:][at]
        each = functional.cross_entropy(logits, shifted[at], reduction="none")
        terms = {"text": (weights * each).sum()}
        for name, weight in (("choice", CHOICE_WEIGHT), ("call", CALL_WEIGHT)):
            terms[name] = each.detach()[weights == weight].sum()
        return terms

    def _moves(self, hidden: torch.Tensor) -> torch.Tensor:
        """Logits (n, 49) over needed moves."""
        if self.rows is None:
            return self.model.move_logits(hidden)
        numbers = torch.tensor(self.model.config.number_token_ids, device=hidden.device)
        return self.rows.logits_of(self.model.lm_head.weight, hidden, numbers)

    def _judging(
        self,
        batch: Batch,
        hidden: torch.Tensor,
        halfway: torch.Tensor,
        levels: torch.Tensor | None,
    ) -> Terms:
        """How far the moves behind the stems that are asked for are from the observer's."""
        target = batch.posterior
        asked = hidden[batch.asked[:, 0], batch.asked[:, 1]]
        log_p = self._moves(asked).log_softmax(-1)
        ways, target_ways = log_p.exp() @ self.ways, target @ self.ways
        expected, wanted = log_p.exp() @ self.gains, target @ self.gains
        terms = {
            "judge": functional.kl_div(log_p, target, reduction="sum"),
            "way": functional.kl_div(ways.clamp_min(1e-8).log(), target_ways, reduction="sum"),
            "expectation": (expected - wanted).square().sum(),
            "spread": wanted.square().sum(),
        }
        heard = batch.asked_item >= 0
        if levels is not None and bool(heard.any()):
            log_p = self.level_head(levels[batch.asked_item[heard]]).log_softmax(-1)
            terms["level"] = functional.kl_div(log_p, target[heard], reduction="sum")
        known = batch.mentioned_role != IGNORED
        if bool(known.any()):
            places = batch.mentioned[known]
            mention = self.mention_head(halfway[places[:, 0], places[:, 1]])
            role = batch.mentioned_role[known]
            terms["mention"] = functional.cross_entropy(mention, role, reduction="sum")
        defined = batch.usual.isfinite().all(dim=1)
        if bool(defined.any()):
            usual = batch.usual[defined] / self.scale
            found = self.usual_head(asked[defined])
            terms["usual"] = functional.smooth_l1_loss(found, usual, reduction="sum")
        return terms
