"""An SMTP client that sends exactly the bytes that it is given."""

import base64
import socket

# The user that the mail servers know, once add_user() has been called, and where.
USER, PASSWORD, REALM = "user", "secret", "mx.example.test"


class Rejected(Exception):
    """The server's reply was not the expected one."""

    def __init__(self, command, reply):
        super().__init__(f"{command}: {reply}")
        self.reply = reply


class Client:
    """One connection. With xclient, Postfix takes us for that client (XCLIENT)."""

    def __init__(self, port, host="127.0.0.1", source=None, xclient=None, login=False):
        address = (source, 0) if source else None
        self._begin(socket.create_connection((host, port), 120, address))
        if xclient:
            self.command("XCLIENT " + xclient)
            self.command("EHLO client.test")
        if login:
            self.authenticate(USER, PASSWORD)

    @classmethod
    def over(cls, connected):
        """A client on a socket that is connected already."""
        client = cls.__new__(cls)
        client._begin(connected)
        return client

    def _begin(self, connected):
        self.socket = connected
        self.reader = connected.makefile("rb")
        self._expect("connection", "2")
        self.command("EHLO client.test")

    def authenticate(self, user, password):
        """Log in (RFC 4954, mechanism PLAIN)."""
        plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.command(f"AUTH PLAIN {plain}")

    def _reply(self):
        lines = []
        while True:
            line = self.reader.readline().decode("latin1").rstrip()
            lines.append(line)
            if line[3:4] != "-":
                return "\n".join(lines)

    def _expect(self, command, start):
        reply = self._reply()
        if not reply.startswith(start):
            raise Rejected(command, reply)
        return reply

    def command(self, text, start="2"):
        """Send a command; raises Rejected unless the reply starts so."""
        self.socket.sendall(text.encode("latin1") + b"\r\n")
        return self._expect(text, start)

    def envelope(self, sender="sender@example.test", recipient="inbox@example.test"):
        self.command(f"MAIL FROM:<{sender}>")
        self.command(f"RCPT TO:<{recipient}>")

    def data(self, message):
        """Send a message of LF lines as it is; returns the reply to its end."""
        self.command("DATA", "3")
        self.send_text(message)
        return self.end_of_data()

    def send_text(self, message):
        """The part of data() that comes after the DATA command."""
        body = message.encode("latin1").replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..")
        self.socket.sendall(body + b"\r\n.\r\n")

    def end_of_data(self):
        """Wait for the reply to the message."""
        return self._expect("end of DATA", "2")

    def send(self, message):
        self.envelope()
        return self.data(message)

    def close(self):
        self.socket.sendall(b"QUIT\r\n")
        self._reply()
        self.socket.close()


def xclient_address(address):
    """The XCLIENT attribute of a client with this address."""
    return f"ADDR=IPV6:{address}" if ":" in address else f"ADDR={address}"
