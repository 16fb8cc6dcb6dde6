"""What can be chosen for an export: the fields of the dialog, and the options they make."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from restorer.core.image import Image
from restorer.formats.color import has_tables
from restorer.formats.container import CONTAINERS, EXPORT_CONTAINERS, Container
from restorer.formats.export import KEEP, PROFILES, ExportOptions
from restorer.formats.intent import Intent
from restorer.formats.metadata import Dpi
from restorer.ui import words
from restorer.ui.widgets import CheckBox, ComboBox, FieldLabel, Option, Segmented, TintedLabel, ValueSlider

_LABEL_PX = 80
"""Of the longest label, so that both grids of the dialog stand in line."""
_DEFAULT_QUALITY = 95
_COMPRESSIONS = {
    "deflate": "Deflate, every bit kept",
    "lzw": "LZW, every bit kept",
    "none": "None",
    "lossy": "Smaller, with loss",
    "lossless": "Every bit kept",
}
_DEPTHS = {8: "8", 16: "16", 32: "32 float"}
_USUAL_DPI = (72, 150, 300, 600, 1200)


class FormGrid(QGridLayout):
    """Label at the left, field at the right; rows can be hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalSpacing(16)
        self.setVerticalSpacing(8)
        self.setColumnMinimumWidth(0, _LABEL_PX)
        self.setColumnStretch(1, 1)
        self._labels: dict[QWidget, QWidget] = {}

    def add(self, text: str, field: QWidget) -> None:
        row = self.rowCount()
        label = FieldLabel(text, field)
        self.addWidget(label, row, 0)
        natural = isinstance(field, (Segmented, CheckBox, TintedLabel))
        self.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft if natural else Qt.AlignmentFlag(0))
        self._labels[field] = label

    def show_row(self, field: QWidget, shown: bool) -> None:
        field.setVisible(shown)
        self._labels[field].setVisible(shown)


class ExportFields(QWidget):
    """How to write a photo, without where.

    Args:
        image, dpi: the photo's.
        provenance: one line on what would be recorded; empty where nothing was done.
    """

    changed = Signal()
    """Something was chosen by the person."""
    format_chosen = Signal()
    """The person chose another format; :attr:`changed` follows."""

    def __init__(self, image: Image, dpi: Dpi | None, provenance: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format = ComboBox("Format")
        self._format.set_choices([(container.name, container.title) for container in EXPORT_CONTAINERS])
        self._compression = ComboBox("Compression")
        self._quality = ValueSlider(1, 100, default=_DEFAULT_QUALITY, name="Quality")
        self._depths = {container.name: _depth_choice(container, image.bit_depth) for container in EXPORT_CONTAINERS}
        self._dpi = ComboBox("Resolution")
        kept = f"Keep {words.resolution(dpi)}" if dpi else "None, as in the original"
        self._dpi.set_choices([(KEEP, kept), *((str(value), f"{value} dpi") for value in _USUAL_DPI)])
        self._profile = ComboBox("Profile")
        kept = f"Keep {image.color.name}" if image.color.icc else f"None, as in the original ({image.color.name})"
        self._profile.set_choices([(KEEP, kept), *((name, PROFILES[name]) for name in PROFILES if name != KEEP)])
        self._intent = ComboBox("Rendering intent")
        self._intent.set_choices([(intent.value, intent.label) for intent in Intent])
        self._intent.select(Intent.RELATIVE.value)
        self._has_intents = image.color.icc is not None and has_tables(image.color.icc)
        self._metadata = CheckBox("EXIF, IPTC and XMP of the scan")
        self._metadata.setChecked(True)
        self._provenance = CheckBox(provenance)
        self._provenance.setChecked(bool(provenance))
        self._form = FormGrid()
        self._form.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._form)
        for title, field in (
            ("Format", self._format),
            ("Compression", self._compression),
            ("Quality", self._quality),
            *(("Bit depth", choice) for choice in self._depths.values()),
            ("Resolution", self._dpi),
            ("Profile", self._profile),
            ("Intent", self._intent),
            ("Metadata", self._metadata),
            ("Provenance", self._provenance),
        ):
            self._form.add(title, field)
        self._form.show_row(self._provenance, bool(provenance))
        self._connect()

    def _connect(self) -> None:
        self._format.chosen.connect(self._on_format_chosen)
        for box in (self._compression, self._dpi, self._profile, self._intent):
            box.chosen.connect(self._on_changed)
        for choice in self._depths.values():
            choice.current_changed.connect(self._on_changed)
        self._quality.value_changed.connect(self._on_changed)
        self._metadata.toggled.connect(self._on_changed)
        self._provenance.toggled.connect(self._on_changed)

    def container(self) -> Container:
        return CONTAINERS[self._format.current_id()]

    def options(self) -> ExportOptions:
        container, dpi = self.container(), self._dpi.current_id()
        return ExportOptions(
            format=container.name,
            bit_depth=int(self._depths[container.name].current()),
            quality=round(self._quality.value()),
            compression=self._compression.current_id(),
            keep_metadata=self._metadata.isChecked(),
            profile=self._profile.current_id(),
            intent=Intent(self._intent.current_id()),
            dpi=None if dpi == KEEP else float(dpi),
        )

    def records_provenance(self) -> bool:
        return self._provenance.isChecked()

    def set_container(self, container: Container) -> None:
        """Chooses a format; no signal."""
        self._format.select(container.name)
        self._compression.set_choices([(name, _COMPRESSIONS[name]) for name in container.compressions])
        self._form.show_row(self._compression, len(container.compressions) > 1)
        for name, choice in self._depths.items():
            self._form.show_row(choice, name == container.name and len(container.depths) > 1)
        self._show_rows()

    def set_options(self, options: ExportOptions) -> None:
        """Takes over what was chosen before, but for the format; no signal."""
        self._metadata.setChecked(options.keep_metadata)
        self._quality.set_value(options.quality)
        self._profile.select(options.profile)
        self._intent.select(options.intent.value)
        if options.compression in self.container().compressions:
            self._compression.select(options.compression)
        if options.dpi is not None and round(options.dpi) in _USUAL_DPI:
            self._dpi.select(str(round(options.dpi)))
        self._show_rows()

    def _show_rows(self) -> None:
        lossy = self._compression.current_id() not in self.container().lossless
        self._form.show_row(self._quality, lossy)
        self._form.show_row(self._intent, self._has_intents and self._profile.current_id() != KEEP)

    def _on_format_chosen(self, _format: str) -> None:
        self.set_container(self.container())
        self.format_chosen.emit()
        self.changed.emit()

    def _on_changed(self, _value: object) -> None:
        self._show_rows()
        self.changed.emit()


def _depth_choice(container: Container, photo_depth: int) -> Segmented:
    choice = Segmented([Option(str(depth), _DEPTHS[depth]) for depth in container.depths], name="Bit depth")
    choice.set_current(str(min(photo_depth, max(container.depths))))
    return choice
