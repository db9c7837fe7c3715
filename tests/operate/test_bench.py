"""`make bench`: what it measures is there, and both engines are asked the same."""

import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import CommandParser

from chats.models import ChatPage
from operate.benchmarks import corpus, fts5, language, mail, search
from operate.benchmarks.times import summed_up
from operate.management.commands.bench import Command
from outbox.models import Mail, MailState
from search import following
from search.engines import Found, Narrowing, current_engine
from search.engines.whoosh_index import WhooshEngine
from search.models import Entry
from search.query import parse
from search.words import STOP_WORDS

pytestmark = pytest.mark.any_database


@pytest.fixture
def entries(db, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "index"
    corpus.write_entries(60)
    following.rebuild()


@pytest.fixture
def theirs(entries, tmp_path):
    path = tmp_path / "fts5.sqlite3"
    fts5.write(path, following.all_entries())
    opened = fts5.Fts5(path)
    yield opened
    opened.close()


@pytest.mark.django_db
def test_a_site_in_use_is_not_measured_in():
    with pytest.raises(CommandError, match="The database is not empty"):
        call_command("bench")


@pytest.mark.parametrize("option", ["--requests", "--questions", "--sizes", "--mails"])
def test_one_of_a_kind_has_no_percentile(option):
    parser = CommandParser()
    Command().add_arguments(parser)
    with pytest.raises(CommandError, match="at least 2"):
        parser.parse_args([option, "1"])


def test_times_are_summed_up():
    times = summed_up(range(1, 101))
    assert times.median == 50.5
    assert 95 <= times.p95 <= 96


def test_the_corpus_grows_to_what_is_wanted(archive):
    corpus.write_entries(40)
    assert Entry.objects.count() == 40
    corpus.write_entries(60)
    assert Entry.objects.count() == 60
    assert ChatPage.objects.count() == 3


def test_words_are_said_as_often_as_in_language(entries):
    said = [word for text in Entry.objects.values_list("stems", flat=True) for word in text.split()]
    ranked = sorted(map(said.count, set(said)), reverse=True)
    assert ranked[0] > 3 * ranked[10] > 6 * ranked[200]
    assert len(set(language.vocabulary())) == language.WORDS


def test_questions_are_the_same_each_time_and_have_answers(entries):
    assert_have_answers(search.draw(30))
    assert search.draw(30) == search.draw(30)


def assert_have_answers(drawn):
    engine = current_engine()
    for kind in ("word", "two words", "phrase", "filtered"):
        for asked in drawn[kind]:
            assert engine.search(asked.query, asked.narrowing, 0, 20).total, asked
    for asked in drawn["typo"]:
        assert asked.words != asked.meant


def test_texts_are_read_back_as_they_were_written(entries):
    for said in corpus.some_texts(5, random.Random(1)):
        entry = Entry.objects.get(ref=f"topic:{said.text.key}")
        assert (entry.title, entry.text) == (said.text.title, said.text.text)
        assert not STOP_WORDS & set(said.telling_words())


@pytest.fixture
def transcripts(db, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "index"
    corpus.write_entries(60)
    corpus.write_transcripts(2)
    following.rebuild()


def test_an_hour_of_transcripts_is_about_nine_thousand_words(transcripts):
    passages = Entry.objects.filter(kind="said")
    assert len(passages) == 2 * corpus.PASSAGES_PER_HOUR
    assert len({passage.object_id for passage in passages}) == 2
    assert 17_000 < sum(len(passage.text.split()) for passage in passages) < 19_000
    assert max(passage.start for passage in passages) < 3600
    corpus.write_transcripts(0)
    assert Entry.objects.count() == 60


def test_questions_have_answers_in_transcripts(transcripts):
    assert_have_answers(search.draw(30, hours=2))
    said = corpus.some_texts(20, random.Random(1), hours=2)
    assert {one.text.kind for one in said} == {"topic", "said"}
    for one in said:
        assert Entry.objects.get(ref=f"{one.text.kind}:{one.text.key}").text == one.text.text


def test_both_find_the_same(theirs):
    engine = current_engine()
    drawn = search.draw(30)
    for asked in [*drawn["word"], *drawn["two words"], *drawn["phrase"], *drawn["filtered"]]:
        query = parse(asked.words)
        ours = engine.search(query, asked.narrowing, 0, 20)
        other = theirs.search(fts5.matching(query), asked.narrowing, 0, 20)
        assert (ours.total, ours.counts) == (other.total, other.counts), asked
        assert len(other.refs) == min(20, other.total)


def test_fts5_lists_terms_and_takes_beginnings(theirs):
    drawn = search.draw(9)["prefix"]
    for asked in drawn:
        match = fts5.matching(parse(asked.words), asked.beginning)
        assert theirs.search(match, Narrowing(), 0, 20).total, asked
        listed = theirs.complete(asked.beginning, 3)
        assert listed
        assert all(term.startswith(asked.beginning) for term in listed)


def test_searches_are_measured_and_told(db, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "index"
    found = search.measure(40, 6, tmp_path)
    assert set(found.kinds) == {"word", "two words", "phrase", "filtered", "prefix", "typo"}
    assert [kind for kind, compared in found.kinds.items() if compared.fts5 is None] == ["typo"]
    assert all(compared.ours.p95 > 0 for compared in found.kinds.values())
    assert found.published > 0
    assert all(found.megabytes.values())
    out = StringIO()
    Command(stdout=out)._search(found)
    assert "two words" in out.getvalue()
    assert "times" in out.getvalue()


def test_an_engine_that_finds_less_is_not_measured(db, settings, tmp_path, monkeypatch):
    settings.SEARCH_INDEX = tmp_path / "index"
    monkeypatch.setattr(WhooshEngine, "search", lambda *asked: Found(0, [], {}))
    with pytest.raises(CommandError, match="FTS5 finds more"):
        search.measure(40, 6, tmp_path)


def test_transcripts_are_measured_beside_the_fewest_entries(monkeypatch, tmp_path):
    measured = []
    monkeypatch.setattr(search, "measure", lambda *asked: measured.append(asked))
    monkeypatch.setattr(Command, "_search", lambda self, found: None)
    Command(stdout=StringIO())._searches([40, 20], 6, 3, tmp_path)
    assert measured == [(20, 6, tmp_path, 0), (20, 6, tmp_path, 3), (40, 6, tmp_path, 0)]


def test_mail_is_measured(transactional_db, monkeypatch):
    monkeypatch.setattr(mail, "WARM_UP", 2)
    found = mail.measure(20)
    assert Mail.objects.filter(state=MailState.SENT).count() == 22
    assert min(found.written, found.sent, found.ceiling) > 1
    assert found.size > 500


def test_an_announcement_is_measured(transactional_db):
    found = mail.measure_announcement(20)
    assert (found.subscribers, found.mails) == (20, 20)
    assert min(found.delivered, found.written, found.sent) > 0
    out = StringIO()
    Command(stdout=out)._announced(found)
    assert "20 mails of" in out.getvalue()
