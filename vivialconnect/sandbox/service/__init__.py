"""The state and the rules of the sandbox. It does not depend on HTTP."""
