"""A name server, and DKIM signatures that it can vouch for. They need the set "spamassassin"."""

import socket
import struct
import subprocess
import threading

PORT = 5353
A, TXT = 1, 16

# Prints a key's record for DNS, and then the signature of the message on standard input.
SIGN = r"""
use Crypt::OpenSSL::RSA;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
my $key = Crypt::OpenSSL::RSA->generate_key(2048);
my $public = $key->get_public_key_x509_string();
$public =~ s/-----.*?-----|\s//g;
my $private = $key->get_private_key_string();
$private =~ s/-----.*?-----|\s//g;
my $signer = Mail::DKIM::Signer->new(Algorithm => 'rsa-sha256', Method => 'relaxed',
    Domain => 'sender.example', Selector => 's',
    Key => Mail::DKIM::PrivateKey->load(Data => $private));
while (<STDIN>) { chomp; $signer->PRINT("$_\015\012"); }
$signer->CLOSE;
print "v=DKIM1; k=rsa; p=$public\n", $signer->signature->as_string, "\n";
"""


class Dns:
    """A name server that knows these (name, type) and answers everything else with NXDOMAIN."""

    def __init__(self, records):
        self.records = records
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", PORT))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            self.socket.sendto(self._answer(query), client)

    def _answer(self, query):
        labels, place = [], 12
        while query[place]:
            labels.append(query[place + 1:place + 1 + query[place]].decode().lower())
            place += 1 + query[place]
        question = query[12:place + 5]
        kind = struct.unpack("!H", question[-4:-2])[0]
        data = self.records.get((".".join(labels), kind))
        head = query[:2] + struct.pack("!HHHHH", 0x8580 | (0 if data else 3), 1, bool(data), 0, 0)
        answer = struct.pack("!HHHIH", 0xc00c, kind, 1, 60, len(data)) + data if data else b""
        return head + question + answer


def dkim(message):
    """Sign a message. Returns it, and the key's record for the name server."""
    record, signature = subprocess.run(["perl", "-e", SIGN], input=message, text=True, check=True,
                                       capture_output=True).stdout.rstrip("\n").split("\n", 1)
    strings = [record[start:start + 255].encode() for start in range(0, len(record), 255)]
    data = b"".join(bytes([len(string)]) + string for string in strings)
    return f"{signature}\n{message}", {("s._domainkey.sender.example", TXT): data}


def dnswl(address, trust):
    """A record of list.dnswl.org for an IPv4 address: 0 is no trust, 3 the highest."""
    name = ".".join(reversed(address.split("."))) + ".list.dnswl.org"
    return {(name, A): bytes([127, 0, 5, trust])}
