"""The version of the package: the single source for setup.py, the headers and the docs."""

VERSION = "1.0.0"
