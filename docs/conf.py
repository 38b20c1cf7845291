"""Sphinx's configuration. The pages' examples run in tests/integration/test_documentation.py."""

from typing import Any

from vivialconnect.version import VERSION

project = "vivialconnect"
author = "The vivialconnect developers"
project_copyright = "2026, " + author
release = version = VERSION

extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
nitpicky = True
nitpick_ignore_regex = [
    # The standard library's documentation is not looked up: a build needs no network.
    ("py:.*", r"(collections|contextvars|datetime|decimal|email|os|sqlite3|ssl|typing)(\..*)?"),
    # Type variables, type aliases and private base classes have no page.
    ("py:.*", r"(.*\.)?([A-Z][a-z]+T|Attributes|Id|Moment|Headers|Progress|Secret|Sink)"),
    ("py:.*", r"(.*\.)?(Element|ReadOnly|ResourceBase|Sendable|[A-Z][a-z]+Fields)"),
    ("py:.*", r"(.*\.)?(Decimal|Journal|Tags|Target|Types)"),
    # What the sandbox returns inside; the JSON API documents what is shown of it.
    ("py:class", r"vivialconnect\.sandbox\.http\.response\.Response"),
]
highlight_language = "default"  # Python, and plain text where it is none

html_theme = "furo"
html_title = "vivialconnect " + VERSION
html_show_sphinx = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True  # time.time, and not what that is in memory
autodoc_default_options = {"members": True, "show-inheritance": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90
html_static_path = ["_static"]
html_css_files = ["tables.css"]


def show_underscores(*event: Any) -> None:
    """Keep the last character of ``:param id_:``, which Sphinx takes for a reference to ``id``."""
    lines: list[str] = event[-1]
    lines[:] = [line.replace(":param id_:", r":param id\_:") for line in lines]


def setup(app: Any) -> None:
    """Have every docstring corrected before it is read."""
    app.connect("autodoc-process-docstring", show_underscores)
