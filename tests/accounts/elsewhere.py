"""Signing in with an organisation that this very process plays; prints what came of it as JSON.

In a process of its own, since the settings decide at its start what is loaded.
"""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
JWK = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k"}

told = {"email": "", "nonce": ""}


class Organisation(BaseHTTPRequestHandler):
    """OpenID Connect Core 1.0, as far as a sign-in by code asks for it."""

    def log_message(self, *args) -> None:
        pass

    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_port}"
        if urlsplit(self.path).path == "/keys":
            self.say({"keys": [JWK]})
        elif urlsplit(self.path).path == "/me":
            self.say({"sub": f"of {told['email']}", "email": told["email"]})
        else:
            ends = {"authorization": "let-in", "token": "token", "userinfo": "me"}
            addresses = {f"{name}_endpoint": f"{here}/{end}" for name, end in ends.items()}
            self.say({"issuer": here, "jwks_uri": f"{here}/keys", **addresses})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        claims = {
            "iss": f"http://127.0.0.1:{self.server.server_port}",
            "aud": "the site",
            "sub": f"of {told['email']}",
            "email": told["email"],
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": told["nonce"],
        }
        token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k"})
        self.say({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def say(self, answer: dict) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def sign_in(email: str) -> dict:
    from django.test import Client

    told["email"] = email
    client = Client(SERVER_NAME="localhost")
    begin = "/account/elsewhere/oidc/organisation/login/?next=/admin/"
    offered = client.get("/account/login/?next=/admin/", secure=True).content.decode()
    sent = parse_qs(urlsplit(client.post(begin, secure=True)["Location"]).query)
    told["nonce"] = sent.get("nonce", [""])[0]
    back = urlsplit(sent["redirect_uri"][0]).path + "?"
    back += urlencode({"code": "x", "state": sent["state"][0]})
    client.get(back, secure=True)
    return {
        "offered": f'action="{begin}"' in offered and "the consortium" in offered,
        "signed_in": "_auth_user_id" in client.session,
        "admin": client.get("/admin/", secure=True).status_code,
        "page": client.get("/account/", secure=True).status_code,
    }


def main() -> None:
    server = HTTPServer(("127.0.0.1", 0), Organisation)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["OIDC_URL"] = f"http://127.0.0.1:{server.server_port}"

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", "socialaccount", verbosity=0)

    from django.conf import settings

    from accounts.checks import who_lacks_one
    from accounts.models import User

    settings.STAFF_NEED_SECOND_STEP = True
    for name in ("ines", "mo"):
        User.objects.create_superuser(f"{name}@ill.example.org", "a long password")
    came = {email: sign_in(email) for email in ("INES@ill.example.org", "new@ill.example.org", "")}
    came["users"] = User.objects.count()
    (finding,) = who_lacks_one()
    came["lacking"], came["do"] = finding.of, finding.do
    sys.stdout.write(json.dumps(came))


if __name__ == "__main__":
    main()
