"""The slice's pages: the field's, the desk's, and those about money."""

from __future__ import annotations

from flask import Flask

from webapp.work_orders import showing
from webapp.work_orders.board import board
from webapp.work_orders.dispatch import dispatch
from webapp.work_orders.field import field
from webapp.work_orders.linking import linking
from webapp.work_orders.money import money_pages
from webapp.work_orders.prices import price_pages
from webapp.work_orders.raising import raising
from webapp.work_orders.site_types import site_types
from webapp.work_orders.statements import statements
from webapp.work_orders.words import item_name, money


def init(app: Flask) -> None:
    """Routes, and words for templates."""
    for blueprint in (field, board, raising, dispatch, site_types, linking, money_pages, statements, price_pages):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        money=money, item_name=item_name, field_words=showing.field_words, where_words=showing.where_words, due_words=showing.due_words,
        state_mark=showing.state_mark, order_is_late=showing.is_late, when_words=showing.when_words,
    )  # fmt: skip
