"""Searches counted: what is written of them, what is added up, what is forgotten."""

import multiprocessing
import os
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from core.due import due_work
from search import asked
from search.models import SearchedWords, month_of

NOW = "2026-03-10 12:00 -0400"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "searches"


def lines(folder) -> list[str]:
    return (folder / "searches").read_text("utf-8").splitlines()


def ask(words: str, *minutes: str, found: bool = True) -> None:
    for minute in minutes:
        with time_machine.travel(f"{minute} -0400", tick=False):
            asked.note(words, found)


def counts() -> dict[str, tuple[int, int]]:
    rows = SearchedWords.objects.summed()
    return {row["words"]: (row["total"], row["not_found"]) for row in rows}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("How do I renew?", "how do i renew"),
        ("“Lost” OCLC# ÉTUDES", "lost oclc etudes"),
        ("jane.doe@example.org overdue", "overdue"),
        ("overdue jane @ example.org", "overdue"),
        ("overdue jane.doe%40example.org", "overdue"),
        ("jane＠example.org", ""),
        ("mail <jane@example.org>,bob@example.org now", "mail now"),
        ("card 21234000123456 blocked", "card blocked"),
        ("card 2 1234 00012 3456 blocked", "card blocked"),
        ("card WISC21234X blocked", "card blocked"),
        ("call (608) 555-1234", "call"),
        ("call +1.608.555.1234 now", "call now"),
        ("call 555_1234", "call"),
        ("٣٤٥٦٧ request", "request"),
        ("１２３４５ request", "request"),
        ("born 01/02/1980", "born"),
        ("request #123456789, lost", "request lost"),
        ("https://example.org/?user=jane lost", "lost"),
        ("see WWW.example.org/jane", "see"),
        ("ftp://jane:pass@example.org", ""),
        ("chat 2024", "chat 2024"),
        ("1 two 3 four 5 six 7 eight 9 ten 11", "1 two 3 four 5 six 7 eight"),
        ("a\nb\0c\u2028d", "a b c d"),
        ("\ud800 broken", "broken"),
        ("29500000 1 forged", "forged"),
        ('", * \u202e', ""),
        ("", ""),
    ],
)  # fmt: skip
@time_machine.travel(NOW, tick=False)
def test_what_is_written_of_a_search(folder, typed, kept):
    asked.note(typed, found=True)
    if kept:
        assert [line.split(" ", 2)[1:] for line in lines(folder)] == [["1", kept]]
    else:
        assert not folder.exists()


def test_a_search_of_any_length_is_read_at_once(folder):
    for typed in ("1-" * 50_000, "1a" * 50_000, "ﷺ" * 50_000, "a@ " * 50_000, "x" * 50_000):
        asked.note(typed, found=False)
    assert all(len(line) < 400 for line in lines(folder))


def test_only_the_sites_user_reads_the_file(folder):
    asked.note("loans", found=True)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "searches").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_noting_asks_the_database_nothing():
    with CaptureQueriesContext(connection) as queries:
        asked.note("loans", found=True)
    assert not len(queries)


def test_a_disk_that_refuses_costs_a_count_and_no_answer(settings, tmp_path, caplog):
    settings.DATA_DIR = tmp_path / "not-there"
    asked.note("jane doe", found=True)
    assert caplog.messages == ["A search could not be counted: FileNotFoundError"]


def test_a_full_file_takes_no_more(folder, monkeypatch):
    monkeypatch.setattr(asked, "LARGEST_FILE", 100)
    for _ in range(50):
        asked.note("loans", found=True)
    assert 100 <= (folder / "searches").stat().st_size < 130


def _note_many(settings_dir: str, word: str) -> None:
    from django.conf import settings

    settings.DATA_DIR = type(settings.DATA_DIR)(settings_dir)
    for number in range(1000):
        asked.note(f"{word * 30} n{number}", found=True)


def test_processes_that_note_at_once_do_not_mix_their_lines(folder, tmp_path):
    fork = multiprocessing.get_context("fork")
    noting = [fork.Process(target=_note_many, args=(str(tmp_path), word)) for word in "ab"]
    for process in noting:
        process.start()
    for process in noting:
        process.join()
        assert process.exitcode == 0
    said = [line.split(" ", 2)[2] for line in lines(folder)]
    assert sorted(said) == sorted(f"{w * 30} n{n}" for w in "ab" for n in range(1000))


@pytest.mark.django_db
class TestGathered:
    def test_searches_are_added_up_by_words_and_month(self):
        ask("Renew a loan", "2026-03-10 12:00", "2026-03-10 12:01")
        ask("renew a loan?", "2026-02-28 23:59", "2026-03-11 00:00", found=False)
        asked.gather()
        ask("RENEW a loan", "2026-03-12 09:00")
        asked.gather()
        rows = SearchedWords.objects.order_by("month").values_list(
            "words", "month", "times", "times_not_found", "last_searched"
        )
        assert list(rows) == [
            ("renew a loan", date(2026, 2, 1), 1, 1, date(2026, 2, 28)),
            ("renew a loan", date(2026, 3, 1), 4, 1, date(2026, 3, 12)),
        ]

    def test_the_same_words_count_once_a_minute(self):
        ask("loans", "2026-03-10 12:00:30")
        ask("loans", *["2026-03-10 12:00:01", "2026-03-10 12:00:59"] * 3, found=False)
        asked.gather()
        assert counts() == {"loans": (1, 0)}

    def test_nothing_noted_nothing_done(self, folder):
        asked.gather()
        folder.mkdir()
        asked.gather()
        assert counts() == {}

    def test_what_is_no_line_is_passed_over(self, folder):
        ask("loans", "2026-03-10 12:00")
        with (folder / "searches").open("ab") as file:
            file.write(b"\xff\xfe\n\n29554080 1\n2955 1 maps\n29554080 2 maps\n29554")
        ask("bins", "2026-03-10 12:00")
        asked.gather()
        assert counts().keys() <= {"loans", "bins"}
        assert "loans" in counts()

    def test_nothing_personal_comes_by_the_file_either(self, folder):
        folder.mkdir()
        (folder / "searches").write_text("29554080 1 Jane@example.org 29554080 1 loans\n")
        asked.gather()
        assert counts() == {"loans": (1, 0)}

    @pytest.mark.parametrize("step", ["before", "after"])
    def test_a_batch_is_counted_once_whatever_ended_the_counting(self, monkeypatch, folder, step):
        ask("loans", "2026-03-10 12:00")
        count = asked._count

        def end(tallies):
            if step == "after":
                count(tallies)
            raise DatabaseError

        with monkeypatch.context() as patch:
            patch.setattr(asked, "_count", end)
            with pytest.raises(DatabaseError):
                asked.gather()
        assert counts() == {}
        ask("bins", "2026-03-10 12:05")
        asked.gather()
        asked.gather()
        assert counts() == {"loans": (1, 0), "bins": (1, 0)}
        assert [path.name for path in folder.iterdir()] == ["lock"]

    def test_two_workers_do_not_count_the_same(self, monkeypatch):
        ask("loans", "2026-03-10 12:00")
        count = asked._count

        def count_while_another_comes(tallies):
            monkeypatch.setattr(asked, "_count", count)
            asked.gather()
            count(tallies)

        monkeypatch.setattr(asked, "_count", count_while_another_comes)
        asked.gather()
        assert counts() == {"loans": (1, 0)}

    def test_a_flood_is_counted_by_what_is_commonest(self, monkeypatch):
        monkeypatch.setattr(asked, "MOST_AT_ONCE", 2)
        for word in ("maps", "bins", "loans"):
            ask(word, "2026-03-10 12:00")
        ask("loans", "2026-03-10 12:01")
        ask("maps", "2026-03-10 12:01")
        asked.gather()
        assert counts() == {"loans": (2, 0), "maps": (2, 0)}

    def test_a_full_table_counts_what_it_knows(self, monkeypatch):
        ask("loans", "2026-03-10 12:00")
        asked.gather()
        monkeypatch.setattr(asked, "MOST_ROWS", 1)
        ask("loans", "2026-03-10 12:01")
        ask("maps", "2026-03-10 12:01")
        asked.gather()
        assert counts() == {"loans": (2, 0)}

    def test_the_longest_words_fit(self):
        long = " ".join("abcdefgh"[place] * 60 for place in range(8))
        for typed in (long[:200], "ﷺ" * 60, " ".join("ﷺ" for _ in range(60))):
            ask(typed, "2026-03-10 12:00")
        asked.gather()
        assert len(counts()) == 3
        assert max(map(len, counts())) <= SearchedWords._meta.get_field("words").max_length


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_counts_loses_nothing_and_counts_nothing_twice(folder):
    ask("loans", "2026-03-10 12:00")
    killed = os.fork()
    if not killed:
        # All is counted, and not yet committed.
        Path.unlink = lambda path: os.kill(os.getpid(), 9)
        connection.connection = None
        asked.gather()
        os._exit(0)
    assert os.waitpid(killed, 0)[1] == 9
    assert (folder / "taken").exists()
    asked.gather()
    assert counts() == {"loans": (1, 0)}


@pytest.mark.django_db
class TestForgotten:
    @pytest.fixture
    def remember(self):
        def remember(words: str, day: str, times: int) -> None:
            last = date.fromisoformat(day)
            SearchedWords.objects.create(
                words=words, month=month_of(last), times=times, last_searched=last
            )

        return remember

    @time_machine.travel(NOW, tick=False)
    def test_what_stayed_rare_is_forgotten_after_thirty_days(self, remember):
        remember("jane doe", "2026-02-07", 2)
        remember("john doe", "2026-02-08", 2)
        remember("loans", "2026-02-07", 3)
        asked.forget()
        assert counts().keys() == {"john doe", "loans"}

    @time_machine.travel(NOW, tick=False)
    def test_rare_is_what_is_rare_in_all_months_together(self, remember):
        remember("loans", "2025-11-07", 1)
        remember("loans", "2025-12-07", 1)
        remember("loans", "2026-01-07", 1)
        remember("maps", "2025-11-07", 1)
        remember("maps", "2026-03-07", 1)
        remember("jane doe", "2025-11-07", 1)
        remember("jane doe", "2025-12-07", 1)
        asked.forget()
        assert counts().keys() == {"loans", "maps"}

    @time_machine.travel(NOW, tick=False)
    def test_all_is_forgotten_after_two_years(self, remember):
        remember("loans", "2024-02-29", 50)
        remember("maps", "2024-03-01", 50)
        asked.forget()
        assert counts().keys() == {"maps"}


@pytest.mark.parametrize(
    ("day", "before", "month"),
    [
        ("2026-03-31", 0, "2026-03-01"),
        ("2026-03-31", 3, "2025-12-01"),
        ("2026-12-31", 11, "2026-01-01"),
        ("2026-12-31", 24, "2024-12-01"),
    ],
)
def test_months(day, before, month):
    assert month_of(date.fromisoformat(day), before) == date.fromisoformat(month)


def test_the_worker_is_told():
    offered = {work.name: work for work in due_work}
    assert offered["searches counted"].act is asked.gather
    assert not offered["searches counted"].once_for_all
    assert offered["searches forgotten"].act is asked.forget
    assert offered["searches forgotten"].once_for_all
