"""Tests of the sandbox with clients that call it as the service's clients in other languages do."""
