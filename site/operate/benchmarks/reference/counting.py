"""Tells with each answer how many queries it took."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

HEADER = "X-Queries"

View = Callable[[HttpRequest], HttpResponse]


def count_queries(get_response: View) -> View:
    def counted(request: HttpRequest) -> HttpResponse:
        queries = 0

        def count(execute, *asked):
            nonlocal queries
            queries += 1
            return execute(*asked)

        with connection.execute_wrapper(count):
            response = get_response(request)
        response[HEADER] = str(queries)
        return response

    return counted
