"""The day in one sentence, by plain rules: what was seen, what went wrong and how that compares, what residents and jobs did, what waits."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.daily_log.compared import Totals
from webapp.daily_log.day import Day
from webapp.daily_log.jobs import late_words


def sentence_of(shown: Day, before: Totals) -> str:
    """The sentence, in the reader's language. `before`: the day before."""
    said = (incident_words, lambda day: rounds_words(day, before), checks_words, requests_words, orders_words, upkeep_words, waiting_words)
    parts = [part for say in said if (part := say(shown))]
    if not parts:
        return _("Nothing has happened so far.") if shown.is_live else _("Nothing happened on this day.")
    joined = _("; ").join(parts)
    return joined[:1].upper() + joined[1:] + _(".")


def incident_words(shown: Day) -> str:
    """Somebody trapped or in danger comes before everything else."""
    count = len(shown.jobs.incidents)
    return ngettext("%(num)d incident", "%(num)d incidents", count) if count else ""


def checks_words(shown: Day) -> str:
    """Inspections made and failed, and how many plans were not kept."""
    made, failed = shown.inspected
    found = []
    if made:
        found.append(ngettext("%(num)d inspection made", "%(num)d inspections made", made))
    if failed:
        found.append(ngettext("%(num)d failed", "%(num)d failed", failed))
    if unseen := shown.kinds["unseen"]:
        found.append(ngettext("%(num)d inspection plan not kept", "%(num)d inspection plans not kept", unseen))
    return _(", ").join(found)


def upkeep_words(shown: Day) -> str:
    """Maintenance done, done late, and overdue."""
    found = []
    if done := shown.jobs.maintained:
        late = shown.kinds["upkeep-late"]
        found.append(
            ngettext("%(num)d maintenance job done", "%(num)d maintenance jobs done", done)
            + (_(", %(count)s of them late", count=late) if late else "")
        )
    if overdue := shown.kinds["upkeep"]:
        found.append(ngettext("%(num)d maintenance job overdue", "%(num)d maintenance jobs overdue", overdue))
    return _(", ").join(found)


def rounds_words(shown: Day, before: Totals) -> str:
    """Points seen, and what was wrong with the others."""
    if not shown.due:
        return ""
    wrong = wrong_words(shown, before)
    if not wrong:
        return ngettext("the one point due was seen in time", "all %(num)d points were seen in time", shown.due)
    seen = _("%(seen)s of %(due)s points were seen", seen=shown.seen, due=shown.due)
    return _("%(seen)s: %(wrong)s", seen=seen, wrong=_(", ").join(wrong))


def wrong_words(shown: Day, before: Totals) -> list[str]:
    """Missed, late, doubtful, problems; how many more or fewer were missed than the day before, where that is worth a word."""
    found = []
    missed = shown.count("missed")
    if missed:
        found.append(
            ngettext("%(num)d point missed", "%(num)d points missed", missed) + than_words(missed - before.missed, bool(before.due))
        )
    if late := shown.count("late"):
        found.append(ngettext("%(num)d late", "%(num)d late", late))
    if shown.doubtful:
        found.append(ngettext("%(num)d doubtful scan", "%(num)d doubtful scans", shown.doubtful))
    if issues := len(shown.issues):
        found.append(ngettext("%(num)d problem found", "%(num)d problems found", issues))
    return found


def than_words(more: int, comparable: bool) -> str:
    """(2 more than the day before)."""
    if not comparable or not more:
        return ""
    if more > 0:
        return ngettext(" (%(num)d more than the day before)", " (%(num)d more than the day before)", more)
    return ngettext(" (%(num)d fewer than the day before)", " (%(num)d fewer than the day before)", -more)


def requests_words(shown: Day) -> str:
    """What residents reported, and which clocks ran out."""
    jobs, found = shown.jobs, []
    if jobs.reported or jobs.settled:
        came = ngettext("%(num)d request came", "%(num)d requests came", jobs.reported)
        found.append(came + (_(", %(count)s settled", count=jobs.settled) if jobs.settled else ""))
    if jobs.late_clocks:
        found.append(late_words(jobs.late_clocks))
    return _(", ").join(found)


def orders_words(shown: Day) -> str:
    """Work orders finished, and how many of them in time."""
    jobs = shown.jobs
    if not jobs.finished:
        return ngettext("%(num)d work order raised", "%(num)d work orders raised", jobs.raised) if jobs.raised else ""
    done = ngettext("%(num)d work order finished", "%(num)d work orders finished", jobs.finished)
    if jobs.in_time == jobs.finished:
        return done + (_(", in time") if jobs.finished == 1 else _(", all in time"))
    return done + _(", %(count)s of them in time", count=jobs.in_time)


def waiting_words(shown: Day) -> str:
    """What a supervisor has still to decide."""
    if shown.open:
        return ngettext("%(num)d matter waits for a decision", "%(num)d matters wait for a decision", len(shown.open))
    return _("nothing waits for a decision") if shown.items else ""
