"""What the tests of search share: a corpus to find things in, and the engines."""

import pytest
from django.db import connection

from core.findable import findables
from search.engines import SearchEngine, current_engine
from tests.search.corpus import Corpus

ENGINES = ["search.engines.whoosh_index.WhooshEngine", "search.engines.table.TableEngine"]
SUGGESTING = ["search.engines.whoosh_index.WhooshEngine"]
"""Those that offer words probably meant; the others say None to every word."""
if connection.vendor == "postgresql":
    ENGINES.append("search.engines.postgres.PostgresEngine")
    SUGGESTING.append("search.engines.postgres.PostgresEngine")


def named(path: str) -> str:
    return path.rpartition(".")[2]


@pytest.fixture(params=ENGINES, ids=named)
def engine(request, settings, db) -> SearchEngine:
    """Each engine in its turn, as the one of the site."""
    settings.SEARCH_ENGINE = request.param
    return current_engine()


@pytest.fixture(params=SUGGESTING, ids=named)
def suggesting_engine(request, settings, db) -> SearchEngine:
    settings.SEARCH_ENGINE = request.param
    return current_engine()


@pytest.fixture
def corpus(db, monkeypatch) -> Corpus:
    corpus = Corpus()
    monkeypatch.setattr(findables, "_offered", [*findables, corpus.findable])
    return corpus
