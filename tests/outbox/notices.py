"""Notices as mail servers write them (RFC 3464, RFC 5965), made up field by field."""

from textwrap import dedent, indent


def _crlf(text: str) -> bytes:
    return dedent(text).lstrip("\n").replace("\n", "\r\n").encode()


def report(
    *,
    told: str,
    recipient_fields: str,
    message_id: str,
    kind: str = "delivery-status",
    returned: str = "text/rfc822-headers",
    more_headers: str = "",
) -> bytes:
    head = dedent(more_headers).strip()
    fields = dedent(recipient_fields).strip()
    lines = [
        "Return-Path: <>",
        "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)",
        "To: bounces@ill.example.org",
        "Subject: Undelivered Mail Returned to Sender",
        *([head] if head else []),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind};\n\tboundary="edge/of.parts"',
        "",
        "This is a MIME-encapsulated message.",
        "",
        "--edge/of.parts",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        told,
        "",
        "--edge/of.parts",
        f"Content-Type: message/{kind}",
        "",
        fields,
        "",
        "--edge/of.parts",
        f"Content-Type: {returned}",
        "",
        "From: Desk <desk@ill.example.org>",
        "Subject: New on the site",
        f"Message-ID: {message_id}",
        "",
        "--edge/of.parts--",
        "",
    ]
    return "\n".join(lines).replace("\n", "\r\n").encode()


def postfix(
    message_id: str,
    recipient: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    diagnostic: str = "smtp; 550 5.1.1 <reader@example.net>: Recipient address rejected:\n"
    "    User unknown in virtual mailbox table",
) -> bytes:
    return report(
        told=f"<{recipient}>: host mx.example.net said: 550 5.1.1 User unknown",
        recipient_fields=f"""
Reporting-MTA: dns; mail.ill.example.org
X-Postfix-Queue-ID: 4F1A22C0B3
X-Postfix-Sender: rfc822; bounces@ill.example.org
Arrival-Date: Thu,  4 Jun 2026 10:11:12 -0400 (EDT)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.net
Diagnostic-Code: {diagnostic}
""",
        message_id=message_id,
        more_headers="Auto-Submitted: auto-replied",
    )


def exim(message_id: str, recipient: str) -> bytes:
    """Its status is always 5.0.0; only the words of the other server tell."""
    return report(
        told=f"  {recipient}\n    host mx.example.net\n    SMTP error from remote mail server",
        recipient_fields=f"""
Reporting-MTA: dns; mail.ill.example.org

Action: failed
Final-Recipient: rfc822;{recipient}
Status: 5.0.0
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 No such person at this address.
""",
        message_id=message_id,
        returned="message/rfc822",
        more_headers=f"X-Failed-Recipients: {recipient}\nAuto-Submitted: auto-replied",
    )


def exchange(message_id: str, recipient: str) -> bytes:
    return report(
        told=f"Delivery has failed to these recipients or groups:\n\n{recipient}",
        recipient_fields=f"""
Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.example
Received-From-MTA: dns;mail.ill.example.org
Arrival-Date: Thu, 4 Jun 2026 14:11:12 +0000

Original-Recipient: rfc822;{recipient}
Final-Recipient: rfc822;{recipient}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by
  SMTP address lookup
""",
        message_id=message_id,
        returned="message/rfc822",
        more_headers=f"In-Reply-To: {message_id}\nReferences: {message_id}",
    )


def gmail(message_id: str, recipient: str) -> bytes:
    return report(
        told=f"** Address not found **\n\nYour message wasn't delivered to {recipient}",
        recipient_fields=f"""
Reporting-MTA: dns; googlemail.example
Arrival-Date: Thu, 04 Jun 2026 07:11:12 -0700 (PDT)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net. (192.0.2.25, the server for the domain.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
 550 5.1.1 Please try double-checking the address
Last-Attempt-Date: Thu, 04 Jun 2026 07:11:13 -0700 (PDT)
""",
        message_id=message_id,
        returned="message/rfc822",
        more_headers="Auto-Submitted: auto-replied\nX-Failed-Recipients: " + recipient,
    )


def ses(message_id: str, recipient: str) -> bytes:
    return report(
        told="An error occurred while trying to deliver the mail to the following recipients:\n"
        + indent(recipient, ""),
        recipient_fields=f"""
Reporting-MTA: dns; a8-31.smtp-out.mail-service.example

Action: failed
Final-Recipient: rfc822; {recipient}
Diagnostic-Code: smtp; 550 5.1.1 user unknown
Status: 5.1.1
""",
        message_id=message_id,
        returned="message/rfc822",
    )


def feedback(message_id: str, *, kind: str = "abuse") -> bytes:
    """Of a mailbox provider that hides who complained (RFC 6590)."""
    return report(
        told="This is an email abuse report for a message received from 192.0.2.1.",
        recipient_fields=f"""
Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <bounces@ill.example.org>
Source-IP: 192.0.2.1
""",
        message_id=message_id,
        kind="feedback-report",
        returned="message/rfc822",
    )


def out_of_office(message_id: str) -> bytes:
    return _crlf(
        f"""
        From: Reader <reader@example.net>
        To: bounces@ill.example.org
        Subject: Out of office: New on the site
        In-Reply-To: {message_id}
        Auto-Submitted: auto-replied
        Content-Type: text/plain

        I am away until Monday. Action: failed. Status: 5.1.1
        """
    )
