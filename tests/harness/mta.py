"""What Postfix and Sendmail have in common for a test: messages go in and come out."""

import itertools
import os
import pathlib
import re
import subprocess

from . import smtp
from .sandbox import STATE
from .tap import wait_for


class Message:
    """A delivered message: its header fields as (name, value) with the folds in them."""

    def __init__(self, text):
        self.text = text
        head = text.split("\n\n", 1)[0]
        self.fields = []
        for line in head.split("\n"):
            if line[:1] in (" ", "\t"):
                name, value = self.fields[-1]
                self.fields[-1] = (name, value + "\n" + line)
            else:
                name, _, value = line.partition(":")
                self.fields.append((name, value.lstrip(" ")))

    def all(self, name):
        """The values of every field of that name, unfolded as RFC 5322 says."""
        return [value.replace("\n", "").replace("\t", " ") for field, value in self.fields
                if field.lower() == name.lower()]

    def index(self, name):
        """The place of the first field of that name, from the top."""
        return [field.lower() for field, _ in self.fields].index(name.lower())

    @property
    def queue_id(self):
        """What the mail server called the message."""
        return re.search(r"\bid (\w+)", self.all("Received")[0])[1]


def add_user():
    """Let the mail servers know one user."""
    database = STATE / "sasldb2"
    subprocess.run(["saslpasswd2", "-p", "-c", "-f", str(database), "-u", smtp.REALM, smtp.USER],
                   input=smtp.PASSWORD, text=True, check=True)
    database.chmod(0o644)


class Mta:
    """A private mail server: mail to anybody at example.test lands in one folder."""

    tokens = itertools.count(1)
    port = None
    inbox = None  # the folder of the delivered messages, a file each

    def client(self, address=None, login=False, source=None):
        """An SMTP session as that client, logged in on request."""
        raise NotImplementedError

    def submit(self, headers=""):
        """Submit a message locally, by the sendmail command; returns it as delivered."""
        raise NotImplementedError

    def log(self):
        raise NotImplementedError

    def log_tail(self, lines=30):
        return ["mta: " + line for line in self.log().splitlines()[-lines:]]

    def token(self):
        """A Message-ID that no other message has."""
        return f"<{next(self.tokens)}.{os.getpid()}@client.test>"

    def message(self, token, headers="", body="Hello.\n"):
        """A message with these further header lines on top."""
        return (f"{headers}From: sender@example.test\nTo: inbox@example.test\nSubject: test\n"
                f"Date: Mon, 23 Nov 2026 08:00:00 +0000\nMessage-ID: {token}\n\n{body}")

    def delivered(self, token):
        """Wait for the message with that Message-ID."""
        seen = set()

        def find():
            folder = pathlib.Path(self.inbox)
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name not in seen:
                    seen.add(path.name)
                    message = Message(path.read_text(errors="replace"))
                    if message.all("Message-ID") == [token]:
                        path.unlink()
                        return message
            return None

        return wait_for(find, f"the delivery of {token}")

    def delivered_all(self, tokens):
        """Wait for the messages with these Message-IDs. Returns what has come, by Message-ID."""
        found, seen = {}, set()

        def all_are_there():
            for path in self.inbox.iterdir():
                if path.name not in seen:
                    seen.add(path.name)
                    message = Message(path.read_text())
                    found[message.all("Message-ID")[0]] = message
            return set(tokens) <= set(found)

        wait_for(all_are_there, "all messages that were accepted")
        return found

    def deliver(self, address=None, headers="", login=False, source=None):
        """Send a message as that client, and return it as it was delivered."""
        token = self.token()
        client = self.client(address, login, source)
        client.send(self.message(token, headers))
        client.close()
        return self.delivered(token)

    def listens(self):
        try:
            smtp.Client(self.port).close()
            return True
        except OSError:
            return False
