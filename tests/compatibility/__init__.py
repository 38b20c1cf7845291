"""Release 0.2.4 against the sandbox, by a command of its own."""
