"""The cascade audio-LLM as Hugging Face classes; register() makes the Auto classes know them."""


def register() -> None:
    """Register the cascade with transformers' Auto classes; harmless when called twice."""
    from transformers import AutoConfig, AutoModel, AutoModelForMultimodalLM, AutoProcessor

    from assistant.model.configuration import GainsayConfig
    from assistant.model.modeling import GainsayForConditionalGeneration, GainsayModel
    from assistant.model.processing import GainsayProcessor

    AutoConfig.register("gainsay", GainsayConfig, exist_ok=True)
    AutoModel.register(GainsayConfig, GainsayModel, exist_ok=True)
    AutoModelForMultimodalLM.register(GainsayConfig, GainsayForConditionalGeneration, exist_ok=True)
    AutoProcessor.register(GainsayConfig, GainsayProcessor, exist_ok=True)
