"""MEGAMI at its published size; it loads the authors' checkpoints, converted once."""
