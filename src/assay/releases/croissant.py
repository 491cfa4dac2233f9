"""The release described for machines: Croissant 1.1 with the RAI 1.0 vocabulary (MLCommons)."""

import json
from typing import Any

import pyarrow as pa

from assay.contracts.sources import SourceClass
from assay.records.attachment import attachment_name
from assay.releases.card import licences_of
from assay.releases.inputs import TypedDocuments
from assay.releases.manifest import FileEntry, ManifestHead
from assay.releases.parquet import (
    JUDGMENT_COLUMNS,
    JUDGMENT_SCHEMA,
    RECORD_COLUMNS,
    RECORD_SCHEMA,
)

CROISSANT = "croissant.json"
"""File name of the description in a release."""

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_MEDIA_TYPES = {
    "jsonl": "application/jsonlines",
    "parquet": "application/x-parquet",
    "json": "application/json",
    "md": "text/markdown",
    "yaml": "application/yaml",
}


def describe(head: ManifestHead, typed_documents: TypedDocuments) -> str:
    """The Croissant description of a release, as JSON.

    Args:
        head: the head of the release's manifest.
        typed_documents: the documents in force.
    """
    # A URI that stands for the release, which has no page of its own.
    address = f"urn:assay:{head.program.id}:{head.version}"
    contract = typed_documents.contract
    licences = licences_of(head)
    shown = {attachment_name(entry.digest): entry.media_type for entry in head.attachments}
    description = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": f"{head.program.id}-{head.version}",
        "description": f"{contract.title}. {contract.gap}",
        "version": head.version,
        "url": address,
        "license": [_licence_address(licence) for licence in licences],
        "creator": {"@type": "Organization", "name": head.program.name, "url": address},
        "datePublished": head.created,
        "citeAs": f"{head.program.name}, release {head.version}, {head.created[:10]}.",
        "isLiveDataset": False,
        "keywords": ["alignment data", *head.counts.kinds],
        "distribution": [_file_object(entry, shown.get(entry.name)) for entry in head.files],
        "recordSet": [
            _record_set("records", RECORD_SCHEMA, RECORD_COLUMNS),
            _record_set("judgments", JUDGMENT_SCHEMA, JUDGMENT_COLUMNS),
        ],
        **_responsible(head, typed_documents),
    }
    return json.dumps(description, indent=2, ensure_ascii=False) + "\n"


def _licence_address(expression: str) -> str:
    simple = " " not in expression and not expression.startswith("LicenseRef-")
    return f"https://spdx.org/licenses/{expression}" if simple else expression


def _file_object(entry: FileEntry, shown_type: str | None) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": entry.name,
        "name": entry.name,
        "contentUrl": entry.name,
        "contentSize": f"{entry.bytes} B",
        "encodingFormat": shown_type or _MEDIA_TYPES[entry.name.rsplit(".", 1)[-1]],
        "sha256": entry.sha256,
    }


def _record_set(name: str, schema: pa.Schema, columns: dict[str, str]) -> dict[str, Any]:
    fields = []
    for column in schema:
        is_list = pa.types.is_list(column.type)
        value_type = column.type.value_type if is_list else column.type
        field = {
            "@type": "cr:Field",
            "@id": f"{name}/{column.name}",
            "name": column.name,
            "description": columns[column.name],
            "dataType": "sc:Integer" if pa.types.is_integer(value_type) else "sc:Text",
            "source": {
                "fileObject": {"@id": f"{name}.parquet"},
                "extract": {"column": column.name},
            },
        }
        if is_list:
            field |= {"isArray": True, "arrayShape": "-1"}
        if (name, column.name) == ("judgments", "record"):
            field["references"] = {"field": {"@id": "records/id"}}
        fields.append(field)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"One row for each of the {name} of the release.",
        "key": {"@id": f"{name}/id"},
        "field": fields,
    }


def _responsible(head: ManifestHead, typed_documents: TypedDocuments) -> dict[str, Any]:
    """The RAI properties that the release can state; the others are left out, not guessed."""
    counts, contract = head.counts, typed_documents.contract
    drawn_on = {entry.id for entry in head.source_classes}
    sources = [source for source in typed_documents.sources.classes if source.id in drawn_on]
    left_out = [f"{entry.records} records: {entry.reason}" for entry in head.left_out]
    properties = {
        "dataCollection": " ".join(source.description for source in sources),
        "dataCollectionType": sorted(counts.kinds),
        "dataCollectionMissingData": (
            "What was not answered, asked or applicable is a value of its own, with the reason "
            "where one was given; the build imputes nothing."
        ),
        "dataImputationProtocol": "None: the build imputes no value.",
        "dataCollectionRawData": (
            "judgments.jsonl holds every judgment of the released records as it was imported or "
            "given, one line each."
        ),
        "dataManipulationProtocol": (
            "; ".join(
                f"{transformation.name} {transformation.version}"
                for transformation in head.transformations
            )
            or "No record names another that it was made from."
        ),
        "dataAnnotationProtocol": " ".join(
            f"{dimension.id}: {dimension.question}"
            for dimension in typed_documents.rubric.dimensions
        ),
        "dataAnnotationAnalysis": ["See quality.md and quality.json."],
        "annotationsPerItem": (
            f"{counts.judgments} judgments of {counts.records} records; layers of review ask for "
            + ", ".join(f"{layer.passes} ({layer.id})" for layer in contract.review.layers)
        ),
        "machineAnnotationTools": sorted({entry.verifier for entry in head.verification}),
        "dataReleaseMaintenancePlan": (
            "Releases are immutable and numbered; a withdrawal is a signed notice next to "
            "the folder. " + _deletion(sources)
        ).strip(),
        "personalSensitiveInformation": [
            f"{source.id} may hold information about persons"
            for source in sources
            if source.holds_personal_information
        ],
        "dataUseCases": [behaviour.statement for behaviour in contract.behaviours],
        "dataLimitations": ["See LIMITATIONS.md.", *left_out],
    }
    return {f"rai:{name}": value for name, value in properties.items() if value}


def _deletion(sources: list[SourceClass]) -> str:
    contacts = sorted({source.deletion_contact for source in sources if source.deletion_contact})
    return f"Deletion: {', '.join(contacts)}." if contacts else ""
