"""The pages that the server renders, one module for each audience."""
