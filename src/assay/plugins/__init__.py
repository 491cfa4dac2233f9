"""The interface for third-party readers, exporters, review formats and verifiers; ours use it too.

Comes in: entry points of installed packages, and our own list. Goes out: one object by group
and name. Always holds: nothing is imported before it is asked for by name; two packages that
claim one name are an error, never a silent winner. Next package: `settings`.
"""

from assay.plugins.registry import Group, Plugin, load, names, plugins

__all__ = ["Group", "Plugin", "load", "names", "plugins"]
