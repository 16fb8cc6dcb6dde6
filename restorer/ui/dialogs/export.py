"""Where and how to save a photo, and what the format cannot keep. Opens beside the photo and blocks nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from restorer.core.errors import InputError
from restorer.formats.container import CONTAINERS, EXPORT_CONTAINERS, Container, container_for
from restorer.formats.export import ExportOptions, plan_export
from restorer.session.export import check_target, suggested_path
from restorer.ui import words
from restorer.ui.exporting import ExportOrder
from restorer.ui.photo import OpenPhoto
from restorer.ui.widgets import (
    CheckBox,
    ComboBox,
    ElidedLabel,
    FieldLabel,
    IconButton,
    Option,
    Segmented,
    Separator,
    TintedLabel,
    ValueSlider,
)

_WIDTH_PX = 560
_DEFAULT_QUALITY = 95
_COMPRESSIONS = {
    "deflate": "Deflate, every bit kept",
    "lzw": "LZW, every bit kept",
    "none": "None",
    "lossy": "Smaller, with loss",
    "lossless": "Every bit kept",
}
_DEPTHS = {8: "8", 16: "16", 32: "32 float"}


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
        self.setWindowTitle(f"Export {photo.name}")
        source = photo.source or (folder or _pictures()) / photo.name
        suggestion = again.target if again is not None else suggested_path(source)
        self._folder = suggestion.parent
        self._build()
        self._name.setText(suggestion.name)
        self._format.select(_writable(suggestion).name)
        self._on_format_chosen()
        if again is not None:
            self._metadata.setChecked(again.options.keep_metadata)
            self._quality.set_value(again.options.quality)
        self._name.setFocus()
        stem_length = len(Path(suggestion.name).stem)
        self._name.setSelection(0, stem_length)

    # -- what is asked for

    def target(self) -> Path:
        return self._folder / self._name.text().strip()

    def options(self) -> ExportOptions:
        container = self._container()
        return ExportOptions(
            format=container.name,
            bit_depth=int(self._depths[container.name].current()),
            quality=round(self._quality.value()),
            compression=self._compression.current_id(),
            keep_metadata=self._metadata.isChecked(),
        )

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
            )
        )
        super().accept()

    # -- building

    def _build(self) -> None:
        image, dpi = self._photo.document.image, self._photo.file.metadata.dpi
        self._format = ComboBox("Format")
        self._format.set_choices([(container.name, container.title) for container in EXPORT_CONTAINERS])
        self._compression = ComboBox("Compression")
        self._quality = ValueSlider(1, 100, default=_DEFAULT_QUALITY, name="Quality")
        self._depths = {container.name: _depth_choice(container, image.bit_depth) for container in EXPORT_CONTAINERS}
        self._metadata = CheckBox("EXIF, IPTC and XMP of the scan")
        self._metadata.setChecked(True)
        self._name = QLineEdit()
        self._folder_label = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self._replace = CheckBox("Replace the file of that name")
        self._form = _Form()
        self._form.add("Format", self._format)
        self._form.add("Compression", self._compression)
        self._form.add("Quality", self._quality)
        for choice in self._depths.values():
            self._form.add("Bit depth", choice)
        self._form.add("Resolution", TintedLabel(words.resolution(dpi) if dpi else "None in the original"))
        self._form.add("Profile", TintedLabel(f"Keep {image.color.name}"))
        self._form.add("Metadata", self._metadata)
        self._form.add("Save as", self._name)
        self._form.add("", self._replace)
        self._form.add("Folder", self._folder_row())
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
        layout.addLayout(self._form)
        layout.addWidget(Separator())
        layout.addWidget(self._notes)
        layout.addWidget(self._problem)
        layout.addLayout(bottom)
        self._format.chosen.connect(self._on_format_chosen)
        self._compression.chosen.connect(self._refresh)
        for choice in self._depths.values():
            choice.current_changed.connect(self._refresh)
        self._quality.value_changed.connect(self._refresh)
        self._metadata.toggled.connect(self._refresh)
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

    def _on_format_chosen(self, _format: str = "") -> None:
        container = self._container()
        self._compression.set_choices([(name, _COMPRESSIONS[name]) for name in container.compressions])
        self._form.show_row(self._compression, len(container.compressions) > 1)
        for name, choice in self._depths.items():
            self._form.show_row(choice, name == container.name and len(container.depths) > 1)
        typed = Path(self._name.text().strip() or self._photo.name)
        if typed.suffix.lower() not in container.suffixes:
            known = any(typed.suffix.lower() in other.suffixes for other in CONTAINERS.values())
            stem = typed.stem if known else typed.name
            self._name.setText(f"{stem}{container.suffixes[0]}")
        self._refresh()

    def _on_name_edited(self, text: str) -> None:
        try:
            container = container_for(Path(text.strip()))
        except InputError:
            self._refresh()
            return
        if container is not self._container():
            self._format.select(container.name)
            self._on_format_chosen()
        else:
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
        container, options = self._container(), self.options()
        lossy = options.compression not in container.lossless
        self._form.show_row(self._quality, lossy)
        self._folder_label.setText(str(self._folder))
        target = self.target()
        self._form.show_row(self._replace, target.is_file() and not self._is_original(target))
        problem = self._find_problem(target, options)
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._export.setEnabled(not problem)
        self._notes.setText(self._describe(options, lossy=lossy))
        image = self._photo.document.image
        raw_bytes = image.width * image.height * image.channels * (options.bit_depth or image.bit_depth) // 8
        self._size.setText(f"At most {words.amount_of_bytes(raw_bytes)}, original kept")

    def _describe(self, options: ExportOptions, *, lossy: bool) -> str:
        """What the file will not have of the photo, in words."""
        try:
            plan = plan_export(self._photo.document.image, self._photo.file.metadata, options)
        except InputError:
            return ""
        losses = list(plan.losses)
        if lossy:
            losses.append(f"{plan.container.title} at quality {options.quality} changes pixel values slightly.")
        if not options.keep_metadata:
            losses.append("Dates, camera and descriptions of the scan are left out.")
        return "\n".join(losses) or "Nothing is lost: size, bit depth, profile and resolution stay as they are."

    def _find_problem(self, target: Path, options: ExportOptions) -> str:
        if not self._name.text().strip():
            return "The file needs a name."
        try:
            source = self._photo.source
            check_target(target, originals=(source,) if source else (), overwrite=self._replace.isChecked())
            if container_for(target) is not self._container():
                return f"The ending of {target.name} is not that of {self._container().title}."
            plan_export(self._photo.document.image, self._photo.file.metadata, options)
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

    def _container(self) -> Container:
        return CONTAINERS[self._format.current_id()]


class _Form(QGridLayout):
    """Label at the left, field at the right; rows can be hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalSpacing(16)
        self.setVerticalSpacing(8)
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


def _depth_choice(container: Container, photo_depth: int) -> Segmented:
    choice = Segmented([Option(str(depth), _DEPTHS[depth]) for depth in container.depths], name="Bit depth")
    choice.set_current(str(min(photo_depth, max(container.depths))))
    return choice


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
