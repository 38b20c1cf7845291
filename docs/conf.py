"""Sphinx's configuration. The pages' examples run in tests/integration/test_documentation.py."""

from vivialconnect.version import VERSION

project = "vivialconnect"
author = "The vivialconnect developers"
project_copyright = "2026, " + author
release = version = VERSION

extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
nitpicky = True
default_role = "py:obj"
highlight_language = "python"

html_theme = "furo"
html_title = "vivialconnect " + VERSION
html_show_sphinx = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90
