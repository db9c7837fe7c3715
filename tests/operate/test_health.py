import pytest
from django.db import DatabaseError, connection


@pytest.mark.django_db
def test_a_site_that_can_answer(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"database": "up"}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_site_without_its_database(client, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("not to be told")

    monkeypatch.setattr(connection, "cursor", fail)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"database": "down"}
