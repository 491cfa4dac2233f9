"""The formats of review work that come with Assay, by name."""

from assay.plugins import load, names
from assay.review.formats.format import ReviewFormat

FORMATS: dict[str, ReviewFormat] = {
    name: load("review-formats", name) for name in names("review-formats")
}
