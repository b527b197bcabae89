"""A Program run for its cycles."""
