"""What the standard pages of a new site say until its editors write better.

What Privacy says of periods is what the code does as it comes: tests/home/test_first_texts.py holds
one against the other.
"""

from typing import NamedTuple

Blocks = list[tuple[str, str | dict]]


class FirstText(NamedTuple):
    summary: str
    body: Blocks


ABOUT = FirstText(
    "Who meets here, and what for.",
    [
        (
            "text",
            "<p>This is a place for people who borrow and lend between libraries: who pack the "
            "boxes, chase the holds, answer the lender and teach the next colleague how it is "
            "done.</p>"
            "<p>The guides say how a job is done. The chats are recorded conversations between "
            "colleagues, with the minute at which each question came up. The blog tells what is "
            "new, the calendar when we meet, and the people here may be asked.</p>",
        ),
        ("heading", "How to use it"),
        (
            "text",
            "<p>Begin with the search: type what you would ask a colleague. What it finds leads "
            "to the step of a guide, or to the second of a recording in which somebody explains "
            "it.</p>"
            "<p>Nobody needs an account to read, to comment, to register for an event or to get "
            "news by email.</p>",
        ),
        ("heading", "How to take part"),
        (
            "text",
            "<p>Come to a chat and ask. Comment where you know better. Tell us at the end of a "
            "guide whether it helped. What you have worked out at your own desk is worth a post: "
            "{send} takes a few lines as gladly as a finished text.</p>",
        ),
    ],
)

PRIVACY = FirstText(
    "What this site keeps of you, for how long, and who sees it.",
    [
        ("heading", "When you read"),
        (
            "text",
            "<p>Reading needs no account and sets no cookie. Who reads what is not counted. Each "
            "page, with its pictures and letters, comes from this site alone, and no other is "
            "asked for anything. A recording that lies with YouTube or Vimeo is fetched from there "
            "once you press play, and from then on their rules hold too.</p>"
            "<p>The computers that carry the site may write down who asked for what, as all web "
            "servers can. That is in the hands of those who run them; {contact} if you want to "
            "know.</p>",
        ),
        ("heading", "When you search"),
        (
            "text",
            "<p>We count which words are searched for, to learn what is missing here, and keep "
            "nothing of who searched. Email addresses, web addresses and numbers of five digits "
            "and more are left out before anything is written down. Words that were searched for "
            "fewer than 3 times are shown to nobody, and forgotten 30 days after the last time. "
            "The counts of all others are kept for 24 months.</p>",
        ),
        ("heading", "When you comment"),
        (
            "text",
            "<p>Your name, your library if you name it, and your words are public. Your email "
            "address is seen only by the team members who moderate comments. You get mail about "
            "replies if you ask for it, and can stop it with one click. A comment stays until you "
            "ask us to take it out, or we do.</p>"
            "<p>To tell spam from talk we keep the address of your computer, the name of your "
            "browser and the page you came from, for 30 days. What was marked as spam is erased "
            "after 15 days, what was deleted after 30 days. Where we ask the service Akismet for "
            "its opinion, the form says so; {rules} has the details.</p>",
        ),
        ("heading", "When you come to an event"),
        (
            "text",
            "<p>Those who run the event see your name, your email address, your library, your "
            "answers, and afterwards whether you were there. Answers to questions that are marked "
            "as private are erased 30 days after the event. Your name and address are erased 3 "
            "years after it: until then certificates can be checked. How many came stays "
            "known.</p>",
        ),
        ("heading", "When you get mail from us"),
        (
            "text",
            "<p>For email updates we keep your address, what you follow, how often you want to "
            "hear of it, and your time zone. An address that is not confirmed is forgotten after "
            "7 days. What you stopped, and which mail told you of what, is forgotten after 90 "
            "days. No mail of ours tells us whether you opened it.</p>"
            "<p>A copy of each mail that we send is kept for 30 days, of one that could not be "
            "delivered for 90 days, so that we can find out what went wrong. The addresses that we "
            "have written to stay on a list of the team’s, with whether they were confirmed and "
            "whether mail came back: so we write to none that nobody reads, or that asked us not "
            "to.</p>",
        ),
        ("heading", "When you write to us or send something in"),
        (
            "text",
            "<p>What you write in a form to the team or to one of us goes to them by mail. What "
            "you send in for the blog lies, with its files, where only the team sees it. What "
            "became of it a post or a comment stays with that; the rest is erased 365 days after "
            "it was dealt with, what was deleted after 30 days, spam after 15 days. Whether a "
            "guide helped you, and what you say to it, is kept without anything that tells who you "
            "are.</p>"
            "<p>So that nobody floods our forms, we count what comes from one computer within an "
            "hour. Its address is not kept for that, only a scrambled sign of it.</p>",
        ),
        ("heading", "Cookies, and what your browser keeps"),
        (
            "text",
            "<ul>"
            "<li>When you comment or register, a cookie guards the form, so that nobody can send "
            "it in your name. It says nothing about you and lasts a year.</li>"
            "<li>When you follow the link in our mail about a comment, a cookie tells us for 365 "
            "days that the address is yours. Another lets you edit the comment for 15 minutes.</li>"
            "<li>What you have typed and not sent yet is kept by your browser alone, until you "
            "close the tab.</li>"
            "<li>Those of the team who sign in get a cookie that lasts 14 days.</li>"
            "</ul>",
        ),
        ("heading", "When you are in a recording"),
        (
            "text",
            "<p>Recordings hold voices, faces and what was said, and stay as long as they are of "
            "use. Beneath each is a link with which you can ask for something to be taken out. You "
            "need give no reason.</p>",
        ),
        ("heading", "What you can ask for"),
        (
            "text",
            "<p>To see all that is kept under your email address, to have it put right, or to have "
            "it erased: {contact}. Only the list of addresses that must not be written to keeps "
            "its entry, or we could not keep to it. We sell nothing and pass nothing on.</p>",
        ),
    ],
)

ACCESSIBILITY = FirstText(
    "What was done so that everybody can use this site, and how to tell us where it fails.",
    [
        ("heading", "What was done"),
        (
            "text",
            "<ul>"
            "<li>Everything can be done with the keyboard, in an order that follows the page. The "
            "first link of each page leads past its head.</li>"
            "<li>Pages have headings in order, landmarks with names, and labels at every field. "
            "Faults in a form are listed at its top, with links to the fields.</li>"
            "<li>Letters are drawn for people with low vision, grow with your browser’s setting, "
            "and stand in light or dark colors as you have set your computer.</li>"
            "<li>Nothing is said by color alone, nothing moves by itself, and less moves if you "
            "have asked your computer for that.</li>"
            "<li>Pages work without JavaScript, on small screens and enlarged, and print without "
            "what surrounds the text.</li>"
            "<li>A recording’s topics lead to the minute, and where there is a transcript it can "
            "be read and searched in place of listening.</li>"
            "</ul>"
            "<p>Pages are checked by a program that finds common barriers, and by tests that use "
            "the keyboard alone. A program does not find everything.</p>",
        ),
        ("heading", "What we know is missing"),
        (
            "text",
            "<p>Not every recording has a transcript, and some transcripts were written by a "
            "machine and not corrected. Documents that others made for us, and recordings that lie "
            "with other services, may have barriers that we cannot take away.</p>",
        ),
        ("heading", "Tell us where it fails"),
        (
            "text",
            "<p>If something here cannot be read, heard or used, {contact}: say which page it was "
            "and what you wanted to do. You need not know the cause. We help you to what you need "
            "by another way, and mend the page.</p>",
        ),
    ],
)

STANDARD_PAGES = {"about": ABOUT, "privacy": PRIVACY, "accessibility": ACCESSIBILITY}

CONTACT = (
    "<p>Ask us anything about borrowing and lending, about this site, or about what is kept of you "
    "here. If something is wrong on a page, say which one it is.</p>"
)
PEOPLE = (
    "<p>Who does what, and whom to ask. You write through a form, and the answer comes by "
    "email.</p>"
)
GUIDES = (
    "<p>How the work is done, step by step: from the first request to the book on its way home. "
    "Whoever is new begins with a tutorial; whoever is in the middle of something finds the step "
    "by its heading.</p>"
)
INTRODUCTIONS = {"contact": CONTACT, "people": PEOPLE, "guides": GUIDES}
