"""Trusted functions that work on hostile data, inside the sandbox only."""
