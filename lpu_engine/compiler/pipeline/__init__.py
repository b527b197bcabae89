"""Transformers on many chips: groups of chips in stages, in 16-bit floats, for their cycles."""
