"""A private rspamd with the project's symbols."""

import json
import shutil
import urllib.error
import urllib.request

from . import dns
from .sandbox import ROOT, STATE
from .servers import Process
from .tap import true, wait_for

URL = "http://127.0.0.1:11333/"

OPTIONS = f"""
dns {{ nameserver = ["127.0.0.1:{dns.PORT}"]; }}
disable_hyperscan = true;
local_addrs = ["127.0.0.1"];
url_tld = "{STATE}/rspamd/tlds.dat";
"""


class Rspamd(Process):
    """rspamd, with files of ours in local.d, by their names, and more Lua than p0f.lua.

    It is a milter, too, at MILTER. A name server of harness.dns answers it.
    """

    MILTER = "inet:127.0.0.1:11332"

    def __init__(self, local_d=None, lua=()):
        base = STATE / "rspamd"
        shutil.copytree("/etc/rspamd", base / "etc")
        files = [ROOT / "etc" / "rspamd" / name for name in ("p0f.lua", *lua)]
        (base / "etc" / "rspamd.local.lua").write_text(
            "".join(file.read_text(encoding="utf-8") for file in files), encoding="utf-8")
        for name, text in {"options.inc": OPTIONS, **(local_d or {})}.items():
            (base / "etc" / "local.d" / name).write_text(text)
        # rspamd compiles them at its start: all of the world's take seconds of processor time
        (base / "tlds.dat").write_text("com\nexample\norg\ntest\n")
        for folder in ("db", "run", "log"):
            (base / folder).mkdir()
            shutil.chown(base / folder, "nobody")
        self.log_folder = base / "log"
        super().__init__("rspamd", ["rspamd", "-f", "-u", "nobody", "-g", "nogroup",
                                    "-c", str(base / "etc" / "rspamd.conf"),
                                    f"--var=CONFDIR={base}/etc", f"--var=LOCAL_CONFDIR={base}/etc",
                                    f"--var=DBDIR={base}/db", f"--var=RUNDIR={base}/run",
                                    f"--var=LOGDIR={base}/log"])
        wait_for(self._listens, "rspamd to listen", 300)  # it compiles its lists

    def _listens(self):
        true(self.alive(), self.log())
        try:
            urllib.request.urlopen(URL + "ping", timeout=60).close()
            return True
        except urllib.error.URLError:
            return False

    @staticmethod
    def check(message, **client):
        """rspamd's reply on a message of LF lines; the client by rspamd's names: IP, Hostname..."""
        request = urllib.request.Request(URL + "checkv2", message.replace("\n", "\r\n").encode(),
                                         client)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def log_tail(self, lines=20):
        return [line for path in self.log_folder.iterdir()
                for line in path.read_text(errors="replace").splitlines()[-lines:]]
