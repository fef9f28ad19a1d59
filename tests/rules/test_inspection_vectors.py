"""What the phone works out for itself (static/js/inspect) and what is worked out here are the same: `tests/js/vectors/inspections.json`.

The file is written by `python -m tests.rules.test_inspection_vectors`; here it is compared with the code, in tests/js with the phone's.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from webapp.inspections.content import Content, Question
from webapp.inspections.rules import all_normal, asked, judge

FILE = Path(__file__).parents[1] / "js" / "vectors" / "inspections.json"
KINDS = ("pass", "yes_no", "choice", "several", "number", "text", "photo", "reading", "signature", "instruction")
VALUES: dict[str, list[Any]] = {
    "pass": ["pass", "flag", "fail", "maybe", None],
    "yes_no": [True, False, "yes", None],
    "choice": ["a", "b", "c", "d", None],
    "several": [["a"], ["a", "b"], ["z"], [], None],
    "number": [1, 5, 7.5, 10, -3, "5", None],
    "text": ["words", "", " ", None],
    "photo": [["0" * 64], [], None],
    "reading": [123, "x", -1, 10**12, None],
    "signature": [[[[1, 2], [3, 4]]], None],
    "instruction": [None],
}


def _question(chance: random.Random, n: int, before: list[dict[str, Any]]) -> dict[str, Any]:
    kind = chance.choice(KINDS)
    made: dict[str, Any] = {
        "id": f"q{n}",
        "kind": kind,
        "text": f"Question {n}",
        "required": chance.random() < 0.7,
        "weight": chance.choice((0, 1, 2, 5)),
    }
    if kind in ("choice", "several"):
        made |= {"choices": ["a", "b", "c"], "good": chance.choice((["a"], ["a", "b"], [])) if kind == "choice" else []}
    if kind == "yes_no":
        made["good"] = chance.choice(([], ["yes"], ["no"], ["yes", "no"]))
    if kind == "number":
        made |= {"low": chance.choice((None, 2, 5)), "high": chance.choice((None, 8, 10))}
    if kind == "pass":
        made["severity"] = chance.choice(("minor", "major", "danger"))
    if kind == "reading":
        made["meter"] = chance.choice(("", "W-1"))
    earlier = [one for one in before if one["kind"] in ("yes_no", "choice", "pass")]
    if earlier and chance.random() < 0.3:
        other = chance.choice(earlier)
        equals = {"yes_no": [True], "choice": ["b", "c"], "pass": ["fail", "flag"]}[other["kind"]]
        made["when"] = {"question": other["id"], "equals": equals}
    return made


def vectors() -> list[dict[str, Any]]:
    """Checklists and answers made by chance, with what they come to."""
    chance = random.Random(20261125)
    found = []
    for _n in range(40):
        questions: list[dict[str, Any]] = []
        for n in range(chance.randint(1, 9)):
            questions.append(_question(chance, n, questions))
        raw = {"sections": [{"name": "All", "questions": questions}], "pass_score": chance.choice((0, 60, 90, 100))}
        content = Content.model_validate(raw)
        kinds = {question.id: question for question in content.questions}
        answers = {key: {"value": _value(chance, question)} for key, question in kinds.items() if chance.random() < 0.85}
        verdict = judge(content, answers)
        found.append(
            {
                "content": content.model_dump(mode="json"), "answers": answers, "asked": [question.id for question in asked(content, answers)],
                "normal": all_normal(content),
                "verdict": {
                    "score": verdict.score, "passed": verdict.passed, "findings": [{"question": f.question.id, "grade": f.grade} for f in verdict.findings],
                    "missing": list(verdict.missing), "odd": list(verdict.odd),
                },
            }
        )  # fmt: skip
    return found


def _value(chance: random.Random, question: Question) -> Any:
    return chance.choice(VALUES[question.kind])


def test_the_vectors_are_what_the_rules_say() -> None:
    assert json.loads(FILE.read_text()) == json.loads(json.dumps(vectors()))


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), ensure_ascii=False, separators=(",", ":")) + "\n")
