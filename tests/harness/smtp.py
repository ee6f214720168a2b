"""An SMTP client that sends exactly the bytes that it is given."""

import socket


class Rejected(Exception):
    """The server's reply was not the one that was hoped for."""

    def __init__(self, command, reply):
        super().__init__(f"{command}: {reply}")
        self.reply = reply


class Client:
    """One connection. With xclient, Postfix takes us for that client (XCLIENT)."""

    def __init__(self, port, host="127.0.0.1", source=None, xclient=None, helo="client.test"):
        address = (source, 0) if source else None
        self.socket = socket.create_connection((host, port), 120, address)
        self.reader = self.socket.makefile("rb")
        self._expect("connection", "2")
        self.command(f"EHLO {helo}")
        if xclient:
            self.command("XCLIENT " + xclient)
            self.command(f"EHLO {helo}")

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
        body = message.encode("latin1").replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..")
        self.socket.sendall(body + b"\r\n.\r\n")
        return self._expect("end of DATA", "2")

    def send(self, message):
        self.envelope()
        return self.data(message)

    def close(self):
        self.socket.sendall(b"QUIT\r\n")
        self._reply()
        self.socket.close()


def xclient_address(address, login=None):
    """The XCLIENT attributes of a client with this address."""
    attributes = f"ADDR=IPV6:{address}" if ":" in address else f"ADDR={address}"
    return attributes + (f" LOGIN={login}" if login else "")
