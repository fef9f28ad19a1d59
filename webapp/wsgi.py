"""The application for a WSGI server."""

import gc

from webapp import create_app

app = create_app()
# What it consists of stays as long as the process: the garbage collector need not walk through it again and again.
gc.collect()
gc.freeze()
