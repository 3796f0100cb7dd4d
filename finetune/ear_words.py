"""The words of the ear: its tokenizer and the ways in which a role is said in training.

One rule: the tokenizer is learned from the captions of the run and can spell what it has not seen.
"""

from collections.abc import Sequence

import numpy as np
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

from mixer.ear import ROLE_TEMPLATES
from mixer.roles import ROLES

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")  # in RoBERTa's order: CLAP's text tower pads with 1
SYNONYMS = {
    "kick": ("kick drum", "bass drum"),
    "snare": ("snare drum", "claps"),
    "hats": ("hi-hats", "cymbals"),
    "percussion": ("shakers and congas", "tambourine"),
    "drums": ("a drum kit", "a drum loop", "a breakbeat"),
    "bass": ("a bass line", "bass guitar", "sub bass"),
    "electric guitar": ("distorted guitar", "guitars"),
    "acoustic guitar": ("strummed acoustic guitar", "nylon guitar"),
    "piano": ("keys", "electric piano", "grand piano"),
    "organ": ("hammond organ",),
    "synth pad": ("pads", "a warm pad"),
    "strings": ("violins", "string section"),
    "brass": ("horns", "trumpets", "saxophone"),
    "synth lead": ("a lead synth", "synth melody"),
    "arpeggio": ("an arp", "arpeggiated synth", "plucks"),
    "lead vocal": ("a singer", "vocals", "a voice singing", "rap"),
    "backing vocals": ("background vocals", "vocal harmonies", "a choir"),
    "effects": ("sound effects", "noise sweeps", "fx"),
}


def role_phrases(rng: np.random.Generator) -> list[str]:
    """One way of saying each role, in the order of ROLES; half the time by a synonym."""
    template = ROLE_TEMPLATES[int(rng.integers(len(ROLE_TEMPLATES)))]
    said = [str(rng.choice(SYNONYMS[role])) if rng.random() < 0.35 else role for role in ROLES]
    return [template.format(words) for words in said]


def train_tokenizer(captions: Sequence[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Learn a byte-pair tokenizer from captions and role phrases."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    letters = list("abcdefghijklmnopqrstuvwxyz0123456789-,.:'/&")
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=letters,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    spelled = [*letters, *(f"x{letter}" for letter in letters)]  # every letter also at a word's end
    phrases = [
        template.format(words)
        for role in ROLES
        for words in (role, *SYNONYMS[role])
        for template in ROLE_TEMPLATES
    ]
    tokenizer.train_from_iterator([*captions, *phrases, *spelled], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        special_tokens=[
            ("<s>", tokenizer.token_to_id("<s>")),
            ("</s>", tokenizer.token_to_id("</s>")),
        ],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        cls_token="<s>",
        sep_token="</s>",
        model_max_length=64,
    )
