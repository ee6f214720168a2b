"""A private SpamAssassin: spamd without network tests, and spamass-milter in front of it."""

import pathlib
import shutil
import socket

from .sandbox import ROOT, STATE
from .servers import Process
from .tap import true, wait_for

PORT = 2783

LOCAL_CF = """
required_score 100
report_safe 0
use_bayes 0
clear_headers
add_header all Status "_YESNO_, tests=_TESTS_"
"""


class SpamAssassin:
    """The installed rules, and the project's own; with more lines for local.cf."""

    def __init__(self, local_cf=""):
        base = STATE / "spamassassin"
        site = base / "site"
        site.mkdir(parents=True)
        for path in pathlib.Path("/etc/spamassassin").glob("*.pre"):
            shutil.copy(path, site)
        shutil.copy(ROOT / "etc" / "spamassassin" / "p0f.cf", site)
        (site / "local.cf").write_text(LOCAL_CF + local_cf)
        home = base / "home"
        home.mkdir()
        shutil.chown(home, "nobody")
        self.path = base / "spamass-milter.sock"
        self.spamd = Process("spamd", [
            "/usr/sbin/spamd", "-L", "-x", "-i", "127.0.0.1", "-p", str(PORT), "-A", "127.0.0.1",
            "-m", "2", "-u", "nobody", "-H", str(home), f"--siteconfigpath={site}", "-s", "stderr"])
        wait_for(self._listens, "spamd to listen")
        self.milter = Process("spamass-milter", ["/usr/sbin/spamass-milter", "-p", str(self.path),
                                                 "--", "-d", "127.0.0.1", "-p", str(PORT)])
        wait_for(self.path.is_socket, "spamass-milter to listen")
        self.path.chmod(0o666)

    def _listens(self):
        try:
            socket.create_connection(("127.0.0.1", PORT)).close()
            return True
        except OSError:
            true(self.spamd.alive(), self.spamd.log())
            return False
