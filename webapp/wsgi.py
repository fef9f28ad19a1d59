"""The application for a WSGI server."""

from webapp import create_app

app = create_app()
