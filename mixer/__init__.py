"""Audio facts and rendering; knows no language model."""
