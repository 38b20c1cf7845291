"""Tests of the sandbox over real sockets, without the client that the package ships."""
