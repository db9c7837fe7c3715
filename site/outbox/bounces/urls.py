"""Where mail services post to: the addresses of django-anymail, for what was sent alone."""

import logging
from collections.abc import Callable
from functools import wraps

from anymail.exceptions import AnymailConfigurationError
from anymail.urls import urlpatterns as all_of_anymail
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

logger = logging.getLogger(__name__)

app_name = "anymail"


def _answering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer what nobody understands as if it were, lest the service send it for ever.

    It comes again where the fault is ours: the database is away (500), or a key of the service
    or its package is missing (503). A wrong secret or signature is refused (400).
    """

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: object) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except (SuspiciousOperation, OperationalError, InterfaceError):
            raise
        except AnymailConfigurationError as error:
            logger.error("%s cannot be used: %s", request.path, error)
            return HttpResponse(status=503)
        except Exception as error:
            fault = type(error).__name__
            logger.warning("%s was sent what it does not understand (%s)", request.path, fault)
            return HttpResponse()

    return answer


urlpatterns = [
    URLPattern(entry.pattern, _answering(entry.callback), name=entry.name)
    for entry in all_of_anymail
    if "inbound" not in entry.name
]
