"""Tests of the sandbox over real sockets, without the client of the package."""
