"""Migrations of the schema, run by `store.versions`; the newest is in `versions/`."""
