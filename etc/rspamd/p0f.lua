-- rspamd: symbols by the X-P0F-OS header. Append this to /etc/rspamd/rspamd.local.lua.
-- p0f-milter must come before rspamd in the mail server's list of milters.
--
-- The pattern is matched against the whole header, folds and all: \s+ after each ";".

local p0f = {
  P0F_WIN_DESKTOP = {'^\\s*os="Windows";\\s+flavor="(?:XP|Vista|\\d)', 1.0,
    'the client is a desktop Windows'},
  P0F_UNKNOWN = {'^\\s*os=unknown;\\s+match=none', 0.1, 'p0f does not know the client\'s OS'},
  P0F_UNSEEN = {'^\\s*os=unknown;\\s+match=unseen', 0.0, 'p0f has not seen the client'},
  P0F_UNIX = {'^\\s*os="(?:FreeBSD|OpenBSD|NetBSD|Solaris)"', -0.1, 'the client is a Unix'},
}

for symbol, rule in pairs(p0f) do
  config['regexp'][symbol] = {
    re = 'X-P0F-OS=/' .. rule[1] .. '/{header}',
    score = rule[2],
    description = rule[3],
    group = 'p0f',
  }
end
