"""The REST API, one module for each resource of the desk."""
