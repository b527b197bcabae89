"""What is computed: the shape, the weights, the words, and the plain reference of a transformer."""
