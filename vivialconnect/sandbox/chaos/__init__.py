"""Fault injection: the faults, and the rules that decide which requests trigger them."""
