"""The comparison: what other machines do, and what others measured."""
