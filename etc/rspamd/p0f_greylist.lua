-- rspamd: greylist by what p0f says about the client. Append this to
-- /etc/rspamd/rspamd.local.lua, behind p0f.lua. rspamd's module "greylist" does the rest,
-- which needs Redis, and this in /etc/rspamd/local.d/greylist.conf:
--
--     greylist_min_score = -1000;
--
-- Otherwise the module passes everything that scores less than 4. A message that is
-- sent again after "timeout" (5 minutes) is accepted, and so is all mail from the same
-- network, sender and recipient for "expire" (a day).

local symbols = {
  'P0F_WIN_NO_RDNS',
  'P0F_WIN_DYN_RDNS',
  'P0F_UNKNOWN_NO_RDNS',
  'P0F_SCANNER',
}

rspamd_config:register_symbol({
  name = 'P0F_GREYLIST',
  type = 'postfilter',
  priority = 0, -- before the module's own
  callback = function(task)
    for _, symbol in ipairs(symbols) do
      if task:has_symbol(symbol) then
        task:get_mempool():set_variable('grey_greylisted_required', '1')
        return
      end
    end
  end,
})
