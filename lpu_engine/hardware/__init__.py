"""What the machines are: every number once, with its unit and its source."""
