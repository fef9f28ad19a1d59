"""The pages of checklists and inspections, put together."""

from __future__ import annotations

from flask import Flask

from webapp.equipment.lifeline import also_told
from webapp.inspections import filing, words
from webapp.inspections.field import field
from webapp.inspections.plan_pages import plan_pages
from webapp.inspections.results import inspected, results


def init(app: Flask) -> None:
    """Routes, and words for templates."""
    for pages in (field, results, filing.pages, plan_pages):
        app.register_blueprint(pages)
    also_told(app, inspected)
    app.jinja_env.globals.update(
        grade_words=words.GRADE_WORDS, severity_words=words.SEVERITY_WORDS, question_text=words.question_text, choice_pairs=words.choice_pairs,
        range_words=words.range_words,
    )  # fmt: skip
