import pytest


@pytest.fixture
def post(db):
    from tests.factories.blog import make_post

    return make_post()
