"""Calls at full speed against a sandbox that fails at random, for as long as is asked.

::

    python -m tests.soak --minutes 30 --threads 8 --seed 1

A ledger keeps what the client was told of each call. In the end the sandbox must hold just that,
and the process must not have grown. The exit status is 1 if either is not so.
"""
