"""Shortcuts: surface cues, such as length or position, that win where substance is equal."""
