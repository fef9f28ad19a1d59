"""The one notice interface: a message, and the way by which it is delivered.

A way gives a message its form (`FORMS`); the back end named by ROUNDS_NOTICES takes it from there. There is one back end so far: files in
the data folder. Delivery may happen more than once (a task runs at least once): whatever stands behind it recognises a message by its id.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from markupsafe import escape

from webapp.core.files import data_folder, write_whole
from webapp.notices.rules import is_number

SENDER = "Rounds"
LONGEST_ROBOT = 4096  # bytes of markdown that WeCom takes; DingTalk takes more
POLICY = SMTP.clone(cte_type="7bit")  # whatever relay it meets
DINGTALK = "oapi.dingtalk.com"


@dataclass(frozen=True)
class Attachment:
    """A file that goes along."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What is said to one address. `at`: when it was made, in the site's zone; `lines`: plain words, one paragraph each."""

    id: UUID
    at: datetime
    way: str
    to: str
    language: str
    subject: str
    lines: tuple[str, ...]
    link: str
    link_word: str
    attachments: tuple[Attachment, ...] = ()

    @property
    def text(self) -> str:
        """In plain words."""
        return "\n".join([*self.lines, "", self.link_word, self.link, ""])

    @property
    def html(self) -> str:
        """The same, as a page without a look of its own: every mail program has one."""
        said = "".join(f"<p>{escape(line)}</p>\n" for line in self.lines)
        return (
            f'<!doctype html>\n<html lang="{self.language.replace("_", "-")}"><head><meta charset="utf-8"><title>{escape(self.subject)}</title></head>\n'
            f'<body>\n<h2>{escape(self.subject)}</h2>\n{said}<p><a href="{escape(self.link)}">{escape(self.link_word)}</a></p>\n</body></html>\n'
        )

    @property
    def markdown(self) -> str:
        """The same for a chat, no longer than robots take; lines from the end are left out where it would be."""
        for count in range(len(self.lines), -1, -1):
            kept = [unmarked(line) for line in self.lines[:count]] + ([] if count == len(self.lines) else ["…"])
            found = "\n\n".join([f"### {unmarked(self.subject)}", *kept, f"[{unmarked(self.link_word)}]({self.link})"])
            if len(found.encode()) <= LONGEST_ROBOT:
                break
        return found


UNMARKED = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "`": "＇", "\\": "＼"})


def unmarked(text: str) -> str:
    """Words without anything that a chat reads as a link, a mention (`<@…>`) or a mark: it has no way to escape one."""
    return " ".join(text.translate(UNMARKED).split())


def sender_host() -> str:
    """The name of this server in addresses of mail: the public one, if it has a name."""
    host = urlsplit(current_app.config["ROUNDS_PUBLIC_URL"]).hostname or ""
    return "localhost" if is_number(host) or ":" in host else host


def as_mail(message: Message) -> bytes:
    """A mail (RFC 5322): plain words, HTML beside them, what is attached. Its Message-ID stays the same however often it is made."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(SENDER, "rounds", sender_host())
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = message.at
    mail["Message-ID"] = f"<{message.id}@{sender_host()}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    for each in message.attachments:
        main, _slash, sub = each.mime.partition("/")
        mail.add_attachment(
            each.content, maintype=main, subtype=sub, filename=each.name, params={"charset": "utf-8"} if main == "text" else None
        )
    mail["Content-Language"] = message.language.replace("_", "-")  # last: what begins with Content- goes to the first part
    return mail.as_bytes()


def as_robot_call(message: Message) -> bytes:
    """The JSON that a chat group's robot takes by POST: WeCom's (`content`), or DingTalk's (`title`, `text`) at its address."""
    if urlsplit(message.to).hostname == DINGTALK:
        markdown = {"title": " ".join(message.subject.split()), "text": message.markdown}
    else:
        markdown = {"content": message.markdown}
    return json.dumps({"msgtype": "markdown", "markdown": markdown}, ensure_ascii=False, indent=1).encode()


FORMS: dict[str, tuple[Callable[[Message], bytes], str]] = {"mail": (as_mail, "eml"), "robot": (as_robot_call, "json")}


def into_files(message: Message) -> None:
    """Write it into the data folder, `notices/<day>/<id>.<form>`: once more writes the same file. Raises OSError."""
    form, suffix = FORMS[message.way]
    write_whole(data_folder() / "notices" / message.at.date().isoformat() / f"{message.id}.{suffix}", form(message))


BACK_ENDS: dict[str, Callable[[Message], None]] = {"file": into_files}


def deliver(message: Message) -> None:
    """Hand a message over to the back end that the settings name. Raises whatever kept it from being delivered."""
    BACK_ENDS[current_app.config["ROUNDS_NOTICES"]](message)
