"""The command line: arguments → a table, a text, or JSON; one line for what is refused."""
