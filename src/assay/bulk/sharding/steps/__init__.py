"""The steps that shards are worked on with: each a pure function of a segment and a context."""
