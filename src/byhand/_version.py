"""The version. Importing it loads nothing else of the package."""

__version__ = "0.1.0"
