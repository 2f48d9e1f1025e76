"""Settings of the documentation site: ``make docs`` writes it to docs/_build/html."""

import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS / "_extensions"), str(DOCS.parent / "src")]

from softness.version import __version__  # noqa: E402

project = "softness"
version = release = __version__
author = copyright = "the authors of softness"

extensions = [
    "myst_parser",
    "sphinx.ext.autosummary",
    "numpydoc",
    "configuration_reference",
    "generated_reference",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
default_role = "py:obj"

# Headings can be linked to, as on the pages that hosts of repositories make.
myst_heading_anchors = 3

autosummary_generate = True
autodoc_member_order = "bysource"
maximum_signature_line_length = 88
numpydoc_show_class_members = False
python_display_short_literal_types = True

# Blocks without a language are commands and what they print.
highlight_language = "none"

html_theme = "sphinx_book_theme"
html_title = f"softness {version}"
html_theme_options = {
    "show_toc_level": 2,
    "use_download_button": False,
    "navbar_persistent": [],
}
# Nothing that depends on the day or the machine.
html_last_updated_fmt = None
html_show_sourcelink = False


def bars_as_they_are(app, what, name, obj, options, lines) -> None:  # noqa: ANN001
    """Bars are absolute values in docstrings, and no substitutions of reStructuredText."""
    lines[:] = [re.sub(r"(``.*?``)|\|", lambda found: found[1] or r"\|", line) for line in lines]


def signatures_as_found(app, what, name, obj, options, given, returned) -> tuple[()]:  # noqa: ANN001
    """Numpydoc would take those of C code for aliases of types, and fail on them."""
    return ()


def without_routing(app, what, name, obj, skip, options) -> bool | None:  # noqa: ANN001
    """scikit-learn gives estimators methods ``set_..._request``, which link into its own pages."""
    return True if re.fullmatch(r"set_\w+_request", name) else None


def setup(app) -> None:  # noqa: ANN001
    """Sphinx calls this."""
    app.connect("autodoc-skip-member", without_routing)
    app.connect("autodoc-process-docstring", bars_as_they_are)
    app.connect("autodoc-process-signature", signatures_as_found, priority=400)
