"""MEGAMI, small: a set diffusion model draws effect settings for all stems of a song together."""
