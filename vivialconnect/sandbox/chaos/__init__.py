"""Faults on purpose: what can go wrong, and the rules that say when."""
