"""Sphinx's configuration. The pages' examples run in tests/integration/test_documentation.py."""

from pathlib import Path
from typing import Any

import vivialconnect
from vivialconnect.version import VERSION

project = "vivialconnect"
author = "The vivialconnect developers"
project_copyright = "2026, " + author
release = version = VERSION

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
nitpicky = True
nitpick_ignore_regex = [
    # The standard library's documentation is not looked up: a build needs no network.
    ("py:.*", r"(collections|contextvars|datetime|email|os|sqlite3|ssl|typing)(\..*)?"),
    # Type variables, type aliases and private base classes have no page.
    ("py:.*", r"(.*\.)?([A-Z][a-z]+T|Attributes|Id|Moment|Headers|Progress|Secret|Sink)"),
    ("py:.*", r"(.*\.)?(Call|Element|ReadOnly|ResourceBase|Sendable|Tagged|[A-Z][a-z]+Fields)"),
    ("py:.*", r"vivialconnect\.sandbox\.(http|page)\..*"),
    ("py:.*", r"(.*\.)?(Tags|Target|Types|Sign|Limits|Transport|Writable|Unpack)"),
]
highlight_language = "default"  # Python, or plain text if it is not Python

html_theme = "furo"
html_title = "vivialconnect " + VERSION
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_search_scorer = str(Path(__file__).with_name("search_ranking.js"))
copybutton_exclude = ".linenos, .gp, .go"  # prompts and output

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True  # time.time, not its representation in memory
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90

#: The public name of what a module of the package defines.
PUBLIC_NAMES = {*vivialconnect.__all__}


def show_underscores(*event: Any) -> None:
    """Keep the last character of ``:param id_:``, which Sphinx takes for a reference to ``id``."""
    lines: list[str] = event[-1]
    lines[:] = [line.replace(":param id_:", r":param id\_:") for line in lines]


def resolve_public_name(app: Any, env: Any, node: Any, contnode: Any) -> Any:
    """Resolve a reference to ``vivialconnect.resources.message.Message`` by its public name."""
    parts = node.get("reftarget", "").split(".")
    for position, part in enumerate(parts):
        if node.get("refdomain") == "py" and part in PUBLIC_NAMES:
            name = ".".join(["vivialconnect", *parts[position:]])
            return env.domains["py"].resolve_xref(
                env, node["refdoc"], app.builder, node["reftype"], name, node, contnode
            )
    return None


def setup(app: Any) -> None:
    """Correct docstrings before they are read, and references before they are reported."""
    app.connect("autodoc-process-docstring", show_underscores)
    app.connect("missing-reference", resolve_public_name)
