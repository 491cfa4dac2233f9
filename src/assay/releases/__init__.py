"""6. Releases: gates, manifest, data card, change log, signature, withdrawal, exporters.

Comes in: records with their dispositions, judgments, the documents, the quality report.
Goes out: a folder that a trainer reads and an auditor checks without us; a drop report with
every foreign format. Always holds: a release is visible whole or not at all, is the same to the
byte when built again, and holds nothing whose rights do not permit it. Next package: `validation`.
"""
