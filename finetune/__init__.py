"""Recipes that make the ear, the mixer and the listener better: data, training, evaluation."""
