-- /etc/rspamd/rspamd.local.lua: Rspamd reads the header field as one more symbol.
rspamd_config.STANDFAST_SPAM = {
  callback = function(task)
    local verdict = task:get_header('X-Standfast')
    if verdict and verdict:match('^spam ') then
      return true, 1.0, verdict:match('words=%S+')
    end
    return false
  end,
  score = 5.0,
  description = 'Standfast raises an alarm',
}
