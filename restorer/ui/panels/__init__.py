"""Panels: pure views with signals. They know tasks, rows and values, not the session."""

from restorer.ui.panels.history_panel import BranchRow, HistoryPanel, HistoryRow, RunningStep
from restorer.ui.panels.jobs_model import JobRow, JobState
from restorer.ui.panels.jobs_panel import JobsPanel
from restorer.ui.panels.params_form import ParamsForm
from restorer.ui.panels.task_panel import TaskPanel

__all__ = [
    "BranchRow",
    "HistoryPanel",
    "HistoryRow",
    "JobRow",
    "JobState",
    "JobsPanel",
    "ParamsForm",
    "RunningStep",
    "TaskPanel",
]
