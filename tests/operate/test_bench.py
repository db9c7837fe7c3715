import pytest
from django.core.management import CommandError, call_command

from operate.management.commands.bench import measure


@pytest.mark.django_db
def test_a_site_in_use_is_not_measured_in():
    with pytest.raises(CommandError, match="The database is not empty"):
        call_command("bench")


@pytest.mark.django_db
def test_a_page_is_measured(home):
    found = measure(home.url, requests=3)
    assert 0 < found.median <= found.p95
    assert found.queries > 0
    assert found.size > 500


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_not_measured(db):
    with pytest.raises(CommandError, match="answers 404"):
        measure("/nothing/here/", requests=3)
