"""The language of the window. English is what the strings are written in; others come as ``.qm`` files."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from restorer.resources import resources_dir

_CONTEXT = "Restorer"
_SOURCE = "en"


def tr(text: str) -> str:
    """The text in the language of the window. Takes literals only, so that ``lupdate`` finds them."""
    return QCoreApplication.translate(_CONTEXT, text)


def available_languages() -> tuple[str, ...]:
    """Codes of the languages there are, English first."""
    folder = resources_dir() / "i18n"
    return (_SOURCE, *sorted(path.stem.removeprefix("restorer_") for path in folder.glob("restorer_*.qm")))


class _Installed:
    translator: ClassVar[QTranslator | None] = None


def apply_language(app: QCoreApplication, choice: str) -> None:
    """Texts made from now on are in this language.

    Args:
        choice: ``system``, or a code of :func:`available_languages`; one that is not there means English.
    """
    if _Installed.translator is not None:
        app.removeTranslator(_Installed.translator)
        _Installed.translator = None
    code = QLocale.system().name() if choice == "system" else choice
    translator = QTranslator(app)
    if code != _SOURCE and translator.load(f"restorer_{code}", str(resources_dir() / "i18n")):
        app.installTranslator(translator)
        _Installed.translator = translator
