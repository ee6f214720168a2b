-- rspamd: symbols by the X-P0F-OS header. Append this to /etc/rspamd/rspamd.local.lua.
-- p0f-milter must come before rspamd in the mail server's list of milters.
--
-- The symbols have the names of the rules for SpamAssassin; p0f.cf says what each one
-- can know. The scores are small for the same reason as there: measure your own mail,
-- then set your own scores in local.d/groups.conf.

-- A pattern is matched against the whole header, folds and all: \s+ after each ";".
local function header(pattern, flags)
  return 'X-P0F-OS=/' .. pattern .. '/' .. (flags or '') .. '{header}'
end

local stale = header([[;\s+age=\d+s]])
local generic = header([[;\s+match=(?:fuzzy\+)?generic(?:;|\s*$)]])
local windows = header([[^\s*os="Windows"]])
local linux = header([[^\s*os="Linux"]])
local android = header([[^\s*os="(?:Android"|Linux";\s+flavor="\(?Android)]])
local unix = header([[^\s*os="(?:(?:Free|Open|Net|DragonFly ?)BSD|Solaris|SunOS|HP-UX|AIX|IRIX|Tru64|OpenVMS)"]])
local apple = header([[^\s*os="(?:Mac ?OS ?X|macOS|iOS|Apple)\b]], 'i')
local scanner = header([[^\s*os="(?:ZMap|masscan|NMap|Scapy|hping|Scanner)"]], 'i')

-- About this client, not about an earlier one with the same address.
local function now(...)
  return table.concat({ ... }, ' & ') .. ' & !' .. stale
end

local symbols = {
  P0F_STALE = { stale, 0.0, 'fingerprint is of an earlier connection' },
  P0F_UNSEEN = { header([[^\s*os=unknown;\s+match=unseen(?:;|\s*$)]]), 0.0,
    'p0f has not seen the client' },
  P0F_WINDOWS = { now(windows), 0.0, 'the client is a Windows' },
  P0F_LINUX = { now(linux), 0.0, 'the client is a Linux' },
  P0F_LINUX_OLD = { now(header([[^\s*os="Linux";\s+flavor="(?:2\.(?![^"]*SO_RCVBUF)|3\.1-3\.10)]]),
    '!' .. generic), 0.1, 'the client is a Linux of before 2014' },
  P0F_ANDROID = { now(android), 0.0, 'the client is an Android or a tuned Linux' },
  P0F_UNIX = { now(unix), 0.0, 'the client is a Unix that is not Linux' },
  P0F_APPLE = { now(apple), 0.0, 'the client is a Mac, iPhone or iPad' },
  P0F_SCANNER = { now(scanner), 0.3, 'the client\'s address scans ports' },
  P0F_ODD_OS = { now(header([[^\s*os="]]), '!' .. windows, '!' .. linux, '!' .. android,
    '!' .. unix, '!' .. apple, '!' .. scanner), 0.3, 'the client is a system unusual for mail' },
  P0F_UNKNOWN = { now(header([[^\s*os=unknown;\s+match=none(?:;|\s*$)]])), 0.1,
    'p0f does not know the client\'s OS' },
  P0F_FUZZY = { header([[;\s+match=fuzzy(?:\+generic)?(?:;|\s*$)]]), 0.0,
    'fingerprint fits in part only' },
  P0F_GENERIC = { generic, 0.0, 'fingerprint is of a family of systems' },
  P0F_HOPS_ODD = { header([[;\s+distance=(?:3[3-9]|[4-9]\d|\d{3,})(?:;|\s*$)]]), 0.1,
    'the client is more than 32 hops away' },
  P0F_LINK_DIALUP = { header([[;\s+link="(?:[^"]*\bradio modem|[^"]*\bHIS modem|SLIP)"]]), 0.1,
    'packet size of a dial-up line' },
  P0F_LINK_DSL = { header([[;\s+link="DSL"]]), 0.1, 'packet size of a DSL line' },
  P0F_LINK_TUNNEL = {
    header([[;\s+link="(?:generic tunnel or VPN|IPSec or GRE|IPIP or SIT|PPTP|GIF)"]]), 0.0,
    'packet size of a tunnel or VPN' },
  X_P0F_WIN_OLD = {
    now(header([[^\s*os="Windows";\s+flavor="(?:98|NT 4|ME|2000|XP|Vista|[78])\b(?! or newer)]])) },
}

for symbol, rule in pairs(symbols) do
  config['regexp'][symbol] = {
    re = rule[1],
    score = rule[2],
    description = rule[3],
    group = 'p0f',
  }
end

-- Together with what rspamd knows. A "-" leaves the other symbol and its score alone.
local server = '(-R_DKIM_ALLOW | -RCVD_IN_DNSWL_NONE | -RCVD_IN_DNSWL_LOW | -RCVD_IN_DNSWL_MED'
  .. ' | -RCVD_IN_DNSWL_HI)'
local dynamic = '(-HFILTER_HOSTNAME_3 | -HFILTER_HOSTNAME_4 | -HFILTER_HOSTNAME_5)'
local composites = {
  P0F_WIN_SERVER = { '-P0F_WINDOWS & ' .. server, 0.0, 'a mail server on Windows' },
  P0F_WIN_OLD = { '-X_P0F_WIN_OLD & !' .. server, 0.2, 'an old Windows, no mail server' },
  P0F_WIN_NO_RDNS = { '-P0F_WINDOWS & -HFILTER_HOSTNAME_UNKNOWN & !' .. server, 0.5,
    'Windows without a name in reverse DNS' },
  P0F_WIN_DYN_RDNS = { '-P0F_WINDOWS & ' .. dynamic .. ' & !' .. server, 0.5,
    'Windows with a dynamic address' },
  P0F_WIN_HOME_LINK = { '-P0F_WINDOWS & (-P0F_LINK_DSL | -P0F_LINK_DIALUP) & !' .. server, 0.3,
    'Windows on a DSL or dial-up line' },
  P0F_WIN_NO_DKIM = { '-P0F_WINDOWS & -R_DKIM_NA & !' .. server, 0.2,
    'Windows, and no DKIM signature' },
  P0F_UNKNOWN_NO_RDNS = { '-P0F_UNKNOWN & -HFILTER_HOSTNAME_UNKNOWN', 0.3,
    'unknown OS without a name in reverse DNS' },
}

for symbol, rule in pairs(composites) do
  rspamd_config:add_composite(symbol, rule[1])
  rspamd_config:set_metric_symbol({
    name = symbol,
    score = rule[2],
    description = rule[3],
    group = 'p0f',
  })
end
