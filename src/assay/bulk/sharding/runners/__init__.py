"""Runners: who works on the shards of a plan. Each asks only that the missing results get made."""
