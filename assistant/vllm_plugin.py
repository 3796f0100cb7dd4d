"""The entry point by which vLLM learns of the cascade (group vllm.general_plugins).

One rule: no model code of vLLM's. Its Transformers backend runs the very classes that run here.
"""

BACKEND = "vllm.model_executor.models.transformers:TransformersMultiModalForCausalLM"


def register() -> None:
    """Make the cascade known to this process of vLLM; harmless when called twice."""
    from vllm import ModelRegistry  # pyright: ignore[reportMissingImports]

    from assistant.model import register as register_with_transformers
    from assistant.model.modeling import GainsayModel

    register_with_transformers()
    # vLLM builds the tower of its own layers in the model's type; ours, the projector, stay.
    GainsayModel._keep_in_fp32_modules_strict = {"multi_modal_projector"}
    # vLLM reads every safetensors in a folder: the sentence encoders' lie beside the model's.
    GainsayModel._keys_to_ignore_on_load_unexpected = [r"^encoder\.layer\.", r"^head\."]
    ModelRegistry.register_model("GainsayForConditionalGeneration", BACKEND)
