"""Tests of the built documentation: search, links, pictures. They need the extra ``docs``."""
