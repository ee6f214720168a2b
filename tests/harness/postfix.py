"""A private Postfix. It believes any client that claims to be another one (XCLIENT)."""

import os
import pwd
import shutil
import subprocess

from . import smtp
from .mta import Mta
from .sandbox import SASL_CONF, STATE
from .servers import SMTP_PORT
from .tap import true, wait_for

MAIN_CF = """
compatibility_level = 3.6
config_directory = {base}/etc
queue_directory = {base}/spool
data_directory = {base}/data
maillog_file = {base}/maillog
maillog_file_prefixes = {base}
myhostname = mx.example.test
mydomain = example.test
myorigin = example.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1, [::1]
mynetworks = 127.0.0.0/8 [::1]/128
disable_dns_lookups = yes
smtpd_peername_lookup = no
biff = no
default_process_limit = 400
default_transport = error:there is no outside world
relay_transport = error:there is no outside world
virtual_mailbox_domains = example.test
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_authorized_xclient_hosts = 0.0.0.0/0 [::]/0
smtpd_client_connection_count_limit = 0
smtpd_sasl_auth_enable = {logins}
smtpd_sasl_local_domain = mx.example.test
cyrus_sasl_config_path = {base}/etc/sasl
message_size_limit = 0
virtual_mailbox_limit = 0
header_size_limit = 1024000
milter_default_action = tempfail
smtpd_milters = {milters}
non_smtpd_milters = {milters}
"""

MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
[::1]:{port} inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
smtp      unix  - - n - - smtp
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix(Mta):
    """Postfix, with these milters, in its own notation, and more lines for main.cf.

    With logins it needs the set "sasl".
    """

    port = SMTP_PORT
    inbox = STATE / "postfix" / "mail" / "inbox" / "new"

    def __init__(self, milters, logins=True, main_cf=""):
        self.base = STATE / "postfix"
        nobody = pwd.getpwnam("nobody")
        for folder in ("etc", "spool", "data", "mail"):
            (self.base / folder).mkdir(parents=True)
        shutil.chown(self.base / "data", "postfix")
        shutil.chown(self.base / "mail", "nobody")
        (self.base / "etc" / "sasl").mkdir()
        (self.base / "etc" / "sasl" / "smtpd.conf").write_text(SASL_CONF)
        (self.base / "etc" / "main.cf").write_text(MAIN_CF.format(
            base=self.base, uid=nobody.pw_uid, gid=nobody.pw_gid, milters=milters,
            logins="yes" if logins else "no") + main_cf)
        (self.base / "etc" / "master.cf").write_text(MASTER_CF.format(port=self.port))
        self._control("start")
        wait_for(self.listens, "Postfix to listen")

    def _control(self, command):
        result = subprocess.run(["postfix", "-c", str(self.base / "etc"), command],
                                capture_output=True, text=True, check=False)
        true(result.returncode == 0, f"postfix {command}: {result.stderr}{self.log()}")

    def log(self):
        path = self.base / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def client(self, address=None, login=False, source=None):
        xclient = smtp.xclient_address(address) if address else None
        return smtp.Client(self.port, source=source, xclient=xclient, login=login)

    def submit(self, headers=""):
        """Submit a message locally, by the sendmail command."""
        token = self.token()
        subprocess.run(["sendmail", "-t"], input=self.message(token, headers), text=True,
                       check=True, env={**os.environ, "MAIL_CONFIG": str(self.base / "etc")})
        return self.delivered(token)

    def reload(self):
        """Take up what has changed in the configuration."""
        self._control("reload")

    def stop(self):
        self._control("stop")
