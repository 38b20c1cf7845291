"""The tests: unit, sandbox, integration over real sockets, and what they share."""
