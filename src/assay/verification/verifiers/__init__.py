"""The verifiers that come with Assay, one module each."""
