"""Where and how to save a photo, and what the format cannot keep. Opens beside the photo and blocks nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from restorer.core.errors import InputError
from restorer.formats.color import gamut_fraction
from restorer.formats.container import CONTAINERS, EXPORT_CONTAINERS, Container, container_for
from restorer.formats.export import KEEP, PROFILES, ExportOptions, plan_export
from restorer.formats.profiles import standard_profile
from restorer.session.export import check_target, suggested_path
from restorer.session.provenance import provenance_of, provenance_text
from restorer.ui import words
from restorer.ui.dialogs.export_fields import ExportFields, FormGrid
from restorer.ui.exporting import ExportOrder
from restorer.ui.photo import OpenPhoto
from restorer.ui.widgets import CheckBox, ElidedLabel, IconButton, Separator, TintedLabel

_WIDTH_PX = 560


class ExportDialog(QDialog):
    """Gives an :class:`ExportOrder` for the photo as it is when Export is pressed.

    Args:
        photo: what to save.
        folder: where to save a photo that came from no file; the person's pictures if None.
        again: an order that failed, to start from.
    """

    confirmed = Signal(object)

    def __init__(
        self,
        photo: OpenPhoto,
        *,
        folder: Path | None = None,
        again: ExportOrder | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._photo = photo
        self._outside: dict[tuple[str, str], float] = {}
        self.setWindowTitle(f"Export {photo.name}")
        source = photo.source or (folder or _pictures()) / photo.name
        suggestion = again.target if again is not None else suggested_path(source)
        self._folder = suggestion.parent
        record = provenance_of(photo.document)
        recorded = f"Record each step. {provenance_text(record.generated_fraction)}" if record else ""
        self._fields = ExportFields(photo.document.image, photo.metadata.dpi, recorded)
        self._build()
        self._name.setText(suggestion.name)
        self._fields.set_container(_writable(suggestion))
        self._fit_ending()
        if again is not None:
            self._fields.set_options(again.options)
        self._refresh()
        self._name.setFocus()
        stem_length = len(Path(suggestion.name).stem)
        self._name.setSelection(0, stem_length)

    # -- what is asked for

    def target(self) -> Path:
        return self._folder / self._name.text().strip()

    def options(self) -> ExportOptions:
        return self._fields.options()

    def accept(self) -> None:
        document = self._photo.document
        self.confirmed.emit(
            ExportOrder(
                self._photo,
                document.image,
                document.state,
                self.target(),
                self.options(),
                overwrite=self._replace.isChecked() and not self._replace.isHidden(),
                provenance=provenance_of(document) if self._fields.records_provenance() else None,
                placement=document.placement_from(0),
            )
        )
        super().accept()

    # -- building

    def _build(self) -> None:
        self._name = QLineEdit()
        self._folder_label = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self._replace = CheckBox("Replace the file of that name")
        self._place = FormGrid()
        self._place.add("Save as", self._name)
        self._place.add("", self._replace)
        self._place.add("Folder", self._folder_row())
        self._notes = _wrapped(TintedLabel(role="text_2"))
        self._problem = _wrapped(TintedLabel(role="error"))
        self._size = TintedLabel(role="text_2")
        bottom = QHBoxLayout()
        bottom.addWidget(self._size, 1)
        bottom.addWidget(self._buttons())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        # The dialog is as high as what it has to say.
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        layout.addWidget(TintedLabel(f"Export {self._photo.name}", font="title"))
        layout.addWidget(self._fields)
        layout.addWidget(Separator())
        layout.addLayout(self._place)
        layout.addWidget(Separator())
        layout.addWidget(self._notes)
        layout.addWidget(self._problem)
        layout.addLayout(bottom)
        self._fields.format_chosen.connect(self._fit_ending)
        self._fields.changed.connect(self._refresh)
        self._name.textEdited.connect(self._on_name_edited)
        self._replace.toggled.connect(self._refresh)

    def _folder_row(self) -> QWidget:
        choose = IconButton("folder", "Choose the folder")
        choose.clicked.connect(self._choose_folder)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._folder_label, 1)
        layout.addWidget(choose)
        return row

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        self._export = buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self._export.setProperty("primary", True)
        self._export.setDefault(True)
        cancel = buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        for button in (self._export, cancel):
            button.setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    # -- events

    def _fit_ending(self) -> None:
        """Gives the name the ending of the chosen format."""
        container = self._fields.container()
        typed = Path(self._name.text().strip() or self._photo.name)
        if typed.suffix.lower() not in container.suffixes:
            known = any(typed.suffix.lower() in other.suffixes for other in CONTAINERS.values())
            stem = typed.stem if known else typed.name
            self._name.setText(f"{stem}{container.suffixes[0]}")

    def _on_name_edited(self, text: str) -> None:
        try:
            container = container_for(Path(text.strip()))
        except InputError:
            self._refresh()
            return
        if container is not self._fields.container():
            self._fields.set_container(container)
        self._refresh()

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, "Choose the folder", str(self._folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_folder_chosen)
        dialog.open()

    def _on_folder_chosen(self, name: str) -> None:
        self._folder = Path(name)
        self._refresh()

    # -- what it says

    def _refresh(self, _changed: object = None) -> None:
        options = self.options()
        self._folder_label.setText(str(self._folder))
        target = self.target()
        self._place.show_row(self._replace, target.is_file() and not self._is_original(target))
        problem = self._find_problem(target, options)
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._export.setEnabled(not problem)
        self._notes.setText(self._describe(options))
        image = self._photo.document.image
        raw_bytes = image.width * image.height * image.channels * (options.bit_depth or image.bit_depth) // 8
        self._size.setText(f"At most {words.amount_of_bytes(raw_bytes)}, original kept")

    def _describe(self, options: ExportOptions) -> str:
        """What the file will not have of the photo, in words."""
        file = self._photo.file
        try:
            plan = plan_export(self._photo.document.image, self._photo.metadata, options, infrared=file.infrared)
        except InputError:
            return ""
        losses = list(plan.losses)
        if options.profile != KEEP:
            losses.extend(self._conversion(options.profile))
        if not plan.is_lossless:
            losses.append(f"{plan.container.title} at quality {options.quality} changes pixel values slightly.")
        if not options.keep_metadata:
            losses.append("Dates, camera and descriptions of the scan are left out.")
        return "\n".join(losses) or "Nothing is lost: size, bit depth, profile and resolution stay as they are."

    def _conversion(self, profile: str) -> list[str]:
        """What becomes of the colours."""
        document, title = self._photo.document, PROFILES[profile]
        key = (document.state, profile)
        if key not in self._outside:
            self._outside[key] = gamut_fraction(document.image, standard_profile(profile))
        share = self._outside[key] * 100
        if share == 0:
            return [f"Colours are converted to {title}."]
        amount = "Less than 0.1" if share < 0.1 else f"{share:.1f}"
        return [f"Colours are converted to {title}; {amount} % lie outside of it and are cut off at its edge."]

    def _find_problem(self, target: Path, options: ExportOptions) -> str:
        if not self._name.text().strip():
            return "The file needs a name."
        try:
            source = self._photo.source
            check_target(target, originals=(source,) if source else (), overwrite=self._replace.isChecked())
            if container_for(target) is not self._fields.container():
                return f"The ending of {target.name} is not that of {self._fields.container().title}."
            plan_export(self._photo.document.image, self._photo.metadata, options)
        except InputError as error:
            if target.is_file() and not self._is_original(target):
                return f"{target.name} exists already. Choose another name, or tick the box to replace it."
            return error.message
        return ""

    def _is_original(self, target: Path) -> bool:
        source = self._photo.source
        try:
            return source is not None and target.samefile(source)
        except OSError:
            return False


def _wrapped(label: TintedLabel) -> TintedLabel:
    label.setWordWrap(True)
    label.setFixedWidth(_WIDTH_PX - 32)
    return label


def _writable(path: Path) -> Container:
    try:
        return container_for(path)
    except InputError:
        return EXPORT_CONTAINERS[0]


def _pictures() -> Path:
    """The person's folder for pictures, or their home."""
    name = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(name) if name and Path(name).is_dir() else Path.home()
