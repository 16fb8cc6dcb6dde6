"""Everything a person can do, as rows: menus, toolbar, shortcuts and the shortcut overlay are made from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from restorer.ui.commands import Commands
from restorer.ui.icons import icon
from restorer.ui.keymap import Keymap
from restorer.ui.widgets.tool_column import TOOLS, Tool


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides which actions can be used now."""

    photo: bool = False
    several_photos: bool = False
    can_undo: bool = False
    can_redo: bool = False
    painted: bool = False
    last_mask: bool = False
    mask_clip: bool = False
    variants: bool = False
    reviewing: bool = False
    steps: bool = False
    stale: bool = False
    recipe_clip: bool = False
    busy: bool = False


def _always(_: Facts) -> bool:
    return True


def _photo(facts: Facts) -> bool:
    return facts.photo


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action.

    Attributes:
        id: for looking it up.
        text: in menus; ends in "…" only where a dialog asks for more.
        slot: what it does.
        shortcuts: every one of them works; the first is shown.
        icon: name of its icon, or empty.
        enabled: whether it can be used.
        on_canvas: its shortcuts work only while the canvas has the focus, for they are single letters.
        checkable: it switches something; what, is set by whoever knows the state.
        group: heading of the shortcut overlay it stands under, or empty.
        hint: its short name, on a toolbar button and in the shortcut overlay; the text if empty.
        lacks: why it cannot be used while a photo is open, such as ``Nothing is painted``.
    """

    id: str
    text: str
    slot: Callable[[Commands], object]
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    enabled: Callable[[Facts], bool] = _photo
    on_canvas: bool = False
    checkable: bool = False
    group: str = ""
    hint: str = ""
    lacks: str = ""

    @property
    def name(self) -> str:
        """The text without the dots of a dialog."""
        return self.text.rstrip("…")

    def reason(self, facts: Facts) -> str:
        """Why it cannot be used now; empty where it can."""
        if self.enabled(facts):
            return ""
        return "No photo is open" if not facts.photo else self.lacks or _LACKS.get(self.enabled, "Not possible now")


_GROUPS = {
    "brush": "Brush",
    "eraser": "Brush",
    "crop": "Canvas",
    "neutral": "Canvas",
    "pan": "Canvas",
    "zoom": "Canvas",
}
"""Headings of the shortcut overlay that tools stand under; the others mark."""


def _tool_row(tool: Tool) -> ActionRow:
    group = _GROUPS.get(tool.id, "Mark")
    hint = f"{tool.title} tool" if group == "Canvas" else ""
    slot = partial(_use_tool, tool.id)
    return ActionRow(tool.id, tool.title, slot, (tool.shortcut,), tool.icon, on_canvas=True, group=group, hint=hint)


def _use_tool(tool_id: str, commands: Commands) -> None:
    commands.use_tool(tool_id)


def _operation(operation_id: str) -> Callable[[Commands], object]:
    return lambda commands: commands.change_mask(operation_id)


def _painted(facts: Facts) -> bool:
    return facts.painted


def _several(facts: Facts) -> bool:
    return facts.several_photos


def _variants(facts: Facts) -> bool:
    return facts.variants


def _undo(facts: Facts) -> bool:
    return facts.can_undo


def _redo(facts: Facts) -> bool:
    return facts.can_redo


def _reviewing(facts: Facts) -> bool:
    return facts.reviewing


_LACKS: dict[Callable[[Facts], bool], str] = {
    _painted: "Nothing is painted",
    _several: "Only one photo is open",
    _variants: "The last step has no variants",
    _undo: "Nothing to undo",
    _redo: "Nothing to redo",
    _reviewing: "No finds are shown",
}


_C = Commands
ROWS: tuple[ActionRow, ...] = (
    # File
    ActionRow("open", "Open photos…", _C.open_photos, ("Ctrl+O",), "open", _always, group="Work", hint="Open"),
    ActionRow("paste", "Paste photo", _C.paste, ("Ctrl+V",), "paste", _always, group="Work"),
    ActionRow("sample", "Open sample", _C.open_sample, (), "photo", _always),
    ActionRow("save", "Save project", lambda c: c.projects.save(), ("Ctrl+S",), "save", group="Work", hint="Save"),
    ActionRow("save-as", "Save project as…", lambda c: c.projects.save_as(), ("Ctrl+Shift+S",)),
    ActionRow("save-inside", "Save project with the photo in it…", lambda c: c.projects.save_with_photo()),
    ActionRow("run-recipe", "Run a recipe…", lambda c: c.projects.import_recipe()),
    ActionRow("export-recipe", "Export recipe…", lambda c: c.projects.export_recipe(), enabled=lambda f: f.steps,
              lacks="No step was taken yet"),
    ActionRow("export", "Export…", _C.export, ("Ctrl+Shift+E",), "export", group="Work", hint="Export"),
    ActionRow("export-provenance", "Export provenance map…", _C.export_provenance),
    ActionRow("close", "Close photo", _C.close_photo, ("Ctrl+W",), group="Window"),
    ActionRow("quit", "Quit", _C.quit, ("Ctrl+Q",), "", _always, group="Window"),
    # Edit
    ActionRow("undo", "Undo", _C.undo, ("Ctrl+Z",), "undo", _undo, group="Work"),
    ActionRow("redo", "Redo", _C.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", _redo, group="Work"),
    ActionRow("replay", "Replay what is not up to date", lambda c: c.projects.replay(), ("F5",), "",
              lambda f: f.stale, group="Work", hint="Replay", lacks="Everything is up to date"),
    ActionRow("name-state", "Name this state", lambda c: c.projects.rename_state(), ("F2",), "", _undo,
              lacks="Nothing was done yet"),
    ActionRow("copy-recipe", "Copy recipe", lambda c: c.projects.copy_recipe(), (), "", lambda f: f.steps,
              lacks="No step was taken yet"),
    ActionRow("paste-recipe", "Run copied recipe", lambda c: c.projects.paste_recipe(), (), "",
              lambda f: f.photo and f.recipe_clip, lacks="No recipe was copied"),
    ActionRow("next-variant", "Next variant", _C.next_variant, ("Alt+Right",), "", _variants, group="Work"),
    ActionRow("previous-variant", "Previous variant", _C.previous_variant, ("Alt+Left",), "", _variants, group="Work"),
    ActionRow("turn-left", "Turn left", lambda commands: commands.turn(turns=3), ("Ctrl+Shift+R",), "turn-left"),
    ActionRow("turn-right", "Turn right", lambda commands: commands.turn(turns=1), ("Ctrl+R",), "turn-right",
              group="Work"),
    ActionRow("mirror", "Mirror", lambda commands: commands.turn(mirror="across")),
    # View
    ActionRow("zoom-in", "Zoom in", _C.zoom_in, ("Ctrl++", "Ctrl+="), "zoom-in", group="Canvas"),
    ActionRow("zoom-out", "Zoom out", _C.zoom_out, ("Ctrl+-",), "zoom-out", group="Canvas"),
    ActionRow("fit", "Fit", _C.fit, ("Ctrl+0",), "fit", checkable=True, group="Canvas"),
    ActionRow("actual", "100 %", _C.actual_size, ("Ctrl+1",), "", checkable=True, group="Canvas"),
    ActionRow("split", "Split before and after", _C.split, ("Y",), "compare", on_canvas=True, checkable=True,
              group="Canvas", hint="Split"),
    ActionRow("side", "Side by side", _C.side_by_side, ("Shift+Y",), "side-by-side", on_canvas=True, checkable=True,
              group="Canvas"),
    ActionRow("compare-states", "Compare states…", _C.compare_states, ("Alt+Y",), "branch",
              lambda f: f.can_undo or f.can_redo, lacks="Nothing was done yet", group="Canvas", hint="Compare states"),
    ActionRow("overlay", "Next mask overlay", _C.cycle_overlay, ("Q",), on_canvas=True, group="Brush", hint="Overlay"),
    ActionRow("provenance", "What happened to each pixel", _C.toggle_provenance, ("Shift+P",), "provenance",
              on_canvas=True, checkable=True, group="Canvas", hint="Provenance"),
    ActionRow("gamut", "Colours the screen cannot show", _C.toggle_gamut, ("Shift+G",), on_canvas=True, checkable=True,
              group="Canvas", hint="Gamut warning"),
    ActionRow("next", "Next photo", _C.next_photo, ("PgDown",), "", _several, group="Window"),
    ActionRow("previous", "Previous photo", _C.previous_photo, ("PgUp",), "", _several, group="Window"),
    ActionRow("full-screen", "Full screen", _C.full_screen, ("F11",), "", _always, checkable=True, group="Window"),
    ActionRow("panels", "Hide panels", _C.toggle_panels, ("Shift+F11",), checkable=True, group="Window"),
    ActionRow("next-area", "Next area", _C.next_area, ("F6",), "", _always, group="Window"),
    ActionRow("previous-area", "Previous area", _C.previous_area, ("Shift+F6",), "", _always, group="Window"),
    # Mask
    *(_tool_row(tool) for tool in TOOLS),
    ActionRow("swap", "Swap add and subtract", _C.swap_mode, ("X",), on_canvas=True, group="Brush",
              hint="Add, subtract"),
    ActionRow("smaller", "Smaller brush", _C.smaller, ("[",), on_canvas=True, group="Brush", hint="Smaller"),
    ActionRow("bigger", "Bigger brush", _C.bigger, ("]",), on_canvas=True, group="Brush", hint="Bigger"),
    ActionRow("softer", "Softer brush", _C.softer, ("Shift+[", "{"), on_canvas=True, group="Brush", hint="Softer"),
    ActionRow("harder", "Harder brush", _C.harder, ("Shift+]", "}"), on_canvas=True, group="Brush", hint="Harder"),
    ActionRow("grow-mask", "Grow mask", _operation("grow"), ("Alt+]",), "grow", _painted, group="Mark"),
    ActionRow("shrink-mask", "Shrink mask", _operation("shrink"), ("Alt+[",), "shrink", _painted, group="Mark"),
    ActionRow("feather-mask", "Feather mask", _operation("feather"), (), "feather", _painted),
    ActionRow("invert-mask", "Invert mask", _operation("invert"), ("Ctrl+I",), "invert", group="Mark"),
    ActionRow("fill-holes", "Fill holes", _operation("fill-holes"), (), "", _painted),
    ActionRow("mark-all", "Mark everything", _operation("select-all"), ("Ctrl+A",), "mask", group="Mark"),
    ActionRow("clear-mask", "Clear mask", _operation("clear"), ("Ctrl+D",), "clear", _painted, group="Mark"),
    ActionRow("copy-mask", "Copy mask", _C.copy_mask, ("Ctrl+Alt+C",), "copy", _painted, group="Mark"),
    ActionRow("paste-mask", "Paste mask", _C.paste_mask, ("Ctrl+Alt+V",), "paste", lambda f: f.mask_clip,
              lacks="No mask was copied", group="Mark"),
    ActionRow("protect-marked", "Protect what is marked", _C.protect_marked, (), "protect", _painted),
    ActionRow("protect-nothing", "Protect nothing", _C.protect_nothing),
    ActionRow("reuse-mask", "Reuse mask of last run", _C.reuse_mask, ("Ctrl+Shift+D",), "", lambda f: f.last_mask,
              lacks="Nothing ran yet", group="Mark"),
    ActionRow("import-mask", "Import mask…", _C.import_mask),
    ActionRow("export-mask", "Export mask…", _C.export_mask, (), "", _painted),
    # Tasks
    ActionRow("find-damage", "Find and review damage", _C.find_damage, ("Ctrl+F",), "scan", group="Work"),
    ActionRow("next-find", "Next find", _C.next_find, (".",), "", _reviewing, on_canvas=True, group="Mark"),
    ActionRow("previous-find", "Previous find", _C.previous_find, (",",), "", _reviewing, on_canvas=True, group="Mark"),
    ActionRow("keep-find", "Keep find", _C.keep_find, ("A",), "", _reviewing, on_canvas=True, group="Mark"),
    ActionRow("drop-find", "Drop find", _C.drop_find, ("D",), "", _reviewing, on_canvas=True, group="Mark"),
    ActionRow("run", "Run", _C.run, ("Ctrl+Return", "Ctrl+Enter"), "", group="Work"),
    ActionRow("preview", "Preview here", _C.toggle_preview, ("P",), "", on_canvas=True, group="Work"),
    ActionRow("bake-off", "Compare models…", _C.compare_models, ("Shift+C",), "bake-off", on_canvas=True, group="Work",
              hint="Compare models"),
    ActionRow("cancel", "Cancel job", _C.cancel, ("Esc",), "cancel", group="Work", hint="Cancel job, stroke, preview"),
    # Help
    ActionRow("palette", "Search actions…", _C.show_palette, ("Ctrl+K",), "search", _always, group="Window",
              hint="Search actions"),
    ActionRow("preferences", "Preferences…", _C.show_preferences, ("Ctrl+,",), "settings", _always, group="Window",
              hint="Preferences"),
    ActionRow("shortcuts", "Shortcuts", _C.show_shortcuts, ("?", "F1"), "shortcuts", _always, group="Window"),
    ActionRow("about", "About Restorer", _C.show_about, (), "about", _always),
)  # fmt: skip
_SEPARATOR = ""
MASK_MENU = (
    ("grow-mask", "shrink-mask", "feather-mask", "invert-mask", "fill-holes", "mark-all", "clear-mask"),
    ("copy-mask", "paste-mask", "reuse-mask", "import-mask", "export-mask"),
    ("protect-marked", "protect-nothing"),
)
"""What can be done with a whole mask, in groups; the options bar has it too."""
_REVIEW = ("find-damage", "next-find", "previous-find", "keep-find", "drop-find")
MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "File",
        ("open", "recent>", "paste", "sample", _SEPARATOR, "save", "save-as", "save-inside", _SEPARATOR, "export",
         "export-provenance", _SEPARATOR, "run-recipe", "export-recipe", _SEPARATOR, "close", "quit"),
    ),
    (
        "Edit",
        ("undo", "redo", _SEPARATOR, "turn-left", "turn-right", "mirror", _SEPARATOR, "run", "cancel", _SEPARATOR,
         "replay", "name-state", "copy-recipe", "paste-recipe", _SEPARATOR, "next-variant", "previous-variant",
         _SEPARATOR, "preferences"),
    ),
    (
        "View",
        ("zoom-in", "zoom-out", "fit", "actual", _SEPARATOR, "split", "side", "compare-states", _SEPARATOR, "overlay",
         "provenance", "gamut", _SEPARATOR, "crop", "neutral", "pan", "zoom", _SEPARATOR, "next", "previous",
         _SEPARATOR, "theme>", "panels", "full-screen"),
    ),
    (
        "Mask",
        ("brush", "eraser", "lasso", "polygon", "rectangle", "ellipse", "ribbon", "wand", "protect", "swap",
         _SEPARATOR, "smaller", "bigger", "softer", "harder", _SEPARATOR, *MASK_MENU[0], _SEPARATOR, *MASK_MENU[1],
         "step-masks>", _SEPARATOR, *MASK_MENU[2]),
    ),
    ("Tasks", ("tasks>", _SEPARATOR, *_REVIEW, _SEPARATOR, "run", "preview", "bake-off", "cancel")),
    ("Help", ("palette", "shortcuts", "about")),
)  # fmt: skip
"""Titles and action ids; an id ending in ``>`` is a submenu that somebody else fills."""


class Actions(QObject):
    """The rows as ``QAction``s of one window.

    The actions exist before what they act on does, so that the window can show early: until :meth:`bind` they do
    nothing.
    """

    keys_changed = Signal()
    """Other keys are in force."""
    used = Signal()
    """An action was triggered; a checkable one has turned itself round and may have to be put right."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._commands: Commands | None = None
        self.facts = Facts()
        """What decided last which actions can be used."""
        self.keymap = Keymap()
        """The keys in force."""
        self._actions: dict[str, QAction] = {}
        for row in ROWS:
            self._actions[row.id] = action = QAction(row.text, window)
            action.setIconText(row.hint or row.text)
            if row.icon:
                action.setIcon(icon(row.icon))
                action.setIconVisibleInMenu(False)
            action.setCheckable(row.checkable)
            action.setEnabled(row.enabled(Facts()))
            action.triggered.connect(partial(self._on_triggered, row))
            if row.on_canvas:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            else:
                window.addAction(action)
        self.use_keys(self.keymap)

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def bind(self, commands: Commands, canvas: QWidget) -> None:
        """Gives the actions something to act on, and the canvas its shortcuts."""
        self._commands = commands
        for row in ROWS:
            if row.on_canvas:
                canvas.addAction(self._actions[row.id])

    def use_keys(self, keymap: Keymap) -> None:
        """Gives each action its keys, now."""
        self.keymap = keymap
        for row in ROWS:
            self._actions[row.id].setShortcuts([QKeySequence(text) for text in keymap.keys(row)])
        self.keys_changed.emit()

    def refresh(self, facts: Facts) -> None:
        """Switches actions on and off."""
        self.facts = facts
        for row in ROWS:
            self._actions[row.id].setEnabled(row.enabled(facts))

    def fill(self, menu_bar: QMenuBar) -> dict[str, QMenu]:
        """Makes the menus; returns the submenus that are left to be filled, by id."""
        open_menus: dict[str, QMenu] = {}
        for title, ids in MENUS:
            menu = menu_bar.addMenu(title)
            for action_id in ids:
                if action_id == _SEPARATOR:
                    menu.addSeparator()
                elif action_id.endswith(">"):
                    open_menus[action_id] = menu.addMenu(_SUBMENUS[action_id])
                else:
                    menu.addAction(self._actions[action_id])
        return open_menus

    def _on_triggered(self, row: ActionRow, _checked: bool = False) -> None:
        if self._commands is not None:
            row.slot(self._commands)
        self.used.emit()


_SUBMENUS = {
    "step-masks>": "Mask of an earlier step",
    "recent>": "Open recent",
    "theme>": "Theme",
    "tasks>": "Open task",
}
