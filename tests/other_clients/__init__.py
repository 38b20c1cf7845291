"""Tests of the sandbox with test clients that imitate the service's clients in other languages."""
