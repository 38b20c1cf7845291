"""Tests of the whole client over real sockets."""
