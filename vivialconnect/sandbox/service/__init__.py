"""The state and the rules of the sandbox. Nothing here knows HTTP."""
