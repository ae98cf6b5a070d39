"""M-Scheduler: how much to specialise and how often to look, for every application, within one budget."""

from mainstream.scheduler.problem import FORM_OF_PACKAGES, App, Choice, Device, Problem
from mainstream.scheduler.protocol import InfeasibleSchedule, Scheduler
from mainstream.scheduler.schedule import SCHEDULERS, Schedule, Unit, as_schedule, cheapest_schedule, solve

__all__ = [
    "FORM_OF_PACKAGES",
    "SCHEDULERS",
    "App",
    "Choice",
    "Device",
    "InfeasibleSchedule",
    "Problem",
    "Schedule",
    "Scheduler",
    "Unit",
    "as_schedule",
    "cheapest_schedule",
    "solve",
]
