import pytest

from chats.recordings import recording_file, recording_link

YOUTUBE = "https://www.youtube.com/watch?v=abcdefghijk"


@pytest.mark.parametrize(
    ("url", "at_11_28"),
    [
        (YOUTUBE, f"{YOUTUBE}&t=688s"),
        ("https://youtu.be/abcdefghijk?si=tracking", f"{YOUTUBE}&t=688s"),
        ("https://m.youtube.com/watch?app=desktop&v=abcdefghijk", f"{YOUTUBE}&t=688s"),
        ("https://www.youtube-nocookie.com/embed/abcdefghijk", f"{YOUTUBE}&t=688s"),
        ("https://www.youtube.com/live/abcdefghijk", f"{YOUTUBE}&t=688s"),
        ("https://vimeo.com/12345", "https://vimeo.com/12345#t=688s"),
        ("https://player.vimeo.com/video/12345", "https://vimeo.com/12345#t=688s"),
        ("https://vimeo.com/12345/0a1b2c", "https://vimeo.com/12345/0a1b2c#t=688s"),
    ],
)
def test_a_second_of_youtube_and_vimeo_can_be_reached(url, at_11_28):
    link = recording_link(url)
    assert link.can_seek
    assert link.at(688) == at_11_28


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://us02web.zoom.us/rec/share/abc", "Zoom"),
        ("https://media.example.org/chat.mp4", "media.example.org"),
        ("https://www.youtube.com/playlist?list=abc", "youtube.com"),
        ("https://notyoutube.com/watch?v=abcdefghijk", "notyoutube.com"),
        ("https://evil.example/zoom.us", "evil.example"),
    ],
)
def test_any_other_host_is_named_and_not_steered(url, host):
    link = recording_link(url)
    assert (link.host_label, link.can_seek, link.at(688)) == (host, False, url)


def test_a_file_kept_here_is_reached_by_media_fragment():
    assert recording_file("/media/chat.mp4").at(688) == "/media/chat.mp4#t=688"


def test_a_percent_sign_in_an_address_is_left_alone():
    assert recording_file("/media/50%25.mp4").at(7) == "/media/50%25.mp4#t=7"
