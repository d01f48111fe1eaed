"""How `make docs` builds the site: Sphinx over the repository, with the lessons as pages. Nothing is fetched."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))  # site_build and make_lessons

project = "byhand"
copyright = "the byhand maintainers"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode", "myst_nb", "site_build"]

root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/**/*.md", "core/README.md", "lessons/*.py"]
exclude_patterns = [".venv", "node_modules", "build", "src", "tests", "runs"]
html_theme = "furo"
html_title = "byhand"
html_math_renderer = "mathml"  # drawn by the browser itself: formulas need no network either
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["depth.css"]
html_js_files = ["depth.js"]

nb_custom_formats = {".py": "site_build.read_lesson"}  # a lesson as `make lessons` ran it
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
toc_object_entries = False
