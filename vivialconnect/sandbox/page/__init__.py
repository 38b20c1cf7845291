"""The page at ``/sandbox/`` and its JSON API, for people and for tests in any language.

The guard checks each request first. These requests are not signed or recorded, and trigger no
fault.
"""
