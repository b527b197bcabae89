"""Pebble's recipe: corpus and grammars to conversations, to a tokenizer, to weights, to an
evaluation."""
