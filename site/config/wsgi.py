"""The WSGI entry of the site, for granian, gunicorn or any other server."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from search.engines import current_engine  # noqa: E402 - needs the apps

# Its libraries take a while to load: not while the first reader waits.
current_engine()
