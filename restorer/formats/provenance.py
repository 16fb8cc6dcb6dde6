"""What was done to a photo, in its XMP: for archives and their tools, and to be read back.

The kind of source is said in the words of the IPTC (``Iptc4xmpExt:DigitalSourceType``, terms of the NewsCodes
vocabulary ``digitalsourcetype``); the rest in a namespace of our own, described in ``docs/formats.md``.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from xml.sax.saxutils import escape

from restorer.core.errors import InputError
from restorer.core.step import Recipe

NAMESPACE = "urn:x-restorer:provenance:1.0#"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_MAX_PACKET_BYTES = 16 * 2**20


class SourceType(StrEnum):
    """Terms of the vocabulary that a restored photo may earn, from the mildest to the strongest."""

    HUMAN_EDITS = "humanEdits"
    """Corrected by a person, with tools that generate nothing."""
    ALGORITHMICALLY_ENHANCED = "algorithmicallyEnhanced"
    """Corrected by an algorithm that leaves its content as it is."""
    COMPOSITE_WITH_TRAINED_MEDIA = "compositeWithTrainedAlgorithmicMedia"
    """Parts of it were made by a trained model, as by inpainting."""

    @property
    def uri(self) -> str:
        return _VOCABULARY + self.value


_STRENGTH: Mapping[str, int] = MappingProxyType(
    {each.uri: rank for rank, each in enumerate(SourceType)} | {f"{_VOCABULARY}trainedAlgorithmicMedia": 99}
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """A record of restoration.

    Attributes:
        source_type: URI of a term of the IPTC.
        program: name and version.
        date: of the export, ``YYYY-MM-DD``.
        generated_fraction: share of the pixels that were invented, 0 to 1; after several exports at most so much.
        recipe: every step with its model and the hash of its weights.
        classes: share of each kind of pixel by its name (``tone``, ``denoised``, ``generated`` …), those that are
            left as scanned not among them; after several exports at most so much.
    """

    source_type: str
    program: str
    date: str
    generated_fraction: float
    recipe: Recipe
    classes: Mapping[str, float] = field(default_factory=dict)

    def after(self, earlier: Provenance | None, source_type: str = "") -> Provenance:
        """This record of a photo that had one before, or that was called ``source_type`` before."""
        strongest = max(self.source_type, source_type, key=lambda uri: _STRENGTH.get(uri, -1))
        if earlier is None:
            return replace(self, source_type=strongest)
        fraction = min(1.0, self.generated_fraction + earlier.generated_fraction)
        recipe = Recipe((*earlier.recipe.steps, *self.recipe.steps))
        names = dict.fromkeys((*earlier.classes, *self.classes))
        classes = {each: min(1.0, earlier.classes.get(each, 0.0) + self.classes.get(each, 0.0)) for each in names}
        return Provenance(strongest, self.program, self.date, fraction, recipe, classes)


def into_xmp(xmp: bytes | None, provenance: Provenance) -> bytes:
    """The packet with the record in it, or a new one; every other property stays as it stands, byte for byte.

    An earlier record is continued. A packet that is no XML is replaced.
    """
    known = read_properties(xmp) if xmp else None
    earlier_type = (known or {}).get(f"{{{_IPTC}}}DigitalSourceType", "")
    record = provenance.after(from_xmp(xmp) if xmp else None, earlier_type)
    fields = {
        "Program": record.program,
        "Date": record.date,
        "GeneratedFraction": f"{record.generated_fraction:.6f}",
        "Classes": ", ".join(f"{name}={share:.6f}" for name, share in record.classes.items()),
        "Recipe": json.dumps(json.loads(record.recipe.to_text()), separators=(",", ":")),
    }
    lines = "".join(f"<restorer:{name}>{escape(value)}</restorer:{name}>\n" for name, value in fields.items() if value)
    description = (
        f'<rdf:Description xmlns:rdf="{_RDF}" rdf:about="" xmlns:Iptc4xmpExt="{_IPTC}" xmlns:restorer="{NAMESPACE}">\n'
        f"<Iptc4xmpExt:DigitalSourceType>{escape(record.source_type)}</Iptc4xmpExt:DigitalSourceType>\n"
        f"{lines}</rdf:Description>\n"
    )
    text = _without_record(_text(xmp)) if xmp and known is not None else ""
    end = max((text.rfind(f"</{prefix}:RDF") for prefix in _prefixes(text, _RDF)), default=-1)
    if end < 0:
        text = _EMPTY_PACKET
        end = text.index("</rdf:RDF")
    return (text[:end] + description + text[end:]).encode("utf-8")


_EMPTY_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">\n'
    '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
)


def from_xmp(xmp: bytes) -> Provenance | None:
    """The record of a packet, or None where it has none, or none that can be read."""
    found = read_properties(xmp) or {}

    def text(name: str) -> str:
        return found.get(f"{{{NAMESPACE}}}{name}", "")

    try:
        recipe = Recipe.from_text(text("Recipe"), name="in the photo")
        fraction = float(text("GeneratedFraction"))
    except (InputError, ValueError):
        return None
    if not 0 <= fraction <= 1:
        return None
    source_type = found.get(f"{{{_IPTC}}}DigitalSourceType", "")
    return Provenance(source_type, text("Program"), text("Date"), fraction, recipe, _classes(text("Classes")))


def _classes(text: str) -> dict[str, float]:
    """Shares by name; what cannot be read is left out."""
    found = re.findall(r"(\w+)=([01](?:\.\d*)?)(?=,|$)", text)
    return {name: float(share) for name, share in found if float(share) <= 1}


def source_type_of(xmp: bytes) -> str:
    """What a packet says of the kind of source, whoever wrote it; empty where nothing."""
    return (read_properties(xmp) or {}).get(f"{{{_IPTC}}}DigitalSourceType", "")


def read_properties(xmp: bytes) -> dict[str, str] | None:
    """Simple properties of a packet by their names with namespace, ``{uri}name``; None where it is no XML."""
    text = _text(xmp)
    if len(text) > _MAX_PACKET_BYTES or "<!" in text:  # No XMP needs a document type, and entities can be bombs.
        return None
    try:
        root = ElementTree.fromstring(text[text.find("<") :].rstrip("\0 \n\r\t"))
    except (ElementTree.ParseError, ValueError):
        return None
    found: dict[str, str] = {}
    for description in root.iter(f"{{{_RDF}}}Description"):
        found |= {name: value for name, value in description.attrib.items() if name.startswith("{")}
        found |= {child.tag: child.text or "" for child in description if len(child) == 0}
    return found


def _text(xmp: bytes) -> str:
    marks = ((b"\xfe\xff", "utf-16"), (b"\xff\xfe", "utf-16"), (b"\0<", "utf-16-be"), (b"<\0", "utf-16-le"))
    for mark, encoding in marks:
        if xmp.startswith(mark):
            return xmp.decode(encoding, "replace")
    return xmp.decode("utf-8", "replace").removeprefix("\ufeff")


def _prefixes(text: str, namespace: str) -> list[str]:
    return re.findall(rf"""xmlns:([\w.-]+)\s*=\s*["']{re.escape(namespace)}["']""", text)


def _without_record(text: str) -> str:
    """The packet without our properties and without the kind of source, in whichever of both spellings they are."""
    owned: list[tuple[str, Callable[[str], str]]] = [
        (NAMESPACE, lambda prefix: rf"{prefix}:\w+"),
        (_IPTC, lambda prefix: f"{prefix}:DigitalSourceType"),
    ]
    for namespace, pattern in owned:
        for prefix in sorted({re.escape(each) for each in _prefixes(text, namespace)}):
            name = pattern(prefix)
            text = re.sub(rf"<({name})(?:\s[^<>]*)?>[^<]*</\1\s*>\s*", "", text)
            text = re.sub(rf"<{name}(?:\s[^<>]*)?/>\s*", "", text)
            text = re.sub(rf"""\s+{name}\s*=\s*(?:"[^"]*"|'[^']*')""", "", text)
    for prefix in sorted({re.escape(each) for each in _prefixes(text, _RDF)}):
        empty = rf"""<({prefix}:Description)(?:\s+(?:xmlns:[\w.-]+|{prefix}:about)\s*=\s*(?:"[^"]*"|'[^']*'))*\s*"""
        text = re.sub(rf"{empty}(?:/>|>\s*</\1\s*>)\s*", "", text)
    return text
