-- The command `:Lacuna`. It loads nothing until it is used.

if vim.g.loaded_lacuna then
  return
end
vim.g.loaded_lacuna = true

vim.api.nvim_create_user_command('Lacuna', function(call)
  require('lacuna.command').run(call.fargs)
end, {
  nargs = '*',
  desc = 'Lacuna: status, log, restart, toggle, snooze, install',
  complete = function(typed, line)
    return require('lacuna.command').complete(typed, line)
  end,
})
