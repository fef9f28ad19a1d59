"""States, steps, reasons and money of work orders in words."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from webapp.core.i18n import day_and_time, language
from webapp.work_orders.charges import written
from webapp.work_orders.models import WorkOrder

STATE_WORDS: dict[str, LazyString] = {
    "new": lazy_gettext("To be assigned"),
    "offered": lazy_gettext("Offered"),
    "assigned": lazy_gettext("Assigned"),
    "accepted": lazy_gettext("Accepted"),
    "on_the_way": lazy_gettext("On the way"),
    "on_site": lazy_gettext("On site"),
    "running": lazy_gettext("Being done"),
    "paused": lazy_gettext("Paused"),
    "waiting_parts": lazy_gettext("Waiting for parts"),
    "waiting_contractor": lazy_gettext("Waiting for the contractor"),
    "finished": lazy_gettext("Finished"),
    "verified": lazy_gettext("Verified"),
    "cancelled": lazy_gettext("Cancelled"),
}
DO_WORDS: dict[str, LazyString] = {  # on a button: what it does
    "accept": lazy_gettext("Accept"),
    "decline": lazy_gettext("Decline"),
    "take": lazy_gettext("Take it"),
    "on_the_way": lazy_gettext("On my way"),
    "on_site": lazy_gettext("I am there"),
    "start": lazy_gettext("Start"),
    "pause": lazy_gettext("Pause"),
    "resume": lazy_gettext("Go on"),
    "need_parts": lazy_gettext("Parts are missing"),
    "need_contractor": lazy_gettext("A contractor is needed"),
    "hand_over": lazy_gettext("Hand over"),
    "finish": lazy_gettext("Finish"),
    "part_finish": lazy_gettext("Done in part"),
    "assign": lazy_gettext("Assign"),
    "offer": lazy_gettext("Offer to all of the trade"),
    "rotate": lazy_gettext("Give to whose turn it is"),
    "verify": lazy_gettext("Verify"),
    "reopen": lazy_gettext("Open again"),
    "cancel": lazy_gettext("Cancel the order"),
    "decide": lazy_gettext("Decide"),
}
DONE_WORDS: dict[str, LazyString] = {  # in a history: what was done
    "accept": lazy_gettext("Accepted"),
    "decline": lazy_gettext("Declined"),
    "take": lazy_gettext("Taken"),
    "on_the_way": lazy_gettext("On the way"),
    "on_site": lazy_gettext("On site"),
    "start": lazy_gettext("Started"),
    "pause": lazy_gettext("Paused"),
    "resume": lazy_gettext("Went on"),
    "need_parts": lazy_gettext("Parts are missing"),
    "need_contractor": lazy_gettext("A contractor is needed"),
    "hand_over": lazy_gettext("Handed over"),
    "finish": lazy_gettext("Finished"),
    "part_finish": lazy_gettext("Done in part"),
    "assign": lazy_gettext("Assigned"),
    "offer": lazy_gettext("Offered"),
    "verify": lazy_gettext("Verified"),
    "reopen": lazy_gettext("Opened again"),
    "cancel": lazy_gettext("Cancelled"),
    "decide": lazy_gettext("Decided"),
    "photo": lazy_gettext("Photos"),
    "use": lazy_gettext("Materials and labour listed"),
    "sign": lazy_gettext("Signed by the resident"),
    "payer": lazy_gettext("Who pays was changed"),
    "waive": lazy_gettext("Nothing is asked for"),
    "stop": lazy_gettext("Clocks stopped"),
    "go": lazy_gettext("Clocks go on"),
    "urgent": lazy_gettext("Corrected: urgent"),
    "routine": lazy_gettext("Corrected: routine"),
    "link": lazy_gettext("Address for signing made"),
    "unlink": lazy_gettext("Address for signing taken back"),
}
CAUSE_WORDS: dict[str, LazyString] = {
    "waiting_resident": lazy_gettext("The resident has to answer or open"),
    "waiting_parts": lazy_gettext("Waiting for parts, the resident agrees"),
    "access_refused": lazy_gettext("Not let in"),
    "appointment": lazy_gettext("An appointment was made"),
    "weather": lazy_gettext("Weather"),
    "other": lazy_gettext("Something else (the clock goes on)"),
}
REMARK_WORDS: dict[str, LazyString] = {
    "without_start": lazy_gettext("No start was recorded"),
    "out_of_order": lazy_gettext("Came after a later step"),
    "unassigned": lazy_gettext("Nobody had been assigned"),
    "not_offered": lazy_gettext("Was not offered"),
    "late_decline": lazy_gettext("Declined after accepting"),
    "no_reason": lazy_gettext("No reason was given"),
    "no_remainder": lazy_gettext("Nothing was said of what remains"),
    "own_work": lazy_gettext("Verified by who did it"),
    "repeated": lazy_gettext("Said before"),
    "already_finished": lazy_gettext("Was finished already"),
    "already_cancelled": lazy_gettext("Was cancelled already"),
    "not_finished": lazy_gettext("Was not finished"),
    "nobody_named": lazy_gettext("Nobody was named"),
    "came_second": lazy_gettext("Somebody else was quicker"),
    "nothing_to_decide": lazy_gettext("There was nothing to decide"),
    "unknown_verb": lazy_gettext("Not known here"),
    "before_raised": lazy_gettext("Before the order was raised"),
    "not_theirs": lazy_gettext("Was somebody else’s order"),
    "finished_again": lazy_gettext("Was finished already"),
    "overruled": lazy_gettext("Does not count: decided otherwise"),
}
CONFLICT_WORDS: dict[str, LazyString] = {
    "finished_twice": lazy_gettext("Two people finished it"),
    "cancelled_meanwhile": lazy_gettext("It was worked on after it had been cancelled"),
    "taken_twice": lazy_gettext("Two people took it"),
}
ORIGIN_WORDS: dict[str, LazyString] = {
    "request": lazy_gettext("From a request"),
    "finding": lazy_gettext("From a failed check"),
    "hand": lazy_gettext("Raised by hand"),
    "plan": lazy_gettext("From a plan"),
    "remainder": lazy_gettext("The rest of another order"),
}
DISPATCH_WORDS: dict[str, LazyString] = {
    "assign": lazy_gettext("The desk assigns"),
    "offer": lazy_gettext("Offered to all of the trade"),
    "rotate": lazy_gettext("In turn, who is on duty"),
}
KIND_WORDS: dict[str, LazyString] = {
    "repair": lazy_gettext("Repair"),
    "complaint": lazy_gettext("Complaint"),
    "enquiry": lazy_gettext("Enquiry"),
    "booking": lazy_gettext("Booking"),
    "suggestion": lazy_gettext("Suggestion"),
}
SERVICE_WORDS: dict[str, LazyString] = {
    "repair": lazy_gettext("Repair and upkeep"),
    "cleaning": lazy_gettext("Cleaning"),
    "greening": lazy_gettext("Greening"),
    "security": lazy_gettext("Security"),
    "order": lazy_gettext("Order"),
    "service": lazy_gettext("Customer service"),
}
PART_WORDS: dict[str, LazyString] = {
    "labour": lazy_gettext("Labour"),
    "material": lazy_gettext("Material"),
    "call_out": lazy_gettext("Call-out fee"),
}
UNIT_WORDS: dict[str, LazyString] = {
    "hour": lazy_gettext("hour"),
    "piece": lazy_gettext("piece"),
    "metre": lazy_gettext("metre"),
    "litre": lazy_gettext("litre"),
    "kilogram": lazy_gettext("kilogram"),
    "set": lazy_gettext("set"),
}
PAYER_WORDS: dict[str, LazyString] = {
    "resident": lazy_gettext("The resident"),
    "property": lazy_gettext("The community"),
    "warranty": lazy_gettext("The warranty"),
}
WAY_WORDS: dict[str, LazyString] = {
    "cash": lazy_gettext("Cash"),
    "wechat": lazy_gettext("WeChat Pay"),
    "alipay": lazy_gettext("Alipay"),
    "card": lazy_gettext("Card"),
    "transfer": lazy_gettext("Bank transfer"),
    "deposit": lazy_gettext("From the deposit"),
}
BALANCE_WORDS: dict[str, LazyString] = {
    "nothing": lazy_gettext("Nothing to pay"),
    "unsigned": lazy_gettext("Not signed yet"),
    "outstanding": lazy_gettext("Outstanding"),
    "paid": lazy_gettext("Paid"),
    "overpaid": lazy_gettext("Paid too much"),
}
SIGNS = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


def money(minor: int, currency: str) -> str:
    """An amount as people read it: ¥1,250.50; a currency without a sign of its own by its code."""
    whole, dot, rest = written(abs(minor), currency).removeprefix(f"{currency} ").partition(".")
    return f"{'-' if minor < 0 else ''}{SIGNS.get(currency, currency + ' ')}{int(whole):,}{dot}{rest}"


def order_mark(order: WorkOrder, now: datetime) -> tuple[str, str]:
    """(state for a pill, words) of an order in a list: what is late, else where it stands."""
    word = str(STATE_WORDS[order.state])
    if order.conflicts:
        return "held", _("Two versions")
    if order.state == "cancelled":
        return "neutral", word
    if order.finished_at is not None:
        return ("done" if order.closed_at or order.finished_at <= order.due_by else "late"), word
    arrival, due = order.on_site_due(now), order.due(now)
    if arrival is not None and arrival < now:
        return "late", _("Was due on site %(when)s", when=day_and_time(arrival, order.site.zone))
    if due < now:
        return "late", _("Was due %(when)s", when=day_and_time(due, order.site.zone))
    return ("running" if order.on_site_at else "open"), word


def item_name(line: dict[str, object]) -> str:
    """The name of a line's item in the reader's language, as it was called then."""
    return str((line.get("name_en") if language() == "en" else None) or line.get("name") or "")
