"""The sections of the quality report: what each holds, and how it is made from the gathering."""
