"""The application for a WSGI server."""

from webapp import create_app
from webapp.core.garbage import collected_between_requests

app = collected_between_requests(create_app())
