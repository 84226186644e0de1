"""The site, built by Sphinx from the pages of this folder: python -m sphinx -W --keep-going -b dirhtml docs build/site"""

from __future__ import annotations

import re
from importlib import metadata

from sphinx.application import Sphinx

project = "flake8-backend-rules"
release = version = metadata.version("flake8-backend-rules")
copyright = "the flake8-backend-rules contributors"

extensions = ["myst_parser", "sphinx_copybutton", "sphinx_design"]
myst_enable_extensions = ["colon_fence", "attrs_block"]
myst_heading_anchors = 3
exclude_patterns = ["examples", "_build"]

html_theme = "furo"
html_title = "flake8-backend-rules"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#a3360f", "color-brand-content": "#a3360f"},
    "dark_css_variables": {"color-brand-primary": "#ff9a6b", "color-brand-content": "#ff9a6b"},
}
html_copy_source = html_show_sourcelink = False
pygments_style = "friendly"
pygments_dark_style = "monokai"

_FILE_OF_THE_REPOSITORY = re.compile(r"\[([^\]]+)\]\((?:\.\./|examples/)[^)]*\)")


def _for_the_site(app: Sphinx, name: str, source: list[str]) -> None:
    """The pages are written to be read in the repository too; here is what the site wants otherwise."""
    if name == "rules/README":
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n\nKBR*\n```\n"
    if not name.startswith("rules/"):
        source[0] = _FILE_OF_THE_REPOSITORY.sub(r"\1", source[0])


def setup(app: Sphinx) -> None:
    app.connect("source-read", _for_the_site)
