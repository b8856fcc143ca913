"""What was found wrong when Anban started; each fault costs itself, and the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.channels.installed import NotLoaded
from assistant.people.contacts import People
from assistant.services.findings import CheckResult, found
from assistant.store import Database


def start_findings(
    settings_problems: Sequence[str],
    database: Database,
    people: People,
    *,
    damaged_reminder_count: int,
    lost_record_count: int,
    left_out: Mapping[str, str],
    channels_not_loaded: Sequence[NotLoaded],
) -> list[CheckResult]:
    """Every fault of the settings, the disk, what was remembered, skills, channels and contacts.

    `settings_problems`: `file:line: setting: what` for each; `lost_record_count`: records of alarms
    that could not be written or read; `left_out`: skills that do not run, each with the reason;
    `channels_not_loaded`: channels of other packages.
    """
    findings = [
        found("settings", is_well=False, detail=problem, subject=_setting_of(problem))
        for problem in settings_problems
    ]
    if not database.is_kept:
        problem = "the disk cannot be written; what is remembered now is lost with the power"
        findings.append(found("writing", is_well=False, detail=problem))
    if damaged_reminder_count:
        problem = f"{damaged_reminder_count} reminders cannot be read; enter them again"
        findings.append(found("memory_lost", is_well=False, detail=problem))
    if lost_record_count:
        problem = f"{lost_record_count} records of alarms are lost; ask whether the elder is well"
        findings.append(found("memory_lost", is_well=False, detail=problem))
    if database.set_aside is not None:
        problem = f"part of what was written is lost; it is kept as {database.set_aside}"
        findings.append(found("memory_lost", is_well=False, detail=problem))
    findings += [
        found("left_out", is_well=False, detail=reason, subject=name)
        for name, reason in left_out.items()
    ]
    findings += [
        found("added_channel", is_well=False, detail=each.reason, subject=each.scheme)
        for each in channels_not_loaded
    ]
    if people.problems:
        findings.append(found("contacts", is_well=False, detail="; ".join(people.problems)))
        if not people.all:
            findings.append(found("people", is_well=False, detail="nobody is left to call"))
    return findings


def _setting_of(problem: str) -> str:
    """Find the setting that a problem of anban.toml names; empty if it names none."""
    parts = problem.split(": ")
    return parts[1] if len(parts) > 2 else ""
