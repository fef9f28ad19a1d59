"""The pages of checklists and inspections, put together."""

from __future__ import annotations

from flask import Flask

from webapp.equipment.lifeline import also_told
from webapp.inspections import filing, grades, words
from webapp.inspections.area_pages import area_pages
from webapp.inspections.field import field
from webapp.inspections.keeping_off import place_words, treated_here
from webapp.inspections.plan_pages import plan_pages
from webapp.inspections.results import inspected, results


def init(app: Flask) -> None:
    """Routes, and words for templates."""
    for pages in (field, results, filing.pages, plan_pages, area_pages):
        app.register_blueprint(pages)
    also_told(app, inspected)
    app.jinja_env.globals.update(
        grade_words=words.GRADE_WORDS, severity_words=words.SEVERITY_WORDS, question_text=words.question_text, choice_pairs=words.choice_pairs,
        range_words=words.range_words, treated_here=treated_here, treated_place=place_words, rate_number=grades.RATES.index,
    )  # fmt: skip
