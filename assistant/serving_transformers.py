"""`transformers serve` that knows the cascade, audio included: where there is no GPU for vLLM.

One rule: nothing of the server is ours. `python -m assistant.serving_transformers serve` takes what
`transformers serve` takes, and clients ask for a model by its folder. It needs
pip install "transformers[serving]" requests librosa.
"""

from typing import cast


def main() -> None:
    """Make the cascade known, then run transformers' command line."""
    from transformers.cli.transformers import main as transformers_main
    from transformers.models.auto.modeling_auto import MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES

    from assistant.model import register

    register()
    # By this table the server tells which models may be sent audio. It is untyped: pyright takes
    # the names that stand in it for all that there can be.
    models = cast(dict[str, str], MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES)
    models["gainsay"] = "GainsayForConditionalGeneration"
    transformers_main()


if __name__ == "__main__":
    main()
