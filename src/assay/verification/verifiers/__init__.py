"""The verifiers that come with Assay and need no sandbox, one module each."""
