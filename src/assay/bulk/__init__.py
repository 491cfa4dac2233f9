"""Bulk: files in, row by row, and the rows that were set aside out again.

Comes in: paths of JSON lines, JSON, CSV, TSV and Parquet files, plain, gzip or zstd. Goes out:
`records.ports.Row`s, streamed in flat memory. Always holds: a row that cannot be read is a row
with a fault, never the end of the file and never dropped silently; no row takes more memory than
its limit. Next package: `settings`.
"""
