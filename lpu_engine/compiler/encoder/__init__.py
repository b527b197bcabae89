"""Encoders, compiled for their cycles: one block for all layers, placed in gaps, proven."""
