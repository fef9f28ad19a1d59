"""The application without the sealed trail, to see what it costs."""

from webapp import create_app

app = create_app({"SEALING": False})
