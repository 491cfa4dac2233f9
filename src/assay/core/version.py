"""The version of this release of Assay."""

__version__ = "0.2.0"
