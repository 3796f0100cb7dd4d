"""A Qwen3 that says one thing only, whatever it reads: small enough for a real server in a test.

Its attention and MLP add nothing, so what comes next follows from the last token alone.
"""

from collections.abc import Sequence
from pathlib import Path

TEMPLATE = """\
{%- for message in messages %}
{{- '<|im_start|>' + message.role + '\\n' }}
{%- if loop.first %}{% for tool in tools or [] %}{{ tool | tojson }}{% endfor %}{% endif %}
{%- if message.content is string %}{{ message.content }}{% else %}
{%- for part in message.content or [] %}{{ part.text }}{% endfor %}{% endif %}
{%- for call in message.tool_calls or [] %}
{{- '<tool_call>' + (call.function | tojson) + '</tool_call>' }}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
"""
START, END = "assistant\n", "<|im_end|>"
STRENGTH = 50.0  # of one next token over all others


def save_chain_model(folder: Path, said: Sequence[str], seed: int | None = None) -> Path:
    """Save a model and tokenizer that answer with these pieces; a seed makes the weights random.

    said: each piece is one token, no piece twice.
    """
    import torch
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<|im_start|>", END],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    plain.train_from_iterator([TEMPLATE], trainer)
    plain.add_tokens([AddedToken(text, normalized=False) for text in (START, *said)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, eos_token=END, pad_token=END, chat_template=TEMPLATE,
        clean_up_tokenization_spaces=False,
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0 if seed is None else seed)
    end = tokenizer.convert_tokens_to_ids(END)
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=1, head_dim=32, max_position_embeddings=65536,
        tie_word_embeddings=False, eos_token_id=end, pad_token_id=end, bos_token_id=None,
    )  # fmt: skip
    model = Qwen3ForCausalLM(config)
    if seed is None:
        ids = tokenizer.convert_tokens_to_ids([START, *said, END])
        with torch.no_grad():
            model.model.layers[0].self_attn.o_proj.weight.zero_()
            model.model.layers[0].mlp.down_proj.weight.zero_()
            embedding, head = model.model.embed_tokens.weight, model.lm_head.weight
            embedding.zero_()
            head.zero_()
            embedding[:, -1] = 1.0  # what no chain begins from
            head[end, -1] = STRENGTH
            for place, (now, then) in enumerate(zip(ids[:-1], ids[1:], strict=True)):
                embedding[now] = 0.0
                embedding[now, place] = 1.0
                head[then, place] = STRENGTH
    model.generation_config.update(
        do_sample=False, max_new_tokens=400, eos_token_id=end, pad_token_id=end
    )
    model.save_pretrained(folder)
    return folder
